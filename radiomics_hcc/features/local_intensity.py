"""IBSI's local intensity features (9ST6): the brightest cubic centimetre."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.imaging.compiled import compiled
from radiomics_hcc.imaging.region import bounding_box, crop_mask, crop_volume, widen

IBSI_IDS: Final[Mapping[str, str]] = MappingProxyType(
    {"LocalIntensityPeak": "VJGA", "GlobalIntensityPeak": "0F91"}
)
RADIUS_MM: Final = 10.0 * (3.0 / (4.0 * math.pi)) ** (1.0 / 3.0)  # of a sphere of 1 cm^3
OUTSIDE_SPHERE: Final = -1


def measure(volume: Volume, mask: Mask) -> dict[str, float]:
    """IBSI's local and global intensity peak (arXiv:1612.07003, section 9ST6).

    Around a voxel of the mask the mean is taken over all voxels of the image, in the mask or not,
    whose centres lie at most (3 / (4 pi))^(1/3) cm away. GlobalIntensityPeak is the highest such
    mean; LocalIntensityPeak the highest around the voxels that have the mask's highest intensity.

    Parameters
    ----------
    volume
        Image, shape (z, y, x); it should reach `RADIUS_MM` beyond the mask, otherwise the mean is
        over the voxels that there are.
    mask
        Intensity mask on the same grid.

    Notes
    -----
    One voxel, or a constant region: both are the mean around its voxels. With voxels larger than
    the sphere both are the highest intensity of the mask.

    Raises
    ------
    ValueError
        Where the mask is empty, the grids differ in size, or an intensity is not finite.
    """
    if volume.array.shape != mask.array.shape:
        raise ValueError(f"mask of shape {mask.array.shape} on an image of {volume.array.shape}")
    reach = _reach(volume.geometry.spacing_mm)
    box = widen(bounding_box(mask.array), reach, volume.array.shape)
    image = np.ascontiguousarray(crop_volume(volume, box).array, dtype=np.float64)
    region = np.ascontiguousarray(crop_mask(mask, box).array)
    if not np.isfinite(image).all():
        raise ValueError("an intensity in or near the mask is not finite: fill such voxels first")
    sums = np.zeros((*image.shape[:2], image.shape[2] + 1))
    np.cumsum(image, axis=2, out=sums[:, :, 1:])
    half_lengths = _half_lengths(volume.geometry.spacing_mm, reach)
    is_highest = region & (image == image[region].max())
    return {
        "LocalIntensityPeak": float(_highest_mean(sums, is_highest, half_lengths)),
        "GlobalIntensityPeak": float(_highest_mean(sums, region, half_lengths)),
    }


def _reach(spacing_mm: tuple[float, float, float]) -> tuple[int, int, int]:
    z, y, x = (math.floor(RADIUS_MM / step) for step in spacing_mm)
    return z, y, x


def _half_lengths(
    spacing_mm: tuple[float, float, float], reach: tuple[int, int, int]
) -> NDArray[np.int64]:
    """Voxels on either side of the middle of each line of the sphere along x; shape (z, y)."""
    z_mm, y_mm = (
        np.arange(-steps, steps + 1) * step
        for steps, step in zip(reach[:2], spacing_mm[:2], strict=True)
    )
    left_mm2 = RADIUS_MM**2 - z_mm[:, None] ** 2 - y_mm[None, :] ** 2
    lengths = np.floor(np.sqrt(np.maximum(left_mm2, 0)) / spacing_mm[2]).astype(np.int64)
    return np.where(left_mm2 >= 0, lengths, OUTSIDE_SPHERE)


@compiled
def _highest_mean(
    sums: NDArray[np.float64], region: NDArray[np.bool_], half_lengths: NDArray[np.int64]
) -> float:
    """Highest mean over the sphere around the voxels of a region; `sums` run along x from 0."""
    highest = -np.inf
    for z in range(region.shape[0]):
        for y in range(region.shape[1]):
            for x in range(region.shape[2]):
                if region[z, y, x]:
                    highest = max(highest, _mean_around(sums, half_lengths, z, y, x))
    return highest


@compiled
def _mean_around(
    sums: NDArray[np.float64], half_lengths: NDArray[np.int64], z: int, y: int, x: int
) -> float:
    """Mean over the lines of the sphere around one voxel, as far as the image reaches."""
    depth, height, width = sums.shape[0], sums.shape[1], sums.shape[2] - 1
    z_reach, y_reach = half_lengths.shape[0] // 2, half_lengths.shape[1] // 2
    total, count = 0.0, 0
    for at_z in range(max(z - z_reach, 0), min(z + z_reach + 1, depth)):
        for at_y in range(max(y - y_reach, 0), min(y + y_reach + 1, height)):
            half = half_lengths[at_z - z + z_reach, at_y - y + y_reach]
            if half != OUTSIDE_SPHERE:
                first, end = max(x - half, 0), min(x + half + 1, width)
                total += sums[at_z, at_y, end] - sums[at_z, at_y, first]
                count += end - first
    return total / count
