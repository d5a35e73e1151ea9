"""Smooth calibration curves, and how far predictions lie from them: ICI, E50, E90."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.boundaries import ONE_SIDE, boundaries_of, is_one_sided
from radiomics_hcc.evaluation.calibration import CLIP, clipped_logits
from radiomics_hcc.evaluation.intervals import percentile_interval
from radiomics_hcc.evaluation.outcomes import FloatArray, Outcomes, read_outcomes
from radiomics_hcc.evaluation.resampling import banded, resample_weights
from radiomics_hcc.evaluation.splines import default_knots, spline_basis
from radiomics_hcc.evaluation.weighted_logistic import WeightedLogistic

CURVE_COLUMNS: Final = ("model", "boundary", "predicted", "observed", "low", "high", "note")
ERROR_COLUMNS: Final = (
    "model",
    "boundary",
    "measure",
    "estimate",
    "low",
    "high",
    "patients",
    "note",
)
SHOWN: Final = (0.01, 0.99)  # quantiles of the predictions between which the curve is drawn
QUANTILES: Final = {"E50": 0.5, "E90": 0.9}
NO_CURVE: Final = "no curve: in some repeat the predictions are all alike or separate the classes"


def smooth_calibration(
    predictions: Predictions, *, points: int = 50, resamples: int = 200, seed: int = 0
) -> pd.DataFrame:
    r"""Observed share of positive patients as a smooth function of the predicted probability.

    .. math:: logit P(positive) = a + s(logit p)

    with s a restricted cubic spline of three knots [1]_, fitted by repeat and averaged at equal
    p. A perfect curve is the diagonal, which the spline can be. Ordered classes have one curve
    per boundary, of the probability of being better than it.

    Parameters
    ----------
    predictions
        Out-of-fold predictions.
    points
        How many predicted probabilities the curve is given at, spread evenly over the middle
        98 % of the predictions.

    Returns
    -------
    pandas.DataFrame
        `CURVE_COLUMNS` with a patient-bootstrap band, point by point. A boundary without a curve
        has one empty row, and `note` says why.

    References
    ----------
    .. [1] Harrell. Regression Modeling Strategies, 2nd edition (2015), sections 2.4 and 10.9.
    """
    frames = []
    for seen, name in boundaries_of(read_outcomes(predictions)):
        frame = _curve(seen, points, resamples, seed)
        frame.insert(0, "boundary", name)
        frames.append(frame.assign(model=seen.model))
    return pd.concat(frames, ignore_index=True)[list(CURVE_COLUMNS)]


def calibration_errors(
    predictions: Predictions, *, resamples: int = 500, seed: int = 0
) -> pd.DataFrame:
    """Distance between predictions and the smooth curve: mean (ICI), median (E50), 90 % (E90).

    The curve follows the patients it is fitted to, so that all three are above zero for a
    perfectly calibrated model too, the more so the fewer patients; compare models, or look at
    the curve, rather than with zero.

    Returns
    -------
    pandas.DataFrame
        `ERROR_COLUMNS`, three rows per boundary; patient-bootstrap limits.

    References
    ----------
    .. [1] Austin, Steyerberg. Statistics in Medicine 38 (2019) 4051-4065.
    """
    rows: list[tuple[object, ...]] = []
    for seen, name in boundaries_of(read_outcomes(predictions)):
        for measure, scores in _errors(seen, resamples, seed).items():
            found = percentile_interval(scores)
            limits = (found.estimate, found.low, found.high)
            note = "" if np.isfinite(found.estimate) else _why_empty(seen)
            rows.append((seen.model, name, measure, *limits, len(seen.labels), note))
    return pd.DataFrame(rows, columns=list(ERROR_COLUMNS))


@dataclass(frozen=True, eq=False)
class _Smoother:
    """The spline of one repeat, fitted once for each row of the weights."""

    knots: FloatArray
    coefficients: FloatArray

    @classmethod
    def fit(
        cls, is_positive: NDArray[np.bool_], logits: FloatArray, weights: FloatArray
    ) -> _Smoother:
        knots = default_knots(logits)
        regression = WeightedLogistic(
            spline_basis(logits, knots), is_positive, np.zeros_like(logits)
        )
        return cls(knots, regression.fit(weights))

    def at(self, logits: FloatArray) -> FloatArray:
        """Smoothed share of positive patients, shape (rows of the weights, logits)."""
        return np.asarray(expit(self.coefficients @ spline_basis(logits, self.knots).T))


def _curve(seen: Outcomes, points: int, resamples: int, seed: int) -> pd.DataFrame:
    if is_one_sided(seen):
        return _empty_curve(ONE_SIDE)
    first, last = np.quantile(seen.probabilities[:, :, 0], SHOWN)
    predicted = np.clip(np.linspace(first, last, points), CLIP, 1.0 - CLIP)
    weights = resample_weights(seen, resamples, seed)
    curves = np.mean(
        [
            _Smoother.fit(seen.labels == 0, clipped_logits(chance), weights).at(logit(predicted))
            for chance in seen.probabilities
        ],
        axis=0,
    )
    if np.isnan(curves[0]).any():
        return _empty_curve(NO_CURVE)
    return banded(curves, "observed", {"predicted": predicted}).assign(note="")


def _empty_curve(note: str) -> pd.DataFrame:
    empty = {name: [np.nan] for name in ("predicted", "observed", "low", "high")}
    return pd.DataFrame({**empty, "note": [note]})


def _errors(seen: Outcomes, resamples: int, seed: int) -> dict[str, FloatArray]:
    """Each measure averaged over the repeats, shape (1 + resamples,)."""
    measures = ("ICI", *QUANTILES)
    if is_one_sided(seen):
        return {name: np.full(2, np.nan) for name in measures}
    weights = resample_weights(seen, resamples, seed)
    each = [_errors_of_repeat(seen, chance, weights) for chance in seen.probabilities]
    return dict(zip(measures, np.mean(each, axis=0), strict=True))


def _errors_of_repeat(seen: Outcomes, chance: FloatArray, weights: FloatArray) -> FloatArray:
    logits = clipped_logits(chance)
    smooth = _Smoother.fit(seen.labels == 0, logits, weights).at(logits)
    distance = np.abs(smooth - chance[:, 0])
    mean = (weights * distance).sum(axis=1) / weights.sum(axis=1)
    return np.stack([mean, *(weighted_quantile(distance, weights, q) for q in QUANTILES.values())])


def weighted_quantile(values: FloatArray, weights: FloatArray, share: float) -> FloatArray:
    """Smallest value that at least this share of the weight does not exceed, row by row.

    Parameters
    ----------
    values, weights
        Shape (b, n). Rows with a NaN give NaN.
    """
    order = np.argsort(values, axis=1)
    reached = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    needed = share * reached[:, -1:] - 1e-9  # sums of weights are exact to that
    first = (reached >= needed).argmax(axis=1)
    found = np.take_along_axis(np.take_along_axis(values, order, axis=1), first[:, None], axis=1)
    return np.where(np.isnan(values).any(axis=1), np.nan, found[:, 0])


def _why_empty(seen: Outcomes) -> str:
    return ONE_SIDE if is_one_sided(seen) else NO_CURVE
