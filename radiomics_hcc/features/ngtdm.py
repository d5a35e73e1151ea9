"""Features of the neighbourhood grey tone difference matrix (IBSI manual, section 3.10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.features.directions import directions
from radiomics_hcc.features.grey_levels import GreyLevels
from radiomics_hcc.features.texture_settings import TextureSettings
from radiomics_hcc.imaging.compiled import compiled

IBSI_IDS: Final[Mapping[str, str]] = {
    "Busyness": "NQ30",
    "Coarseness": "QCDE",
    "Complexity": "HDEZ",
    "Contrast": "65HE",
    "Strength": "1X9X",
}
FLAT_COARSENESS: Final = 1e6  # IBSI manual and PyRadiomics, where no voxel differs


def measure(
    levels: GreyLevels, settings: TextureSettings, wanted: Collection[str]
) -> dict[str, float]:
    """Measure a region as PyRadiomics does (van Griethuysen et al. 2017).

    PyRadiomics counts a voxel without neighbours among the n_i, IBSI does not: see
    `count_differences`.

    Parameters
    ----------
    levels
        The region, with a border at least as wide as the largest distance.
    settings
        Of these `distances` and `slice_axis`; neighbours of all distances form one neighbourhood.
    wanted
        Short names.

    Returns
    -------
    dict
        The wanted features by short name. One voxel or a constant region has Coarseness 1e6, the
        others 0.
    """
    n, s = count_differences(levels, settings)
    features = ngtdm_features(n, s, levels.values)
    return {name: value for name, value in features.items() if name in wanted}


def count_differences(
    levels: GreyLevels, settings: TextureSettings, *, is_isolated_counted: bool = True
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count voxels, and add up their differences from the mean of their neighbours.

    A voxel's neighbours are the voxels of the region at the distances of the settings, to all
    sides.

    Parameters
    ----------
    levels
        The region, with a border at least as wide as the largest distance.
    settings
        Of these `distances` and `slice_axis`.
    is_isolated_counted
        Whether voxels without neighbours count in n_i, as in PyRadiomics; in IBSI they do not.

    Returns
    -------
    n
        Voxels n_i of every grey level, shape (K,).
    s
        Sums s_i of |level - mean level of the neighbours| over these voxels, grey levels; shape
        (K,).

    Raises
    ------
    ValueError
        Where the border is narrower than a distance.
    """
    if levels.border < max(settings.distances):
        raise ValueError(f"a border of {levels.border} for distances {settings.distances}")
    forward = directions(settings.distances, settings.slice_axis)
    _, height, width = levels.index.shape
    steps = np.concatenate([forward, -forward]) @ np.array([height * width, width, 1])
    values = np.concatenate([[0.0], levels.values])
    n, s, isolated = np.zeros((3, values.size))
    index = np.ascontiguousarray(levels.index).reshape(-1).view(np.uint32)
    first = levels.border * height * width
    _count(index, first, steps, values, (n, s, isolated))
    counted = n if is_isolated_counted else n - isolated
    return counted[1:], s[1:]


def ngtdm_features(
    n: NDArray[np.float64], s: NDArray[np.float64], values: NDArray[np.float64]
) -> dict[str, float]:
    """Features of one matrix; formulae in the IBSI manual, section 3.10.

    With p_i = n_i / N, N the sum of n_i, and sums over the levels with n_i > 0.

    Parameters
    ----------
    n
        Voxels of every grey level, shape (K,).
    s
        Sums of the differences from their neighbours, grey levels; shape (K,).
    values
        The grey levels, shape (K,).

    Returns
    -------
    dict
        Short name to value. Where no voxel differs Coarseness is 1e6 and the others are 0; the
        same without any voxel, where Complexity is NaN.
    """
    occurs = n > 0
    n, s, values = n[occurs], s[occurs], values[occurs]
    n_voxels, n_levels = float(n.sum()), n.size
    p = n / n_voxels
    sums = np.zeros(4)
    _add_up(p, s, values, sums)
    contrast, busyness, complexity, strength = (float(total) for total in sums)
    weighted, differences = float(p @ s), float(s.sum())
    pairs = n_levels * (n_levels - 1)
    return {
        "Coarseness": 1 / weighted if weighted else FLAT_COARSENESS,
        "Contrast": contrast / pairs * differences / n_voxels if pairs else 0.0,
        "Busyness": weighted / busyness if busyness else 0.0,
        "Complexity": complexity / n_voxels if n_voxels else float("nan"),
        "Strength": strength / differences if differences else 0.0,
    }


@compiled
def _count(
    index: NDArray[np.uint32],
    first: int,
    steps: NDArray[np.int64],
    values: NDArray[np.float64],
    into: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
) -> None:
    """Add to n, s and the isolated voxels of every level, place 0 for none.

    Unsigned places spare the test for Python's negative indices.
    """
    n, s, isolated = into
    for place in range(first, index.size - first):
        level = index[place]
        if level > 0:
            total, neighbours = 0.0, 0
            for direction in range(steps.size):
                neighbour = index[np.uint64(place + steps[direction])]
                if neighbour > 0:
                    total += values[neighbour]
                    neighbours += 1
            n[level] += 1
            if neighbours > 0:
                s[level] += abs(values[level] - total / neighbours)
            else:
                isolated[level] += 1


@compiled
def _add_up(
    p: NDArray[np.float64],
    s: NDArray[np.float64],
    levels: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """Sums over all pairs of levels i and j, for contrast, busyness, complexity and strength."""
    for row in range(p.size):
        for column in range(p.size):
            p_i, p_j, i, j = p[row], p[column], levels[row], levels[column]
            sums[0] += p_i * p_j * (i - j) ** 2
            sums[1] += abs(i * p_i - j * p_j)
            sums[2] += abs(i - j) * (p_i * s[row] + p_j * s[column]) / (p_i + p_j)
            sums[3] += (p_i + p_j) * (i - j) ** 2
