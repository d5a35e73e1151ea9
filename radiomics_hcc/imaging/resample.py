"""Image and mask on another grid, voxel for voxel as PyRadiomics has them from ITK.

Only the part of the image that decides the result is read. Where ITK itself works, only the far
end of the image is cut off: its origin, and with it every rounding, stays as it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.itk import (
    index_of_point,
    places_on,
    point_of_index,
    to_itk,
    to_mask,
    to_volume,
)
from radiomics_hcc.imaging.region import Box, within
from radiomics_hcc.imaging.spline import (
    ALL,
    NONE,
    ROUNDING,
    settle,
    spline_coefficients,
    spline_weights,
    weigh_along,
)

Array = NDArray[np.generic]
# Of what lies 36 voxels away the cubic spline keeps 0.268^36 = 3e-21, nothing of the last bit, so
# that even ties are settled as in ITK; its other interpolators reach less far.
MARGIN: Final = 36
SUPPORT: Final = 3  # voxels to each side that make up a cubic spline, and one to spare
OUTSIDE_TOLERANCE: Final = 1e-3  # voxels by which PyRadiomics lets a region leave the image
B_SPLINE: Final = int(SimpleITK.sitkBSpline)
OLD_B_SPLINE: Final = 3  # its number in older versions of SimpleITK


@dataclass(frozen=True)
class GridRequest:
    """Which grid is wanted.

    Parameters
    ----------
    spacing_mm
        Along (z, y, x), mm; 0 keeps the mask's spacing.
    padding
        Voxels of the new grid around the region's box.
    """

    spacing_mm: tuple[float, float, float]
    padding: int = 5


def resampled_spacing(request: GridRequest, mask: Geometry, box: Box) -> NDArray[np.float64]:
    """The spacing along (x, y, z), mm: that of the mask for 0 and where the region is one voxel.

    A region of one slice is not resampled across it.
    """
    own = np.array(mask.spacing_mm[::-1])
    wanted = np.array(request.spacing_mm[::-1], dtype=np.float64)
    wanted = np.where(wanted == 0, own, wanted)
    _, size = _lower_and_size(box)
    return np.where(size != 1, wanted, own)


def resampled_grid(request: GridRequest, mask: Geometry, box: Box) -> Geometry:
    """The grid that PyRadiomics lays around a region.

    Its corner is that of the mask's first voxel, so that two regions of one mask share a grid;
    it reaches `padding` voxels beyond the region's box, as far as the mask reaches.

    Parameters
    ----------
    request
        Spacing and padding.
    mask
        Grid of the mask; the new grid has its direction.
    box
        Bounding box of the region on it.
    """
    own = np.array(mask.spacing_mm[::-1])
    spacing = resampled_spacing(request, mask, box)
    ratio = own / spacing
    lower, size = _lower_and_size(box)
    first = np.floor((lower - 0.5) * ratio - request.padding)
    last = np.ceil((lower + size - 0.5) * ratio + request.padding)
    first = np.maximum(first, 0)
    last = np.minimum(last, np.ceil(np.array(mask.size[::-1]) * ratio) - 1)
    corner = 0.5 * (spacing - own) / own
    x, y, z = point_of_index(mask, (corner + first / ratio).tolist())
    width, height, depth = (last - first + 1).astype(int).tolist()
    return Geometry(
        (depth, height, width),
        (float(spacing[2]), float(spacing[1]), float(spacing[0])),
        (float(x), float(y), float(z)),
        mask.direction,
    )


def is_inside(image: Geometry, mask: Geometry, box: Box) -> bool:
    """Whether the box of a region lies within an image, 0.001 voxels allowed."""
    lower, size = _lower_and_size(box)
    corners = [point_of_index(mask, (place - 0.5).tolist()) for place in (lower, lower + size)]
    ends = np.array([index_of_point(image, corner.tolist()) for corner in corners])
    least, most = -0.5 - OUTSIDE_TOLERANCE, np.array(image.size[::-1]) - 0.5 + OUTSIDE_TOLERANCE
    return bool(np.all(ends.min(axis=0) >= least) and np.all(ends.max(axis=0) <= most))


def resample_mask(mask: Mask, grid: Geometry) -> Mask:
    """A mask on another grid, by nearest neighbour; ties are settled by ITK's rounding."""
    part = _without_far_end(mask.geometry, grid)
    kept = Mask(np.ascontiguousarray(mask.array[part]), _same_origin(mask.geometry, part))
    return to_mask(_itk_resample(to_itk(kept), grid, SimpleITK.sitkNearestNeighbor))


def resample_image(
    image: Volume,
    grid: Geometry,
    interpolator: int = B_SPLINE,
    convert: Callable[[Array], Array] | None = None,
) -> Volume:
    """An image on another grid; its number type is kept, integers are cut towards zero as in ITK.

    Parameters
    ----------
    image
        Intensities, shape (z, y, x). Voxels of the grid outside it get 0.
    grid
        Where values are wanted.
    interpolator
        SimpleITK's number of the interpolator. The cubic B-spline is our own (equal to 1e-12, and
        to the last bit where it decides on whole numbers); the others are ITK's.
    convert
        Changes the intensities that are read, one by one, before they are resampled.
    """
    if interpolator == B_SPLINE:
        return Volume(_b_spline(image, grid, convert or _unchanged), grid, image.unit)
    part = _without_far_end(image.geometry, grid)
    array = np.ascontiguousarray((convert or _unchanged)(image.array[part]))
    kept = Volume(array, _same_origin(image.geometry, part), image.unit)
    return to_volume(_itk_resample(to_itk(kept), grid, interpolator), image.unit)


