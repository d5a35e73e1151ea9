"""Models of different runs on the same resamples of patients: paired differences and ranks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from radiomics_hcc.evaluation.across_runs import (
    Compared,
    Pair,
    View,
    match_folds,
    view_of_group,
)
from radiomics_hcc.evaluation.compare import HOLM_COLUMNS, holm
from radiomics_hcc.evaluation.evaluate import metric_rows
from radiomics_hcc.evaluation.intervals import (
    bootstrap_p_value,
    corrected_t_p_value,
    percentile_interval,
    split_ratio,
)
from radiomics_hcc.evaluation.metrics import METRICS, metrics_for, score_folds
from radiomics_hcc.evaluation.outcomes import FloatArray, Outcomes
from radiomics_hcc.evaluation.resampling import (
    bootstrap_scores,
    draw_resamples,
    percentile_limits,
)
from radiomics_hcc.evaluation.widening import WIDENED_METRIC, widened, widening_factor

PAIRED_COLUMNS: Final = (
    "left",
    "right",
    "metric",
    "difference",
    "low",
    "high",
    "p_value",
    "p_holm",
    "patients",
    "p_corrected_t",
    "p_corrected_t_holm",
)
RANK_COLUMNS: Final = ("label", "metric", "rank", "low", "high", "best", "group", "among")
TIE_DECIMALS: Final = 12  # scores that are equal on paper differ from the 16th decimal on

Seen: TypeAlias = tuple[str, View]
"""A label in a view."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Every model's scores over the same resamples of its patients.

    Parameters
    ----------
    outcomes
        By label and view.
    resampled
        By label, view and metric: `bootstrap_scores`, shape (1 + b,).
    factors
        By label, view and metric: how much wider an interval has to be, see `widening_factor`.
    folds
        By label, view and metric: `score_folds`.
    """

    outcomes: Mapping[Seen, Outcomes]
    resampled: Mapping[tuple[Seen, str], FloatArray]
    factors: Mapping[tuple[Seen, str], float]
    folds: Mapping[tuple[Seen, str], FloatArray]


def score_models(
    compared: Sequence[Compared], seen: Iterable[Seen], *, resamples: int, seed: int
) -> Scores:
    """Score models in the views that are asked for.

    The resamples depend on patients, labels and seed alone, so that models of the same design
    see the same ones, whichever run they come from.

    Parameters
    ----------
    compared
        The models.
    seen
        Label and view, of those that are needed.
    resamples
        How many, b.
    """
    known = {each.label: each for each in compared}
    outcomes = {key: known[key[0]].outcomes(key[1]) for key in dict.fromkeys(seen)}
    resampled, factors, folds = {}, {}, {}
    for key, each in outcomes.items():
        counts = draw_resamples(each.labels, resamples, seed)
        for metric in metrics_in(each.classes, key[1]):
            values = bootstrap_scores(each, metric, counts)
            resampled[key, metric] = values
            factors[key, metric] = _factor(metric, values, known[key[0]].training_auc)
            folds[key, metric] = score_folds(each, metric)
    return Scores(outcomes, resampled, factors, folds)


def metrics_in(classes: Sequence[str], view: View) -> tuple[str, ...]:
    """Metrics of a view; where classes had to be merged those that look at two classes anyway.

    The others, such as the Brier score, would be another number than the one of the run's table.
    """
    names = metrics_for(classes)
    if view == "all":
        return names
    return tuple(name for name in names if METRICS[name].view in ("two", "two_if_possible"))


def paired_table(pairs: Sequence[Pair], scores: Scores) -> pd.DataFrame:
    """Differences of pairs of models, left minus right, as within a run.

    Parameters
    ----------
    pairs
        From `pairs_to_compare`.
    scores
        Of both models of each pair, in its view.

    Returns
    -------
    pandas.DataFrame
        `PAIRED_COLUMNS`: paired patient bootstrap; where the splits are the same also the
        corrected resampled t-test. Holm's correction counts all pairs of a metric. Metrics
        without a better direction have no row.
    """
    rows = [row for pair in pairs for row in _differences(pair, scores)]
    table = pd.DataFrame(rows, columns=[n for n in PAIRED_COLUMNS if n not in HOLM_COLUMNS])
    table = table.astype({"p_value": float, "p_corrected_t": float})
    for corrected, raw in HOLM_COLUMNS.items():
        table[corrected] = table.groupby("metric", sort=False)[raw].transform(holm)
    order = table["metric"].map({name: place for place, name in enumerate(METRICS)})
    by_metric = table.iloc[np.argsort(order.to_numpy(float), kind="stable")]
    return by_metric[list(PAIRED_COLUMNS)].reset_index(drop=True)


def rank_table(groups: Sequence[Sequence[Compared]], scores: Scores) -> pd.DataFrame:
    """Places of the models of each group, over the same resamples.

    Parameters
    ----------
    groups
        Within each all models compare, see `comparable_groups`; those of one model have no rows.
    scores
        Of every model of such a group, in the group's view.

    Returns
    -------
    pandas.DataFrame
        `RANK_COLUMNS`: the place of the model (1 is best, tied models share the mean of their
        places), its 95 % limits over the resamples, and the share of resamples in which it came
        first; models that tie there share that resample. Resamples in which some model has no
        score are left out. Without a score there is no place.
    """
    rows = [
        row
        for number, group in enumerate((g for g in groups if len(g) > 1), start=1)
        for row in _ranks(group, scores, number)
    ]
    return pd.DataFrame(rows, columns=list(RANK_COLUMNS))


def metrics_of(each: Compared, scores: Scores) -> pd.DataFrame:
    """The metrics of one model as its run's own table has them, with the label as the model."""
    key: Seen = (each.label, "all")
    own = {(each.label, m): values for (k, m), values in scores.resampled.items() if k == key}
    factors = {(each.label, metric): scores.factors[key, metric] for _, metric in own}
    return metric_rows({each.label: scores.outcomes[key]}, own, factors)


