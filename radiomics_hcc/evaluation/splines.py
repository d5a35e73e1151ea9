"""Restricted cubic splines: smooth in the middle, straight beyond the outer knots."""

from __future__ import annotations

from typing import Final

import numpy as np

from radiomics_hcc.evaluation.outcomes import FloatArray

KNOT_QUANTILES: Final = (0.10, 0.50, 0.90)  # Harrell 2015, table 2.3, three knots


def default_knots(values: FloatArray) -> FloatArray:
    """Quantiles 10, 50 and 90 % of the values; only those that differ are kept."""
    return np.unique(np.quantile(values, KNOT_QUANTILES))


def spline_basis(values: FloatArray, knots: FloatArray) -> FloatArray:
    r"""Columns 1, x and one per knot but the last two, shape (n, knots or 2).

    With knots :math:`t_1 < ... < t_k` and :math:`(u)_+ = \max(u, 0)`, column j holds

    .. math::

        \frac{(x - t_j)_+^3 - (x - t_{k-1})_+^3 \frac{t_k - t_j}{t_k - t_{k-1}}
              + (x - t_k)_+^3 \frac{t_{k-1} - t_j}{t_k - t_{k-1}}}{(t_k - t_1)^2}

    Fewer than three knots give a straight line.

    References
    ----------
    .. [1] Harrell. Regression Modeling Strategies, 2nd edition (2015), section 2.4.5.
    """
    columns = [np.ones_like(values), values]
    if len(knots) >= 3:
        before, last = knots[-2], knots[-1]
        for knot in knots[:-2]:
            bent = (
                _cube(values - knot)
                - _cube(values - before) * (last - knot) / (last - before)
                + _cube(values - last) * (before - knot) / (last - before)
            )
            columns.append(bent / (last - knots[0]) ** 2)
    return np.stack(columns, axis=1)


def _cube(distance: FloatArray) -> FloatArray:
    return np.asarray(np.maximum(distance, 0.0) ** 3)
