"""Cubic B-splines through a grid of values, one axis at a time.

Unser, Splines: a perfect fit for signal and image processing, IEEE Signal Processing Magazine
16(6), 1999: box 2 for the coefficients. The operations are those of ITK and in its order, so that
values agree to the last bits where a whole number is cut to an integer type.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.imaging.compiled import compiled

POLE: Final = math.sqrt(3.0) - 2.0  # of the cubic spline: a value is felt as 0.268^n
GAIN: Final = (1.0 - POLE) * (1.0 - 1.0 / POLE)
ROWS_TOGETHER: Final = 16  # as many as keep the processor busy
ROUNDING: Final = 1e-9  # more than any rounding, less than any real difference
NONE: Final = -1.0  # no value is so near to a whole number
ALL: Final = math.inf
START_TERMS: Final = 18  # 0.268^18 = 1e-10, ITK's tolerance for the first coefficient


def spline_coefficients(values: NDArray[np.float64], axis: int) -> None:
    """Turn values into B-spline coefficients along one axis, in place, mirrored at both ends.

    Parameters
    ----------
    values
        Shape (z, y, x), C order. An axis one voxel long is left as it is.
    axis
        Axis of (z, y, x).
    """
    if axis == 2 and values.shape[2] > 1:
        _prefilter_rows(values.reshape(-1, values.shape[2]))
    elif values.shape[axis] > 1:
        _prefilter(_lines(values, axis))


def spline_weights(
    places: NDArray[np.float64], length: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Which four coefficients make up the spline at each place, and with which weight.

    Parameters
    ----------
    places
        Continuous indices along an axis, shape (n,).
    length
        Voxels along the axis; places beyond its ends are mirrored.

    Returns
    -------
    tuple of ndarray
        Indices and weights, both of shape (n, 4).
    """
    first = np.floor(places).astype(np.int64) - 1
    weights = _cubic_weights(places - (first + 1))
    return _mirrored(first[:, None] + np.arange(4), length), weights


