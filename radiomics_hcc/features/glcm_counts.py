"""Pairs of grey levels counted: the grey level co-occurrence matrices (IBSI manual, 3.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.grey_levels import GreyLevels
from radiomics_hcc.imaging.compiled import compiled

BATCH_BYTES: Final = 4 * 2**20  # matrices counted at one time; 13 of 280 levels still fit
MOST_LEVELS: Final = 8_000  # one matrix of doubles then takes half a gigabyte


def count_pairs(levels: GreyLevels, offsets: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Count the ordered pairs (level at a voxel, level at voxel + offset) within a region.

    Parameters
    ----------
    levels
        The region; its border is at least as wide as the longest part of an offset.
    offsets
        Offsets along (z, y, x), voxels; shape (n, 3).

    Returns
    -------
    NDArray
        Numbers of pairs, shape (n, K, K), for the K levels of `levels.values`. Zero where no
        voxel has a neighbour, as for a region of one voxel.

    Raises
    ------
    ExtractionError
        Where more than `MOST_LEVELS` grey levels occur.
    ValueError
        Where the border is narrower than an offset.
    """
    _check(levels, offsets)
    n_levels = levels.values.size
    _, height, width = levels.index.shape
    steps = np.ascontiguousarray(offsets @ np.array([height * width, width, 1], dtype=np.int64))
    index = np.ascontiguousarray(levels.index).reshape(-1).view(np.uint32)
    counts = np.zeros((len(steps), n_levels + 1, n_levels + 1), dtype=np.uint32)
    _count(index, levels.border * height * width, steps, counts)
    return counts[:, 1:, 1:]


def pair_matrices(
    levels: GreyLevels, offsets: NDArray[np.int64], *, is_symmetrical: bool
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Count offset by offset, as many at a time as keep memory small.

    Yields
    ------
    offsets
        Those counted, shape (m, 3).
    matrices
        Their pairs, shape (m, K, K); symmetrical ones count every pair both ways.
    """
    one = max(4 * (levels.values.size + 1) ** 2, 16 * levels.highest)  # bytes, of p(i + j) too
    at_once = max(1, BATCH_BYTES // one)
    for start in range(0, len(offsets), at_once):
        some = offsets[start : start + at_once]
        counts = count_pairs(levels, some)
        matrices = counts.astype(np.float64, order="C")
        if is_symmetrical:
            matrices += counts.transpose(0, 2, 1)
        yield some, matrices


def _check(levels: GreyLevels, offsets: NDArray[np.int64]) -> None:
    if levels.values.size > MOST_LEVELS:
        raise ExtractionError(
            f"{levels.values.size} grey levels occur, more than the {MOST_LEVELS} that a GLCM "
            "holds in memory; use wider or fewer bins"
        )
    if len(offsets) and levels.border < np.abs(offsets).max():
        raise ValueError(f"a border of {levels.border} for offsets up to {np.abs(offsets).max()}")


@compiled
def _count(
    index: NDArray[np.uint32],
    first: int,
    steps: NDArray[np.int64],
    counts: NDArray[np.uint32],
) -> None:
    """Add every pair to `counts`; neighbours outside the region fall into column 0.

    Unsigned places halve the time: no test for Python's negative indices.
    """
    for place in range(first, index.size - first):
        level = index[place]
        if level > 0:
            for direction in range(steps.size):
                neighbour = index[np.uint64(place + steps[direction])]
                counts[direction, level, neighbour] += np.uint32(1)
