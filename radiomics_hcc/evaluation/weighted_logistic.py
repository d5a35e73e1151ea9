"""Logistic regressions of one outcome under many sets of weights at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from radiomics_hcc.evaluation.outcomes import FloatArray

ITERATIONS: Final = 30  # Newton needs about 5; one that needs more is separated
TOLERANCE: Final = 1e-8
SMALLEST_DETERMINANT: Final = 1e-12  # of the information matrix, against its trace to the power d


@dataclass(frozen=True, eq=False)
class WeightedLogistic:
    """Logistic regressions of one outcome on one design, one per row of the weights.

    Parameters
    ----------
    design
        Shape (n, d), the column of ones included.
    is_positive
        Shape (n,).
    offset
        Shape (n,): added to the linear predictor.
    """

    design: FloatArray
    is_positive: NDArray[np.bool_]
    offset: FloatArray

    def fit(self, weights: FloatArray) -> FloatArray:
        """Coefficients (b, d) for weights (b, n); NaN where classes are separated or design flat.

        Every fit starts from the one that all resamples share.
        """
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
        # A column without weight makes LAPACK divide by its zero pivot; the determinant is 0.
        with np.errstate(divide="ignore", invalid="ignore"):
            is_regular = np.linalg.det(information) > SMALLEST_DETERMINANT * size
        step = np.full_like(gradient, np.nan)
        step[is_regular] = np.linalg.solve(
            information[is_regular], gradient[is_regular][:, :, np.newaxis]
        )[:, :, 0]
        return step
