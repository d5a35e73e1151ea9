"""What a check is, and what it may look at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding, Predictions
from radiomics_hcc.domain.step import Step, did_you_mean
from radiomics_hcc.errors import InputError, Problem

Severity: TypeAlias = Literal["ok", "note", "warning", "serious"]


@dataclass(frozen=True, eq=False)
class CheckInput:
    """Everything that a check may look at; what is not known stays None.

    Parameters
    ----------
    primary
        The model that was declared beforehand.
    predictions
        By model name.
    metrics, comparisons
        As `evaluate_predictions` returns them.
    selected
        `model, feature, frequency`, as `selection_frequency` returns it.
    labels
        Index `patient_id`: the class of each patient.
    features
        Index `patient_id`: what the models could learn from.
    size_column
        The column of `features` that stands for size alone.
    train_scores
        `model, repeat, fold, train_auc`: AUC on the training patients of each outer fold.
    reference
        The model that the others are compared with.
    """

    primary: str
    predictions: Mapping[str, Predictions]
    metrics: pd.DataFrame
    comparisons: pd.DataFrame
    labels: pd.Series
    selected: pd.DataFrame | None = None
    features: pd.DataFrame | None = None
    size_column: str | None = None
    train_scores: pd.DataFrame | None = None
    reference: str = "size_only"

    def __post_init__(self) -> None:
        problems = []
        if self.primary not in self.predictions:
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
        return self.predictions[self.primary].classes

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

    A subclass sets `code`, `title`, `severity` (the worst that it can say) and `needs` (fields
    of `CheckInput` without which it cannot judge), and judges.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    severity: ClassVar[Severity]
    needs: ClassVar[tuple[str, ...]] = ()

    def __call__(self, given: CheckInput) -> Finding:
        """Judge; where something is missing a note says what."""
        absent = [name for name in self.needs if getattr(given, name) is None]
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
