"""Calibration slope and intercept, by logistic regression on the logit of the prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray

CLIP: Final = 1e-6  # probabilities 0 and 1 have no logit
ITERATIONS: Final = 30  # Newton needs about 5; one that needs more is separated
TOLERANCE: Final = 1e-8
SMALLEST_DETERMINANT: Final = 1e-12  # of the information matrix, against its trace to the power d


def calibration_slope(
    labels: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Slope b of logit P(positive) = a + b logit(p): 1 is right, below 1 is overfitted.

    NaN where the predictions are all alike or separate the classes perfectly.

    References
    ----------
    .. [1] Cox. Biometrika 45 (1958) 562-565.
    .. [2] Van Calster et al. BMC Medicine 17 (2019) 230.
    """
    predictor = _logits(probabilities)
    design = np.stack([np.ones_like(predictor), predictor], axis=1)
    return _Logistic(design, labels == 0, np.zeros_like(predictor)).fit(weights)[:, 1]


def calibration_intercept(
    labels: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Intercept a of logit P(positive) = a + logit(p): 0 is right, above 0 predicts too low.

    The slope is held at 1 (calibration in the large). NaN where only one class has weight.
    """
    predictor = _logits(probabilities)
    return _Logistic(np.ones((len(labels), 1)), labels == 0, predictor).fit(weights)[:, 0]


def _logits(probabilities: FloatArray) -> FloatArray:
    return np.asarray(logit(np.clip(probabilities[:, 0], CLIP, 1.0 - CLIP)), dtype=float)


@dataclass(frozen=True, eq=False)
class _Logistic:
    """Logistic regressions of one outcome on one design, one per row of the weights."""

    design: FloatArray
    is_positive: NDArray[np.bool_]
    offset: FloatArray

    def fit(self, weights: FloatArray) -> FloatArray:
        """Coefficients (b, d); every fit starts from the one that all resamples share."""
        nothing = np.zeros((1, self.design.shape[1]))
        common = self._newton(weights.mean(axis=0, keepdims=True), nothing)
        start = common if np.isfinite(common).all() else nothing
        return self._newton(weights, np.repeat(start, len(weights), axis=0))

    def _newton(self, weights: FloatArray, start: FloatArray) -> FloatArray:
        coefficients = start.copy()
        active = np.arange(len(weights))
        for _ in range(ITERATIONS):
            step = self._step(weights[active], coefficients[active])
            coefficients[active] += step
            is_moving = np.abs(step).max(axis=1) > TOLERANCE  # False for NaN, which stays
            active = active[is_moving]
            if len(active) == 0:
                break
        coefficients[active] = np.nan
        return coefficients

    def _step(self, weights: FloatArray, coefficients: FloatArray) -> FloatArray:
        parameters = self.design.shape[1]
        chance = expit(self.offset + coefficients @ self.design.T)
        gradient: FloatArray = (weights * (self.is_positive - chance)) @ self.design
        products = (self.design[:, :, np.newaxis] * self.design[:, np.newaxis]).reshape(
            -1, parameters**2
        )
        information = ((weights * chance * (1.0 - chance)) @ products).reshape(
            -1, parameters, parameters
        )
        size = np.trace(information, axis1=1, axis2=2) ** parameters
        is_regular = np.linalg.det(information) > SMALLEST_DETERMINANT * size
        step = np.full_like(gradient, np.nan)
        step[is_regular] = np.linalg.solve(
            information[is_regular], gradient[is_regular][:, :, np.newaxis]
        )[:, :, 0]
        return step
