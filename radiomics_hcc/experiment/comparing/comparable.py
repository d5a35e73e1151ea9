"""Whether two runs may be compared at all, aspect by aspect, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import pandas as pd

from radiomics_hcc.evaluation.across_runs import Pair
from radiomics_hcc.evaluation.outcomes import name_some
from radiomics_hcc.experiment.comparing.entries import Entry
from radiomics_hcc.experiment.comparing.findings import may_read_the_label

COMPARABLE_COLUMNS: Final = ("left", "right", "aspect", "same", "sentence")

Aspect: TypeAlias = tuple[str, bool, str]
"""Its name, whether it is the same, and a sentence."""


def comparable_table(pairs: Sequence[Pair], entries: Sequence[Entry]) -> pd.DataFrame:
    """One row per pair and aspect: patients, labels, classes, splits, intent.

    Returns
    -------
    pandas.DataFrame
        `COMPARABLE_COLUMNS`.
    """
    known = {each.label: each for each in entries}
    rows = [(pair.left, pair.right, *aspect) for pair in pairs for aspect in _aspects(pair, known)]
    return pd.DataFrame(rows, columns=list(COMPARABLE_COLUMNS)).astype({"same": bool})


def _aspects(pair: Pair, known: Mapping[str, Entry]) -> Iterator[Aspect]:
    left, right = known[pair.left], known[pair.right]
    yield "patients", pair.same_patients, _patients(pair)
    yield "labels", pair.view is not None and _same_labels(pair), _labels(pair)
    yield "classes", pair.same_classes, _classes(pair, left, right)
    yield "splits", pair.same_splits, _splits(pair)
    yield "intent", *_intents(left, right)


def _same_labels(pair: Pair) -> bool:
    return bool(pair.shared) and not pair.relabelled


def _patients(pair: Pair) -> str:
    told = [f"{len(pair.shared)} shared"]
    for label, names in ((pair.left, pair.only_left), (pair.right, pair.only_right)):
        if names:
            told.append(f"{len(names)} only in {label} ({name_some(names)})")
    return "; ".join(told)


def _labels(pair: Pair) -> str:
    if not pair.shared:
        return "no patient is shared"
    if pair.view is None:
        return "the classes are others, so that labels cannot be compared"
    if pair.relabelled:
        names, count = name_some(pair.relabelled), len(pair.relabelled)
        return f"{count} of {len(pair.shared)} shared patients have another label ({names})"
    return f"the same for {len(pair.shared)} shared patients"


def _classes(pair: Pair, left: Entry, right: Entry) -> str:
    ours, theirs = (", ".join(each.compared.predictions.classes) for each in (left, right))
    if pair.same_classes:
        return ours
    told = f"{ours} against {theirs}"
    if pair.view == "two":
        return f"{told}; seen as positive class against the rest they mean the same"
    return f"{told}; their positive classes do not mean the same"


def _intents(left: Entry, right: Entry) -> tuple[bool, str]:
    """Also whether one of them may read the scan of the label, whatever it declares."""
    intents = [str(each.record.intent) for each in (left, right)]
    if len(set(intents)) > 1:
        return False, " against ".join(intents)
    reading = [each.label for each in (left, right) if may_read_the_label(each)]
    if len(reading) == 1:
        return False, f"both are {intents[0]}, but {reading[0]} may read the scan of the label"
    return True, f"both are {intents[0]}"


def _splits(pair: Pair) -> str:
    if pair.same_splits:
        return "every patient was tested in the same fold of every repeat"
    if not pair.same_patients:
        return "other patients, so other splits"
    return "patients were tested in other folds: no test over the folds"
