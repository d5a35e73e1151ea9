"""The Kruskal-Wallis statistic of many columns at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from radiomics_hcc.modelling.selection.ranks import average_ranks


def kruskal_wallis(values: NDArray[np.float64], labels: ArrayLike) -> NDArray[np.float64]:
    """Kruskal-Wallis H of every column, corrected for ties.

    H = (N - 1) sum_g n_g (mean rank_g - mean rank)^2 / sum (rank - mean rank)^2.

    Parameters
    ----------
    values : array of shape (rows, columns)
        No empty cells.
    labels : array of shape (rows,)
        Classes.

    Returns
    -------
    array of shape (columns,)
        0 where a column is constant.
    """
    ranks = average_ranks(values)
    centred = ranks - (len(ranks) + 1) / 2.0
    members = membership(labels)
    between = (members @ centred) ** 2 / members.sum(axis=1, keepdims=True)
    total = (centred**2).sum(axis=0)
    unscaled = (len(ranks) - 1) * between.sum(axis=0)
    scores = np.divide(unscaled, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(scores)


def kruskal_wallis_p(scores: NDArray[np.float64], classes: int) -> NDArray[np.float64]:
    """P-values of H by its chi-square limit with `classes` - 1 degrees of freedom.

    A column without a score (constant) has p = 1; so has every column of a single class.
    """
    if classes < 2:
        return np.ones_like(scores)
    return np.asarray(chdtrc(classes - 1, scores))


def membership(labels: ArrayLike) -> NDArray[np.float64]:
    """1 where a row belongs to a class, else 0; shape (classes, rows), classes in sorted order."""
    found = np.asarray(labels)
    return np.asarray(np.unique(found)[:, np.newaxis] == found, dtype=np.float64)