def linear_weights(
    places: NDArray[np.float64], length: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Which two voxels make up the linear interpolation at each place; the ends are repeated.

    Parameters and results as in `spline_weights`, with two neighbours in place of four.
    """
    first = np.floor(places).astype(np.int64)
    part = places - first
    neighbours = np.clip(first[:, None] + np.arange(2), 0, length - 1)
    return neighbours, np.stack([1.0 - part, part], axis=1)


def weigh_along(
    values: NDArray[np.float64],
    axis: int,
    neighbours: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Weighted sums of neighbours along one axis.

    Parameters
    ----------
    values
        Shape (z, y, x), C order.
    axis
        Axis of (z, y, x), which gets n voxels.
    neighbours, weights
        Shape (n, k), as from `spline_weights` or `linear_weights`.
    """
    shape = list(values.shape)
    shape[axis] = neighbours.shape[0]
    values = np.ascontiguousarray(values)
    if axis == 2:
        rows = values.reshape(-1, values.shape[2])
        return _weigh_rows(rows, neighbours, weights).reshape(shape)
    return _weigh(_lines(values, axis), neighbours, weights).reshape(shape)


def settle(
    values: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    lines: NDArray[np.float64],
    window: NDArray[np.int64],
    *,
    nearness: float,
) -> None:
    """Do to splined values what ITK does: 0 outside the image, its rounding where that decides.

    Where a voxel meets a voxel of the image, rounding alone decides whether cutting to an integer
    gives 100 or 99. Such a value is evaluated once more: ITK places the voxels of a line between
    the line's two ends and adds 64 products, x running fastest.

    Parameters
    ----------
    values
        Spline at the voxels of the output, shape (z, y, x); changed in place.
    coefficients
        Of the part of the image that was used, shape (z, y, x).
    lines
        Continuous indices (x, y, z) on the image of each line's first voxel and of the one after
        its last, shape (2, z, y, 3).
    window
        First voxel (x, y, z) of the part and size (x, y, z) of the whole image, shape (2, 3).
    nearness
        Values that lie this near to a whole number, relatively, are evaluated once more: `ROUNDING`
        for integers, `NONE` for real numbers, `ALL` where `values` are not known yet.
    """
    _settle(values, coefficients, lines, window, nearness)


def _lines(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """Blocks (before, along the axis, side by side), a view."""
    return values.reshape(math.prod(values.shape[:axis]), values.shape[axis], -1)


def _cubic_weights(part: NDArray[np.float64]) -> NDArray[np.float64]:
    last = (1.0 / 6.0) * part * part * part
    first = (1.0 / 6.0) + 0.5 * part * (part - 1.0) - last
    third = part + first - 2.0 * last
    second = 1.0 - first - third - last
    return np.stack([first, second, third, last], axis=1)


def _mirrored(index: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    if length == 1:
        return np.zeros_like(index)
    index = np.abs(index)
    return np.clip(np.where(index >= length, 2 * (length - 1) - index, index), 0, length - 1)


@compiled
def _prefilter(blocks: NDArray[np.float64]) -> None:
    for block in range(blocks.shape[0]):
        _prefilter_side_by_side(blocks[block])


@compiled
def _prefilter_rows(rows: NDArray[np.float64]) -> None:
    """Filter rows of the array a few at a time: each step waits for the one before it."""
    count, length = rows.shape
    together = np.zeros((length, ROWS_TOGETHER))
    for first in range(0, count, ROWS_TOGETHER):
        wide = min(ROWS_TOGETHER, count - first)
        for j in range(wide):
            for i in range(length):
                together[i, j] = rows[first + j, i]
        _prefilter_side_by_side(together)
        for j in range(wide):
            for i in range(length):
                rows[first + j, i] = together[i, j]


@compiled
def _prefilter_side_by_side(line: NDArray[np.float64]) -> None:
    length, width = line.shape
    for i in range(length):
        for j in range(width):
            line[i, j] *= GAIN
    _begin(line)
    for i in range(1, length):
        for j in range(width):
            line[i, j] += POLE * line[i - 1, j]
    scale = POLE / (POLE * POLE - 1.0)
    for j in range(width):
        line[length - 1, j] = scale * (POLE * line[length - 2, j] + line[length - 1, j])
    for i in range(length - 2, -1, -1):
        for j in range(width):
            line[i, j] = POLE * (line[i + 1, j] - line[i, j])


@compiled
def _begin(line: NDArray[np.float64]) -> None:
    """First coefficients, as if the line went on mirrored before its first voxel."""
    length, width = line.shape
    if length > START_TERMS:
        power = POLE
        for i in range(1, START_TERMS):
            for j in range(width):
                line[0, j] += power * line[i, j]
            power *= POLE
    else:
        for j in range(width):
            line[0, j] = _first_of_short_line(line[:, j])


@compiled
def _first_of_short_line(line: NDArray[np.float64]) -> float:
    length = line.size
    inverse = 1.0 / POLE
    near = POLE
    far = POLE ** (length - 1.0)
    total: float = line[0] + far * line[length - 1]
    far *= far * inverse
    for i in range(1, length - 1):
        total += (near + far) * line[i]
        near *= POLE
        far *= inverse
    return total / (1.0 - near * near)


@compiled
def _weigh(
    lines: NDArray[np.float64], neighbours: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    blocks, _, width = lines.shape
    n, k = neighbours.shape
    result = np.zeros((blocks, n, width))
    for block in range(blocks):
        for i in range(n):
            for tap in range(k):
                weight = weights[i, tap]
                source = lines[block, neighbours[i, tap]]
                for j in range(width):
                    result[block, i, j] += weight * source[j]
    return result


@compiled
def _weigh_rows(
    rows: NDArray[np.float64], neighbours: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    count = rows.shape[0]
    n, k = neighbours.shape
    result = np.empty((count, n))
    for row in range(count):
        for i in range(n):
            total = 0.0
            for tap in range(k):
                total += weights[i, tap] * rows[row, neighbours[i, tap]]
            result[row, i] = total
    return result


@compiled
def _settle(
    values: NDArray[np.float64],
    coefficients: NDArray[np.float64],
    lines: NDArray[np.float64],
    window: NDArray[np.int64],
    nearness: float,
) -> None:
    depth, height, width = values.shape
    neighbours = np.empty((3, 4), dtype=np.int64)
    weights = np.empty((3, 4))
    place = np.empty(3)
    for z in range(depth):
        for y in range(height):
            first, end = lines[0, z, y], lines[1, z, y]
            for x in range(width):
                is_inside = True
                for axis in range(3):
                    place[axis] = first[axis] + (end[axis] - first[axis]) * (x / width)
                    is_inside &= -0.5 <= place[axis] < window[1, axis] - 0.5
                value = values[z, y, x]
                if not is_inside:
                    values[z, y, x] = 0.0
                elif abs(value - np.rint(value)) <= nearness * (1.0 + abs(value)):
                    for axis in range(3):
                        _find_four(place[axis], neighbours[axis], weights[axis])
                        length = coefficients.shape[2 - axis]
                        _bring_inside(neighbours[axis], window[0, axis], length)
                    values[z, y, x] = _sum_of_64(coefficients, neighbours, weights)


@compiled
def _find_four(place: float, neighbours: NDArray[np.int64], weights: NDArray[np.float64]) -> None:
    below = int(np.floor(np.float32(place)))  # ITK looks for the voxel in single precision
    part = place - below
    weights[3] = (1.0 / 6.0) * part * part * part
    weights[0] = (1.0 / 6.0) + 0.5 * part * (part - 1.0) - weights[3]
    weights[2] = part + weights[0] - 2.0 * weights[3]
    weights[1] = 1.0 - weights[0] - weights[2] - weights[3]
    for tap in range(4):
        neighbours[tap] = below - 1 + tap


@compiled
def _bring_inside(neighbours: NDArray[np.int64], corner: int, length: int) -> None:
    for tap in range(4):
        index = abs(neighbours[tap] - corner)
        if index >= length:
            index = 2 * (length - 1) - index
        neighbours[tap] = min(max(index, 0), length - 1)


@compiled
def _sum_of_64(
    coefficients: NDArray[np.float64],
    neighbours: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> float:
    total = 0.0
    for z in range(4):
        for y in range(4):
            for x in range(4):
                weight = weights[0, x] * weights[1, y] * weights[2, z]
                total += weight * coefficients[neighbours[2, z], neighbours[1, y], neighbours[0, x]]
    return total
