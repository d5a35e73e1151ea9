"""The tables behind the figures: ROC, calibration, decision curve, confusion matrix.

All but the confusion matrix look at two classes (objective response against the rest where there
are more), average over the repeats, and carry a 95 % band from the patient bootstrap.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.decisions import confusion_counts
from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray, Outcomes, read_outcomes
from radiomics_hcc.evaluation.ranking import pair_weight, ratio
from radiomics_hcc.evaluation.resampling import LEVEL, draw_resamples

GRID: Final = 101  # points of the false-positive rate, 0 to 1
THRESHOLDS: Final = tuple(round(0.01 * step, 2) for step in range(1, 100))


def roc_curve(predictions: Predictions, *, resamples: int = 200, seed: int = 0) -> pd.DataFrame:
    """Mean ROC curve over folds and repeats, sensitivity averaged at equal false-positive rate.

    Folds count by the pairs of patients that they hold, so that the area under the curve is the
    metric `auc`.

    Returns
    -------
    pandas.DataFrame
        `false_positive_rate, sensitivity, low, high`; starts at (0, 0), ends at (1, 1).

    Raises
    ------
    InputError
        Where the classes have no two-class view, or only one class occurs.
    """
    seen = _two_classes(predictions)
    grid = np.linspace(0.0, 1.0, GRID)
    weights = _weights(seen, resamples, seed)
    repeats = zip(seen.probabilities[:, :, 0], seen.folds, strict=True)
    each = [_roc_of_folds(seen.labels, *repeat, weights, grid) for repeat in repeats]
    curves = np.mean(each, axis=0)
    table = _banded(curves, "sensitivity", {"false_positive_rate": grid})
    origin = pd.DataFrame(0.0, index=[0], columns=table.columns)
    return pd.concat([origin, table], ignore_index=True)


def _roc_of_folds(
    labels: IntArray,
    scores: FloatArray,
    folds: NDArray[np.object_],
    weights: FloatArray,
    grid: FloatArray,
) -> FloatArray:
    """Curves of one repeat; a resample that leaves a fold without a class leaves the fold out."""
    drawn = np.zeros((len(weights), len(grid)))
    pairs = np.zeros(len(weights))
    for fold in np.unique(folds):
        inside = folds == fold
        held = pair_weight(labels[inside], weights[:, inside])
        is_held = held > 0
        curve = _roc(labels[inside], scores[inside], weights[np.ix_(is_held, inside)], grid)
        drawn[is_held] += held[is_held, np.newaxis] * curve
        pairs += held
    return ratio(drawn, pairs[:, np.newaxis])


def _roc(labels: IntArray, scores: FloatArray, weights: FloatArray, grid: FloatArray) -> FloatArray:
    """Sensitivity at each false-positive rate of the grid, for each row of the weights."""
    order = np.argsort(-scores, kind="stable")
    is_last_of_ties = np.append(np.diff(scores[order]) != 0, True)
    is_positive = labels[order] == 0
    counted = weights[:, order]
    hits = np.cumsum(counted * is_positive, axis=1)[:, is_last_of_ties]
    alarms = np.cumsum(counted * ~is_positive, axis=1)[:, is_last_of_ties]
    pairs = zip(hits / hits[:, -1:], alarms / alarms[:, -1:], strict=True)
    curves = [_at_rates(sensitivity, rate, grid) for sensitivity, rate in pairs]
    return np.stack(curves) if curves else np.zeros((0, len(grid)))


def _at_rates(sensitivity: FloatArray, rate: FloatArray, grid: FloatArray) -> FloatArray:
    """Interpolate between the corners of one curve; at a vertical step its upper end."""
    rate, sensitivity = np.append(0.0, rate), np.append(0.0, sensitivity)
    left = np.searchsorted(rate, grid, side="right") - 1
    right = np.minimum(left + 1, len(rate) - 1)
    width = rate[right] - rate[left]
    share = np.divide(grid - rate[left], width, out=np.zeros_like(grid), where=width > 0)
    return np.asarray(sensitivity[left] + share * (sensitivity[right] - sensitivity[left]))


def calibration_curve(
    predictions: Predictions, *, bins: int = 5, resamples: int = 500, seed: int = 0
) -> pd.DataFrame:
    """Observed share of positive patients in bins of predicted probability.

    The bins hold equally many predictions of all repeats together; equal probabilities stay in
    one bin, so there may be fewer bins than asked for.

    Returns
    -------
    pandas.DataFrame
        `predicted` (mean of the bin), `observed`, `low`, `high`, `patients` (predictions in the
        bin by repeats, so a patient may count in two bins with a part each).

    Raises
    ------
    InputError
        Where the classes have no two-class view, or only one class occurs.
    """
    seen = _two_classes(predictions)
    chance = seen.probabilities[:, :, 0]
    edges = np.unique(np.quantile(chance, np.linspace(0.0, 1.0, bins + 1)[1:-1]))
    place = np.searchsorted(edges, chance, side="right")
    used = np.unique(place)
    share = np.stack([(place == each).mean(axis=0) for each in used], axis=1)
    summed = np.stack([(chance * (place == each)).mean(axis=0) for each in used], axis=1)
    weights = _weights(seen, resamples, seed)
    observed = ratio((weights * (seen.labels == 0)) @ share, weights @ share)
    predicted = summed.sum(axis=0) / share.sum(axis=0)
    table = _banded(observed, "observed", {"predicted": predicted})
    return table.assign(patients=share.sum(axis=0))


def decision_curve(
    predictions: Predictions,
    *,
    thresholds: Sequence[float] = THRESHOLDS,
    resamples: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Net benefit of treating those above a threshold probability t.

    Net benefit = true positives / n - false positives / n x t / (1 - t) [1]_. Treating nobody
    is 0 at every threshold.

    Returns
    -------
    pandas.DataFrame
        `threshold, net_benefit, low, high, treat_all`.

    Raises
    ------
    InputError
        Where a threshold is not between 0 and 1, the classes have no two-class view, or only one
        class occurs.

    References
    ----------
    .. [1] Vickers, Elkin. Medical Decision Making 26 (2006) 565-574.
    """
    wrong = [value for value in thresholds if not 0.0 < value < 1.0]
    if wrong:
        raise InputError(Problem("thresholds", f"{v} is not between 0 and 1") for v in wrong)
    seen = _two_classes(predictions)
    cuts = np.asarray(thresholds, dtype=float)
    gain = np.where((seen.labels == 0)[:, np.newaxis], 1.0, -cuts / (1.0 - cuts))
    is_treated = (seen.probabilities[:, :, :1] >= cuts).mean(axis=0)
    weights = _weights(seen, resamples, seed) / len(seen.labels)
    table = _banded(weights @ (gain * is_treated), "net_benefit", {"threshold": cuts})
    return table.assign(treat_all=gain.mean(axis=0))


