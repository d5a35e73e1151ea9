"""Probabilities from weighted logarithms of other probabilities, and how the weights are learned.

P(k) is proportional to exp(b_k + sum_m a_m log p_m(k)): a logarithmic opinion pool (Genest and
Zidek, Stat Sci 1986). With one source it is a calibration, with several it combines models. Few
numbers are learned: one weight per source and one shift per class but the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

FloatArray: TypeAlias = NDArray[np.float64]

PROBABILITY_FLOOR: Final = 1e-4
"""A probability counts as at least this: about 100 patients cannot show a rarer event."""

SMALLEST_WEIGHT: Final = 0.01
"""Weights do not fall below this, so that a pool flattens but never turns round its sources."""

MAX_ITERATIONS: Final = 1_000
TOLERANCE: Final = 1e-8


@dataclass(frozen=True, eq=False)
class LogPool:
    """The learned numbers of a pool.

    Parameters
    ----------
    weights : array of shape (sources,)
        One per source, above 0.
    shifts : array of shape (classes,)
        One per class; the first is 0.
    """

    weights: FloatArray
    shifts: FloatArray

    def __call__(self, sources: Sequence[FloatArray]) -> FloatArray:
        """Pool probabilities.

        Parameters
        ----------
        sources : sequence of arrays of shape (rows, classes)
            Probabilities by source.

        Returns
        -------
        array of shape (rows, classes)
            Each row adds up to 1.
        """
        logits = np.tensordot(self.weights, log_ratios(sources), axes=1) + self.shifts
        return np.asarray(softmax(logits, axis=1))


def fit_log_pool(
    sources: Sequence[FloatArray], codes: NDArray[np.intp], row_weights: FloatArray | None = None
) -> LogPool:
    """Learn the weights by the smallest cross-entropy with Platt's targets.

    A row of class k has the target (n_k + 1) / (n_k + K) for its class and 1 / (n_k + K) for each
    other one, n_k the weight of the class (Platt 1999 for K = 2). Therefore the numbers stay
    finite where the sources separate the classes. The problem is convex.

    Parameters
    ----------
    sources : sequence of arrays of shape (rows, classes)
        Probabilities of rows that their model was not fitted on.
    codes : array of shape (rows,)
        Classes as 0..K-1.
    row_weights : array of shape (rows,), optional
        1 for every row when left out.

    Returns
    -------
    LogPool
        Where all rows are of one class there is nothing to learn: equal weights, no shift.
    """
    logs = log_ratios(sources)
    count, _, classes = logs.shape
    if len(np.unique(codes)) < 2:
        return LogPool(np.full(count, 1.0 / count), np.zeros(classes))
    rows = np.ones(len(codes)) if row_weights is None else np.asarray(row_weights, dtype=np.float64)
    targets = platt_targets(codes, classes, rows)
    found = minimize(
        _cross_entropy,
        np.concatenate([np.full(count, 1.0 / count), np.zeros(classes - 1)]),
        args=(logs, targets, rows / rows.sum()),
        method="L-BFGS-B",
        jac=True,
        bounds=[*[(SMALLEST_WEIGHT, None)] * count, *[(None, None)] * (classes - 1)],
        options={"maxiter": MAX_ITERATIONS, "gtol": TOLERANCE, "ftol": 1e-15},
    )
    return LogPool(found.x[:count], np.concatenate([[0.0], found.x[count:]]))


def log_ratios(sources: Sequence[FloatArray]) -> FloatArray:
    """log(p_k / p_0) of every source, shape (sources, rows, classes)."""
    logs = np.log(np.clip(np.asarray(sources, dtype=np.float64), PROBABILITY_FLOOR, 1.0))
    return np.asarray(logs - logs[:, :, :1])


def platt_targets(codes: NDArray[np.intp], classes: int, rows: FloatArray) -> FloatArray:
    """Targets a little inside 0 and 1, shape (rows, classes); each row adds up to 1."""
    by_class = np.bincount(codes, rows, classes)
    own = by_class[codes][:, None]
    is_own = np.arange(classes)[None, :] == codes[:, None]
    return np.asarray((is_own * own + 1.0) / (own + classes))


def _cross_entropy(
    numbers: FloatArray, logs: FloatArray, targets: FloatArray, rows: FloatArray
) -> tuple[float, FloatArray]:
    """Mean cross-entropy and its gradient."""
    sources = len(logs)
    shifts = np.concatenate([[0.0], numbers[sources:]])
    log_probability = log_softmax(np.tensordot(numbers[:sources], logs, axes=1) + shifts, axis=1)
    excess = rows[:, None] * (np.exp(log_probability) - targets)
    by_weight = np.tensordot(logs, excess, axes=2)
    loss = -float(rows @ (targets * log_probability).sum(axis=1))
    return loss, np.concatenate([by_weight, excess.sum(axis=0)[1:]])
