"""Grey level size zone matrix: how many connected voxels share a grey level."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.features.directions import directions
from radiomics_hcc.features.grey_levels import GreyLevels
from radiomics_hcc.features.raveled_levels import flat_steps
from radiomics_hcc.features.size_matrix import SizeMatrices, named, size_features
from radiomics_hcc.features.texture_settings import TextureSettings
from radiomics_hcc.imaging.compiled import compiled

NAMES: Final[Mapping[str, str]] = {
    "SmallAreaEmphasis": "small",
    "LargeAreaEmphasis": "large",
    "LowGrayLevelZoneEmphasis": "low",
    "HighGrayLevelZoneEmphasis": "high",
    "SmallAreaLowGrayLevelEmphasis": "small_low",
    "SmallAreaHighGrayLevelEmphasis": "small_high",
    "LargeAreaLowGrayLevelEmphasis": "large_low",
    "LargeAreaHighGrayLevelEmphasis": "large_high",
    "GrayLevelNonUniformity": "level_non_uniformity",
    "GrayLevelNonUniformityNormalized": "level_non_uniformity_normalised",
    "SizeZoneNonUniformity": "size_non_uniformity",
    "SizeZoneNonUniformityNormalized": "size_non_uniformity_normalised",
    "ZonePercentage": "percentage",
    "GrayLevelVariance": "level_variance",
    "ZoneVariance": "size_variance",
    "ZoneEntropy": "entropy",
}
IBSI_IDS: Final[Mapping[str, str]] = {
    "SmallAreaEmphasis": "5QRC",
    "LargeAreaEmphasis": "48P8",
    "LowGrayLevelZoneEmphasis": "XMSY",
    "HighGrayLevelZoneEmphasis": "5GN9",
    "SmallAreaLowGrayLevelEmphasis": "5RAI",
    "SmallAreaHighGrayLevelEmphasis": "HW1V",
    "LargeAreaLowGrayLevelEmphasis": "YH51",
    "LargeAreaHighGrayLevelEmphasis": "J17V",
    "GrayLevelNonUniformity": "JNSA",
    "GrayLevelNonUniformityNormalized": "Y1RO",
    "SizeZoneNonUniformity": "4JP3",
    "SizeZoneNonUniformityNormalized": "VB3A",
    "ZonePercentage": "P30P",
    "GrayLevelVariance": "BYLV",
    "ZoneVariance": "3NSA",
    "ZoneEntropy": "GU8N",
}


@dataclass(frozen=True, eq=False)
class Zones:
    """The connected groups of voxels of equal grey level, in the order of their first voxels.

    Parameters
    ----------
    level
        Place of each zone's grey level in the region's `values`, from 0; shape (n,).
    size
        Voxels of each zone; shape (n,).
    first
        Each zone's first voxel, as a place in the raveled array of grey levels; shape (n,).
    first_of_voxel
        The first voxel of the zone that a voxel belongs to, for every voxel of the region; what
        it holds outside the region has no meaning. Shape of the raveled array.
    """

    level: NDArray[np.int64] = field(repr=False)
    size: NDArray[np.int64] = field(repr=False)
    first: NDArray[np.int64] = field(repr=False)
    first_of_voxel: NDArray[np.int32] = field(repr=False)


def measure(
    levels: GreyLevels, settings: TextureSettings, wanted: Collection[str]
) -> dict[str, float]:
    """PyRadiomics' features of zones.

    Zones are 26-connected; with `slice_axis` 8-connected and within one slice, those of all slices
    in one matrix. One voxel is one zone of size 1. A constant connected region is one zone: both
    variances are 0.

    Parameters
    ----------
    levels
        The region after discretisation, with a border of at least one voxel.
    settings
        Of these `slice_axis`; `distances` does not apply.
    wanted
        Names of features, as in `NAMES`.

    References
    ----------
    IBSI manual (arXiv:1612.07003), section 3.8; van Griethuysen et al. 2017.
    """
    features = zone_features(zone_matrix(levels, settings.slice_axis))
    return {name: float(values[0]) for name, values in features.items() if name in wanted}


def zone_features(matrices: SizeMatrices) -> dict[str, NDArray[np.float64]]:
    """All 16 features of size zone matrices, each of shape (n,)."""
    return named(size_features(matrices), NAMES)


def zone_matrix(levels: GreyLevels, slice_axis: int | None = None) -> SizeMatrices:
    """The size zone matrix of a region, the empty cells left out.

    Parameters
    ----------
    levels
        The region, with a border of at least one voxel.
    slice_axis
        With a number, zones end at the slices across this axis of (z, y, x).
    """
    zones = find_zones(levels, slice_axis)
    return SizeMatrices.from_items(zones.level, zones.size, levels.values, int(zones.size.sum()))


def find_zones(levels: GreyLevels, slice_axis: int | None = None) -> Zones:
    """Group the voxels of equal grey level that touch by a face, an edge or a corner.

    Parameters
    ----------
    levels
        The region, with a border of at least one voxel.
    slice_axis
        With a number, only voxels of the same slice across this axis of (z, y, x) touch.
    """
    index = levels.index.ravel()
    offsets = directions((1,), slice_axis)
    slow_axes_first = np.argsort(np.abs(offsets) @ np.array([1, 2, 4]))
    steps = flat_steps(levels, offsets[slow_axes_first])
    first_of_voxel = np.empty(index.size, dtype=np.int32)
    sizes = np.zeros(index.size, dtype=np.int32)
    _find_zones(index, steps, first_of_voxel, sizes)
    first = np.flatnonzero(sizes > 0)  # booleans are searched four times as fast
    level = index[first].astype(np.int64) - 1
    return Zones(level, sizes[first].astype(np.int64), first, first_of_voxel)


@compiled
def _find_zones(
    levels: NDArray[np.int32],
    steps: NDArray[np.int64],
    parent: NDArray[np.int32],
    sizes: NDArray[np.int32],
) -> None:
    """Join equal neighbours into trees whose root is the zone's first voxel, then count.

    All steps lead forward in the array. The first leads along the slowest axis alone, so that the
    voxel there touches all the others: where it has the same grey level, they are joined already.
    """
    for voxel in range(levels.size):
        level = levels[voxel]
        if level == 0:
            continue
        root = voxel
        for nth in range(steps.size):
            if levels[voxel - steps[nth]] != level:
                continue
            other = parent[voxel - steps[nth]]
            while parent[other] != other:
                parent[other] = parent[parent[other]]
                other = parent[other]
            parent[max(root, other)] = min(root, other)
            root = min(root, other)
            if nth == 0:
                break
        parent[voxel] = root
    for voxel in range(levels.size):
        if levels[voxel] != 0:
            # No parent lies behind its children, so that its own is already the root.
            parent[voxel] = parent[parent[voxel]]
            sizes[parent[voxel]] += 1
