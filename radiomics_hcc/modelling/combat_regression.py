"""The regression of ComBat: means of batches and effects of covariates, feature by feature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
ROUNDING: Final = 1e-12
"""A spread below this share of a feature's largest value is rounding, not measurement."""


@dataclass(frozen=True, eq=False)
class Regression:
    """Least squares of every feature on batches and covariates.

    Parameters
    ----------
    batch_mean : array of shape (batches, features)
        Mean of each batch at the average covariates; NaN where the batch has no value.
    grand_mean : array of shape (features,)
        Mean of the batches, each counted by its values; the reference batch's mean where there
        is one; NaN for a feature without (reference) values.
    slopes : array of shape (covariate columns, features)
        Effects of the covariates.
    deviation : array of shape (features,)
        Root mean square of the residuals (of the reference batch, where there is one); 0 where
        nothing but rounding is left.
    """

    batch_mean: FloatArray
    grand_mean: FloatArray
    slopes: FloatArray
    deviation: FloatArray

    def expected(self, covariates: FloatArray) -> FloatArray:
        """Value without a batch effect, shape (rows, features), in the features' units."""
        return np.asarray(self.grand_mean + covariates @ self.slopes)


def regress(
    values: FloatArray, members: NDArray[np.bool_], covariates: FloatArray, reference: int | None
) -> Regression:
    """Fit all features; empty cells are left out of every estimate of their own feature.

    Features with the same empty rows are solved together. Where a covariate cannot be told from
    the batches in the rows that a feature has, the solution of least norm is taken.

    Parameters
    ----------
    values : array of shape (rows, features)
        NaN where empty.
    members : array of shape (rows, batches)
        Which row is of which batch.
    covariates : array of shape (rows, covariate columns)
        Centred, no empty cells.
    reference
        Number of the reference batch.
    """
    design = np.hstack([members.astype(np.float64), covariates])
    coefficients = np.zeros((design.shape[1], values.shape[1]))
    for rows, features in same_empty_rows(values):
        solved = np.linalg.lstsq(design[rows], values[np.ix_(rows, features)], rcond=None)[0]
        coefficients[:, features] = solved
    residuals = values - design @ coefficients
    counts = members.T.astype(np.float64) @ ~np.isnan(values)
    batches = members.shape[1]
    batch_mean = np.where(counts > 0, coefficients[:batches], np.nan)
    mean = weighted_means(batch_mean, counts) if reference is None else batch_mean[reference]
    used = residuals if reference is None else residuals[members[:, reference]]
    deviation = np.sqrt(column_means(used**2))
    largest = np.nan_to_num(np.abs(values), nan=0.0).max(axis=0)
    deviation = np.where(deviation > ROUNDING * largest, deviation, 0.0)
    return Regression(batch_mean, mean, coefficients[batches:], deviation)


def same_empty_rows(
    values: FloatArray,
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Groups of features that have values in the same rows: (rows, features) as numbers."""
    is_there = ~np.isnan(values)
    if is_there.all():
        yield np.arange(values.shape[0]), np.arange(values.shape[1])
        return
    patterns, group = np.unique(is_there, axis=1, return_inverse=True)
    for number in range(patterns.shape[1]):
        rows = np.flatnonzero(patterns[:, number])
        if len(rows):
            yield rows, np.flatnonzero(group.ravel() == number)


def column_means(values: FloatArray) -> FloatArray:
    """Mean of each column's cells that are not empty; NaN where there is none."""
    return weighted_means(values, (~np.isnan(values)).astype(np.float64))


def weighted_means(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted mean of each column; empty cells must have weight 0; NaN without any weight."""
    total, count = np.nansum(values * weights, axis=0), weights.sum(axis=0)
    empty = np.full(values.shape[1], np.nan)
    return np.asarray(np.divide(total, count, out=empty, where=count > 0))
