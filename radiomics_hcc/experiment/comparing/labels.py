"""Short and unique names of the models that are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, TypeAlias

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.experiment.comparing.gathered import VARIANT_MARK

Chosen: TypeAlias = tuple[RunRecord, str]
"""A run and one of its models."""

MINUTE: Final = len("2026-11-20T10:15")


def short_labels(chosen: Sequence[Chosen]) -> list[str]:
    """One label each: by the experiment, else by the model, else by both.

    What all have in common is left away, so that variants of one experiment go by their own name.
    Labels that are still the same get the minute of the start, and, where that is the same too,
    the run's identity: `tace-ct`, `complete-response`, `elastic_net`, `tace-ct: random_forest`,
    `tace-ct (2026-11-20 10:15)`.
    """
    names = _told_names([record.name for record, _ in chosen])
    models = [model for _, model in chosen]
    labels = _shortest(names, models)
    labels = _told_apart(labels, [f" ({_minute(record)})" for record, _ in chosen])
    return _told_apart(labels, [f" [{record.run_id}]" for record, _ in chosen])


def _shortest(names: Sequence[str], models: Sequence[str]) -> list[str]:
    """Names or models where they tell all apart or the others are all the same, else both."""
    telling = [list(each) for each in (names, models) if len(set(each)) > 1]
    unique = [each for each in telling if len(set(each)) == len(each)]
    if unique:
        return unique[0]
    if len(telling) == 2:
        return [f"{name}: {model}" for name, model in zip(names, models, strict=True)]
    alike = models if len(models) == 1 else names
    return telling[0] if telling else list(alike)


def _told_names(names: Sequence[str]) -> list[str]:
    """Experiment and variant; the one of them alone where the other is the same everywhere."""
    parts = [name.partition(VARIANT_MARK) for name in names]
    experiments, variants = ({part[place] for part in parts} for place in (0, 2))
    if len(set(names)) == 1:
        return list(names)
    if len(experiments) == 1:
        return [variant or experiment for experiment, _, variant in parts]
    return [experiment for experiment, _, _ in parts] if len(variants) == 1 else list(names)


def _told_apart(labels: Sequence[str], endings: Sequence[str]) -> list[str]:
    """Labels that occur more than once, with their endings."""
    counts = Counter(labels)
    return [
        label + ending if counts[label] > 1 else label
        for label, ending in zip(labels, endings, strict=True)
    ]


def _minute(record: RunRecord) -> str:
    return record.started[:MINUTE].replace("T", " ")
