"""The smallest box around a region, and images cut to a box."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask, Volume

Box = tuple[slice, slice, slice]  # along (z, y, x), each with start and stop, step 1


def bounding_box(region: NDArray[np.bool_]) -> Box:
    """The smallest box that holds every true voxel of an array (z, y, x).

    Raises
    ------
    ValueError
        Where no voxel is true.
    """
    first, last = _ends(np.any(region.reshape(region.shape[0], -1), axis=1))
    shadow = np.any(region[first:last], axis=0)
    rows, columns = np.any(shadow, axis=1), np.any(shadow, axis=0)
    return (slice(first, last), slice(*_ends(rows)), slice(*_ends(columns)))


def widen(box: Box, by: int | tuple[int, int, int], size: tuple[int, ...]) -> Box:
    """A box with a margin (voxels, the same or along z, y, x), as far as the grid reaches."""
    margins = (by, by, by) if isinstance(by, int) else by
    z, y, x = (
        slice(max(0, side.start - margin), min(length, side.stop + margin))
        for side, margin, length in zip(box, margins, size, strict=True)
    )
    return (z, y, x)


def within(inner: Box, outer: Box) -> Box:
    """The same inner box, counted from the corner of the outer one."""
    z, y, x = (
        slice(small.start - large.start, small.stop - large.start)
        for small, large in zip(inner, outer, strict=True)
    )
    return (z, y, x)


def crop_volume(volume: Volume, box: Box) -> Volume:
    """The part of an image inside a box (a view), its voxels at the same places in the patient."""
    return Volume(volume.array[box], crop_geometry(volume.geometry, box), volume.unit)


def crop_mask(mask: Mask, box: Box) -> Mask:
    """The part of a mask inside a box (a view)."""
    return Mask(mask.array[box], crop_geometry(mask.geometry, box))


def crop_geometry(geometry: Geometry, box: Box) -> Geometry:
    """The grid of a box within a grid."""
    steps_mm = [side.start * step for side, step in zip(box, geometry.spacing_mm, strict=True)]
    direction = np.reshape(geometry.direction, (3, 3))
    x, y, z = np.asarray(geometry.origin_mm) + direction @ np.asarray(steps_mm[::-1])
    depth, height, width = (side.stop - side.start for side in box)
    return Geometry(
        (depth, height, width),
        geometry.spacing_mm,
        (float(x), float(y), float(z)),
        geometry.direction,
    )


def _ends(line: NDArray[np.bool_] | np.bool_) -> tuple[int, int]:
    places = np.flatnonzero(line)
    if places.size == 0:
        raise ValueError("the region is empty")
    return int(places[0]), int(places[-1]) + 1
