"""The tables behind the figures: ROC, calibration in bins, confusion matrix.

ROC and calibration look at two classes (objective response against the rest where there
are more), average over the repeats, and carry a 95 % band from the patient bootstrap.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.decisions import confusion_counts, decided
from radiomics_hcc.evaluation.outcomes import (
    FloatArray,
    IntArray,
    read_outcomes,
    two_class_outcomes,
)
from radiomics_hcc.evaluation.ranking import pair_weight, ratio
from radiomics_hcc.evaluation.resampling import banded, resample_weights

GRID: Final = 101  # points of the false-positive rate, 0 to 1


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
        Where the classes have no two-class view, or only one class occurs. Where no fold holds
        both classes the curve is empty.
    """
    seen = two_class_outcomes(predictions)
    grid = np.linspace(0.0, 1.0, GRID)
    weights = resample_weights(seen, resamples, seed)
    repeats = zip(seen.probabilities[:, :, 0], seen.folds, strict=True)
    each = [_roc_of_folds(seen.labels, *repeat, weights, grid) for repeat in repeats]
    curves = np.mean(each, axis=0)
    table = banded(curves, "sensitivity", {"false_positive_rate": grid})
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
    seen = two_class_outcomes(predictions)
    chance = seen.probabilities[:, :, 0]
    edges = np.unique(np.quantile(chance, np.linspace(0.0, 1.0, bins + 1)[1:-1]))
    place = np.searchsorted(edges, chance, side="right")
    used = np.unique(place)
    share = np.stack([(place == each).mean(axis=0) for each in used], axis=1)
    summed = np.stack([(chance * (place == each)).mean(axis=0) for each in used], axis=1)
    weights = resample_weights(seen, resamples, seed)
    observed = ratio((weights * (seen.labels == 0)) @ share, weights @ share)
    predicted = summed.sum(axis=0) / share.sum(axis=0)
    table = banded(observed, "observed", {"predicted": predicted})
    return table.assign(patients=share.sum(axis=0))


def confusion(predictions: Predictions) -> pd.DataFrame:
    """Patients by true class (rows) and decided class (columns), mean over the repeats.

    The decided class is the most probable one; of two classes the one at the threshold chosen in
    training, where there is one.

    Returns
    -------
    pandas.DataFrame
        Rows and columns in the order of the classes, best first; adds up to the patients.
    """
    outcomes = read_outcomes(predictions)
    once = np.ones((1, len(outcomes.labels)))
    is_two = len(outcomes.classes) == 2 and outcomes.thresholds is not None
    chance = decided(outcomes) if is_two else outcomes.probabilities
    counts = [confusion_counts(outcomes.labels, each, once)[0] for each in chance]
    names = list(outcomes.classes)
    return pd.DataFrame(
        np.mean(counts, axis=0),
        index=pd.Index(names, name="true"),
        columns=pd.Index(names, name="predicted"),
    )
