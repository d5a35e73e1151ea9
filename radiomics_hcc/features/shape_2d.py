"""Shape of a region in one slice: the features that PyRadiomics calls `shape2D`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask
from radiomics_hcc.features.diameters import largest_diameters
from radiomics_hcc.features.principal_axes import axis_lengths_mm, covariance_mm2, ratio
from radiomics_hcc.imaging.region import bounding_box

IBSI_IDS: Final[Mapping[str, str]] = MappingProxyType({})  # IBSI defines shape in 3D only

# A square of four pixel centres: its configuration is the sum of 1, 2, 4, 8 for the corners
# (0, 0), (0, 1), (1, 1), (1, 0) of (row, column) inside.
CONFIGURATIONS: Final = 16
CUT_CORNERS: Final = {1: 1, 2: 1, 4: 1, 8: 1, 7: 1, 11: 1, 13: 1, 14: 1, 5: 2, 10: 2}
LINES_ALONG_ROWS: Final = (3, 12)
LINES_ALONG_COLUMNS: Final = (6, 9)
# Part of the square inside the contour; corners that touch at a point only stay apart.
AREA_INSIDE: Final = (
    0, 1 / 8, 1 / 8, 1 / 2, 1 / 8, 1 / 4, 1 / 2, 7 / 8, 1 / 8, 1 / 2, 1 / 4, 7 / 8, 1 / 2, 7 / 8,
    7 / 8, 1,
)  # fmt: skip


def measure(mask: Mask, slice_axis: int, wanted: Collection[str]) -> dict[str, float]:
    """The wanted shape features of a region within one slice, equal to PyRadiomics'.

    With the contour half-way between pixels inside and outside (marching squares), its perimeter P
    and area A, the n pixels, and the eigenvalues of the covariance of their centres:

    ====================== ==========================================
    MeshSurface, Perimeter A, P
    PixelSurface           n times the area of a pixel
    PerimeterSurfaceRatio  P / A
    Sphericity             2 sqrt(pi A) / P
    SphericalDisproportion P / (2 sqrt(pi A))
    MaximumDiameter        largest distance of two points of the contour
    MajorAxisLength        4 sqrt(larger eigenvalue)
    MinorAxisLength        4 sqrt(smaller eigenvalue)
    Elongation             minor / major axis
    ====================== ==========================================

    None is in IBSI; definitions of van Griethuysen et al., Cancer Research 77 (2017) e104. One
    pixel: axes of 0, Elongation NaN. A line of pixels: MinorAxisLength and Elongation 0.

    Parameters
    ----------
    mask
        A region within a single slice (the caller checks).
    slice_axis
        The axis of (z, y, x) across the slice.
    wanted
        Names of features.

    Raises
    ------
    ValueError
        Where the region is empty or reaches over several slices.
    KeyError
        Where a wanted name is no feature of this class.
    """
    pixels, spacing_mm = _slice(mask, slice_axis)
    found = _contour_features(pixels, spacing_mm)
    region, steps_mm = pixels[np.newaxis], (1.0, *spacing_mm)
    minor, major = axis_lengths_mm(covariance_mm2(region, steps_mm)[1:, 1:]).tolist()
    found |= {
        "MajorAxisLength": major,
        "MinorAxisLength": minor,
        "Elongation": ratio(minor, major),
    }
    if "MaximumDiameter" in wanted:
        slab = np.pad(region, ((1, 1), (0, 0), (0, 0)))
        found["MaximumDiameter"] = largest_diameters(slab, steps_mm).slice_mm
    return {name: found[name] for name in wanted}


def _slice(mask: Mask, slice_axis: int) -> tuple[NDArray[np.bool_], tuple[float, float]]:
    """The pixels (row, column) with a border of one false pixel, and their spacing."""
    box = bounding_box(mask.array)
    slices = box[slice_axis].stop - box[slice_axis].start
    if slices != 1:
        raise ValueError(f"the region reaches over {slices} slices; shape2D needs one")
    row_mm, column_mm = np.delete(mask.geometry.spacing_mm, slice_axis).tolist()
    return np.pad(mask.array[box].squeeze(axis=slice_axis), 1), (row_mm, column_mm)


def _contour_features(
    pixels: NDArray[np.bool_], spacing_mm: tuple[float, float]
) -> dict[str, float]:
    row_mm, column_mm = spacing_mm
    bits = pixels.astype(np.int64)
    squares = bits[:-1, :-1] + 2 * bits[:-1, 1:] + 4 * bits[1:, 1:] + 8 * bits[1:, :-1]
    count = np.bincount(squares.ravel(), minlength=CONFIGURATIONS)
    slanted = sum(times * count[square] for square, times in CUT_CORNERS.items())
    perimeter = float(
        slanted * np.hypot(row_mm, column_mm) / 2
        + count[list(LINES_ALONG_ROWS)].sum() * column_mm
        + count[list(LINES_ALONG_COLUMNS)].sum() * row_mm
    )
    surface = float(np.dot(count, AREA_INSIDE) * row_mm * column_mm)
    sphericity = 2 * (np.pi * surface) ** 0.5 / perimeter
    return {
        "MeshSurface": surface,
        "PixelSurface": float(bits.sum() * row_mm * column_mm),
        "Perimeter": perimeter,
        "PerimeterSurfaceRatio": perimeter / surface,
        "Sphericity": sphericity,
        "SphericalDisproportion": 1 / sphericity,
    }