def _factor(metric: str, values: FloatArray, training_auc: float) -> float:
    return widening_factor(float(values[0]), training_auc) if metric == WIDENED_METRIC else 1.0


def _has_direction(metric: str) -> bool:
    return METRICS[metric].direction != "target"


def _differences(pair: Pair, scores: Scores) -> Iterator[tuple[object, ...]]:
    assert pair.view is not None, "pairs that compare have a common view"
    left, right = (pair.left, pair.view), (pair.right, pair.view)
    ours, theirs = scores.outcomes[left], scores.outcomes[right]
    places = match_folds(ours, theirs) if pair.same_splits else None
    for metric in filter(_has_direction, metrics_in(ours.classes, pair.view)):
        factor = max(scores.factors[left, metric], scores.factors[right, metric])
        gap = scores.resampled[left, metric] - scores.resampled[right, metric]
        difference = widened(gap, factor)
        found = percentile_interval(difference)
        corrected_t = float("nan")
        if places is not None:
            folds = scores.folds[left, metric] - scores.folds[right, metric][places]
            corrected_t = corrected_t_p_value(folds, split_ratio(ours))
        limits = (found.estimate, found.low, found.high, bootstrap_p_value(difference))
        yield (pair.left, pair.right, metric, *limits, len(ours.labels), corrected_t)


def _ranks(group: Sequence[Compared], scores: Scores, number: int) -> Iterator[tuple[object, ...]]:
    view = view_of_group(group)
    keys: list[Seen] = [(each.label, view) for each in group]
    for metric in filter(_has_direction, metrics_in(scores.outcomes[keys[0]].classes, view)):
        # One factor for all: wider intervals of one model alone would move it between the others.
        factor = max(scores.factors[key, metric] for key in keys)
        values = np.stack([widened(scores.resampled[key, metric], factor) for key in keys])
        places, best = _places(values, METRICS[metric].direction == "higher")
        for key, place, share in zip(keys, places, best, strict=True):
            limits = percentile_limits(place[1:])
            yield (key[0], metric, place[0], *limits, share, number, len(keys))


def _places(values: FloatArray, is_higher_better: bool) -> tuple[FloatArray, FloatArray]:
    """Places (models, 1 + b) of scores of that shape, and the share of first places (models,)."""
    has_score = np.isfinite(values[:, 0])
    places = np.full(values.shape, np.nan)
    best = np.full(len(values), np.nan)
    judged = np.round(values[has_score], TIE_DECIMALS) * (-1.0 if is_higher_better else 1.0)
    is_complete = np.isfinite(judged).all(axis=0)
    if has_score.any():
        usable = judged[:, is_complete]
        placed = np.full(judged.shape, np.nan)
        placed[:, is_complete] = rankdata(usable, axis=0)
        places[has_score] = placed
        is_first = (usable == usable.min(axis=0))[:, 1:]
        if is_first.shape[1]:
            best[has_score] = (is_first / is_first.sum(axis=0)).mean(axis=1)
    return places, best
