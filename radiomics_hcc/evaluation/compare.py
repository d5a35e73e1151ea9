"""Paired comparison of models that were judged on the same patients and splits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.intervals import (
    Interval,
    bootstrap_p_value,
    corrected_t_p_value,
    percentile_interval,
    split_ratio,
)
from radiomics_hcc.evaluation.metrics import METRICS, score_folds
from radiomics_hcc.evaluation.outcomes import FloatArray, Outcomes, read_outcomes
from radiomics_hcc.evaluation.resampling import bootstrap_scores, draw_resamples
from radiomics_hcc.evaluation.same_design import check_same_design
from radiomics_hcc.evaluation.widening import widened

COMPARISON_COLUMNS: Final = (
    "model",
    "reference",
    "metric",
    "difference",
    "low",
    "high",
    "p_value",
    "p_holm",
    "p_corrected_t",
    "p_corrected_t_holm",
)
HOLM_COLUMNS: Final = {"p_holm": "p_value", "p_corrected_t_holm": "p_corrected_t"}
"""Corrected p-values by the column that they correct."""

SIGNIFICANCE: Final = 0.05
Standing: TypeAlias = Literal["better", "worse", "undecided"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """A model minus a reference in one metric.

    Parameters
    ----------
    interval
        The difference between its limits: paired patient bootstrap.
    p_value
        Two-sided, from the same paired patient bootstrap as the interval.
    p_corrected_t
        Corrected resampled t-test over the folds, which also fears other training patients; NaN
        where too few folds have a score.
    """

    interval: Interval
    p_value: float
    p_corrected_t: float


def compare_predictions(
    predictions: Predictions,
    reference: Predictions,
    metric: str,
    *,
    resamples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Compare one model with one other; both see the same resamples.

    Raises
    ------
    InputError
        Where classes, patients, labels or splits differ; says which.
    """
    first, second = read_outcomes(predictions), read_outcomes(reference)
    check_same_design([second, first])
    counts = draw_resamples(first.labels, resamples, seed)
    scores = [bootstrap_scores(outcomes, metric, counts) for outcomes in (first, second)]
    folds = [score_folds(outcomes, metric) for outcomes in (first, second)]
    difference = scores[0] - scores[1]
    corrected_t = corrected_t_p_value(folds[0] - folds[1], split_ratio(first))
    return Comparison(percentile_interval(difference), bootstrap_p_value(difference), corrected_t)


def comparison_rows(
    outcomes: Mapping[str, Outcomes],
    scores: Mapping[tuple[str, str], FloatArray],
    pairs: Sequence[tuple[str, str]],
    factors: Mapping[tuple[str, str], float],
) -> pd.DataFrame:
    """Compare pairs of models in every metric that has a better direction.

    Parameters
    ----------
    outcomes
        By model name, in one design.
    scores
        By model and metric: `bootstrap_scores` over the same resamples.
    pairs
        Model and reference, see `compared_pairs`.
    factors
        By model and metric, see `widening_factors`; of a pair the larger one counts.

    Returns
    -------
    pandas.DataFrame
        `COMPARISON_COLUMNS`; Holm's correction over all pairs of one metric.
    """
    ordered = [
        metric
        for metric in dict.fromkeys(metric for _, metric in scores)
        if METRICS[metric].direction != "target"
    ]
    differences = {
        (model, reference, metric): widened(
            scores[model, metric] - scores[reference, metric],
            max(factors[model, metric], factors[reference, metric]),
        )
        for metric in ordered
        for model, reference in pairs
    }
    tables = [_pairs_of_metric(outcomes, differences, metric, pairs) for metric in ordered if pairs]
    if not tables:
        return pd.DataFrame(columns=list(COMPARISON_COLUMNS))
    return pd.concat(tables, ignore_index=True)


def _pairs_of_metric(
    outcomes: Mapping[str, Outcomes],
    differences: Mapping[tuple[str, str, str], FloatArray],
    metric: str,
    pairs: Sequence[tuple[str, str]],
) -> pd.DataFrame:
    compared = dict.fromkeys(name for pair in pairs for name in pair)
    folds = {name: score_folds(outcomes[name], metric) for name in compared}
    rows = []
    for model, reference in pairs:
        difference = differences[model, reference, metric]
        found = percentile_interval(difference)
        p_value = bootstrap_p_value(difference)
        p_corrected_t = corrected_t_p_value(
            folds[model] - folds[reference], split_ratio(outcomes[model])
        )
        limits = (found.estimate, found.low, found.high)
        rows.append((model, reference, metric, *limits, p_value, p_corrected_t))
    table = pd.DataFrame(rows, columns=[n for n in COMPARISON_COLUMNS if n not in HOLM_COLUMNS])
    corrected = {new: holm(table[old]) for new, old in HOLM_COLUMNS.items()}
    return table.assign(**corrected)[list(COMPARISON_COLUMNS)]


def holm(p_values: pd.Series) -> pd.Series:
    """Holm's step-down correction; p-values that are missing are no tests and stay missing.

    References
    ----------
    .. [1] Holm. Scandinavian Journal of Statistics 6 (1979) 65-70.
    """
    ordered = p_values.dropna().sort_values(kind="stable")
    tests_left = np.arange(len(ordered), 0, -1)
    corrected = (ordered * tests_left).cummax().clip(upper=1.0)
    return corrected.reindex(p_values.index)


def standing(comparison: pd.Series) -> Standing:
    """Whether a row of the comparisons stands: better, worse, or undecided.

    It stands where the interval leaves out zero and the corrected p-value, which rests on the
    same resamples, is below 0.05; where there is no p-value the interval decides alone.
    """
    excludes_zero = comparison["low"] > 0 or comparison["high"] < 0
    if not excludes_zero or comparison["p_holm"] >= SIGNIFICANCE:
        return "undecided"
    is_gain = (comparison["difference"] > 0) == (
        METRICS[comparison["metric"]].direction == "higher"
    )
    return "better" if is_gain else "worse"
