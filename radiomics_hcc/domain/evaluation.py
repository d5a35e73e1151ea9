"""What an evaluation consists of: out-of-fold predictions, metrics with intervals, findings."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import pandas as pd

SEVERITIES: Final = ("ok", "note", "warning", "serious")
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
        probabilities add up to 1. `threshold`, where there is one: the probability of the
        positive class from which the patient's own training fold calls positive. A fold that is
        named by a word is a group, such as a site, that was tested whole.
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
        `model, reference, metric, difference, low, high, p_value, p_holm, p_corrected_t,
        p_corrected_t_holm`.
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
        return findings_html(self.findings) + metrics_html(self.metrics)


def findings_html(findings: Iterable[Finding]) -> str:
    """Findings as a list, the most severe first."""
    ordered = sorted(findings, key=lambda finding: -SEVERITIES.index(finding.severity))
    rows = (f"<b>{f.severity}</b> {f.code}: {html.escape(f.sentence)}" for f in ordered)
    return "<ul>" + "".join(f"<li>{row}</li>" for row in rows) + "</ul>"


def metrics_html(metrics: pd.DataFrame) -> str:
    """A metrics table with one row per model and one column per metric, limits in brackets."""
    cells = [
        f"{row.estimate:.2f} ({row.low:.2f} to {row.high:.2f})"
        for row in metrics.itertuples(index=False)
    ]
    told = metrics[["model", "metric"]].assign(cell=cells)
    order = {"index": metrics["model"].unique(), "columns": metrics["metric"].unique()}
    wide = told.pivot(index="model", columns="metric", values="cell").reindex(**order)
    return str(wide.to_html(na_rep=""))
