"""What an evaluation consists of: out-of-fold predictions, metrics with intervals, findings."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

PREDICTION_KEYS: Final = ("patient_id", "repeat", "fold", "label")


@dataclass(frozen=True, eq=False)
class Predictions:
    """Out-of-fold predictions of one model, one row per patient and repeat.

    Parameters
    ----------
    model
        The model's name.
    classes
        Class names in the order of the response, best first; the first is the positive class of
        a two-class target.
    frame
        `patient_id, repeat, fold, label`, then `p_<class>` for every class; each row's
        probabilities add up to 1.
    """

    model: str
    classes: tuple[str, ...]
    frame: pd.DataFrame

    @property
    def probability_columns(self) -> list[str]:
        """`p_<class>` in the order of `classes`."""
        return [f"p_{name}" for name in self.classes]


@dataclass(frozen=True)
class Finding:
    """Something about an evaluation that a reader must know.

    Parameters
    ----------
    code
        `HCC001` and so on.
    severity
        `ok`, `note`, `warning` or `serious`.
    sentence
        What was found, in words.
    """

    code: str
    severity: Literal["ok", "note", "warning", "serious"]
    sentence: str


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Models judged on the same patients and splits.

    Parameters
    ----------
    predictions
        By model name, baselines among them.
    metrics
        `model, metric, estimate, low, high, method, nb_low, nb_high, patients, repeats`.
    comparisons
        `model, reference, metric, difference, low, high, p_value, p_holm`.
    selected
        `model, feature, frequency`: how often a feature was selected over the outer folds.
    splits
        `patient_id, repeat, fold`: in which fold a patient was tested.
    findings
        What a reader must know, in words.
    """

    predictions: Mapping[str, Predictions]
    metrics: pd.DataFrame
    comparisons: pd.DataFrame
    selected: pd.DataFrame
    splits: pd.DataFrame
    findings: tuple[Finding, ...] = field(default=())

    def frame(self) -> pd.DataFrame:
        """The metrics table as a DataFrame of its own."""
        return self.metrics.copy()

    def _repr_html_(self) -> str:
        notes = "".join(
            f"<li>{html.escape(f.code)} {html.escape(f.sentence)}</li>" for f in self.findings
        )
        return str(self.metrics.to_html(index=False)) + f"<ul>{notes}</ul>"