def interpolator_number(word: str | int) -> int:
    """SimpleITK's number of an interpolator given by name (`sitkLinear`) or number.

    An unknown name gives the cubic B-spline, as in PyRadiomics, and so does 3, its number in
    PyRadiomics' manual, which SimpleITK has given up.
    """
    if word == OLD_B_SPLINE:
        return B_SPLINE
    return word if isinstance(word, int) else int(getattr(SimpleITK, word, B_SPLINE))


def _b_spline(image: Volume, grid: Geometry, convert: Callable[[Array], Array]) -> Array:
    """Shape (z, y, x) of the grid, in the number type of the image."""
    lines = _lines(image.geometry, grid)
    far, near = (_reach(lines, image.geometry.size, margin) for margin in (MARGIN, SUPPORT))
    part = convert(image.array[far])
    coefficients = _coefficients(part, within(near, far))
    is_whole = bool(np.issubdtype(part.dtype, np.integer))
    if image.geometry.direction == grid.direction:
        values = _axis_by_axis(coefficients, _places(lines, grid.size[2], near))
        nearness = ROUNDING if is_whole else NONE
    else:
        values, nearness = np.zeros(grid.size), ALL
    window = np.array([[side.start for side in near[::-1]], image.geometry.size[::-1]])
    settle(values, coefficients, lines, window, nearness=nearness)
    if is_whole:
        limits = np.iinfo(str(part.dtype))
        np.clip(values, limits.min, limits.max, out=values)
    return values.astype(part.dtype)


def _coefficients(part: Array, kept: Box) -> NDArray[np.float64]:
    """B-spline coefficients of the inner part of an image.

    ITK begins with x, then y: so each plane is filtered and cut on its own, which needs a third
    of the memory.
    """
    size = [side.stop - side.start for side in kept]
    coefficients = np.empty((part.shape[0], *size[1:]))
    for intensities, inner in zip(part, coefficients, strict=True):
        plane = intensities[np.newaxis].astype(np.float64, order="C")
        spline_coefficients(plane, 2)
        plane = np.ascontiguousarray(plane[:, :, kept[2]])
        spline_coefficients(plane, 1)
        inner[:] = plane[0, kept[1]]
    spline_coefficients(coefficients, 0)
    return coefficients[kept[0]]


def _axis_by_axis(
    coefficients: NDArray[np.float64], places: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The spline where image and grid are parallel: 12 products for a voxel in place of 64."""
    values = coefficients
    for axis in (2, 1, 0):
        weights = spline_weights(places[axis], coefficients.shape[axis])
        values = weigh_along(values, axis, *weights)
    return values


def _lines(image: Geometry, grid: Geometry) -> NDArray[np.float64]:
    """Continuous indices (x, y, z) on the image of both ends of every line (2, z, y, 3)."""
    depth, height, width = grid.size
    ends = np.zeros((2, depth, height, 3), dtype=np.int64)
    ends[1, :, :, 0] = width
    ends[:, :, :, 1] = np.arange(height)
    ends[:, :, :, 2] = np.arange(depth)[:, None]
    return places_on(image, grid, ends)


def _places(lines: NDArray[np.float64], width: int, near: Box) -> list[NDArray[np.float64]]:
    """Continuous indices along z, y and x, counted from the corner of a part of the image."""
    first, end = lines[:, 0, 0, 0]
    x = first + (end - first) * (np.arange(width) / width)
    along = (lines[0, :, 0, 2], lines[0, 0, :, 1], x)
    return [places - side.start for places, side in zip(along, near, strict=True)]


def _reach(lines: NDArray[np.float64], size: tuple[int, ...], margin: int) -> Box:
    """The voxels of an image that lie within a margin of some lines."""
    first = np.floor(lines.min(axis=(0, 1, 2))).astype(int) - margin
    last = np.ceil(lines.max(axis=(0, 1, 2))).astype(int) + margin + 1
    x, y, z = (
        slice(min(max(start, 0), length - 1), max(min(stop, length), 1))
        for start, stop, length in zip(first.tolist(), last.tolist(), size[::-1], strict=True)
    )
    return (z, y, x)


def _without_far_end(read: Geometry, grid: Geometry) -> Box:
    """The first voxels of a grid, up to the last that decides a value on another grid."""
    ends = [(0, length - 1) for length in grid.size[::-1]]
    corners = places_on(read, grid, np.array(list(itertools.product(*ends))))
    last = np.ceil(corners.max(axis=0)).astype(int) + MARGIN + 1
    x, y, z = np.clip(last, 1, read.size[::-1]).tolist()
    return (slice(0, z), slice(0, y), slice(0, x))


def _same_origin(geometry: Geometry, part: Box) -> Geometry:
    size = (part[0].stop, part[1].stop, part[2].stop)
    return Geometry(size, geometry.spacing_mm, geometry.origin_mm, geometry.direction)


def _itk_resample(image: SimpleITK.Image, grid: Geometry, interpolator: int) -> SimpleITK.Image:
    resampler = SimpleITK.ResampleImageFilter()
    resampler.SetOutputSpacing([float(step) for step in grid.spacing_mm[::-1]])
    resampler.SetOutputDirection([float(cosine) for cosine in grid.direction])
    resampler.SetOutputOrigin([float(place) for place in grid.origin_mm])
    resampler.SetSize([int(length) for length in grid.size[::-1]])
    resampler.SetInterpolator(interpolator)
    return resampler.Execute(image)


def _lower_and_size(box: Box) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First voxel and number of voxels of a box along (x, y, z)."""
    lower = np.array([side.start for side in box[::-1]])
    return lower, np.array([side.stop for side in box[::-1]]) - lower


def _unchanged(array: Array) -> Array:
    return array
