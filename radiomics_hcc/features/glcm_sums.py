"""Sums over all pairs of grey levels of a co-occurrence matrix (IBSI manual, section 3.6)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.imaging.compiled import compiled

# Added by PyRadiomics within logarithms and below fractions, against log 0 and 0 / 0.
EPSILON: Final = float(np.spacing(1.0))


@compiled
def distribute(
    p: NDArray[np.float64],
    levels: NDArray[np.int64],
    into: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
) -> None:
    """Add the shares p(i, j) to p_x, p_y, p_{x+y} and p_{x-y}, all zero before."""
    p_x, p_y, p_sum, p_difference = into
    for matrix in range(p.shape[0]):
        for row in range(levels.size):
            for column in range(levels.size):
                share = p[matrix, row, column]
                if share > 0:
                    p_x[matrix, row] += share
                    p_y[matrix, column] += share
                    p_sum[matrix, levels[row] + levels[column]] += share
                    p_difference[matrix, abs(levels[row] - levels[column])] += share


@compiled
def add_up(
    p: NDArray[np.float64],
    p_x: NDArray[np.float64],
    p_y: NDArray[np.float64],
    levels: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """Sums over all i and j, per matrix, into columns of zeros.

    Columns: sum of i j p, covariance of i and j, sum of p^2, largest p, and the entropies HXY of
    p, HXY1 of p_x p_y weighted by p, HXY2 of p_x p_y weighted by itself; bits.
    """
    for matrix in range(p.shape[0]):
        mean_x, mean_y = 0.0, 0.0
        for row in range(levels.size):
            mean_x += levels[row] * p_x[matrix, row]
            mean_y += levels[row] * p_y[matrix, row]
        for row in range(levels.size):
            for column in range(levels.size):
                share = p[matrix, row, column]
                expected = p_x[matrix, row] * p_y[matrix, column]
                if expected > 0:
                    bits = np.log2(expected + EPSILON)
                    sums[matrix, 5] -= share * bits
                    sums[matrix, 6] -= expected * bits
                if share > 0:
                    i, j = levels[row], levels[column]
                    sums[matrix, 0] += i * j * share
                    sums[matrix, 1] += (i - mean_x) * (j - mean_y) * share
                    sums[matrix, 2] += share * share
                    sums[matrix, 3] = max(sums[matrix, 3], share)
                    sums[matrix, 4] -= share * np.log2(share + EPSILON)
