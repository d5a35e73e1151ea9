"""Judge models together: metrics with intervals, and paired comparisons with a reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.compare import (
    COMPARISON_COLUMNS,
    check_same_design,
    comparison_rows,
)
from radiomics_hcc.evaluation.intervals import fold_interval, percentile_interval
from radiomics_hcc.evaluation.metrics import metrics_for
from radiomics_hcc.evaluation.outcomes import FloatArray, Outcomes, read_outcomes
from radiomics_hcc.evaluation.resampling import bootstrap_scores, draw_resamples

METRIC_COLUMNS: Final = (
    "model",
    "metric",
    "estimate",
    "low",
    "high",
    "method",
    "nb_low",
    "nb_high",
    "patients",
    "repeats",
)


def evaluate_predictions(
    predictions: Sequence[Predictions],
    *,
    reference: str | None = "size_only",
    metrics: Sequence[str] | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score every model, and compare every model with the reference.

    Parameters
    ----------
    predictions
        One per model, all on the same patients and splits.
    reference
        The model to compare with; None compares nothing.
    metrics
        Names from `METRICS`; without them all that apply to the classes.
    resamples
        Bootstrap resamples of patients, shared by all models and metrics.
    seed
        Same seed, same tables.

    Returns
    -------
    metrics : pandas.DataFrame
        `METRIC_COLUMNS`: the score averaged over the repeats, its patient-bootstrap limits, and
        the Nadeau-Bengio limits of the fold scores, empty where folds are too small to have any.
        The latter belong to the mean of the folds' scores, which need not be the score of the
        pooled predictions. `method` is `patient bootstrap`, followed by what was undefined.
    comparisons : pandas.DataFrame
        `COMPARISON_COLUMNS`: model minus reference.

    Raises
    ------
    InputError
        Where predictions are unusable or their designs differ, with every problem.
    """
    outcomes = _read_all(predictions)
    first = next(iter(outcomes.values()))
    names = metrics_for(first.classes, metrics)
    counts = draw_resamples(first.labels, resamples, seed)
    scores = {
        (model, metric): bootstrap_scores(each, metric, counts)
        for model, each in outcomes.items()
        for metric in names
    }
    if reference is None:
        return metric_rows(outcomes, scores), pd.DataFrame(columns=list(COMPARISON_COLUMNS))
    comparisons = comparison_rows(outcomes, scores, reference)
    return metric_rows(outcomes, scores), comparisons


def _read_all(predictions: Sequence[Predictions]) -> dict[str, Outcomes]:
    names = [each.model for each in predictions]
    problems = [
        Problem(f"model {name}", "appears more than once", "give each model a name of its own")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if not names:
        problems = [Problem("predictions", "there are none")]
    outcomes: dict[str, Outcomes] = {}
    for each in predictions:
        try:
            outcomes[each.model] = read_outcomes(each)
        except InputError as error:
            problems += [Problem(f"model {each.model} {p.where}", p.what) for p in error.problems]
    if problems:
        raise InputError(problems, "predictions")
    check_same_design(list(outcomes.values()))
    return outcomes


def metric_rows(
    outcomes: Mapping[str, Outcomes], scores: Mapping[tuple[str, str], FloatArray]
) -> pd.DataFrame:
    """One row per model and metric, from `bootstrap_scores` by model and metric."""
    rows = []
    for (model, metric), values in scores.items():
        each = outcomes[model]
        pooled, folds = percentile_interval(values), fold_interval(each, metric)
        method = f"{pooled.method}; {folds.method}" if folds.undefined else pooled.method
        row = (model, metric, pooled.estimate, pooled.low, pooled.high, method)
        rows.append((*row, folds.low, folds.high, len(each.patients), each.repeats))
    return pd.DataFrame(rows, columns=list(METRIC_COLUMNS))
