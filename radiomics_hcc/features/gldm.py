"""Grey level dependence matrix: how many neighbours have nearly the same grey level."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.features.directions import directions
from radiomics_hcc.features.grey_levels import GreyLevels
from radiomics_hcc.features.raveled_levels import flat_steps, occupied_rows
from radiomics_hcc.features.size_matrix import SizeMatrices, named, size_features
from radiomics_hcc.features.texture_settings import TextureSettings
from radiomics_hcc.imaging.compiled import compiled

NAMES: Final[Mapping[str, str]] = {
    "SmallDependenceEmphasis": "small",
    "LargeDependenceEmphasis": "large",
    "LowGrayLevelEmphasis": "low",
    "HighGrayLevelEmphasis": "high",
    "SmallDependenceLowGrayLevelEmphasis": "small_low",
    "SmallDependenceHighGrayLevelEmphasis": "small_high",
    "LargeDependenceLowGrayLevelEmphasis": "large_low",
    "LargeDependenceHighGrayLevelEmphasis": "large_high",
    "GrayLevelNonUniformity": "level_non_uniformity",
    "DependenceNonUniformity": "size_non_uniformity",
    "DependenceNonUniformityNormalized": "size_non_uniformity_normalised",
    "GrayLevelVariance": "level_variance",
    "DependenceVariance": "size_variance",
    "DependenceEntropy": "entropy",
}
# IBSI calls the matrix NGLDM; those are its features on it.
IBSI_IDS: Final[Mapping[str, str]] = {
    "SmallDependenceEmphasis": "SODN",
    "LargeDependenceEmphasis": "IMOQ",
    "LowGrayLevelEmphasis": "TL9H",
    "HighGrayLevelEmphasis": "OAE7",
    "SmallDependenceLowGrayLevelEmphasis": "EQ3F",
    "SmallDependenceHighGrayLevelEmphasis": "JA6D",
    "LargeDependenceLowGrayLevelEmphasis": "NBZI",
    "LargeDependenceHighGrayLevelEmphasis": "9QMG",
    "GrayLevelNonUniformity": "FP8K",
    "DependenceNonUniformity": "Z87G",
    "DependenceNonUniformityNormalized": "OKJI",
    "GrayLevelVariance": "1PFV",
    "DependenceVariance": "DNX2",
    "DependenceEntropy": "FCBV",
}


def measure(
    levels: GreyLevels, settings: TextureSettings, wanted: Collection[str]
) -> dict[str, float]:
    """PyRadiomics' features of dependence.

    Neighbours of all `distances` count together; with `slice_axis` those of the same slice. What
    PyRadiomics calls deprecated (DependencePercentage, which is always 1, and
    GrayLevelNonUniformityNormalized) it gives no value, and no value comes back for it. One voxel
    depends on itself alone. A constant region has a variance of grey levels of 0.

    Parameters
    ----------
    levels
        The region after discretisation, with a border as wide as the largest distance.
    settings
        Of these `distances`, `slice_axis` and `dependence_alpha`.
    wanted
        Names of features, as in `NAMES`.

    References
    ----------
    IBSI manual (arXiv:1612.07003), section 3.11; van Griethuysen et al. 2017.
    """
    offsets = directions(settings.distances, settings.slice_axis)
    matrices = dependence_matrix(levels, offsets, settings.dependence_alpha)
    features = named(size_features(matrices), NAMES)
    return {name: float(values[0]) for name, values in features.items() if name in wanted}


def dependence_matrix(
    levels: GreyLevels, offsets: NDArray[np.int64], alpha: float = 0
) -> SizeMatrices:
    """The dependence matrix of a region, the empty cells left out; parameters as counted."""
    counts = count_dependences(levels, offsets, alpha)
    return SizeMatrices.from_counts(counts[np.newaxis], levels.values, int(counts.sum()))


def count_dependences(
    levels: GreyLevels, offsets: NDArray[np.int64], alpha: float = 0
) -> NDArray[np.uint32]:
    """Count voxels by grey level and by how many of the voxels around them depend on them.

    A neighbour depends on a voxel when it lies in the region and their grey levels differ by at
    most alpha. The voxel itself counts too, so that j starts at 1.

    Parameters
    ----------
    levels
        The region, with a border as wide as the longest offset.
    offsets
        Steps to the neighbours along (z, y, x), one of every opposite pair: both ways are looked
        at; shape (n, 3).
    alpha
        Largest difference of grey levels (coarseness), 0 or more.

    Returns
    -------
    NDArray
        Shape (K, 2n + 1): voxels of each grey level with 0, 1, ... 2n dependent neighbours.
    """
    values = levels.values
    bounds = np.zeros((2, values.size + 1), dtype=np.int32)  # 0 stands for outside the region
    bounds[0, 1:] = np.searchsorted(values, values - alpha, side="left") + 1
    bounds[1, 1:] = np.searchsorted(values, values + alpha, side="right")
    counts = np.zeros((values.size, 2 * len(offsets) + 1), dtype=np.uint32)
    _count_dependences(
        levels.index.ravel(),
        occupied_rows(levels),
        flat_steps(levels, offsets),
        bounds,
        counts,
    )
    return counts


@compiled
def _count_dependences(
    levels: NDArray[np.int32],
    rows: NDArray[np.int64],
    steps: NDArray[np.int64],
    bounds: NDArray[np.int32],
    counts: NDArray[np.uint32],
) -> None:
    """Count the neighbours whose place among the grey levels lies within a voxel's bounds.

    Whole rows without branches, which the processor takes several voxels at a time.
    """
    longest = np.max(rows[:, 1] - rows[:, 0])
    low, high, dependent = np.empty((3, longest), np.int32)
    for first, behind in rows:
        here = levels[first:behind]
        for x in range(here.size):
            low[x], high[x], dependent[x] = bounds[0, here[x]], bounds[1, here[x]], 0
        for step in steps:
            ahead = levels[first + step : behind + step]
            back = levels[first - step : behind - step]
            for x in range(here.size):
                dependent[x] += (low[x] <= ahead[x]) & (ahead[x] <= high[x])
                dependent[x] += (low[x] <= back[x]) & (back[x] <= high[x])
        for x in range(here.size):
            if here[x] != 0:
                counts[here[x] - 1, dependent[x]] += 1
