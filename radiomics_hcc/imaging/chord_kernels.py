"""Straight lines through one region of a slice: how much of a line lies inside it.

The region's outline is the polygon through the points half-way between the centre of a pixel
inside and that of a neighbour outside, as marching squares draws it; diagonal neighbours hang
together. A row of n pixels is therefore n pixels long and one pixel wide. The square between four
pixel centres is a cell; within one cell at most two straight lines bound the region.

Where a line begins and ends is read on the outline. Whether it stays inside is read on the core,
which ends at the centres of the outermost pixels: the true edge of tissue lies anywhere within half
a pixel of the outline, and the longest of all lines is always one that gains by that. A stretch
outside the core counts as a gap by its length less one pixel, half a one for the seam on each side.

Places are (y, x) in pixels from the centre of the first pixel of the array.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.imaging.compiled import compiled

Place = tuple[float, float]
COARSE_POINTS: Final = 96  # so many give a first length that spares most of the other points
TOUCHING: Final = 1e-9  # share of a line: parts that near to each other are one
SAMPLES: Final = (8, 4, 12, 2, 6, 10, 14, 1, 3, 5, 7, 9, 11, 13, 15)
DIAGONALS: Final = (6, 9)  # codes of two diagonal neighbours
SEAM: Final = 0.4999  # pixels; a little less than half of one, so that one pixel has a core
CORNERS: Final = ((0, 0), (0, 1), (1, 0), (1, 1))  # (y, x) of the bits of a cell's code


def cells_of(region: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Which of the four pixels around each cell lie inside, as four bits.

    Parameters
    ----------
    region
        Shape (y, x), with a border of false pixels.

    Returns
    -------
    ndarray
        Shape (y - 1, x - 1), 0 to 15.
    """
    pixels = region.astype(np.uint8)
    code = pixels[:-1, :-1] + 2 * pixels[:-1, 1:] + 4 * pixels[1:, :-1] + 8 * pixels[1:, 1:]
    return np.ascontiguousarray(code, dtype=np.uint8)


