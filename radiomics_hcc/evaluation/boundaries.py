"""Ordered classes judged at every boundary between them, from one model's probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.intervals import fold_interval, percentile_interval
from radiomics_hcc.evaluation.metrics import metrics_for
from radiomics_hcc.evaluation.outcomes import FloatArray, Outcomes, read_outcomes
from radiomics_hcc.evaluation.resampling import bootstrap_scores, draw_resamples

BOUNDARY_COLUMNS: Final = (
    "model",
    "boundary",
    "metric",
    "patients",
    "positives",
    "estimate",
    "low",
    "high",
    "nb_low",
    "nb_high",
    "method",
    "note",
)
AT_BOUNDARIES: Final = (
    "auc",
    "average_precision",
    "brier",
    "scaled_brier",
    "calibration_slope",
    "calibration_intercept",
)
"""Metrics of probabilities; no threshold was chosen at the other boundaries."""

ONE_SIDE: Final = "no patient on one side of the boundary"


def boundaries(
    predictions: Predictions,
    *,
    metrics: Sequence[str] = AT_BOUNDARIES,
    resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Score the probability of being better than each boundary between two classes.

    For CR, PR, SD, PD: CR against the rest, CR + PR against the rest (objective response), and
    CR + PR + SD against the rest (disease control). The probabilities are sums of one model's
    class probabilities, so they never contradict each other: P(CR) <= P(CR + PR) <= ... Two
    classes have one boundary.

    Parameters
    ----------
    predictions
        Out-of-fold predictions; classes best first.
    metrics
        Names from `METRICS` that apply to two classes.

    Returns
    -------
    pandas.DataFrame
        `BOUNDARY_COLUMNS`; `positives` are the patients that are better than the boundary. A
        boundary with all patients on one side keeps its rows, empty, and `note` says why.

    Examples
    --------
    >>> frame = pd.DataFrame({"patient_id": list("abc"), "repeat": 0, "fold": 0,
    ...     "label": ["CR", "SD", "PD"], "p_CR": [0.7, 0.2, 0.1], "p_SD": [0.2, 0.6, 0.3],
    ...     "p_PD": [0.1, 0.2, 0.6]})
    >>> found = boundaries(Predictions("net", ("CR", "SD", "PD"), frame), metrics=["auc"])
    >>> found[["boundary", "estimate"]].values.tolist()
    [['CR | SD+PD', 1.0], ['CR+SD | PD', 1.0]]
    """
    rows: list[tuple[object, ...]] = []
    for seen, name in boundaries_of(read_outcomes(predictions)):
        counts = draw_resamples(seen.labels, resamples, seed)
        positives = int((seen.labels == 0).sum())
        for metric in metrics_for(seen.classes, metrics):
            found = bootstrap_scores(seen, metric, counts)
            place = (seen.model, name, metric, len(seen.labels), positives)
            rows.append((*place, *_judged(seen, metric, found)))
    return pd.DataFrame(rows, columns=list(BOUNDARY_COLUMNS))


def boundaries_of(outcomes: Outcomes) -> Iterator[tuple[Outcomes, str]]:
    """Every place between two classes as a two-class view, with its name: `CR+PR | SD+PD`."""
    for place in range(len(outcomes.classes) - 1):
        seen = outcomes.split_after(place)
        yield seen, " | ".join(seen.classes)


def is_one_sided(seen: Outcomes) -> bool:
    """Whether all patients are on one side of a boundary."""
    return len(np.unique(seen.labels)) < 2


def _judged(seen: Outcomes, metric: str, scores: FloatArray) -> tuple[object, ...]:
    if is_one_sided(seen):
        return (*[np.nan] * 5, "", ONE_SIDE)
    pooled, folds = percentile_interval(scores), fold_interval(seen, metric)
    limits = (pooled.estimate, pooled.low, pooled.high, folds.low, folds.high)
    return (*limits, pooled.method, "")
