"""Image and mask on a grid of another spacing, as IBSI defines it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.region import Box, bounding_box
from radiomics_hcc.imaging.spline import (
    linear_weights,
    spline_coefficients,
    spline_weights,
    weigh_along,
)

Method = Literal["linear", "cubic"]
SPLINE_MARGIN: Final = 36  # voxels after which nothing is left of the cubic spline's prefilter
SIZE_TOLERANCE: Final = 1e-6  # voxels; 3 voxels of 0.1 mm are 1 voxel of 0.3 mm


@dataclass(frozen=True)
class Interpolation:
    """How to interpolate.

    Parameters
    ----------
    spacing_mm
        Along (z, y, x), mm. None leaves an axis alone: `(None, 2.0, 2.0)` interpolates slice by
        slice.
    method
        `linear` (bilinear or trilinear) or `cubic` (cubic spline, mirrored at the image's ends).
    is_rounded
        Whether intensities are rounded to whole numbers (HU).
    partial_volume
        A voxel belongs to the region from this part of it on.
    margin
        Voxels of the new grid to compute around the region; none computes the whole grid.
    """

    spacing_mm: tuple[float | None, float | None, float | None]
    method: Method = "linear"
    is_rounded: bool = True
    partial_volume: float = 0.5
    margin: int | None = None

    def __call__(self, image: Volume, mask: Mask) -> tuple[Volume, Mask]:
        """Interpolate an image and a mask on the same grid.

        The centres of the old and the new grid are one point; the new one has
        ceil(n s / s') voxels along an axis of n voxels of s mm. The mask is interpolated
        linearly. Beyond the outermost centres the outermost voxels are repeated.

        References
        ----------
        IBSI manual, arXiv:1612.07003, section 2.4.

        Raises
        ------
        ValueError
            Where image and mask differ in size, or the region is empty and a margin is given.
        """
        if image.geometry.size != mask.geometry.size:
            raise ValueError(f"image of {image.geometry.size}, mask of {mask.geometry.size} voxels")
        whole = centred_grid(image.geometry, self.spacing_mm)
        box = self._box(mask, whole)
        places = _places(image.geometry, whole, box)
        grid = _part(whole, box)
        share = _along_axes(mask.array, places, "linear")
        values = _along_axes(image.array, places, self.method)
        if self.is_rounded:
            values = np.rint(values)
        # Half a voxel may come out as 0.49999999999999994.
        inside = share >= self.partial_volume - SIZE_TOLERANCE
        return Volume(values, grid, image.unit), Mask(inside, grid)

    def _box(self, mask: Mask, whole: Geometry) -> Box:
        """The part of the new grid that is computed."""
        if self.margin is None:
            depth, height, width = whole.size
            return (slice(0, depth), slice(0, height), slice(0, width))
        z, y, x = (
            _around(side, along, self.margin)
            for side, along in zip(
                bounding_box(mask.array), _places(mask.geometry, whole), strict=True
            )
        )
        return (z, y, x)


def centred_grid(
    geometry: Geometry, spacing_mm: tuple[float | None, float | None, float | None]
) -> Geometry:
    """The grid of another spacing with the same centre that covers all of a grid.

    Parameters
    ----------
    geometry
        The old grid.
    spacing_mm
        Along (z, y, x), mm; None keeps that of the old grid.
    """
    old = np.array(geometry.spacing_mm)
    kept = zip(spacing_mm, geometry.spacing_mm, strict=True)
    new = np.array([own if wanted is None else wanted for wanted, own in kept])
    size = np.ceil(np.array(geometry.size) * old / new - SIZE_TOLERANCE).astype(int)
    shift_mm = 0.5 * ((np.array(geometry.size) - 1) * old - (size - 1) * new)
    depth, height, width = size.tolist()
    return _moved(geometry, (depth, height, width), (new[0], new[1], new[2]), shift_mm)


def _moved(
    geometry: Geometry,
    size: tuple[int, int, int],
    spacing: tuple[float, float, float],
    shift_mm: NDArray[np.float64],
) -> Geometry:
    """Another grid whose first voxel lies `shift_mm` along (z, y, x) from that of a grid."""
    direction = np.reshape(geometry.direction, (3, 3))
    x, y, z = (np.array(geometry.origin_mm) + direction @ shift_mm[::-1]).tolist()
    steps = (float(spacing[0]), float(spacing[1]), float(spacing[2]))
    return Geometry(size, steps, (x, y, z), geometry.direction)


def _part(grid: Geometry, box: Box) -> Geometry:
    size = (
        box[0].stop - box[0].start,
        box[1].stop - box[1].start,
        box[2].stop - box[2].start,
    )
    first = np.array([side.start for side in box])
    return _moved(grid, size, grid.spacing_mm, first * np.array(grid.spacing_mm))


def _places(old: Geometry, new: Geometry, box: Box | None = None) -> list[NDArray[np.float64]]:
    """Continuous indices on the old grid of the new one's voxels along z, y and x."""
    places = []
    for axis in range(3):
        step = new.spacing_mm[axis] / old.spacing_mm[axis]
        first = 0.5 * (old.size[axis] - 1 - (new.size[axis] - 1) * step)
        along = first + step * np.arange(new.size[axis], dtype=np.float64)
        places.append(along if box is None else along[box[axis]])
    return places


def _around(side: slice, places: NDArray[np.float64], margin: int) -> slice:
    """The new voxels that touch a side of the region's box, with a margin."""
    near = np.flatnonzero((places > side.start - 1) & (places < side.stop))
    if near.size == 0:  # between two voxels that lie far apart
        near = np.atleast_1d(np.argmin(np.abs(places - 0.5 * (side.start + side.stop - 1))))
    return slice(max(0, int(near[0]) - margin), min(places.size, int(near[-1]) + margin + 1))


def _along_axes(
    array: NDArray[np.generic], places: list[NDArray[np.float64]], method: Method
) -> NDArray[np.float64]:
    """Interpolate one axis after the other, reading only what decides the result."""
    margin = SPLINE_MARGIN if method == "cubic" else 1
    reach = tuple(
        slice(
            max(0, int(np.floor(along[0])) - margin),
            min(length, int(np.ceil(along[-1])) + margin + 1),
        )
        for along, length in zip(places, array.shape, strict=True)
    )
    values = array[reach].astype(np.float64, order="C")
    for axis in (2, 1, 0):
        along = places[axis] - reach[axis].start
        if np.array_equal(along, np.arange(values.shape[axis])):
            continue
        if method == "cubic":
            spline_coefficients(values, axis)
        weigh = spline_weights if method == "cubic" else linear_weights
        values = weigh_along(values, axis, *weigh(along, values.shape[axis]))
    return values
