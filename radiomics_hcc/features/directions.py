"""The directions in which texture matrices compare voxels, and their weights."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.features.texture_settings import Norm


def directions(distances: Sequence[int], slice_axis: int | None = None) -> NDArray[np.int64]:
    """Offsets from a voxel to its neighbours, one of every opposite pair.

    An offset is kept when its Chebyshev length, the largest of its three parts, is one of the
    distances: 13 offsets for distance 1 in three dimensions, 4 in a plane (IBSI manual, section
    3.6). Of an offset and its opposite the one is kept whose first part that is not zero is
    positive, which is PyRadiomics' choice and order. PyRadiomics leaves out offsets longer than
    the region's box: those find no pairs.

    Parameters
    ----------
    distances
        Distances between voxels, each 1 or more; voxels. Repeats count once.
    slice_axis
        With a number, only offsets in planes across this axis of (z, y, x).

    Returns
    -------
    NDArray
        Offsets along (z, y, x), voxels; shape (n, 3). Read-only, as it is kept for the next call.

    Raises
    ------
    ValueError
        Where there is no distance, or one below 1.
    """
    if len(distances) == 0 or min(distances) < 1:
        raise ValueError(f"distances must be whole numbers from 1, found {tuple(distances)}")
    return _directions(tuple(distances), slice_axis)


@functools.cache  # all classes of all images of a lesion ask for the same few
def _directions(distances: tuple[int, ...], slice_axis: int | None) -> NDArray[np.int64]:
    reach = max(distances)
    falling = np.arange(reach, -reach - 1, -1, dtype=np.int64)
    every = np.stack(np.meshgrid(falling, falling, falling, indexing="ij"), axis=-1).reshape(-1, 3)
    forward = every[: len(every) // 2]  # the zero offset lies in the middle, opposites mirror it
    kept = np.isin(np.abs(forward).max(axis=1), list(distances))
    if slice_axis is not None:
        kept &= forward[:, slice_axis] == 0
    offsets: NDArray[np.int64] = forward[kept]
    offsets.flags.writeable = False
    return offsets


def distance_weights(
    offsets: NDArray[np.int64], spacing_mm: tuple[float, float, float], norm: Norm
) -> NDArray[np.float64]:
    """Weight of every direction when their matrices are merged: exp(-d^2), d its length in mm.

    Van Griethuysen et al. 2017 (`weightingNorm`); IBSI manual, section 3.6, weights by distance
    in the same way.

    Parameters
    ----------
    offsets
        Offsets along (z, y, x), voxels; shape (n, 3).
    spacing_mm
        Voxel spacing along (z, y, x), mm.
    norm
        How the length is measured; `no_weighting` gives every direction the weight 1.

    Returns
    -------
    NDArray
        Weights from 0 to 1; shape (n,).
    """
    steps_mm = np.abs(offsets) * np.asarray(spacing_mm)
    lengths_mm = {
        "euclidean": np.sqrt((steps_mm**2).sum(axis=1)),
        "manhattan": steps_mm.sum(axis=1),
        "infinity": steps_mm.max(axis=1),
        "no_weighting": np.zeros(len(offsets)),
    }
    weights: NDArray[np.float64] = np.exp(-(lengths_mm[norm] ** 2))
    return weights
