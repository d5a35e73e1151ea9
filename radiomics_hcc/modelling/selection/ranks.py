"""Ranks and correlations of many columns at once, and runs of equal values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def average_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank of each value within its column, from 1; equal values share their mean rank.

    Parameters
    ----------
    values : array of shape (rows, columns)
        No empty cells.

    Returns
    -------
    array of shape (rows, columns)
        As `scipy.stats.rankdata(values, axis=0)`, several times faster.
    """
    by_column = np.ascontiguousarray(values.T)
    order = np.argsort(by_column, axis=1)
    first, last = _runs(np.take_along_axis(by_column, order, axis=1))
    ranks = np.empty(by_column.shape)
    np.put_along_axis(ranks, order, (first + last) / 2.0 + 1.0, axis=1)
    return ranks.T


def longest_runs(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """How many rows have the most frequent value of each column, shape (columns,)."""
    first, last = _runs(np.sort(values.T, axis=1))
    return np.asarray((last - first).max(axis=1) + 1)


def correlations(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson correlation between columns, shape (columns, columns); 0 for a constant column."""
    unit = unit_columns(values)
    return np.asarray(unit.T @ unit)


def unit_columns(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns centred and of length 1, so that products are correlations; constant ones are 0."""
    centred = values - values.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=length > 0)
    return np.asarray(unit)


def _runs(ordered: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where the run of equal values begins and ends, for each place of rows that are sorted."""
    places = np.arange(ordered.shape[1])
    begins = np.ones(ordered.shape, dtype=bool)
    np.not_equal(ordered[:, 1:], ordered[:, :-1], out=begins[:, 1:])
    if begins.all():
        alone = np.broadcast_to(places, ordered.shape)
        return alone, alone
    ends = np.ones(ordered.shape, dtype=bool)
    ends[:, :-1] = begins[:, 1:]
    first = np.maximum.accumulate(np.where(begins, places, 0), axis=1)
    after = np.where(ends, places, ordered.shape[1])[:, ::-1]
    return first, np.minimum.accumulate(after, axis=1)[:, ::-1]
