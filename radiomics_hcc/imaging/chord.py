"""Longest axial diameters: of a whole lesion, and of viable tissue without its necrosis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy  # loads its parts when they are used first
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.imaging.chord_kernels import (
    Place,
    cells_of,
    longest_along,
    longest_pair,
    outline_points,
)
from radiomics_hcc.imaging.region import bounding_box

GAP_TOLERANCE_MM: Final = 2.0  # specks and septa that a caliper passes over
RIGHT_ANGLES_DEGREES: Final = (90, 89, 91, 88, 92, 87, 93)  # pixels leave the angle uncertain
DIAGONAL_NEIGHBOURS: Final = np.ones((3, 3), dtype=np.int8)  # 8-connected

Ends = tuple[Place, Place]


@dataclass(frozen=True)
class AxialDiameter:
    """A diameter in one axial slice, and the longest line perpendicular to it.

    Parameters
    ----------
    length_mm, perpendicular_mm
        Lengths from edge to edge, mm.
    slice_index
        The slice, counted along z from 0.
    ends_yx_mm, perpendicular_ends_yx_mm
        Both ends (y, x) in the slice, mm from the centre of its first pixel (index x spacing).
    """

    length_mm: float
    slice_index: int
    ends_yx_mm: Ends
    perpendicular_mm: float
    perpendicular_ends_yx_mm: Ends


@dataclass(frozen=True, eq=False)
class _Part:
    """One connected part of a slice, cut out with a border of one pixel outside."""

    slice_index: int
    corner: tuple[int, int]  # (y, x) of the first pixel of the cut in the slice
    pixels: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Line:
    """A line in a part; its ends (y, x) are pixels of the cut."""

    part: _Part
    length_mm: float
    start: Place
    end: Place


def longest_diameter(mask: Mask) -> AxialDiameter | None:
    """Longest axial diameter of a whole lesion, as RECIST 1.1 measures it.

    The largest distance between two points of the outline of one connected part (8-connected) of
    one slice. The line may cross anything: holes, and the bay of a C-shaped lesion, as a caliper
    does that is laid over the lesion (Feret diameter). The perpendicular is the longest line
    between two points of the same outline at right angles to it, within 3 degrees for the sake of
    the pixels; they need not cross.

    Parameters
    ----------
    mask
        The lesion, shape (z, y, x). Axial is the plane across the array's z axis, whatever the
        direction cosines say: an oblique acquisition is measured in its own slices.

    Returns
    -------
    AxialDiameter or None
        Of several equally long ones always the same. One voxel is as long as its longer side.
        None for an empty mask.

    Notes
    -----
    The outline runs half-way between the centres of pixels inside and outside, so a row of n pixels
    is n pixels long. For one connected part this is PyRadiomics' Maximum2DDiameterSlice.

    Examples
    --------
    >>> from radiomics_hcc.domain.volume import Geometry
    >>> row = Mask(np.ones((1, 1, 4), dtype=np.bool_), Geometry((1, 1, 4), (5.0, 0.5, 0.75)))
    >>> longest_diameter(row).length_mm
    3.0
    """
    filled = (
        replace(part, pixels=scipy.ndimage.binary_fill_holes(part.pixels)) for part in _parts(mask)
    )
    return _longest(filled, _pixel_mm(mask), math.inf)


def longest_viable_chord(
    mask: Mask, *, gap_tolerance_mm: float = GAP_TOLERANCE_MM
) -> AxialDiameter | None:
    """Longest axial line inside viable tissue, as mRECIST measures it.

    The longest line between two points of the outline of one connected part (8-connected) of one
    slice that stays inside that part, but for gaps of at most `gap_tolerance_mm` in all. It is the
    largest over parts and slices: neither a sum nor a Feret diameter. A ring of radii R and r
    measures 2 sqrt(R^2 - r^2). The perpendicular is the longest line at right angles to it under
    the same rule in the same part; they need not cross. Of a ring it is as long as the chord, so
    that the product of both shrinks as the area of the ring does.

    Parameters
    ----------
    mask
        Viable tissue, shape (z, y, x); slices are those across the array's z axis.
    gap_tolerance_mm
        Length of the line that may lie outside, in all, mm. Two parts that touch nowhere are two
        islands, however near they lie: a septum is passed over only where the tissue on its sides
        hangs together somewhere in the slice.

    Returns
    -------
    AxialDiameter or None
        Of several equally long ones always the same. None where nothing is viable.

    Raises
    ------
    InputError
        Where the tolerance is negative or no number.
    """
    if not gap_tolerance_mm >= 0:
        what = f"a gap tolerance of {gap_tolerance_mm:g} mm"
        raise InputError([Problem("longest viable chord", what, "give 0 mm or more")])
    return _longest(_parts(mask), _pixel_mm(mask), float(gap_tolerance_mm))


def _longest(
    parts: Iterable[_Part], spacing_mm: Place, tolerance_mm: float
) -> AxialDiameter | None:
    """Parts that could hold a long line come first; those that cannot are never looked at."""
    parts = sorted(parts, key=lambda part: -_bound_mm(part, spacing_mm))
    best: _Line | None = None
    for part in parts:
        floor_mm = 0.0 if best is None else best.length_mm
        if _bound_mm(part, spacing_mm) <= floor_mm:
            break
        best = _longest_of_part(part, spacing_mm, tolerance_mm, floor_mm) or best
    return None if best is None else _diameter(best, spacing_mm, tolerance_mm)


def _pixel_mm(mask: Mask) -> Place:
    _, y_mm, x_mm = mask.geometry.spacing_mm
    return float(y_mm), float(x_mm)


def _parts(mask: Mask) -> Iterator[_Part]:
    """The connected parts of every slice, slice by slice."""
    if mask.is_empty:
        return
    z, y, x = bounding_box(mask.array)
    for index in range(z.start, z.stop):
        labels, _ = scipy.ndimage.label(mask.array[index, y, x], DIAGONAL_NEIGHBOURS)
        for number, (rows, columns) in enumerate(scipy.ndimage.find_objects(labels), start=1):
            corner = (y.start + rows.start - 1, x.start + columns.start - 1)
            yield _Part(index, corner, np.pad(labels[rows, columns] == number, 1))


def _bound_mm(part: _Part, spacing_mm: Place) -> float:
    """No line of a part is longer than the diagonal of the box around it."""
    height, width = (pixels - 2 for pixels in part.pixels.shape)
    return math.hypot(height * spacing_mm[0], width * spacing_mm[1])


def _longest_of_part(
    part: _Part, spacing_mm: Place, tolerance_mm: float, floor_mm: float
) -> _Line | None:
    """The longest line of one part, where it is longer than `floor_mm`."""
    points = outline_points(part.pixels)
    far_mm = _least_distance_mm(part.pixels, spacing_mm, tolerance_mm)
    length_mm, first, second = longest_pair(
        cells_of(part.pixels), points, far_mm, spacing_mm, tolerance_mm, floor_mm
    )
    if first < 0:
        return None
    (y, x), (other_y, other_x) = points[first].tolist(), points[second].tolist()
    return _Line(part, length_mm, (y, x), (other_y, other_x))


def _least_distance_mm(
    pixels: NDArray[np.bool_], spacing_mm: Place, tolerance_mm: float
) -> NDArray[np.float64]:
    """At least so far is any place of a pixel from the outline of the region, mm; 0 inside.

    Half a diagonal is taken off for the place in the pixel, half a one for the outline, and half a
    pixel because a gap counts less one pixel.
    """
    if math.isinf(tolerance_mm):
        return np.zeros(pixels.shape)
    distance_mm = scipy.ndimage.distance_transform_edt(~pixels, sampling=spacing_mm)
    slack_mm = math.hypot(*spacing_mm) + max(spacing_mm) / 2
    return np.maximum(np.asarray(distance_mm, dtype=np.float64) - slack_mm, 0.0)


def _diameter(line: _Line, spacing_mm: Place, tolerance_mm: float) -> AxialDiameter:
    width_mm, y, x, other_y, other_x = max(
        _lines_across(line, spacing_mm, tolerance_mm)
        or _lines_across(line, spacing_mm, math.inf),  # a part too thin to have a core there
        key=lambda found: found[0],
    )
    across = _at_most(line.length_mm / width_mm, ((y, x), (other_y, other_x)))
    return AxialDiameter(
        line.length_mm,
        line.part.slice_index,
        _ends_mm(line.part, (line.start, line.end), spacing_mm),
        min(width_mm, line.length_mm),
        _ends_mm(line.part, across, spacing_mm),
    )


def _at_most(share: float, ends: Ends) -> Ends:
    """A line that is shortened to a share of itself, where this is less than all of it.

    Pixels can leave a perpendicular a few hundredths of a mm longer than the longest diameter.
    """
    cut = max(1 - share, 0.0) / 2
    (y, x), (other_y, other_x) = ends
    down, right = cut * (other_y - y), cut * (other_x - x)
    return (y + down, x + right), (other_y - down, other_x - right)


def _lines_across(
    line: _Line, spacing_mm: Place, tolerance_mm: float
) -> list[tuple[float, float, float, float, float]]:
    """The longest line in each direction across: length, mm, and both ends, pixels of the cut."""
    cells, points = cells_of(line.part.pixels), outline_points(line.part.pixels)
    found = (
        longest_along(cells, points, spacing_mm, direction, tolerance_mm)
        for direction in _directions_across(line, spacing_mm)
    )
    return [across for across in found if across[0] > 0]


def _directions_across(line: _Line, spacing_mm: Place) -> Iterator[Place]:
    """Directions at right angles to a line, unit vectors (y, x) in mm; the exact one first."""
    down_mm = (line.end[0] - line.start[0]) * spacing_mm[0]
    right_mm = (line.end[1] - line.start[1]) * spacing_mm[1]
    along = math.atan2(down_mm, right_mm)
    for turn in RIGHT_ANGLES_DEGREES:
        angle = along + math.radians(turn)
        yield math.sin(angle), math.cos(angle)


def _ends_mm(part: _Part, ends: Ends, spacing_mm: Place) -> Ends:
    first, second = (
        ((part.corner[0] + y) * spacing_mm[0], (part.corner[1] + x) * spacing_mm[1])
        for y, x in ends
    )
    return first, second