def outline_points(region: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Half-way points between pixels inside and outside; shape (n, 2) as (y, x), pixels."""
    below = np.argwhere(region[:-1] != region[1:]) + np.array([0.5, 0.0])
    beside = np.argwhere(region[:, :-1] != region[:, 1:]) + np.array([0.0, 0.5])
    return np.ascontiguousarray(np.vstack([below, beside]))


def _half_planes() -> NDArray[np.float64]:
    """For every code two half-planes a y + b x + c >= 0 that together bound the inside."""
    planes = np.zeros((16, 2, 3))
    planes[:, :, 2] = 1.0  # everywhere true
    for code in range(15):
        inside = [corner for bit, corner in enumerate(CORNERS) if code >> bit & 1]
        outside = [corner for bit, corner in enumerate(CORNERS) if not code >> bit & 1]
        if len(inside) == 0:
            planes[code, 0] = (0.0, 0.0, -1.0)
        elif len(inside) == 1:
            planes[code, 0] = _near(*inside[0])
        elif len(inside) == 2 and _are_neighbours(*inside):
            planes[code, 0] = (_near(*inside[0]) + _near(*inside[1])) / 2 + (0.0, 0.0, 0.5)
        else:
            for place, corner in enumerate(outside):
                planes[code, place] = -_near(*corner)
    return planes


def _core_planes() -> NDArray[np.float64]:
    """The same half a pixel further in; where only diagonal neighbours meet, as they are."""
    planes = HALF_PLANES.copy()
    for code in range(16):
        if code not in DIAGONALS:
            planes[code, :, 2] -= SEAM * planes[code, :, :2].any(axis=-1)
    return planes


def _near(y: int, x: int) -> NDArray[np.float64]:
    """Half-plane of the cell's places that are half a pixel or less from a corner, |y| + |x|."""
    return np.array([2.0 * y - 1, 2.0 * x - 1, 0.5 - y - x])


def _are_neighbours(first: tuple[int, int], second: tuple[int, int]) -> bool:
    return first[0] == second[0] or first[1] == second[1]


HALF_PLANES: Final = _half_planes()
CORE_PLANES: Final = _core_planes()


@compiled
def longest_pair(
    cells: NDArray[np.uint8],
    points: NDArray[np.float64],
    far_mm: NDArray[np.float64],
    spacing_mm: Place,
    tolerance_mm: float,
    floor_mm: float,
) -> tuple[float, int, int]:
    """The two outline points farthest apart with at most a given gap between them.

    Parameters
    ----------
    cells
        Codes, shape (y, x).
    points
        Outline points, shape (n, 2).
    far_mm
        At least so far from the region is every pixel, shape (y + 1, x + 1), mm; 0 inside.
    tolerance_mm
        Largest total length outside the region.
    floor_mm
        Only longer distances are looked for.

    Returns
    -------
    tuple
        Length, mm, and the two points; the floor and -1 where none is longer.
    """
    parts = np.empty((cells.shape[0] + cells.shape[1] + 4, 2))
    best = (floor_mm, -1, -1)
    count = points.shape[0]
    stride = max(1, count // COARSE_POINTS)
    for step in (stride, 1):
        for i in range(0, count, step):
            if _farthest_mm(cells, points[i], spacing_mm) <= best[0]:
                continue
            for j in range(i + step, count, step):
                down = (points[j, 0] - points[i, 0]) * spacing_mm[0]
                right = (points[j, 1] - points[i, 1]) * spacing_mm[1]
                squared = down * down + right * right
                if squared <= best[0] * best[0]:
                    continue
                length = np.sqrt(squared)
                line = ((points[i, 0], points[i, 1]), (points[j, 0], points[j, 1]))
                if _is_clear(cells, far_mm, line, length, tolerance_mm, parts):
                    best = (length, i, j)
    return best


@compiled
def _farthest_mm(cells: NDArray[np.uint8], point: NDArray[np.float64], spacing_mm: Place) -> float:
    """No place of the region is farther from a point than this corner of the box around it."""
    down = max(point[0] - 0.5, cells.shape[0] - 0.5 - point[0]) * spacing_mm[0]
    right = max(point[1] - 0.5, cells.shape[1] - 0.5 - point[1]) * spacing_mm[1]
    return float(np.sqrt(down * down + right * right))


@compiled
def _is_clear(
    cells: NDArray[np.uint8],
    far_mm: NDArray[np.float64],
    line: tuple[Place, Place],
    length_mm: float,
    tolerance_mm: float,
    parts: NDArray[np.float64],
) -> bool:
    """Whether a line between outline points lies inside but for gaps of so many mm.

    A place on the line that is d mm from the region lies in a gap of at least 2 d mm. Such places,
    a sixteenth of the line apart, rule most lines out before every cell is looked at.
    """
    if not tolerance_mm < np.inf:
        return True
    start, end = line
    apart_mm, gap_mm = length_mm / 16, 0.0
    for sixteenths in SAMPLES:
        y = int(start[0] + (end[0] - start[0]) * sixteenths / 16 + 0.5)
        x = int(start[1] + (end[1] - start[1]) * sixteenths / 16 + 0.5)
        gap_mm += min(2 * far_mm[y, x], apart_mm)
        if gap_mm > tolerance_mm:
            return False
    share = tolerance_mm / length_mm + TOUCHING
    _, gap = _parts_inside(cells, CORE_PLANES, line, share, parts)
    return bool(gap <= share)


@compiled
def longest_along(
    cells: NDArray[np.uint8],
    points: NDArray[np.float64],
    spacing_mm: Place,
    direction: Place,
    tolerance_mm: float,
) -> tuple[float, float, float, float, float]:
    """The longest line of one direction (y, x; a unit vector in mm) through an outline point.

    Without a limit to the gaps from the outline's first point to its last; else from core to core,
    and half a pixel further at each end.

    Returns
    -------
    tuple
        Length, mm, and the two ends (y, x, y, x) in pixels.
    """
    is_whole = tolerance_mm == np.inf
    planes, seam = (HALF_PLANES, 0.0) if is_whole else (CORE_PLANES, SEAM)
    seam_mm = seam / np.hypot(direction[0] / spacing_mm[0], direction[1] / spacing_mm[1])
    parts = np.empty((cells.shape[0] + cells.shape[1] + 4, 2))
    step = (direction[0] / spacing_mm[0], direction[1] / spacing_mm[1])  # pixels per mm
    best = (-1.0, 0.0, 0.0, 0.0, 0.0)
    for i in range(points.shape[0]):
        low, high = _reach(points[i, 0], step[0], cells.shape[0], -np.inf, np.inf)
        low, high = _reach(points[i, 1], step[1], cells.shape[1], low, high)
        start = (points[i, 0] + low * step[0], points[i, 1] + low * step[1])
        end = (points[i, 0] + high * step[0], points[i, 1] + high * step[1])
        count, _ = _parts_inside(cells, planes, (start, end), np.inf, parts)
        reach_mm = high - low
        shares = (tolerance_mm / reach_mm, 2 * seam_mm / reach_mm)
        first, last = _longest_run(parts, count, shares)
        first, last = first - seam_mm / reach_mm, last + seam_mm / reach_mm
        length = (last - first) * reach_mm
        if count > 0 and length > best[0] + TOUCHING:
            down, right = end[0] - start[0], end[1] - start[1]
            best = (
                length,
                start[0] + first * down,
                start[1] + first * right,
                start[0] + last * down,
                start[1] + last * right,
            )
    return best


@compiled
def _reach(place: float, step: float, size: int, low: float, high: float) -> tuple[float, float]:
    """How far a line goes back and forth, mm, before it leaves the cells along one axis."""
    if abs(step) < TOUCHING:
        return low, high
    first, last = -place / step, (size - place) / step
    return max(low, min(first, last)), min(high, max(first, last))


@compiled
def _longest_run(parts: NDArray[np.float64], count: int, shares: Place) -> tuple[float, float]:
    """First and last place of the longest run of parts with at most a share of gaps between.

    `shares` are this share, and the one by which each gap is too long.
    """
    first, last = 0.0, -1.0
    for i in range(count):
        gap = 0.0
        for j in range(i, count):
            if j > i:
                gap += max(parts[j, 0] - parts[j - 1, 1] - shares[1], 0.0)
            if gap > shares[0] + TOUCHING:
                break
            if parts[j, 1] - parts[i, 0] > last - first:
                first, last = parts[i, 0], parts[j, 1]
    return first, last


@compiled
def _parts_inside(
    cells: NDArray[np.uint8],
    planes: NDArray[np.float64],
    line: tuple[Place, Place],
    most: float,
    parts: NDArray[np.float64],
) -> tuple[int, float]:
    """Parts of a line inside the region, as shares of it; their number and the share of gaps.

    `planes` bound the region. Each stretch outside counts less one pixel. Stops as soon as the gaps
    are more than `most`. `parts` is filled. A line between two rows of cells is inside where it is
    inside one of them.
    """
    start, end = line
    down, right = end[0] - start[0], end[1] - start[1]
    row, column = _first_cell(start[0], down), _first_cell(start[1], right)
    to_row, to_column = _crossing(row, start[0], down), _crossing(column, start[1], right)
    beside = (int(down == 0 and start[0] == row), int(right == 0 and start[1] == column))
    pixel = 2 * SEAM / np.hypot(down, right)
    share, gaps, outside, count = 0.0, 0.0, 0.0, 0
    while share < 1 - TOUCHING:
        leave = min(to_row, to_column, 1.0)
        first, last = 0.0, 0.0
        if leave > share and 0 <= row < cells.shape[0] and 0 <= column < cells.shape[1]:
            y, x = start[0] + share * down - row, start[1] + share * right - column
            steps = ((leave - share) * down, (leave - share) * right)
            first, last = _part_of_cell(planes[cells[row, column]], y, x, steps)
            if beside[0] + beside[1] > 0 and row >= beside[0] and column >= beside[1]:
                other = planes[cells[row - beside[0], column - beside[1]]]
                again = _part_of_cell(other, y + beside[0], x + beside[1], steps)
                if again[1] - again[0] > last - first:
                    first, last = again
        if last > first:
            gaps += max(outside + (leave - share) * first - pixel, 0.0)
            outside = (leave - share) * (1 - last)
            count = _append(parts, count, share, leave - share, (first, last))
        else:
            outside += leave - share
        if gaps + outside - pixel > most:
            break
        if to_row <= leave:
            row += 1 if down > 0 else -1
            to_row = _crossing(row, start[0], down)
        if to_column <= leave:
            column += 1 if right > 0 else -1
            to_column = _crossing(column, start[1], right)
        share = leave
    return count, gaps + max(outside - pixel, 0.0)


@compiled
def _append(
    parts: NDArray[np.float64], count: int, share: float, length: float, part: Place
) -> int:
    first, last = share + length * part[0], share + length * part[1]
    if count > 0 and first - parts[count - 1, 1] <= TOUCHING:
        parts[count - 1, 1] = last
        return count
    parts[count, 0], parts[count, 1] = first, last
    return count + 1


@compiled
def _first_cell(place: float, step: float) -> int:
    return int(np.floor(place)) if step >= 0 else int(np.ceil(place)) - 1


@compiled
def _crossing(cell: int, place: float, step: float) -> float:
    """Share of the line at which it leaves a cell along one axis."""
    if step == 0:
        return np.inf
    return float(((cell + 1 if step > 0 else cell) - place) / step)


@compiled
def _part_of_cell(
    planes: NDArray[np.float64], y: float, x: float, steps: Place
) -> tuple[float, float]:
    """Shares of the way through a cell at which the inside begins and ends."""
    first, last = 0.0, 1.0
    for plane in range(2):
        a, b, c = planes[plane, 0], planes[plane, 1], planes[plane, 2]
        here, change = a * y + b * x + c, a * steps[0] + b * steps[1]
        there = here + change
        if here < 0 and there <= 0:
            return 0.0, 0.0
        if here < 0:
            first = max(first, -here / change)
        elif there < 0:
            last = min(last, -here / change)
    return first, last
