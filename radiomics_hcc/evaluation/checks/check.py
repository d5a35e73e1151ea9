"""What a check is, and what it may look at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding, Predictions
from radiomics_hcc.domain.step import Step, did_you_mean
from radiomics_hcc.errors import InputError, Problem

Severity: TypeAlias = Literal["ok", "note", "warning", "serious"]
Stage: TypeAlias = Literal["before", "after"]
"""Whether a check looks at the material before any fit, or at what the models did."""


def _no_metrics() -> pd.DataFrame:
    return pd.DataFrame(columns=["model", "metric", "reference"])


def _no_labels() -> pd.Series:
    return pd.Series(dtype=object)


@dataclass(frozen=True, eq=False)
class CheckInput:
    """Everything that a check may look at; what is not known stays None or empty.

    Before a fit there are no predictions, metrics, comparisons, selected features, training
    scores and parameters; `class_names` then says which classes there are.

    Parameters
    ----------
    primary
        The model that was declared beforehand.
    predictions
        By model name.
    metrics, comparisons
        As `evaluate_predictions` returns them.
    labels
        Index `patient_id`: the class of each patient.
    selected
        `model, feature, frequency`, as `selection_frequency` returns it.
    features
        Index `patient_id`, one row per patient: the numbers that the models could learn from.
    size_column
        The column of `features` that stands for size alone.
    train_scores
        `model, repeat, fold, train_auc`: AUC on the training patients of each outer fold.
    reference
        The model that the others are compared with.
    parameters
        `model, repeat, fold, parameter, value, lowest, highest`: what the inner folds chose, and
        the ends of the grid.
    class_names
        Class names, best first; those of the predictions where left out.
    label_names
        Names under which the label stands in tables.
    rows
        Index `patient_id`, one row per patient or lesion: every column, words included.
    timepoints
        Radiomic column -> time point.
    reasons
        `patient_id, column, reason` of empty cells.
    measured
        Every row that was measured, before patients without a label were left out; `patient_id`
        is a column.
    left_out
        Features that the sidecar of the feature table names, and the table does not have.
    sidecar
        What the feature table says of itself.
    order
        `columns, where, proof, what`: which groups of columns are proved to precede the label.
    context
        Index `patient_id`: what is known and never learned from, such as the site.
    phases
        `patient_id, timepoint, phase` of every scan that enters.
    files
        `patient_id, part, sha256` of every image and mask.
    other_rows, other_files
        `rows` and `files` of a cohort that must have no patient in common with this one.
    harmonise_batch, harmonise_covariates
        Columns of the harmonisation.
    reliability
        Column -> ICC.
    """

    primary: str = ""
    predictions: Mapping[str, Predictions] = field(default_factory=dict)
    metrics: pd.DataFrame = field(default_factory=_no_metrics)
    comparisons: pd.DataFrame = field(default_factory=_no_metrics)
    labels: pd.Series = field(default_factory=_no_labels)
    selected: pd.DataFrame | None = None
    features: pd.DataFrame | None = None
    size_column: str | None = None
    train_scores: pd.DataFrame | None = None
    reference: str = "size_only"
    parameters: pd.DataFrame | None = None
    class_names: tuple[str, ...] = ()
    label_names: tuple[str, ...] = ()
    rows: pd.DataFrame | None = None
    timepoints: Mapping[str, str] = field(default_factory=dict)
    reasons: pd.DataFrame | None = None
    measured: pd.DataFrame | None = None
    left_out: tuple[str, ...] = ()
    sidecar: Mapping[str, object] = field(default_factory=dict)
    order: pd.DataFrame | None = None
    context: pd.DataFrame | None = None
    phases: pd.DataFrame | None = None
    files: pd.DataFrame | None = None
    other_rows: pd.DataFrame | None = None
    other_files: pd.DataFrame | None = None
    harmonise_batch: str = ""
    harmonise_covariates: tuple[str, ...] = ()
    reliability: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        problems = []
        if self.predictions and self.primary not in self.predictions:
            remedy = did_you_mean(self.primary, list(self.predictions))
            problems.append(Problem("primary", f"no model {self.primary!r}", remedy))
        if self.size_column is not None and self.features is not None:
            columns = [str(name) for name in self.features.columns]
            if self.size_column not in columns:
                what = f"features have no column {self.size_column!r}"
                problems.append(
                    Problem("size_column", what, did_you_mean(self.size_column, columns))
                )
        if problems:
            raise InputError(problems, "checks")

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, best first."""
        if self.class_names or not self.predictions:
            return self.class_names
        return self.predictions[self.primary].classes

    def codes(self, patients: pd.Index) -> pd.Series:
        """Class of each patient as 0..K-1, best first; -1 without a label."""
        place = {name: code for code, name in enumerate(self.classes)}
        known = self.labels[~self.labels.index.duplicated()].map(place)
        return known.reindex(patients).fillna(-1).astype(int)

    def of_primary(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of a table that are about the primary model."""
        return table[table["model"] == self.primary]

    def metric_row(self, metric: str) -> pd.Series | None:
        """The primary model's row of the metrics table, None where it was not computed."""
        rows = self.of_primary(self.metrics)
        rows = rows[rows["metric"] == metric]
        return None if rows.empty else rows.iloc[0]


@dataclass(frozen=True)
class Check(Step, ABC):
    """Base of the checks: thresholds are fields, the call gives a finding, always.

    A subclass sets `code`, `title`, `severity` (the worst that it can say), `stage` and `needs`
    (fields of `CheckInput` without which it cannot judge), and judges.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    severity: ClassVar[Severity]
    stage: ClassVar[Stage] = "after"
    needs: ClassVar[tuple[str, ...]] = ()

    def __call__(self, given: CheckInput) -> Finding:
        """Judge; where something is missing a note says what."""
        asked = self.needs if self.stage == "before" else ("predictions", *self.needs)
        absent = [name for name in asked if _is_absent(getattr(given, name))]
        if absent:
            return self.not_checked(f"needs {', '.join(name.replace('_', ' ') for name in absent)}")
        return self.judge(given)

    @abstractmethod
    def judge(self, given: CheckInput) -> Finding:
        """Look at what was given and say what was found."""

    def finding(self, severity: Severity, sentence: str) -> Finding:
        """A finding under this check's code."""
        return Finding(self.code, severity, sentence)

    def not_checked(self, reason: str) -> Finding:
        """The note that stands in for a finding where the check cannot judge."""
        return self.finding("note", f"Not checked ({self.title.lower()}): {reason}.")


def _is_absent(known: object) -> bool:
    """Whether nothing was given: None, no word, no label, no entry. An empty table is an answer."""
    if isinstance(known, pd.DataFrame):
        return False
    if isinstance(known, pd.Series):
        return len(known) == 0
    return known is None or known in ("", ()) or known == {}
