"""Columns in which nearly every row has the same value go."""

from __future__ import annotations

from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike

from radiomics_hcc.modelling.selection.column_selector import ColumnSelector
from radiomics_hcc.modelling.selection.ranks import longest_runs

SAME_VALUE_LIMIT: Final = 0.95
"""A column with one value in more than this share of the rows is near-constant (95/5 rule)."""


class NearConstantFilter(ColumnSelector):
    """Drop columns in which nearly every row has the same value.

    Parameters
    ----------
    limit
        A column stays while its most frequent value fills at most this share of the rows.

    Attributes
    ----------
    same_value_rate_ : array of shape (columns,)
        Share of the most frequent value in training.
    """

    def __init__(self, limit: float = SAME_VALUE_LIMIT) -> None:
        self.limit = limit

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002 (API)
        """Measure the share of the most frequent value.

        Raises
        ------
        NoColumnLeftError
            Where every column is near-constant.
        """
        values = self._read(X, least_rows=2)
        self.same_value_rate_ = longest_runs(values) / len(values)
        kept = (self.same_value_rate_ <= self.limit) & (np.ptp(values, axis=0) > 0)
        return self._keep(kept, "all are constant or nearly so")
