"""Places in the raveled array of grey levels: what the counting kernels walk along."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.features.grey_levels import GreyLevels


def flat_steps(levels: GreyLevels, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """How far each offset along (z, y, x) leads in the raveled array.

    Parameters
    ----------
    levels
        The region.
    offsets
        Shape (n, 3), voxels.

    Returns
    -------
    NDArray
        Shape (n,).
    """
    _, height, width = levels.index.shape
    return np.ascontiguousarray(offsets @ np.array([height * width, width, 1]), dtype=np.int64)


def occupied_rows(levels: GreyLevels) -> NDArray[np.int64]:
    """Where the region lies in each row along x that holds voxels of it.

    Returns
    -------
    NDArray
        Places of the first voxel and behind the last one in the raveled array; shape (n, 2).
    """
    is_inside = levels.index.reshape(-1, levels.index.shape[2]) != 0
    rows = np.flatnonzero(is_inside.any(axis=1))
    width = is_inside.shape[1]
    first = is_inside[rows].argmax(axis=1)
    behind = width - is_inside[rows, ::-1].argmax(axis=1)
    return np.stack([rows * width + first, rows * width + behind], axis=1)
