"""Judge models together: metrics with intervals, and paired comparisons with a reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.compare import comparison_rows
from radiomics_hcc.evaluation.intervals import fold_interval, percentile_interval
from radiomics_hcc.evaluation.metrics import METRICS, metrics_for
from radiomics_hcc.evaluation.outcomes import FloatArray, Outcomes, read_outcomes
from radiomics_hcc.evaluation.pairing import compared_pairs
from radiomics_hcc.evaluation.resampling import bootstrap_scores, draw_resamples
from radiomics_hcc.evaluation.same_design import check_same_design
from radiomics_hcc.evaluation.widening import widened, widening_factors

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
    baselines: Sequence[str] = (),
    primary: str | None = None,
    training_auc: Mapping[str, float] | None = None,
    metrics: Sequence[str] | None = None,
    resamples: int = 2000,
    seed: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score every model, and compare models with baselines and the primary one with the others.

    Parameters
    ----------
    predictions
        One per model, all on the same patients and splits.
    reference
        The model that every other one is compared with; None where there is none.
    baselines
        Every model that is none of them is compared with each of them and with the reference.
        Baselines are then not compared with each other.
    primary
        The model declared beforehand, compared with every other model as well.
    training_auc
        By model, the AUC on the patients it was trained on, mean over the outer folds (NaN where
        unknown): widens the intervals of the AUC for what tested patients have in common with
        the training patients of the other folds (`widening_factor`). For predictions of patients
        that trained no model leave it out.
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
        pooled predictions. `method` is `patient bootstrap`, followed by what was undefined and,
        where patients had to be called one class or the other, at which threshold.
    comparisons : pandas.DataFrame
        `COMPARISON_COLUMNS`: model minus reference, one row per metric and pair, those with the
        reference first. Holm's correction counts all pairs of one metric.

    Raises
    ------
    InputError
        Where predictions are unusable, their designs differ, or a name is no model's, with every
        problem.
    """
    outcomes = _read_all(predictions)
    pairs = compared_pairs(
        list(outcomes), reference=reference, baselines=baselines, primary=primary
    )
    first = next(iter(outcomes.values()))
    names = metrics_for(first.classes, metrics)
    counts = draw_resamples(first.labels, resamples, seed)
    scores = {
        (model, metric): bootstrap_scores(each, metric, counts)
        for model, each in outcomes.items()
        for metric in names
    }
    factors = widening_factors(scores, training_auc)
    comparisons = comparison_rows(outcomes, scores, pairs, factors)
    return metric_rows(outcomes, scores, factors), comparisons


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
    outcomes: Mapping[str, Outcomes],
    scores: Mapping[tuple[str, str], FloatArray],
    factors: Mapping[tuple[str, str], float],
) -> pd.DataFrame:
    """One row per model and metric, from `bootstrap_scores` by model and metric."""
    rows = []
    for (model, metric), values in scores.items():
        each, factor = outcomes[model], factors[model, metric]
        pooled, folds = percentile_interval(widened(values, factor)), fold_interval(each, metric)
        limits = np.clip([pooled.low, pooled.high], METRICS[metric].lowest, METRICS[metric].highest)
        told = [
            pooled.method,
            f"widened by {factor:.2f} for shared training patients" if factor > 1 else "",
            METRICS[metric].decision_rule(each),
            folds.method if folds.undefined or each.has_named_folds else "",
        ]
        row = (model, metric, pooled.estimate, *limits, "; ".join(filter(None, told)))
        rows.append((*row, folds.low, folds.high, len(each.patients), each.repeats))
    return pd.DataFrame(rows, columns=list(METRIC_COLUMNS))
