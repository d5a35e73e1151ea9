"""Local binary patterns in the plane: which of the neighbours on a circle are not darker.

T. Ojala, M. Pietikainen, T. Maenpaa, IEEE Trans Pattern Anal Mach Intell 24 (2002) 971, in the
form of scikit-image, which PyRadiomics calls. Not in IBSI.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.imaging.compiled import compiled
from radiomics_hcc.imaging.filters.response import Response, Settings, number, whole_number
from radiomics_hcc.imaging.region import Box

DEFAULT, ROR, UNIFORM, VAR = range(4)
METHODS: Final = {"default": DEFAULT, "ror": ROR, "uniform": UNIFORM, "var": VAR}
MOST_SAMPLES: Final = 31  # bits of the pattern number in the oracle
OFFSET_DECIMALS: Final = 5  # scikit-image rounds the neighbours' places (voxels) so


def lbp_2d(image: Volume, _mask: Mask, box: Box, settings: Settings) -> Iterator[Response]:
    """The pattern of each voxel in its plane, in the number type of the image.

    Settings: `lbp2DRadius` (1 voxel), `lbp2DSamples` (8), `lbp2DMethod` (uniform: number of ones
    where the ring changes at most twice, else samples + 1; default: the ones as a binary number;
    ror: its smallest rotation; var: variance of the neighbours, NaN where it is 0) and
    `force2Ddimension` (0: axis of z, y, x across which planes lie). Neighbours between voxels are
    interpolated bilinearly; outside the image intensities are 0.

    Raises
    ------
    ExtractionError
        Where the method is unknown or the pattern has more than 31 bits.
    """
    samples, radius = (
        whole_number(settings, "lbp2DSamples", 8),
        number(settings, "lbp2DRadius", 1.0),
    )
    method = _method(str(settings.get("lbp2DMethod", "uniform")), samples)
    axis = whole_number(settings, "force2Ddimension", 0)
    sides = _swap(box, axis)
    planes = np.swapaxes(image.array, 0, axis)
    patterns = _patterns(planes, sides, _ring(samples, radius), method)
    with np.errstate(invalid="ignore"):  # NaN has no whole number
        found = np.swapaxes(patterns, 0, axis).astype(image.array.dtype)
    yield Response("lbp-2D", np.ascontiguousarray(found), _notes(settings))


def _method(name: str, samples: int) -> int:
    if name.lower() not in METHODS:
        raise ExtractionError(f"lbp2DMethod is {name!r}; use one of {', '.join(METHODS)}")
    method = METHODS[name.lower()]
    if method in (DEFAULT, ROR) and samples > MOST_SAMPLES:
        raise ExtractionError(
            f"lbp2DSamples is {samples}; method {name} has room for {MOST_SAMPLES}"
        )
    return method


def _notes(settings: Settings) -> tuple[str, ...]:
    if settings.get("force2D", False):
        return ()
    return ("local binary patterns of planes, in an extraction in 3D (force2D is off)",)


def _swap(box: Box, axis: int) -> Box:
    sides = list(box)
    sides[0], sides[axis] = sides[axis], sides[0]
    z, y, x = sides
    return (z, y, x)


def _ring(samples: int, radius: float) -> NDArray[np.float64]:
    """Places of the neighbours (down, right), voxels, shape (samples, 2)."""
    angles = 2 * np.pi * np.arange(samples, dtype=np.float64) / samples
    places = np.column_stack([-radius * np.sin(angles), radius * np.cos(angles)])
    rounded: NDArray[np.float64] = np.round(places, OFFSET_DECIMALS)
    return rounded


def _patterns(
    planes: NDArray[np.generic], sides: Box, ring: NDArray[np.float64], method: int
) -> NDArray[np.float64]:
    """Patterns of the box; its border is 0 where it reaches beyond the image."""
    border = int(np.ceil(np.abs(ring).max())) + 1
    _, rows, columns = planes.shape
    top, left = sides[1].start - border, sides[2].start - border
    inside_rows = slice(max(top, 0), min(sides[1].stop + border, rows))
    inside_columns = slice(max(left, 0), min(sides[2].stop + border, columns))
    depth, height, width = (side.stop - side.start for side in sides)
    bordered = np.zeros((depth, height + 2 * border, width + 2 * border))
    bordered[
        :,
        inside_rows.start - top : inside_rows.stop - top,
        inside_columns.start - left : inside_columns.stop - left,
    ] = planes[sides[0], inside_rows, inside_columns]
    patterns = np.empty((depth, height, width))
    _fill_patterns(bordered, ring, np.array([method, border, top, left]), patterns)
    return patterns


@compiled
def _pattern(method: int, neighbours: NDArray[np.float64], ones: NDArray[np.int64]) -> float:
    samples = ones.size
    if method == VAR:
        total, squares = 0.0, 0.0
        for neighbour in neighbours:
            total += neighbour
            squares += neighbour * neighbour
        variance = (squares - (total * total) / samples) / samples
        return variance if variance != 0 else np.nan
    if method == UNIFORM:
        changes = 0
        for i in range(samples - 1):
            changes += ones[i] != ones[i + 1]
        return float(ones.sum()) if changes <= 2 else samples + 1.0
    bits = 0
    for i in range(samples):
        bits += ones[i] << i
    smallest = bits
    if method == ROR:
        for _ in range(1, samples):
            bits = (bits >> 1) | ((bits & 1) << (samples - 1))
            smallest = min(smallest, bits)
    return float(smallest)


@compiled
def _fill_patterns(
    planes: NDArray[np.float64],
    ring: NDArray[np.float64],
    plan: NDArray[np.int64],
    patterns: NDArray[np.float64],
) -> None:
    """Patterns of the planes (n, rows, columns) without their border.

    Plan: method, width of the border, row and column of the corner in the whole image. Places are
    added to the row and column of the whole image: rounded like the oracle, ties fall alike.
    """
    method, border, top, left = plan
    samples = ring.shape[0]
    neighbours = np.empty(samples)
    ones = np.empty(samples, np.int64)
    for plane in range(patterns.shape[0]):
        for row in range(patterns.shape[1]):
            for column in range(patterns.shape[2]):
                centre = planes[plane, row + border, column + border]
                for i in range(samples):
                    down = row + border + top + ring[i, 0]
                    right = column + border + left + ring[i, 1]
                    upper, lower = int(np.floor(down)) - top, int(np.ceil(down)) - top
                    near, far = int(np.floor(right)) - left, int(np.ceil(right)) - left
                    below, beyond = down - np.floor(down), right - np.floor(right)
                    above_value = (1 - beyond) * planes[plane, upper, near] + (
                        beyond * planes[plane, upper, far]
                    )
                    below_value = (1 - beyond) * planes[plane, lower, near] + (
                        beyond * planes[plane, lower, far]
                    )
                    neighbours[i] = (1 - below) * above_value + below * below_value
                    ones[i] = 1 if neighbours[i] - centre >= 0 else 0
                patterns[plane, row, column] = _pattern(method, neighbours, ones)
