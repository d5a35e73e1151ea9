"""Paired comparison of models that were judged on the same patients and splits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.intervals import (
    Interval,
    bootstrap_p_value,
    corrected_t_p_value,
    percentile_interval,
    split_ratio,
)
from radiomics_hcc.evaluation.metrics import METRICS, score_folds
from radiomics_hcc.evaluation.outcomes import FloatArray, Outcomes, name_some, read_outcomes
from radiomics_hcc.evaluation.resampling import bootstrap_scores, draw_resamples

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
)
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


def check_same_design(outcomes: Sequence[Outcomes]) -> None:
    """Refuse models whose classes, patients, labels or splits differ from the first one's.

    Raises
    ------
    InputError
        Naming each model and what differs.
    """
    first = outcomes[0]
    problems = [
        Problem(f"model {other.model}", difference, "judge all models on the same splits")
        for other in outcomes[1:]
        for difference in _differences(first, other)
    ]
    if problems:
        raise InputError(problems, f"comparison with {first.model}")


def _differences(first: Outcomes, other: Outcomes) -> Iterator[str]:
    """What keeps two models from being compared; patients first, as the rest depends on them."""
    if first.classes != other.classes:
        yield f"classes are {', '.join(other.classes)}, not {', '.join(first.classes)}"
        return
    unshared = sorted(set(first.patients) ^ set(other.patients), key=str)
    if unshared:
        yield f"was not judged on the same patients: {name_some(unshared)}"
        return
    relabelled = first.patients[first.labels != other.labels]
    if len(relabelled):
        yield f"has other labels for patients {name_some(list(relabelled))}"
    if first.folds.shape != other.folds.shape:
        yield f"has {other.repeats} repeats, not {first.repeats}"
    elif (first.folds != other.folds).any():
        moved = first.patients[(first.folds != other.folds).any(axis=0)]
        yield f"has patients in other folds: {name_some(list(moved))}"


def comparison_rows(
    outcomes: Mapping[str, Outcomes],
    scores: Mapping[tuple[str, str], FloatArray],
    reference: str,
) -> pd.DataFrame:
    """Compare every model with the reference in every metric that has a better direction.

    Parameters
    ----------
    outcomes
        By model name, in one design.
    scores
        By model and metric: `bootstrap_scores` over the same resamples.
    reference
        Name of the model to compare with.

    Returns
    -------
    pandas.DataFrame
        `COMPARISON_COLUMNS`; Holm's correction over the models of one metric.

    Raises
    ------
    InputError
        Where no model has the reference's name.
    """
    if reference not in outcomes:
        remedy = did_you_mean(reference, list(outcomes))
        raise InputError([Problem("reference", f"no model {reference!r}", remedy)])
    metrics = list(dict.fromkeys(metric for _, metric in scores))
    rows = [
        _comparison_row(outcomes, scores, (model, reference, metric))
        for metric in metrics
        if METRICS[metric].direction != "target"
        for model in outcomes
        if model != reference
    ]
    without_holm = [name for name in COMPARISON_COLUMNS if name != "p_holm"]
    table = pd.DataFrame(rows, columns=without_holm)
    corrected = table.groupby("metric")["p_value"].transform(holm) if rows else []
    return table.assign(p_holm=corrected)[list(COMPARISON_COLUMNS)]


def _comparison_row(
    outcomes: Mapping[str, Outcomes],
    scores: Mapping[tuple[str, str], FloatArray],
    names: tuple[str, str, str],
) -> tuple[str, str, str, float, float, float, float, float]:
    model, reference, metric = names
    difference = scores[model, metric] - scores[reference, metric]
    interval, p_value = percentile_interval(difference), bootstrap_p_value(difference)
    folds = score_folds(outcomes[model], metric) - score_folds(outcomes[reference], metric)
    corrected_t = corrected_t_p_value(folds, split_ratio(outcomes[model]))
    return (*names, interval.estimate, interval.low, interval.high, p_value, corrected_t)


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
