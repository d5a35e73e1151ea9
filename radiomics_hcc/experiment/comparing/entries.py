"""The models that are compared: of every run its headline model, all of them, or those named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.across_runs import Compared, words_behind
from radiomics_hcc.evaluation.outcomes import read_outcomes
from radiomics_hcc.experiment.comparing.gathered import LeftOut
from radiomics_hcc.experiment.comparing.labels import short_labels
from radiomics_hcc.modelling.baselines import (
    CLINICAL_ONLY,
    NEGATIVE_CONTROL,
    NO_INFORMATION,
    RADIOMICS_ONLY,
    SIZE_ONLY,
)

HEADLINE: Final = "headline"
ALL: Final = "all"
BASELINES: Final = (NO_INFORMATION, SIZE_ONLY, CLINICAL_ONLY, RADIOMICS_ONLY, NEGATIVE_CONTROL)
NEEDED: Final = ("out_of_fold", "metrics")
"""Tables without which a run cannot be compared."""

UNUSABLE: Final = "unusable"


@dataclass(frozen=True, eq=False)
class Entry:
    """One compared model of one run.

    Parameters
    ----------
    record
        The run.
    model
        Its name in the run's tables.
    compared
        Its label and predictions.
    """

    record: RunRecord
    model: str
    compared: Compared

    @property
    def label(self) -> str:
        """The name under which it is compared."""
        return self.compared.label

    @property
    def patients(self) -> int:
        """How many patients it is judged on."""
        return len(self.compared.whole.patients)


def entries_of(
    records: Sequence[RunRecord], models: Sequence[str]
) -> tuple[tuple[Entry, ...], tuple[LeftOut, ...]]:
    """The models to compare, with their labels, and the runs that have none.

    Parameters
    ----------
    records
        Completed runs.
    models
        `headline` (the model that a run declared first), `all`, or names; with none the headline
        models, of a single run all its models.

    Raises
    ------
    InputError
        Naming every model that no run has.
    """
    asked = tuple(models) or ((HEADLINE,) if len(records) > 1 else (ALL,))
    usable, left_out = _usable(records)
    _check_names(asked, usable)
    chosen: list[tuple[RunRecord, str]] = []
    for record in usable:
        names = _chosen(record, asked)
        if not names:
            there = ", ".join(_models(record))
            reason = f"it has no model {' or '.join(asked)}; there are: {there}"
            left_out.append(LeftOut(record.run_id, record.name, str(record.status), reason))
        chosen += [(record, name) for name in names]
    labels = short_labels(chosen)
    entries = [
        Entry(record, model, replace(_compared(record, model), label=label))
        for (record, model), label in zip(chosen, labels, strict=True)
    ]
    return tuple(entries), tuple(left_out)


def _usable(records: Sequence[RunRecord]) -> tuple[list[RunRecord], list[LeftOut]]:
    """Runs with readable predictions; of the others why they have none."""
    usable, left_out = [], []
    for record in records:
        reason = _why_unusable(record)
        if reason:
            left_out.append(LeftOut(record.run_id, record.name, UNUSABLE, reason))
        else:
            usable.append(record)
    return usable, left_out


def _why_unusable(record: RunRecord) -> str:
    absent = [name for name in NEEDED if not len(record.tables.get(name, ()))]
    if absent:
        return f"it has no table {' and no table '.join(absent)}"
    if not record.summary.get("classes"):
        return "its classes are not known"
    try:
        for model in _models(record):
            read_outcomes(_compared(record, model).predictions)
    except InputError as error:
        return str(error)
    return ""


def _models(record: RunRecord) -> list[str]:
    return [str(name) for name in record.tables["metrics"]["model"].unique()]


def _check_names(asked: Sequence[str], records: Sequence[RunRecord]) -> None:
    known = [HEADLINE, ALL, *dict.fromkeys(name for each in records for name in _models(each))]
    problems = [
        Problem(f"model {name!r}", "no run has it", did_you_mean(name, known))
        for name in asked
        if records and name not in known
    ]
    if problems:
        raise InputError(problems, "models to compare")


def _chosen(record: RunRecord, asked: Sequence[str]) -> list[str]:
    models = _models(record)
    headline = str(record.summary.get("headline_model") or models[0])
    wanted = {headline if name == HEADLINE else name for name in asked}
    return [name for name in models if name in wanted or ALL in asked]


def _compared(record: RunRecord, model: str) -> Compared:
    """A model under its own name."""
    classes = tuple(str(name) for name in _sequence(record.summary["classes"]))
    rows = record.tables["out_of_fold"]
    frame = rows[rows["model"] == model].drop(columns="model").reset_index(drop=True)
    return Compared(
        label=model,
        predictions=Predictions(model, classes, frame),
        positive=words_behind(classes, _merge(record)),
        training_auc=_training_auc(record, model),
        is_baseline=model in BASELINES,
    )


def _training_auc(record: RunRecord, model: str) -> float:
    scores = record.tables.get("scores")
    if scores is None or "train_auc" not in scores:
        return float("nan")
    return float(scores.loc[scores["model"] == model, "train_auc"].mean())


def _merge(record: RunRecord) -> dict[str, list[str]] | None:
    """Which words were merged into each class; None where the target merges nothing."""
    target = record.config.get("target")
    merge = target.get("merge") if isinstance(target, Mapping) else None
    if not isinstance(merge, Mapping) or not merge:
        return None
    return {str(name): [str(word) for word in _sequence(words)] for name, words in merge.items()}


def _sequence(value: object) -> Iterator[object]:
    return iter(value if isinstance(value, list | tuple) else [value])