def confusion(predictions: Predictions) -> pd.DataFrame:
    """Patients by true class (rows) and most probable class (columns), mean over the repeats.

    Returns
    -------
    pandas.DataFrame
        Rows and columns in the order of the classes, best first; adds up to the patients.
    """
    outcomes = read_outcomes(predictions)
    once = np.ones((1, len(outcomes.labels)))
    counts = [confusion_counts(outcomes.labels, p, once)[0] for p in outcomes.probabilities]
    names = list(outcomes.classes)
    return pd.DataFrame(
        np.mean(counts, axis=0),
        index=pd.Index(names, name="true"),
        columns=pd.Index(names, name="predicted"),
    )


def _two_classes(predictions: Predictions) -> Outcomes:
    outcomes = read_outcomes(predictions)
    seen = outcomes.two_class()
    if seen is None:
        what = f"{', '.join(outcomes.classes)} have no positive class"
        raise InputError([Problem("classes", what, "merge them into two")])
    if len(np.unique(seen.labels)) < 2:
        raise InputError([Problem("labels", "all patients have the same class")])
    return seen


def _weights(outcomes: Outcomes, resamples: int, seed: int) -> FloatArray:
    """Every patient once, then the resamples."""
    counts = draw_resamples(outcomes.labels, resamples, seed)
    return np.concatenate([np.ones((1, len(outcomes.labels))), counts])


def _banded(curves: FloatArray, name: str, given: dict[str, FloatArray]) -> pd.DataFrame:
    """The first curve as estimate, percentiles of the others as its band."""
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.nanquantile(curves[1:], [tail, 1.0 - tail], axis=0)
    return pd.DataFrame({**given, name: curves[0], "low": low, "high": high})
