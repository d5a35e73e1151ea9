"""The table of metrics, and scores of one model by repeat and by fold.

A metric is computed on the out-of-fold predictions of all patients of one repeat, and averaged
over the repeats: a fold of 20 patients may lack a class, a repeat does not. Predictions of
different folds come from different fits, whose levels are the mirror image of what a fold holds:
ranked against each other, a model that knows nothing falls below AUC 0.5 [1]_. Metrics of order
therefore count the pairs of patients that were tested in the same fold.

References
----------
.. [1] Airola et al. Computational Statistics and Data Analysis 55 (2011) 1828-1844.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.positive_class import positive_classes
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation import calibration, decisions, probability, ranking
from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray, Outcomes
from radiomics_hcc.evaluation.ranking import pair_weight, ratio

Scorer: TypeAlias = Callable[[IntArray, FloatArray, FloatArray], FloatArray]
View: TypeAlias = Literal["two", "two_if_possible", "all", "three_or_more"]
Judged: TypeAlias = Literal["probabilities", "decisions", "gains"]

AT_THRESHOLD: Final = "at the threshold chosen in training"
AT_MOST_PROBABLE: Final = "at the most probable class"


@dataclass(frozen=True)
class Metric:
    """One way to judge predictions.

    Parameters
    ----------
    title
        Its name in sentences and figures.
    direction
        Whether `higher` or `lower` is better, or whether there is a `target` in between.
    function
        Labels (n,), probabilities (n, k) and weights (b, n) to scores (b,).
    view
        Which classes it looks at: `two` needs the two-class view (objective response against
        the rest), `two_if_possible` takes it where there is one, `all` takes the classes as they
        are, `three_or_more` says with two classes nothing that another metric does not.
    is_defined_by_fold
        Whether a single fold of some 20 patients can be scored.
    lowest, highest
        Its range; limits of an interval end there.
    pairs_within_folds
        Whether it compares patients in pairs, and so those of the same fold only.
    judges
        What its function takes: the `probabilities`; the `decisions`, where two classes are seen
        those at the threshold chosen in training; or what the decisions would gain.
    """

    title: str
    direction: Literal["higher", "lower", "target"]
    function: Scorer
    view: View
    is_defined_by_fold: bool = True
    lowest: float = 0.0
    highest: float = 1.0
    pairs_within_folds: bool = False
    judges: Judged = "probabilities"

    def applies_to(self, classes: Sequence[str]) -> bool:
        """Whether predictions of these classes can be scored."""
        if self.view == "two":
            return positive_classes(classes) is not None
        return self.view != "three_or_more" or len(classes) > 2

    def look_at(self, outcomes: Outcomes) -> Outcomes:
        """The predictions as this metric sees them."""
        seen = self._view(outcomes)
        if self.judges == "gains":
            return replace(seen, probabilities=decisions.gains(seen))
        if self.judges == "decisions" and self._has_threshold(seen):
            return replace(seen, probabilities=decisions.decided(seen))
        return seen

    def decision_rule(self, outcomes: Outcomes) -> str:
        """How patients were called, in words; empty where the metric needs no decision."""
        if self.judges == "probabilities":
            return ""
        return AT_THRESHOLD if self._has_threshold(self._view(outcomes)) else AT_MOST_PROBABLE

    def _view(self, outcomes: Outcomes) -> Outcomes:
        two = outcomes.two_class() if self.view in ("two", "two_if_possible") else None
        return two or outcomes

    @staticmethod
    def _has_threshold(seen: Outcomes) -> bool:
        return len(seen.classes) == 2 and seen.thresholds is not None


METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        "auc": Metric("AUC", "higher", ranking.auc, "two_if_possible", pairs_within_folds=True),
        "average_precision": Metric(
            "average precision", "higher", ranking.average_precision, "two"
        ),
        "balanced_accuracy": Metric(
            "balanced accuracy", "higher", decisions.balanced_accuracy, "all", judges="decisions"
        ),
        "sensitivity": Metric(
            "sensitivity", "higher", decisions.sensitivity, "two", judges="decisions"
        ),
        "specificity": Metric(
            "specificity", "higher", decisions.specificity, "two", judges="decisions"
        ),
        "ppv": Metric(
            "positive predictive value",
            "higher",
            decisions.positive_predictive_value,
            "two",
            judges="decisions",
        ),
        "npv": Metric(
            "negative predictive value",
            "higher",
            decisions.negative_predictive_value,
            "two",
            judges="decisions",
        ),
        "net_benefit": Metric(
            "net benefit", "higher", decisions.net_benefit, "two", lowest=-inf, judges="gains"
        ),
        "mcc": Metric(
            "Matthews' correlation",
            "higher",
            decisions.matthews_correlation,
            "all",
            lowest=-1.0,
            judges="decisions",
        ),
        "brier": Metric("Brier score", "lower", probability.brier, "all", highest=2.0),
        "scaled_brier": Metric(
            "scaled Brier score", "higher", probability.scaled_brier, "all", lowest=-inf
        ),
        "log_loss": Metric("log loss", "lower", probability.log_loss, "all", highest=inf),
        "calibration_slope": Metric(
            "calibration slope", "target", calibration.calibration_slope, "two", False, -inf, inf
        ),
        "calibration_intercept": Metric(
            "calibration intercept",
            "target",
            calibration.calibration_intercept,
            "two",
            False,
            -inf,
            inf,
        ),
        "quadratic_kappa": Metric(
            "quadratic-weighted kappa",
            "higher",
            decisions.quadratic_kappa,
            "all",
            lowest=-1.0,
            judges="decisions",
        ),
        "ordinal_c_index": Metric(
            "ordinal C-index",
            "higher",
            ranking.ordinal_c_index,
            "three_or_more",
            pairs_within_folds=True,
        ),
        "ranked_probability_score": Metric(
            "ranked probability score",
            "lower",
            probability.ranked_probability_score,
            "three_or_more",
        ),
        "mean_absolute_class_error": Metric(
            "mean absolute class error",
            "lower",
            decisions.mean_absolute_class_error,
            "three_or_more",
            highest=inf,
            judges="decisions",
        ),
    }
)


def metrics_for(classes: Sequence[str], names: Sequence[str] | None = None) -> tuple[str, ...]:
    """Names of the metrics that predictions of these classes can have, in the table's order.

    Raises
    ------
    InputError
        Where `names` asks for an unknown metric, or for one that does not apply.
    """
    fitting = [name for name, metric in METRICS.items() if metric.applies_to(classes)]
    if names is None:
        return tuple(fitting)
    problems = [
        Problem(f"metric {name!r}", "does not apply to " + ", ".join(classes))
        if name in METRICS
        else Problem(f"metric {name!r}", "is unknown", did_you_mean(name, list(METRICS)))
        for name in names
        if name not in fitting
    ]
    if problems:
        raise InputError(problems, "metrics")
    return tuple(names)


def score_repeats(outcomes: Outcomes, metric: str, weights: FloatArray | None = None) -> FloatArray:
    """Score every repeat of one model, once for each row of the weights.

    Parameters
    ----------
    outcomes
        Predictions of n patients in r repeats.
    metric
        A name in `METRICS` that applies to the classes.
    weights
        Shape (b, n): how often each patient counts; without it each counts once.

    Returns
    -------
    numpy.ndarray
        Shape (b, r); NaN where the metric has no meaning.
    """
    metrics_for(outcomes.classes, [metric])
    seen = METRICS[metric].look_at(outcomes)
    counts = np.ones((1, len(seen.labels))) if weights is None else weights
    repeats = zip(seen.probabilities, seen.folds, strict=True)
    each = [_score_repeat(METRICS[metric], seen.labels, *repeat, counts) for repeat in repeats]
    return np.stack(each, axis=1)


def _score_repeat(
    metric: Metric,
    labels: IntArray,
    chance: FloatArray,
    folds: NDArray[np.object_],
    counts: FloatArray,
) -> FloatArray:
    """One repeat: all patients together, or the folds weighted by the pairs that they hold."""
    if not metric.pairs_within_folds:
        return metric.function(labels, chance, counts)
    scored, pairs = np.zeros(len(counts)), np.zeros(len(counts))
    for fold in np.unique(folds):
        inside = folds == fold
        score = metric.function(labels[inside], chance[inside], counts[:, inside])
        held = np.where(np.isfinite(score), pair_weight(labels[inside], counts[:, inside]), 0.0)
        scored += held * np.where(held > 0, score, 0.0)
        pairs += held
    return ratio(scored, pairs)


def score_folds(outcomes: Outcomes, metric: str) -> FloatArray:
    """Score every fold of every repeat on its own.

    Returns
    -------
    numpy.ndarray
        Shape (folds of all repeats,), in the order of repeats and folds; NaN where the fold lacks
        a class, or the metric cannot be had from so few patients.
    """
    metrics_for(outcomes.classes, [metric])
    seen = METRICS[metric].look_at(outcomes)
    scores: list[FloatArray] = []
    for chance, folds in zip(seen.probabilities, seen.folds, strict=True):
        members = (np.unique(folds)[:, np.newaxis] == folds).astype(float)
        if METRICS[metric].is_defined_by_fold:
            scores.append(METRICS[metric].function(seen.labels, chance, members))
        else:
            scores.append(np.full(len(members), np.nan))
    return np.concatenate(scores)
