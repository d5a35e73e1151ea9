"""Largest distances between the vertices of the surface of a region."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.imaging.compiled import compiled


@dataclass(frozen=True)
class Diameters:
    """Largest distances between vertices of the surface, mm.

    Parameters
    ----------
    overall_mm
        Between any two vertices.
    slice_mm, column_mm, row_mm
        Between two vertices in one plane across the z, the y and the x axis.
    """

    overall_mm: float
    slice_mm: float
    column_mm: float
    row_mm: float


def largest_diameters(
    region: NDArray[np.bool_], spacing_mm: tuple[float, float, float]
) -> Diameters:
    """Largest distances between the vertices of the marching-cubes surface.

    A vertex lies half-way between a voxel inside and a neighbour outside, so that places are
    whole numbers when counted in half voxels. Of the vertices on one line only the two ends, and
    of those in one plane only the corners of their convex hull can be farthest from anything
    (IBSI L0JK, arXiv:1612.07003; van Griethuysen et al. 2017).

    Parameters
    ----------
    region
        Shape (z, y, x), with a border of at least one false voxel on every side, and not empty.
        One voxel gives its largest side.
    spacing_mm
        Voxel spacing along (z, y, x), mm.
    """
    z_mm, y_mm, x_mm = (step / 2 for step in spacing_mm)
    along_x, along_y = _line_ends(np.ascontiguousarray(region, dtype=np.uint8))
    across_z = _hull_corners(along_x) * np.array([z_mm, y_mm, x_mm])
    across_y = _hull_corners(np.ascontiguousarray(along_x.transpose(1, 0, 2)))
    across_x = _hull_corners(along_y)
    return Diameters(
        overall_mm=_largest_overall(across_z),
        slice_mm=_largest_in_planes(across_z),
        column_mm=_largest_in_planes(across_y * np.array([y_mm, z_mm, x_mm])),
        row_mm=_largest_in_planes(across_x * np.array([x_mm, z_mm, y_mm])),
    )


def outer_vertices_mm(
    region: NDArray[np.bool_], spacing_mm: tuple[float, float, float]
) -> NDArray[np.float64]:
    """Vertices of the surface that hold all corners of its convex hull; (n, 3) as (z, y, x), mm.

    Places are counted from the centre of the array's first voxel. The region has a border of at
    least one false voxel on every side.
    """
    along_x, _ = _line_ends(np.ascontiguousarray(region, dtype=np.uint8))
    return np.unique(_hull_corners(along_x), axis=0) * (np.asarray(spacing_mm) / 2)


def _largest_overall(vertices_mm: NDArray[np.float64]) -> float:
    middle_mm = (vertices_mm.min(axis=0) + vertices_mm.max(axis=0)) / 2
    radii_mm = np.linalg.norm(vertices_mm - middle_mm, axis=1)
    outermost_first = np.argsort(-radii_mm, kind="stable")
    return float(_largest_distance(vertices_mm[outermost_first], radii_mm[outermost_first]))


@compiled
def _line_ends(region: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last vertex of every line: along x (z, y, 2), and along y (x, z, 2).

    All indices and places count half voxels. A line without vertices has its first after its last.
    """
    depth, height, width = region.shape
    along_x = np.empty((2 * depth, 2 * height, 2), dtype=np.int64)
    along_y = np.empty((2 * width, 2 * depth, 2), dtype=np.int64)
    along_x[:, :, 0], along_x[:, :, 1] = 2 * width, -1
    along_y[:, :, 0], along_y[:, :, 1] = 2 * height, -1
    for z in range(depth - 1):
        for y in range(height - 1):
            for x in range(width - 1):
                here = region[z, y, x]
                if region[z, y, x + 1] != here:
                    _widen_ends(along_x[2 * z, 2 * y], 2 * x + 1)
                    _widen_ends(along_y[2 * x + 1, 2 * z], 2 * y)
                if region[z, y + 1, x] != here:
                    _widen_ends(along_x[2 * z, 2 * y + 1], 2 * x)
                    _widen_ends(along_y[2 * x, 2 * z], 2 * y + 1)
                if region[z + 1, y, x] != here:
                    _widen_ends(along_x[2 * z + 1, 2 * y], 2 * x)
                    _widen_ends(along_y[2 * x, 2 * z + 1], 2 * y)
    return along_x, along_y


@compiled
def _widen_ends(ends: NDArray[np.int64], place: int) -> None:
    ends[0] = min(ends[0], place)
    ends[1] = max(ends[1], place)


@compiled
def _hull_corners(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Corners of the convex hull in every plane, as (plane, line, place); shape (n, 3).

    `ends` has shape (planes, lines, 2). Lower and upper hull by A. M. Andrew's monotone chain,
    Information Processing Letters 9 (1979) 216; a corner may be given twice.
    """
    planes, lines, _ = ends.shape
    corners = np.empty((2 * planes * lines, 3), dtype=np.int64)
    n = 0
    for plane in range(planes):
        for side in range(2):
            turn = 1 - 2 * side
            start = n
            for line in range(lines):
                if ends[plane, line, 0] > ends[plane, line, 1]:
                    continue
                place = ends[plane, line, side]
                while n - start >= 2 and turn * _turn(corners[n - 2 : n], line, place) <= 0:
                    n -= 1
                corners[n, 0], corners[n, 1], corners[n, 2] = plane, line, place
                n += 1
    return corners[:n].copy()


@compiled
def _turn(last_two: NDArray[np.int64], line: int, place: int) -> np.int64:
    """Above 0 where the way over the last two corners to the next place turns left."""
    first, second = last_two[0], last_two[1]
    lines, places = second[1] - first[1], second[2] - first[2]
    return np.int64(lines * (place - first[2]) - places * (line - first[1]))


@compiled
def _largest_in_planes(vertices_mm: NDArray[np.float64]) -> float:
    """Largest distance within a plane; vertices (n, 3) sorted by plane, their first number."""
    largest = 0.0
    for i in range(vertices_mm.shape[0]):
        for j in range(i + 1, vertices_mm.shape[0]):
            if vertices_mm[j, 0] != vertices_mm[i, 0]:
                break
            u = vertices_mm[i, 1] - vertices_mm[j, 1]
            v = vertices_mm[i, 2] - vertices_mm[j, 2]
            largest = max(largest, u * u + v * v)
    return float(np.sqrt(largest))


@compiled
def _largest_distance(vertices_mm: NDArray[np.float64], radii_mm: NDArray[np.float64]) -> float:
    """Largest distance between vertices (n, 3), sorted from the largest radius to the smallest.

    No two vertices are farther apart than the sum of their distances from the middle.
    """
    largest = 0.0
    for i in range(vertices_mm.shape[0]):
        for j in range(i):
            if radii_mm[i] + radii_mm[j] <= largest:
                break
            z = vertices_mm[i, 0] - vertices_mm[j, 0]
            y = vertices_mm[i, 1] - vertices_mm[j, 1]
            x = vertices_mm[i, 2] - vertices_mm[j, 2]
            largest = max(largest, np.sqrt(z * z + y * y + x * x))
    return largest
