"""The likelihood of the cumulative logit model, its gradient, and its thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

FloatArray: TypeAlias = NDArray[np.float64]

LOG_INCREMENT_BOUND: Final = 20.0
"""Thresholds lie between exp(-20) and exp(20) apart, which keeps every exponential finite."""

CLASS_FLOOR: Final = 1e-3
"""Added to every class count of the start, so that a class without weight has a threshold."""


@dataclass(frozen=True, eq=False)
class PenalisedLikelihood:
    """Penalised negative log-likelihood of the cumulative logit model, per unit of weight.

    Parameters
    ----------
    values : array of shape (rows, columns)
        Features.
    codes : array of shape (rows,)
        Classes as 0..K-1.
    weights : array of shape (rows,)
        Weight of each row.
    penalty
        Strength of the L2 penalty on the slopes.
    """

    values: FloatArray
    codes: NDArray[np.intp]
    weights: FloatArray
    penalty: float

    def __call__(self, parameters: FloatArray) -> tuple[float, FloatArray]:
        """Value and gradient at slopes, first threshold and logarithms of the increments."""
        columns = self.values.shape[1]
        slopes, free = parameters[:columns], parameters[columns:]
        low, high = self._own_bounds(slopes, free)
        loss = -self.weights @ log_interval(low, high) + self.penalty * slopes @ slopes / 2
        gap = np.exp(low - high) / -np.expm1(low - high)
        by_high = -self.weights * (expit(-high) + gap)
        by_low = self.weights * (expit(low) + gap)
        by_slope = self.penalty * slopes - self.values.T @ (by_high + by_low)
        gradient = np.concatenate([by_slope, self._by_threshold(by_low, by_high, free)])
        scale = 1.0 / self.weights.sum()
        return float(loss * scale), gradient * scale

    def start(self) -> FloatArray:
        """Parameters that predict the class frequencies for everyone."""
        counts = np.bincount(self.codes, weights=self.weights) + CLASS_FLOOR
        share = np.cumsum(counts)[:-1] / counts.sum()
        cuts = np.log(share / (1 - share))
        slopes = np.zeros(self.values.shape[1])
        return np.concatenate([slopes, cuts[:1], np.log(np.diff(cuts))])

    def bounds(self) -> list[tuple[float | None, float | None]]:
        """Bounds of the parameters: only the increments have any."""
        free = [(None, None)] * (self.values.shape[1] + 1)
        return [*free, *[(-LOG_INCREMENT_BOUND, LOG_INCREMENT_BOUND)] * (self.codes.max() - 1)]

    def _own_bounds(self, slopes: FloatArray, free: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Lower and upper logit of each row's own class."""
        lower, upper = class_bounds(thresholds(free), self.values @ slopes)
        rows = np.arange(len(self.codes))
        return lower[rows, self.codes], upper[rows, self.codes]

    def _by_threshold(
        self, by_low: FloatArray, by_high: FloatArray, free: FloatArray
    ) -> FloatArray:
        """Gradient by the free parameters: a threshold moves all later ones with it."""
        classes = len(free) + 1
        by_cut = np.bincount(self.codes, by_high, classes)[:-1]
        by_cut += np.bincount(self.codes, by_low, classes)[1:]
        later = np.cumsum(by_cut[::-1])[::-1]
        return np.asarray(later * np.concatenate([[1.0], np.exp(free[1:])]))


def thresholds(free: FloatArray) -> FloatArray:
    """Thresholds from the first one and the logarithms of the increments."""
    return np.cumsum(np.concatenate([free[:1], np.exp(free[1:])]))


def class_bounds(cuts: FloatArray, score: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lower and upper logit of every class, each of shape (rows, classes)."""
    edges = np.concatenate([[-np.inf], cuts, [np.inf]])
    logits = edges[None, :] - score[:, None]
    return logits[:, :-1], logits[:, 1:]


def log_interval(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Logarithm of expit(upper) - expit(lower), stable in both tails.

    expit(u) - expit(l) = expit(u) expit(-l) (1 - exp(l - u)).
    """
    return np.asarray(log_expit(upper) + log_expit(-lower) + np.log(-np.expm1(lower - upper)))
