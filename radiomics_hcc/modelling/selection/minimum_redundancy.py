"""Columns that differ between the classes and do not repeat each other (mRMR)."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Tags

from radiomics_hcc.modelling.selection.column_selector import ColumnSelector
from radiomics_hcc.modelling.selection.kruskal_wallis import kruskal_wallis
from radiomics_hcc.modelling.selection.ranks import average_ranks, unit_columns
from radiomics_hcc.modelling.selection.univariate import FEATURES


class MinimumRedundancySelection(ColumnSelector):
    r"""Minimum redundancy, maximum relevance: one column after the other, by a quotient.

    The first column is the most relevant one. Each further one has the largest

    .. math:: H_j \,/\, \max\left(\frac{1}{|S|} \sum_{i \in S} |\rho_{ij}|,\; r_0\right)

    where S are the columns chosen so far, H is the Kruskal-Wallis statistic and rho Spearman's
    correlation. This is the quotient criterion "FCQ" [1]_ of the F statistic and Pearson's
    correlation, both taken of ranks, so that monotone transforms and outliers change nothing.
    r_0 = sqrt(2 / (pi (n - 1))) is the mean of |rho| between independent columns of n rows: less
    redundancy than that is chance and earns nothing. Without the floor, a column with rho = 0.001
    would win against any other.

    Parameters
    ----------
    features
        At most this many columns are kept; ties go to the earlier column.

    Attributes
    ----------
    scores_ : array of shape (columns,)
        Kruskal-Wallis statistic; 0 for a constant column.
    order_ : array of shape (kept columns,)
        Places of the kept columns in the order in which they were chosen.

    References
    ----------
    .. [1] Ding, Peng. Journal of Bioinformatics and Computational Biology 3 (2005) 185-205.
    .. [2] Peng, Long, Ding. IEEE Transactions on Pattern Analysis and Machine Intelligence 27
       (2005) 1226-1238.
    """

    def __init__(self, features: int = FEATURES) -> None:
        self.features = features

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Choose the columns."""
        values, labels = self._read_labelled(X, y)
        self.scores_ = kruskal_wallis(values, labels)
        self.order_ = _choose(self.scores_, unit_columns(average_ranks(values)), self.features)
        kept = np.zeros(len(self.scores_), dtype=bool)
        kept[self.order_] = True
        return self._keep(kept, f"features={self.features} keeps none; use 1 or more")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags


def _choose(
    relevance: NDArray[np.float64], ranks: NDArray[np.float64], features: int
) -> NDArray[np.intp]:
    """Places of the chosen columns, in order; `ranks` are centred and of length 1."""
    rows, columns = ranks.shape
    by_chance = np.sqrt(2.0 / (np.pi * max(rows - 1, 1)))
    redundancy = np.zeros(columns)
    left = np.ones(columns, dtype=bool)
    chosen: list[int] = []
    for _ in range(min(features, columns)):
        mean = redundancy / max(len(chosen), 1)
        merit = np.where(left, relevance / np.maximum(mean, by_chance), -1.0)
        chosen.append(int(np.argmax(merit)))
        left[chosen[-1]] = False
        redundancy += np.abs(ranks[:, chosen[-1]] @ ranks)
    return np.array(chosen, dtype=np.intp)
