"""Regions made wider or narrower, and their thin and small parts, by lengths in mm."""

from __future__ import annotations

import math
from typing import Final, TypeAlias

import numpy as np
import scipy  # loads its parts when they are used first
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask
from radiomics_hcc.imaging.region import bounding_box, widen

Region: TypeAlias = NDArray[np.bool_]
ROUNDING_MM: Final = 1e-9  # 3 x 0.1 mm is not exactly 0.3 mm
ONE_PIXEL: Final = np.ones((1, 3, 3), dtype=np.bool_)  # the eight neighbours in the slice


def grown(region: Region, spacing_mm: tuple[float, float, float], by_mm: float) -> Region:
    """Voxels whose centre is at most `by_mm` from the centre of a voxel of the region.

    Parameters
    ----------
    region
        Shape (z, y, x); an empty one stays empty.
    spacing_mm
        Along (z, y, x), mm.
    by_mm
        Width that is added on every side, in space, mm.
    """
    wide = np.zeros_like(region)
    if region.any():
        z, y, x = (math.ceil(by_mm / step_mm) for step_mm in spacing_mm)
        box = widen(bounding_box(region), (z, y, x), region.shape)
        distance_mm = scipy.ndimage.distance_transform_edt(~region[box], sampling=spacing_mm)
        wide[box] = distance_mm <= by_mm + ROUNDING_MM
    return wide


def opened(region: Region, spacing_mm: tuple[float, float, float], radius_mm: float) -> Region:
    """What is left where a disc of that radius fits into the region, slice by slice.

    The disc is the set of pixels whose centre is at most the radius from its own; below the pixel
    size it is one pixel and nothing changes.

    Parameters
    ----------
    region
        Shape (z, y, x).
    """
    disc = _disc(spacing_mm, radius_mm)
    kept: Region = scipy.ndimage.binary_opening(region, disc) if disc.size > 1 else region.copy()
    return kept


def without_specks(
    region: Region, spacing_mm: tuple[float, float, float], diameter_mm: float
) -> Region:
    """The region without its connected parts (8-connected, slice by slice) that are too small.

    Parameters
    ----------
    region
        Shape (z, y, x).
    diameter_mm
        A part goes whose area is below that of a disc of this diameter, mm.
    """
    slice_only = np.zeros((3, 3, 3), dtype=np.int8)
    slice_only[1] = 1
    labels, count = scipy.ndimage.label(region, slice_only)
    area_mm2 = np.bincount(labels.ravel(), minlength=count + 1) * spacing_mm[1] * spacing_mm[2]
    keep = area_mm2 >= math.pi / 4 * diameter_mm**2
    keep[0] = False
    kept: Region = keep[labels]
    return kept


def thin_rim(
    region: Region, lesion: Region, spacing_mm: tuple[float, float, float], width_mm: float
) -> Region:
    """Where a region along the edge of its lesion is thinner than a width, in space.

    No ball of half the width fits there, and the lesion's edge is at most the width away. Slices
    count as so many thin ones, since a ball knows no slices; widths are good to one pixel.

    Parameters
    ----------
    region, lesion
        Shape (z, y, x), the region inside the lesion.
    """
    _, y_mm, x_mm = spacing_mm
    copies = max(1, round(spacing_mm[0] / min(y_mm, x_mm)))
    sampling_mm = (spacing_mm[0] / copies, y_mm, x_mm)
    fine, whole = (np.pad(np.repeat(part, copies, axis=0), 1) for part in (region, lesion))
    core = _depth_mm(fine, sampling_mm) > width_mm / 2
    thick = grown(core, sampling_mm, width_mm / 2)
    rim = fine & ~thick & (_depth_mm(whole, sampling_mm) <= width_mm)
    middle: Region = rim[1:-1, 1:-1, 1:-1][copies // 2 :: copies]
    return middle


def _depth_mm(region: Region, spacing_mm: tuple[float, float, float]) -> NDArray[np.float64]:
    """Distance from the centre of a voxel to that of the nearest one outside, mm; 0 outside."""
    return np.asarray(scipy.ndimage.distance_transform_edt(region, sampling=spacing_mm))


def moved_edge(mask: Mask, pixels: int) -> Mask:
    """The mask grown (above 0) or shrunk (below 0) by so many pixels in every slice, eight-way."""
    if pixels == 0 or mask.is_empty:
        return mask
    change = scipy.ndimage.binary_dilation if pixels > 0 else scipy.ndimage.binary_erosion
    return Mask(change(mask.array, ONE_PIXEL, iterations=abs(pixels)), mask.geometry)


def _disc(spacing_mm: tuple[float, float, float], radius_mm: float) -> Region:
    _, y_mm, x_mm = spacing_mm
    rows, columns = (math.floor(radius_mm / step + ROUNDING_MM) for step in (y_mm, x_mm))
    y = np.arange(-rows, rows + 1)[:, None] * y_mm
    x = np.arange(-columns, columns + 1)[None, :] * x_mm
    disc: Region = (y * y + x * x <= radius_mm**2 + ROUNDING_MM)[None]
    return disc
