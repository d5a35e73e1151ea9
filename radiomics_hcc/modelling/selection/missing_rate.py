"""Columns that are mostly empty go before anything is learned from them."""

from __future__ import annotations

from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import Tags

from radiomics_hcc.modelling.selection.column_selector import ColumnSelector

MISSING_LIMIT: Final = 0.4
"""A column that is empty in more than this share of the rows tells more about who was measured."""


class MissingRateFilter(ColumnSelector):
    """Drop columns that are empty in too many rows.

    Parameters
    ----------
    limit
        A column stays while its share of empty cells is at most this (0 to 1). Wholly empty
        columns always go.

    Attributes
    ----------
    missing_rate_ : array of shape (columns,)
        Share of empty cells in training.
    """

    def __init__(self, limit: float = MISSING_LIMIT) -> None:
        self.limit = limit

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002 (API)
        """Measure the share of empty cells.

        Raises
        ------
        NoColumnLeftError
            Where every column is emptier than the limit.
        """
        values = self._read(X, allow_empty=True)
        self.missing_rate_ = np.isnan(values).mean(axis=0)
        kept = (self.missing_rate_ <= self.limit) & (self.missing_rate_ < 1.0)
        return self._keep(kept, f"all are empty in more than {self.limit:.0%} of the rows")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
