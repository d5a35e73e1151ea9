"""A region after discretisation, in the form that every texture matrix counts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class GreyLevels:
    """Grey levels of a region on its bounding box, with a border of zeros.

    The border is as wide as the largest distance at which voxels are compared, so that no kernel
    has to ask whether a neighbour lies inside the array.

    Parameters
    ----------
    index
        Shape (z, y, x) with the border; 0 outside the region, else 1 to K, the place of the
        voxel's grey level in `values`.
    values
        The K grey levels that occur, ascending; shape (K,).
    highest
        The number of grey levels N_g of the discretisation: at least the last of `values`.
    border
        Width of the border, voxels.
    """

    index: NDArray[np.int32] = field(repr=False)
    values: NDArray[np.float64]
    highest: int
    border: int

    @property
    def n_voxels(self) -> int:
        """Voxels in the region."""
        return int(np.count_nonzero(self.index))

    @property
    def inner(self) -> NDArray[np.int32]:
        """The array without its border (a view)."""
        width = self.border
        inside = tuple(slice(width, length - width) for length in self.index.shape)
        return self.index[inside]


def grey_levels(
    levels: NDArray[np.int32],
    mask: NDArray[np.bool_],
    *,
    border: int = 1,
    highest: int | None = None,
) -> GreyLevels:
    """Arrange the grey levels of a region for counting.

    Parameters
    ----------
    levels
        Grey level of every voxel of the region, 1 or more, shape (n,), in C order of the mask.
    mask
        The region on its bounding box, shape (z, y, x), with n voxels.
    border
        Width of the border of zeros, voxels.
    highest
        Number of grey levels of the discretisation; by default the highest that occurs.

    Raises
    ------
    ValueError
        Where the region is empty or the numbers of voxels differ.
    """
    if levels.size == 0 or levels.size != np.count_nonzero(mask):
        raise ValueError(f"{levels.size} grey levels for {np.count_nonzero(mask)} voxels")
    top = int(levels.max())
    occurs = np.zeros(top + 1, dtype=np.int32)
    occurs[levels] = 1
    values = np.flatnonzero(occurs)
    place = np.cumsum(occurs, dtype=np.int32)
    shape = tuple(length + 2 * border for length in mask.shape)
    index = np.zeros(shape, dtype=np.int32)
    inside = tuple(slice(border, border + length) for length in mask.shape)
    index[inside][mask] = place[levels]
    return GreyLevels(index, values.astype(np.float64), highest or top, border)
