"""Co-occurrence features of many small neighbourhoods at once, for feature maps."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.features.directions import directions, distance_weights
from radiomics_hcc.features.glcm import features_of_each
from radiomics_hcc.features.texture_settings import TextureSettings
from radiomics_hcc.imaging.compiled import compiled

BATCH_BYTES: Final = 4 * 2**20  # matrices held at one time; larger ones leave the cache
LEAST_TOGETHER: Final = 4  # neighbourhoods; fewer cost more in calls than in arithmetic
Cube = tuple[int, int, int]


def measure_neighbourhoods(
    levels: NDArray[np.int32],
    corners: NDArray[np.int64],
    size: Cube,
    settings: TextureSettings,
    wanted: Collection[str],
) -> Iterator[tuple[slice, dict[str, NDArray[np.float64]]]]:
    """Measure the GLCM features of neighbourhoods as `glcm.measure` does of a region.

    Parameters
    ----------
    levels
        Grey levels, 0 where no voxel counts, shape (z, y, x); every neighbourhood lies inside.
    corners
        First corner of every neighbourhood along (z, y, x), shape (n, 3).
    size
        Voxels of a neighbourhood along (z, y, x).
    settings
        As for `glcm.measure`.
    wanted
        Short names.

    Yields
    ------
    slice
        Which of the neighbourhoods.
    dict
        Short name to values; NaN where no two voxels of a neighbourhood are neighbours. With
        several levels in the image MCC of a constant neighbourhood is 0, as in PyRadiomics.
    """
    offsets = directions(settings.distances, settings.slice_axis)
    highest = int(levels.max())
    others = np.unique(levels[levels > 0])[:2]  # so that no batch has one level where all has more
    for part in _batches(len(corners), len(offsets), highest):
        index, values = _compact(levels, corners[part], size, others)
        rows = features_of_each(
            _matrices(index, values.size, size, offsets, settings), values, highest, wanted
        )
        n = part.stop - part.start
        yield part, {name: _mean(rows[name].reshape(n, -1)) for name in rows if name in wanted}


def _batches(n: int, n_offsets: int, n_levels: int) -> Iterator[slice]:
    together = max(LEAST_TOGETHER, BATCH_BYTES // (8 * n_offsets * n_levels**2))
    for start in range(0, n, together):
        yield slice(start, min(start + together, n))


def _compact(
    levels: NDArray[np.int32], corners: NDArray[np.int64], size: Cube, others: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Cubes of shape (n, z, y, x) with the place of each voxel's level in `values`, -1 for none."""
    cubes = np.lib.stride_tricks.sliding_window_view(levels, size)[tuple(corners.T)]
    values = np.union1d(cubes[cubes > 0], others)
    index = np.where(cubes > 0, np.searchsorted(values, cubes), -1)
    return np.ascontiguousarray(index, dtype=np.int64), values.astype(np.float64)


def _matrices(
    index: NDArray[np.int64],
    n_levels: int,
    size: Cube,
    offsets: NDArray[np.int64],
    settings: TextureSettings,
) -> NDArray[np.float64]:
    """Pairs of every neighbourhood and direction, or merged; shape (n * directions, K, K)."""
    counts = np.zeros((len(index), len(offsets), n_levels, n_levels))
    _count(index, offsets, np.array(size, dtype=np.int64), counts)
    if settings.is_symmetrical:
        counts = counts + counts.transpose(0, 1, 3, 2)
    if settings.weighting_norm is not None:
        weights = distance_weights(offsets, settings.spacing_mm, settings.weighting_norm)
        counts = np.einsum("d,ndij->nij", weights, counts)
    return counts.reshape(-1, n_levels, n_levels)


@compiled
def _count(
    index: NDArray[np.int64],
    offsets: NDArray[np.int64],
    size: NDArray[np.int64],
    counts: NDArray[np.float64],
) -> None:
    """Add every pair of neighbours within each cube."""
    for cube in range(index.shape[0]):
        for direction in range(offsets.shape[0]):
            dz, dy, dx = offsets[direction]
            for z in range(max(0, -dz), min(size[0], size[0] - dz)):
                for y in range(max(0, -dy), min(size[1], size[1] - dy)):
                    for x in range(max(0, -dx), min(size[2], size[2] - dx)):
                        row = index[cube, z, y, x]
                        column = index[cube, z + dz, y + dy, x + dx]
                        if row >= 0 and column >= 0:
                            counts[cube, direction, row, column] += 1


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over the directions that have pairs; values of shape (neighbourhoods, directions)."""
    present = ~np.isnan(values)
    sums = np.where(present, values, 0.0).sum(axis=1)
    numbers = present.sum(axis=1)
    means = np.full(len(values), np.nan)
    np.divide(sums, numbers, out=means, where=numbers > 0)
    return means
