"""Matrices that count grey levels against sizes, and the formulae that they all share.

A run length, size zone, distance zone or dependence matrix s(i, j) says how often grey level i
occurs together with j: the length of a run, the size of a zone, its distance to the border, or the
number of dependent voxels. IBSI (manual, sections 3.7, 3.8, 3.9 and 3.11) and PyRadiomics define
the same features on each of them under different names; here they have neutral ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

# PyRadiomics adds this to every probability under the logarithm (van Griethuysen et al. 2017).
ENTROPY_OFFSET: Final = float(np.spacing(1.0))


@dataclass(frozen=True, eq=False)
class SizeMatrices:
    """One or several matrices s(i, j): those of their cells that are not zero.

    Parameters
    ----------
    matrix
        Which of the n matrices the cell belongs to, from 0; shape (m,).
    level
        Place of the cell's grey level i in `values`, from 0; shape (m,).
    size
        The cell's j: voxels of a run or zone, distance in voxels, or dependence count; shape (m,).
    count
        How often that pair occurs; weighted matrices hold fractions; shape (m,).
    values
        The grey levels; shape (K,).
    n_voxels
        Voxels behind each matrix, counted once for every direction merged into it; shape (n,).
    """

    matrix: NDArray[np.int64] = field(repr=False)
    level: NDArray[np.int64] = field(repr=False)
    size: NDArray[np.int64] = field(repr=False)
    count: NDArray[np.float64] = field(repr=False)
    values: NDArray[np.float64] = field(repr=False)
    n_voxels: NDArray[np.float64]

    @staticmethod
    def from_counts(
        counts: NDArray[np.uint32], values: NDArray[np.float64], n_voxels: int
    ) -> SizeMatrices:
        """Read matrices from full tables.

        Parameters
        ----------
        counts
            Shape (n, K, L) for n matrices, K grey levels and the sizes 1 to L.
        values
            The grey levels; shape (K,).
        n_voxels
            Voxels of the region that every matrix describes.
        """
        occupied = np.flatnonzero(counts)
        matrix, level, column = np.unravel_index(occupied, counts.shape)
        voxels = np.full(len(counts), float(n_voxels))
        count = counts.ravel()[occupied].astype(np.float64)
        return SizeMatrices(matrix, level, column + 1, count, values, voxels)

    @staticmethod
    def from_items(
        level: NDArray[np.int64],
        size: NDArray[np.int64],
        values: NDArray[np.float64],
        n_voxels: int,
    ) -> SizeMatrices:
        """Count one matrix from items, such as zones, with a grey level and a size each.

        Parameters
        ----------
        level, size
            Place of the grey level in `values`, and size, of every item; shape (n_items,).
        values
            The grey levels; shape (K,).
        n_voxels
            Voxels of the region.
        """
        width = int(size.max(initial=0)) + 1
        cells, counts = _counted(level * width + size, values.size * width)
        matrix = np.zeros(cells.size, dtype=np.int64)
        voxels = np.array([float(n_voxels)])
        count = counts.astype(np.float64)
        return SizeMatrices(matrix, cells // width, cells % width, count, values, voxels)

    @staticmethod
    def stacked(parts: Sequence[SizeMatrices]) -> SizeMatrices:
        """All matrices of several parts over the same grey levels, such as those of every slice."""
        before = np.cumsum([0, *(part.n_voxels.size for part in parts[:-1])])
        return SizeMatrices(
            np.concatenate([part.matrix + n for part, n in zip(parts, before, strict=True)]),
            np.concatenate([part.level for part in parts]),
            np.concatenate([part.size for part in parts]),
            np.concatenate([part.count for part in parts]),
            parts[0].values,
            np.concatenate([part.n_voxels for part in parts]),
        )

    def weighted(self, weights: NDArray[np.float64]) -> SizeMatrices:
        """Every matrix multiplied by its weight; shape of the weights (n,)."""
        return replace(
            self, count=self.count * weights[self.matrix], n_voxels=self.n_voxels * weights
        )

    def merged(self) -> SizeMatrices:
        """The sum of all matrices, as one matrix."""
        width = int(self.size.max(initial=0)) + 1
        cells, place = np.unique(self.level * width + self.size, return_inverse=True)
        return SizeMatrices(
            np.zeros(cells.size, dtype=np.int64),
            cells // width,
            cells % width,
            _sums(place, self.count, cells.size),
            self.values,
            np.array([self.n_voxels.sum()]),
        )


def size_features(matrices: SizeMatrices) -> dict[str, NDArray[np.float64]]:
    r"""Measure every matrix by the formulae that all size matrices share.

    With :math:`N_s = \sum_{ij} s_{ij}`, :math:`p_{ij} = s_{ij} / N_s`, sums over one index written
    as :math:`s_{i\cdot}` and :math:`s_{\cdot j}`, and the number of voxels :math:`N_v`:

    - emphases :math:`\sum p_{ij}\, i^a j^b`: `small` is :math:`j^{-2}`, `large` :math:`j^2`,
      `low` :math:`i^{-2}`, `high` :math:`i^2`, and the four products of these;
    - non-uniformities :math:`\sum_i s_{i\cdot}^2 / N_s` (`level`) and
      :math:`\sum_j s_{\cdot j}^2 / N_s` (`size`); `normalised`: divided by :math:`N_s` once more;
    - `percentage` :math:`N_s / N_v`;
    - variances :math:`\sum p_{ij} (i - \mu)^2` with :math:`\mu = \sum p_{ij}\, i`; the same for j;
    - `entropy` :math:`-\sum p_{ij} \log_2 (p_{ij} + \epsilon)` with PyRadiomics'
      :math:`\epsilon = 2^{-52}`, which is far below IBSI's tolerances; `energy`
      :math:`\sum p_{ij}^2`.

    A matrix with one cell has variances 0, entropy 0 (to :math:`\epsilon`) and energy 1; an empty
    matrix has NaN everywhere.

    References
    ----------
    IBSI manual (arXiv:1612.07003), sections 3.7, 3.8, 3.9 and 3.11; van Griethuysen et al. 2017.

    Returns
    -------
    dict
        Neutral name to the values of all matrices, each of shape (n,).
    """
    n_items = _per_matrix(matrices, matrices.count)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = matrices.count / n_items[matrices.matrix]
        spread = _non_uniformities(matrices, n_items)
        percentage = n_items / matrices.n_voxels
    features = (_emphases(matrices, chance) | spread | _variances(matrices, chance)) | {
        "percentage": percentage,
        "entropy": -_per_matrix(matrices, chance * np.log2(chance + ENTROPY_OFFSET)),
        "energy": _per_matrix(matrices, chance**2),
    }
    return {name: np.where(n_items > 0, value, np.nan) for name, value in features.items()}


def named(
    features: Mapping[str, NDArray[np.float64]], names: Mapping[str, str]
) -> dict[str, NDArray[np.float64]]:
    """Features under the names of a family, given the neutral name of each."""
    return {name: features[neutral] for name, neutral in names.items()}


def _counted(cells: NDArray[np.int64], n_cells: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different cells, ascending, and how often each occurs."""
    if n_cells > cells.size:  # a table would cost more than sorting
        return np.unique(cells, return_counts=True)
    table = np.bincount(cells)
    occupied = np.flatnonzero(table)
    return occupied, table[occupied]


