"""Runs of other patients, judged on those whom they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.positive_class import positive_classes
from radiomics_hcc.evaluation.across_runs import (
    Compared,
    View,
    cliques,
    common_view,
    labels_of,
    shared_with_equal_labels,
    view_of_group,
)
from radiomics_hcc.experiment.comparing.entries import Entry

PATIENTS: Final = "PATIENTS"


@dataclass(frozen=True, eq=False)
class Sharing:
    """What is compared, on the patients that it is compared on.

    Parameters
    ----------
    entries
        In the order in which they came.
    lost
        By label, how many patients do not enter; labels that lose nobody are not in it.
    findings
        What was done, in words.
    """

    entries: tuple[Entry, ...]
    lost: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def on_shared_patients(entries: Sequence[Entry]) -> Sharing:
    """Restrict models to the patients whom all of them were judged on, with equal labels.

    Models whose classes have no common view are restricted apart. Where nobody among the shared
    patients is positive, or nobody is not, the models stay as they are and a finding says so.
    """
    known = {each.label: each for each in entries}
    lost: dict[str, int] = {}
    findings = []
    groups = cliques(
        [each.compared for each in entries],
        lambda one, other: common_view(one, other) is not None,
    )
    for group in (group for group in groups if len(group) > 1):
        kept = shared_with_equal_labels(group)
        labels = [each.label for each in group]
        words = labels_of(group[0], _judged_view(group))
        if len({words[patient] for patient in kept}) < 2:
            findings.append(_too_few(labels, len(kept)))
            continue
        removed = {label: known[label].patients - len(kept) for label in labels}
        for label in labels:
            entry = known[label]
            known[label] = replace(entry, compared=entry.compared.among(kept))
        lost |= {label: count for label, count in removed.items() if count}
        findings.append(_restricted(removed, len(kept)))
    return Sharing(tuple(known[each.label] for each in entries), lost, tuple(findings))


def _judged_view(group: Sequence[Compared]) -> View:
    """Positive against the rest where there is a positive class: most metrics look at that."""
    has_positive = positive_classes(group[0].predictions.classes) is not None
    return "two" if has_positive else view_of_group(group)


def _restricted(removed: Mapping[str, int], kept: int) -> Finding:
    told = ", ".join(f"{label} {count}" for label, count in removed.items() if count)
    if not told:
        sentence = f"All share the same {kept} patients with equal labels: nobody is left out."
        return Finding(PATIENTS, "note", sentence)
    sentence = (
        f"Judged on the {kept} patients whom all share with equal labels; left out: {told}. The "
        "models were trained on their own patients, and the numbers are not those of their reports."
    )
    return Finding(PATIENTS, "warning", sentence)


def _too_few(labels: Sequence[str], kept: int) -> Finding:
    sentence = (
        f"{', '.join(labels)} share {kept} patients with equal labels, not of both positive and "
        "other classes: they stay on their own patients."
    )
    return Finding(PATIENTS, "warning", sentence)
