"""Where voxels lie in the patient, for many voxels at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask


def positions_mm(geometry: Geometry, indices: NDArray[np.generic]) -> NDArray[np.float64]:
    """Patient positions (x, y, z), mm, of indices (z, y, x), whole or not; shape (n, 3)."""
    steps_mm = np.asarray(indices, dtype=np.float64) * geometry.spacing_mm
    direction = np.reshape(geometry.direction, (3, 3))
    places: NDArray[np.float64] = steps_mm[:, ::-1] @ direction.T + geometry.origin_mm
    return places


def indices_at(geometry: Geometry, positions: NDArray[np.float64]) -> NDArray[np.int64]:
    """The nearest voxels (z, y, x) to patient positions (x, y, z), mm; may lie outside the grid."""
    direction = np.reshape(geometry.direction, (3, 3))
    steps_mm = np.linalg.solve(direction, (positions - geometry.origin_mm).T).T
    found: NDArray[np.int64] = np.rint(steps_mm[:, ::-1] / geometry.spacing_mm).astype(np.int64)
    return found


def voxel_positions_mm(mask: Mask) -> NDArray[np.float64]:
    """Patient positions (x, y, z), mm, of the voxels of a region, shape (n, 3)."""
    return positions_mm(mask.geometry, np.argwhere(mask.array))


def centroid_mm(mask: Mask) -> NDArray[np.float64]:
    """Patient position (x, y, z), mm, of the middle of a region; NaN for an empty one."""
    counts = [mask.array.sum(axis=axes) for axes in ((1, 2), (0, 2), (0, 1))]
    total = counts[0].sum()
    if total == 0:
        return np.full(3, np.nan)
    middle = [float((count * np.arange(len(count))).sum() / total) for count in counts]
    return np.asarray(positions_mm(mask.geometry, np.asarray([middle]))[0])


def is_inside(mask: Mask, positions: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the voxels nearest to patient positions (x, y, z), mm, belong to a region."""
    indices = indices_at(mask.geometry, positions)
    size = np.asarray(mask.geometry.size)
    on_grid = ((indices >= 0) & (indices < size)).all(axis=1)
    found = np.zeros(len(positions), dtype=np.bool_)
    z, y, x = indices[on_grid].T
    found[on_grid] = mask.array[z, y, x]
    return found
