"""The columns that differ most between the classes, each looked at alone."""

from __future__ import annotations

from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Tags

from radiomics_hcc.modelling.selection.column_selector import ColumnSelector
from radiomics_hcc.modelling.selection.kruskal_wallis import kruskal_wallis

FEATURES: Final = 8
"""Features that reach a model: 8 to 10 is what about 100 patients carry."""


class UnivariateSelection(ColumnSelector):
    """Keep the columns that differ most between the classes, each looked at alone.

    Score: the Kruskal-Wallis statistic (for two classes the square of the standardised
    Mann-Whitney statistic), which only uses ranks. Kruskal and Wallis, J Am Stat Assoc 1952.

    Parameters
    ----------
    features
        At most this many columns are kept; ties go to the earlier column.

    Attributes
    ----------
    scores_ : array of shape (columns,)
        The statistic per column; 0 for a constant one.
    """

    def __init__(self, features: int = FEATURES) -> None:
        self.features = features

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Score every column against the classes."""
        values, labels = self._read_labelled(X, y)
        self.scores_ = kruskal_wallis(values, labels)
        kept = best_columns(self.scores_, self.features)
        return self._keep(kept, f"features={self.features} keeps none; use 1 or more")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def best_columns(scores: NDArray[np.float64], features: int) -> NDArray[np.bool_]:
    """Which columns have the highest scores; ties go to the earlier column."""
    kept = np.zeros(len(scores), dtype=bool)
    kept[np.argsort(-scores, kind="stable")[: max(features, 0)]] = True
    return kept
