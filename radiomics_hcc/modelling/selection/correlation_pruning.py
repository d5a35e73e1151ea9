"""Columns that repeat an earlier one go, whatever the labels say."""

from __future__ import annotations

from typing import Final, Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from radiomics_hcc.modelling.selection.column_selector import ColumnSelector
from radiomics_hcc.modelling.selection.ranks import average_ranks, correlations

CORRELATION_LIMIT: Final = 0.9
"""Above this absolute correlation the later of two columns is redundant."""


class CorrelationPruning(ColumnSelector):
    """Drop columns that repeat an earlier one.

    Columns are visited in their order; a column stays unless its absolute correlation with one
    that already stays is above the limit. The first of a correlated group is kept, whatever the
    outcome, so that the choice does not depend on the labels.

    Parameters
    ----------
    limit
        Largest absolute correlation between two kept columns.
    method
        `spearman` (ranks; monotone transforms do not change it) or `pearson`.
    """

    def __init__(
        self,
        limit: float = CORRELATION_LIMIT,
        method: Literal["spearman", "pearson"] = "spearman",
    ) -> None:
        self.limit = limit
        self.method = method

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: ARG002 (API)
        """Choose the columns.

        A constant column correlates with nothing and stays; it takes `NearConstantFilter` to
        drop it.
        """
        values = self._read(X)
        if self.method not in ("spearman", "pearson"):
            raise ValueError(f"method is {self.method!r}: use 'spearman' or 'pearson'")
        ranked = average_ranks(values) if self.method == "spearman" else values
        alike = np.abs(correlations(ranked)) > self.limit
        kept = np.ones(len(alike), dtype=bool)
        for column, repeats in enumerate(alike):
            if kept[column]:
                kept[column + 1 :] &= ~repeats[column + 1 :]
        return self._keep(kept, "unreachable: the first column always stays")
