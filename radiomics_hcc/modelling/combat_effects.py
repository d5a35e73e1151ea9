"""Location and scale of every batch, feature by feature, as estimated and as used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.modelling.combat_regression import Regression, column_means
from radiomics_hcc.modelling.combat_shrinkage import BatchEstimate

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class EffectRule:
    """How batch effects are estimated.

    Parameters
    ----------
    empirical_bayes
        Whether the effects of a batch are shrunken over the features.
    mean_only
        Whether the scale stays as it is.
    reference
        Number of the batch that is not changed.
    """

    empirical_bayes: bool
    mean_only: bool
    reference: int | None


@dataclass(frozen=True, eq=False)
class BatchEffects:
    """Effects of all batches; every array has the shape (batches, features).

    Parameters
    ----------
    location, scale
        As estimated; NaN where the rows do not tell.
    used_location, used_scale
        As taken out; 0 and 1 change nothing.
    """

    location: FloatArray
    scale: FloatArray
    used_location: FloatArray
    used_scale: FloatArray


def batch_effects(
    values: FloatArray,
    members: BoolArray,
    *,
    found: Regression,
    expected: FloatArray,
    rule: EffectRule,
) -> BatchEffects:
    """Estimate every batch's effects on the standardised features.

    Parameters
    ----------
    values : array of shape (rows, features)
        NaN where empty.
    members : array of shape (rows, batches)
        Which row is of which batch.
    found
        The regression of these values.
    expected : array of shape (rows, features)
        Values without a batch effect.
    """
    shape = (members.shape[1], values.shape[1])
    location, scale = np.full(shape, np.nan), np.full(shape, np.nan)
    used_location, used_scale = np.zeros(shape), np.ones(shape)
    is_left = is_constant(values) | np.isnan(found.grand_mean)
    is_shifted, is_full = ~is_left & (found.deviation == 0.0), ~is_left & (found.deviation > 0.0)
    for batch in range(shape[0]):
        rows = members[:, batch]
        differences = values[rows] - expected[rows]
        location[batch, is_shifted] = column_means(differences[:, is_shifted])
        z = differences[:, is_full] / found.deviation[is_full]
        estimate = batch_estimate(z, is_constant(values[np.ix_(rows, is_full)]))
        location[batch, is_full], scale[batch, is_full] = estimate.location, estimate.scale
        if shape[0] == 1 or batch == rule.reference:
            continue
        used_location[batch, is_shifted] = np.nan_to_num(location[batch, is_shifted], nan=0.0)
        way = estimate.shrunken if rule.empirical_bayes else estimate.as_it_is
        used_location[batch, is_full], used_scale[batch, is_full] = way(mean_only=rule.mean_only)
    return BatchEffects(location, scale, used_location, used_scale)


def batch_estimate(standardised: FloatArray, is_same: BoolArray) -> BatchEstimate:
    """Location and scale of one batch from its standardised rows.

    Parameters
    ----------
    standardised : array of shape (rows, features)
        NaN where empty.
    is_same : array of shape (features,)
        Whether all measured values of the batch are the same, which tells nothing of the scale.
    """
    is_there = ~np.isnan(standardised)
    count = is_there.sum(axis=0).astype(np.float64)
    location = column_means(standardised)
    squares = np.where(is_there, (standardised - location) ** 2, 0.0).sum(axis=0)
    scale = np.full_like(location, np.nan)
    np.divide(squares, count - 1, out=scale, where=(count > 1) & ~is_same)
    return BatchEstimate(count, location, scale)


def is_constant(values: FloatArray) -> BoolArray:
    """Whether the cells of each column that are not empty are all the same (or there is none)."""
    return np.asarray(~(np.fmax.reduce(values, axis=0) > np.fmin.reduce(values, axis=0)))
