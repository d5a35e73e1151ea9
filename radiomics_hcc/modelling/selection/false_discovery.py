"""The columns that differ between the classes beyond what many tests find by chance."""

from __future__ import annotations

from typing import Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Tags

from radiomics_hcc.modelling.selection.column_selector import ColumnSelector
from radiomics_hcc.modelling.selection.kruskal_wallis import kruskal_wallis, kruskal_wallis_p
from radiomics_hcc.modelling.selection.univariate import FEATURES, best_columns

FALSE_DISCOVERY_RATE: Final = 0.05
"""Expected share of false findings among those that pass."""


class FdrSelection(ColumnSelector):
    """Keep the columns whose difference between the classes passes Benjamini and Hochberg.

    Each column is tested by Kruskal-Wallis (chi-square limit). Of the columns that pass, the
    best `features` are kept. Where none passes the best single column is kept, because a model
    needs one: `passing_` then says 0.

    Parameters
    ----------
    features
        At most this many columns are kept; ties go to the earlier column.
    rate
        The false-discovery rate, above 0 and at most 1.

    Attributes
    ----------
    scores_ : array of shape (columns,)
        Kruskal-Wallis statistic; 0 for a constant column.
    p_values_, adjusted_ : array of shape (columns,)
        P-values, and the smallest rate at which each column would pass.
    passing_ : int
        How many columns pass.

    References
    ----------
    .. [1] Benjamini, Hochberg. Journal of the Royal Statistical Society B 57 (1995) 289-300.
       Holds for independent tests and for positively dependent ones.
    """

    def __init__(self, features: int = FEATURES, rate: float = FALSE_DISCOVERY_RATE) -> None:
        self.features = features
        self.rate = rate

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Test every column.

        Raises
        ------
        ValueError
            For a rate outside 0 to 1, or `features` below 1.
        """
        values, labels = self._read_labelled(X, y)
        if not 0.0 < self.rate <= 1.0:
            raise ValueError(f"rate is {self.rate}; it must be above 0 and at most 1")
        self.scores_ = kruskal_wallis(values, labels)
        self.p_values_ = kruskal_wallis_p(self.scores_, len(np.unique(labels)))
        self.adjusted_ = benjamini_hochberg(self.p_values_)
        self.passing_ = int((self.adjusted_ <= self.rate).sum())
        wanted = min(self.features, max(self.passing_, 1))
        return self._keep(best_columns(self.scores_, wanted), "features keeps none; use 1 or more")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def benjamini_hochberg(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smallest false-discovery rate at which each test passes.

    The i-th smallest of m p-values becomes min over j >= i of m p_j / j.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    order = np.argsort(p_values, kind="stable")
    tests = len(p_values)
    raised = p_values[order] * tests / np.arange(1, tests + 1)
    adjusted = np.empty(tests)
    adjusted[order] = np.minimum.accumulate(raised[::-1])[::-1].clip(max=1.0)
    return adjusted
