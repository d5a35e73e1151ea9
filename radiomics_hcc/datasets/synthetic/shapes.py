"""Solids in patient millimetres, and painting them on a grid.

Millimetres are measured from the middle of the volume: x to the patient's left, y to the back,
z to the head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.datasets.synthetic.tissue import Tissue
from radiomics_hcc.domain.volume import Geometry

Field = NDArray[np.float32]
Point = tuple[float, float, float]
PAINT_MARGIN_MM: Final = 1.0


@dataclass(frozen=True, eq=False)
class Axes:
    """Voxel centres along each axis as open arrays that broadcast to (z, y, x), mm.

    Parameters
    ----------
    z, y, x
        Coordinates of shapes (nz, 1, 1), (1, ny, 1) and (1, 1, nx).
    """

    z: Field
    y: Field
    x: Field

    @classmethod
    def of(cls, geometry: Geometry, shift_mm: Point = (0.0, 0.0, 0.0)) -> Axes:
        """Coordinates of a grid, seen by a body that moved by `shift_mm` (z, y, x)."""
        along = []
        for count, step, shift in zip(geometry.size, geometry.spacing_mm, shift_mm, strict=True):
            along.append(((np.arange(count) - (count - 1) / 2) * step - shift).astype(np.float32))
        return cls(along[0][:, None, None], along[1][None, :, None], along[2][None, None, :])

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along (z, y, x)."""
        return (self.z.size, self.y.size, self.x.size)

    def box(self, lower_mm: Point, upper_mm: Point) -> tuple[slice, slice, slice]:
        """Slices that hold every voxel between two corners (z, y, x); may be empty."""
        found = []
        for axis, low, high in zip((self.z, self.y, self.x), lower_mm, upper_mm, strict=True):
            first, last = np.searchsorted(axis.ravel(), [low, high + PAINT_MARGIN_MM])
            found.append(slice(int(first), int(last)))
        return (found[0], found[1], found[2])

    def crop(self, box: tuple[slice, slice, slice]) -> Axes:
        """The part of the axes inside a box."""
        return Axes(self.z[box[0]], self.y[:, box[1]], self.x[:, :, box[2]])


class Solid(Protocol):
    """A region of space with a bounding box."""

    @property
    def bounds_mm(self) -> tuple[Point, Point]:
        """Lower and upper corner (z, y, x)."""

    def contains(self, axes: Axes) -> NDArray[np.bool_]:
        """Say of every voxel centre whether it lies inside."""


@dataclass(frozen=True)
class Ellipsoid:
    """An axis-parallel superellipsoid.

    Parameters
    ----------
    centre_mm, semi_axes_mm
        (z, y, x).
    power
        2 is an ellipsoid; more is boxier.
    """

    centre_mm: Point
    semi_axes_mm: Point
    power: float = 2.0

    @property
    def bounds_mm(self) -> tuple[Point, Point]:
        """Lower and upper corner (z, y, x)."""
        return _corners(self.centre_mm, self.semi_axes_mm)

    def level(self, axes: Axes) -> Field:
        """Normalised radius to the power: below 1 inside, shape of the axes."""
        total: Field = np.zeros((1, 1, 1), dtype=np.float32)
        for axis, centre, semi in zip(
            (axes.z, axes.y, axes.x), self.centre_mm, self.semi_axes_mm, strict=True
        ):
            part = np.abs((axis - np.float32(centre)) / np.float32(semi)) ** self.power
            total = (total + part).astype(np.float32, copy=False)
        return total

    def contains(self, axes: Axes) -> NDArray[np.bool_]:
        """Say of every voxel centre whether it lies inside."""
        return self.level(axes) < 1.0


@dataclass(frozen=True)
class Tube:
    """A round tube between two points whose radius changes linearly.

    Parameters
    ----------
    start_mm, end_mm
        Ends of the centre line, (z, y, x).
    start_radius_mm, end_radius_mm
        Radii at the ends; the ends are rounded.
    """

    start_mm: Point
    end_mm: Point
    start_radius_mm: float
    end_radius_mm: float

    @property
    def bounds_mm(self) -> tuple[Point, Point]:
        """Lower and upper corner (z, y, x)."""
        reach = max(self.start_radius_mm, self.end_radius_mm)
        lower = np.minimum(self.start_mm, self.end_mm) - reach
        upper = np.maximum(self.start_mm, self.end_mm) + reach
        return _point(lower), _point(upper)

    def contains(self, axes: Axes) -> NDArray[np.bool_]:
        """Say of every voxel centre whether it lies inside."""
        start = np.asarray(self.start_mm, dtype=np.float32)
        along = np.asarray(self.end_mm, dtype=np.float32) - start
        z, y, x = axes.z - start[0], axes.y - start[1], axes.x - start[2]
        where = (z * along[0] + y * along[1] + x * along[2]) / np.float32(along @ along)
        where = np.clip(where, 0.0, 1.0)
        radius = self.start_radius_mm + (self.end_radius_mm - self.start_radius_mm) * where
        squared = (
            (z - where * along[0]) ** 2 + (y - where * along[1]) ** 2 + (x - where * along[2]) ** 2
        )
        inside: NDArray[np.bool_] = squared < radius**2
        return inside


def paint(labels: NDArray[np.uint8], axes: Axes, solid: Solid, value: int) -> None:
    """Write `value` into `labels`, shape (z, y, x), wherever the solid is."""
    box = axes.box(*solid.bounds_mm)
    labels[box][solid.contains(axes.crop(box))] = value


def paint_over(
    labels: NDArray[np.uint8], axes: Axes, solid: Solid, change: Mapping[Tissue, Tissue]
) -> None:
    """Replace inside the solid only the tissues that are keys of `change`."""
    box = axes.box(*solid.bounds_mm)
    part = labels[box]
    table = np.arange(256, dtype=np.uint8)
    for old, new in change.items():
        table[old] = new
    inside = solid.contains(axes.crop(box))
    part[inside] = table[part[inside]]


def _corners(centre: Point, half: Point) -> tuple[Point, Point]:
    return _point(np.subtract(centre, half)), _point(np.add(centre, half))


def _point(values: NDArray[np.floating]) -> Point:
    return (float(values[0]), float(values[1]), float(values[2]))
