"""Grey level distance zone matrix: how near to the border the zones of equal grey level lie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_cdt, generate_binary_structure

from radiomics_hcc.features.glszm import find_zones
from radiomics_hcc.features.grey_levels import GreyLevels
from radiomics_hcc.features.size_matrix import SizeMatrices, named, size_features

NAMES: Final[Mapping[str, str]] = {
    "SmallDistanceEmphasis": "small",
    "LargeDistanceEmphasis": "large",
    "LowGrayLevelZoneEmphasis": "low",
    "HighGrayLevelZoneEmphasis": "high",
    "SmallDistanceLowGrayLevelEmphasis": "small_low",
    "SmallDistanceHighGrayLevelEmphasis": "small_high",
    "LargeDistanceLowGrayLevelEmphasis": "large_low",
    "LargeDistanceHighGrayLevelEmphasis": "large_high",
    "GrayLevelNonUniformity": "level_non_uniformity",
    "GrayLevelNonUniformityNormalized": "level_non_uniformity_normalised",
    "ZoneDistanceNonUniformity": "size_non_uniformity",
    "ZoneDistanceNonUniformityNormalized": "size_non_uniformity_normalised",
    "ZonePercentage": "percentage",
    "GrayLevelVariance": "level_variance",
    "ZoneDistanceVariance": "size_variance",
    "ZoneDistanceEntropy": "entropy",
}
IBSI_IDS: Final[Mapping[str, str]] = {
    "SmallDistanceEmphasis": "0GBI",
    "LargeDistanceEmphasis": "MB4I",
    "LowGrayLevelZoneEmphasis": "S1RA",
    "HighGrayLevelZoneEmphasis": "K26C",
    "SmallDistanceLowGrayLevelEmphasis": "RUVG",
    "SmallDistanceHighGrayLevelEmphasis": "DKNJ",
    "LargeDistanceLowGrayLevelEmphasis": "A7WM",
    "LargeDistanceHighGrayLevelEmphasis": "KLTH",
    "GrayLevelNonUniformity": "VFT7",
    "GrayLevelNonUniformityNormalized": "7HP3",
    "ZoneDistanceNonUniformity": "V294",
    "ZoneDistanceNonUniformityNormalized": "IATH",
    "ZonePercentage": "VIWW",
    "GrayLevelVariance": "QK93",
    "ZoneDistanceVariance": "7WT1",
    "ZoneDistanceEntropy": "GBDU",
}


def distance_zone_features(matrices: SizeMatrices) -> dict[str, NDArray[np.float64]]:
    """All 16 features of distance zone matrices, each of shape (n,)."""
    return named(size_features(matrices), NAMES)


def count_distance_zones(
    levels: GreyLevels, distance_map: NDArray[np.int32], slice_axis: int | None = None
) -> SizeMatrices:
    """The distance zone matrix of a region, the empty cells left out.

    The distance of a zone is the smallest of its voxels'. One voxel is one zone at distance 1.

    Parameters
    ----------
    levels
        The region, with a border of at least one voxel.
    distance_map
        `border_distance` of the morphological mask, on the box of the region without its border;
        shape (z, y, x).
    slice_axis
        With a number, zones end at the slices across this axis of (z, y, x), 8-connected; else
        they are 26-connected.

    References
    ----------
    IBSI manual (arXiv:1612.07003), section 3.9.

    Raises
    ------
    ValueError
        Where the map has another shape, or a voxel of the region lies outside the mask.
    """
    is_inside = levels.inner > 0
    if distance_map.shape != is_inside.shape or not np.all(distance_map[is_inside] > 0):
        raise ValueError("the distance map must cover the box and be positive in the region")
    zones = find_zones(levels, slice_axis)
    nearest = np.full(levels.index.size, np.iinfo(np.int32).max, dtype=np.int32)
    zone_of_voxel = _inner(levels, zones.first_of_voxel)[is_inside]
    np.minimum.at(nearest, zone_of_voxel, distance_map[is_inside].astype(np.int32))
    distance = nearest[zones.first].astype(np.int64)
    return SizeMatrices.from_items(zones.level, distance, levels.values, zone_of_voxel.size)


def border_distance(mask: NDArray[np.bool_], slice_axis: int | None = None) -> NDArray[np.int32]:
    """Steps from every voxel of a mask to the nearest voxel outside it.

    A step leads across a face of the voxel (city-block distance): 1 at the border, 0 outside.
    Beyond the array is outside.

    Parameters
    ----------
    mask
        Morphological mask, shape (z, y, x).
    slice_axis
        With a number, steps stay in the slice across this axis of (z, y, x).
    """
    across_faces = generate_binary_structure(3, 1)
    around = [(1, 1)] * 3
    if slice_axis is not None:
        other_slices = [slice(None)] * 3
        other_slices[slice_axis] = slice(None, None, 2)
        across_faces[tuple(other_slices)] = False
        around[slice_axis] = (0, 0)
    distance = distance_transform_cdt(np.pad(mask, around), metric=across_faces)
    inside = tuple(
        slice(before, before + n) for (before, _), n in zip(around, mask.shape, strict=True)
    )
    return np.ascontiguousarray(distance[inside], dtype=np.int32)


def _inner(levels: GreyLevels, raveled: NDArray[np.int32]) -> NDArray[np.int32]:
    """The part of a raveled array, laid out as the grey levels are, inside their border."""
    width = levels.border
    inside = tuple(slice(width, length - width) for length in levels.index.shape)
    return raveled.reshape(levels.index.shape)[inside]
