"""Neighbouring grey level dependence matrix: IBSI's names for the dependence matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.features.directions import directions
from radiomics_hcc.features.gldm import dependence_matrix
from radiomics_hcc.features.grey_levels import GreyLevels
from radiomics_hcc.features.size_matrix import SizeMatrices, named, size_features

NAMES: Final[Mapping[str, str]] = {
    "LowDependenceEmphasis": "small",
    "HighDependenceEmphasis": "large",
    "LowGrayLevelCountEmphasis": "low",
    "HighGrayLevelCountEmphasis": "high",
    "LowDependenceLowGrayLevelEmphasis": "small_low",
    "LowDependenceHighGrayLevelEmphasis": "small_high",
    "HighDependenceLowGrayLevelEmphasis": "large_low",
    "HighDependenceHighGrayLevelEmphasis": "large_high",
    "GrayLevelNonUniformity": "level_non_uniformity",
    "GrayLevelNonUniformityNormalized": "level_non_uniformity_normalised",
    "DependenceCountNonUniformity": "size_non_uniformity",
    "DependenceCountNonUniformityNormalized": "size_non_uniformity_normalised",
    "DependenceCountPercentage": "percentage",
    "GrayLevelVariance": "level_variance",
    "DependenceCountVariance": "size_variance",
    "DependenceCountEntropy": "entropy",
    "DependenceCountEnergy": "energy",
}
IBSI_IDS: Final[Mapping[str, str]] = {
    "LowDependenceEmphasis": "SODN",
    "HighDependenceEmphasis": "IMOQ",
    "LowGrayLevelCountEmphasis": "TL9H",
    "HighGrayLevelCountEmphasis": "OAE7",
    "LowDependenceLowGrayLevelEmphasis": "EQ3F",
    "LowDependenceHighGrayLevelEmphasis": "JA6D",
    "HighDependenceLowGrayLevelEmphasis": "NBZI",
    "HighDependenceHighGrayLevelEmphasis": "9QMG",
    "GrayLevelNonUniformity": "FP8K",
    "GrayLevelNonUniformityNormalized": "5SPA",
    "DependenceCountNonUniformity": "Z87G",
    "DependenceCountNonUniformityNormalized": "OKJI",
    "DependenceCountPercentage": "6XV8",
    "GrayLevelVariance": "1PFV",
    "DependenceCountVariance": "DNX2",
    "DependenceCountEntropy": "FCBV",
    "DependenceCountEnergy": "CAS9",
}


def neighbour_dependence_matrix(
    levels: GreyLevels, slice_axis: int | None = None, *, distance: int = 1, alpha: float = 0
) -> SizeMatrices:
    """IBSI's NGLDM of a region: all neighbours up to a distance.

    IBSI's neighbourhood holds every voxel up to the Chebyshev distance (26 for distance 1, 8 in a
    slice), and a voxel counts itself, so that j starts at 1. One voxel is one count of j = 1.

    Parameters
    ----------
    levels
        The region, with a border as wide as the distance.
    slice_axis
        With a number, only neighbours in the slice across this axis of (z, y, x).
    distance
        Largest distance to a neighbour (Chebyshev), voxels.
    alpha
        Coarseness: the largest difference of grey levels that counts as dependent.

    References
    ----------
    IBSI manual (arXiv:1612.07003), section 3.11.
    """
    offsets = directions(range(1, distance + 1), slice_axis)
    return dependence_matrix(levels, offsets, alpha)


def neighbour_dependence_features(matrices: SizeMatrices) -> dict[str, NDArray[np.float64]]:
    """All 17 features of dependence matrices, each of shape (n,)."""
    return named(size_features(matrices), NAMES)