def _sums(place: NDArray[np.int64], cell: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Add up the cells of equal place; shape (n,)."""
    return np.asarray(np.bincount(place, cell, minlength=n), dtype=np.float64)


def _per_matrix(matrices: SizeMatrices, cell: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum over the cells of every matrix; shape (n,)."""
    return _sums(matrices.matrix, cell, matrices.n_voxels.size)


def _emphases(
    matrices: SizeMatrices, chance: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    level_squared = matrices.values[matrices.level] ** 2
    size_squared = matrices.size.astype(np.float64) ** 2
    small, large = chance / size_squared, chance * size_squared
    cells = {
        "small": small,
        "large": large,
        "low": chance / level_squared,
        "high": chance * level_squared,
        "small_low": small / level_squared,
        "small_high": small * level_squared,
        "large_low": large / level_squared,
        "large_high": large * level_squared,
    }
    return {name: _per_matrix(matrices, cell) for name, cell in cells.items()}


def _non_uniformities(
    matrices: SizeMatrices, n_items: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    level = _sum_of_squared_sums(matrices, matrices.level) / n_items
    size = _sum_of_squared_sums(matrices, matrices.size) / n_items
    return {
        "level_non_uniformity": level,
        "level_non_uniformity_normalised": level / n_items,
        "size_non_uniformity": size,
        "size_non_uniformity_normalised": size / n_items,
    }


def _sum_of_squared_sums(matrices: SizeMatrices, index: NDArray[np.int64]) -> NDArray[np.float64]:
    """Add the cells of equal index, square the sums, add them up; shape (n,)."""
    n_matrices, width = matrices.n_voxels.size, int(index.max(initial=0)) + 1
    line = matrices.matrix * width + index
    sums = _sums(line, matrices.count, n_matrices * width).reshape(n_matrices, width)
    return np.asarray(np.einsum("ij,ij->i", sums, sums), dtype=np.float64)


def _variances(
    matrices: SizeMatrices, chance: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    return {
        "level_variance": _variance(matrices, chance, matrices.values[matrices.level]),
        "size_variance": _variance(matrices, chance, matrices.size.astype(np.float64)),
    }


def _variance(
    matrices: SizeMatrices, chance: NDArray[np.float64], index: NDArray[np.float64]
) -> NDArray[np.float64]:
    mean = _per_matrix(matrices, chance * index)
    return _per_matrix(matrices, chance * (index - mean[matrices.matrix]) ** 2)
