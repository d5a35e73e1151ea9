"""Grey level run length matrix: how many voxels in a row share a grey level."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.features.directions import directions
from radiomics_hcc.features.grey_levels import GreyLevels
from radiomics_hcc.features.raveled_levels import flat_steps, occupied_rows
from radiomics_hcc.features.size_matrix import SizeMatrices, named, size_features
from radiomics_hcc.features.texture_settings import Norm, TextureSettings
from radiomics_hcc.imaging.compiled import compiled

NAMES: Final[Mapping[str, str]] = {
    "ShortRunEmphasis": "small",
    "LongRunEmphasis": "large",
    "LowGrayLevelRunEmphasis": "low",
    "HighGrayLevelRunEmphasis": "high",
    "ShortRunLowGrayLevelEmphasis": "small_low",
    "ShortRunHighGrayLevelEmphasis": "small_high",
    "LongRunLowGrayLevelEmphasis": "large_low",
    "LongRunHighGrayLevelEmphasis": "large_high",
    "GrayLevelNonUniformity": "level_non_uniformity",
    "GrayLevelNonUniformityNormalized": "level_non_uniformity_normalised",
    "RunLengthNonUniformity": "size_non_uniformity",
    "RunLengthNonUniformityNormalized": "size_non_uniformity_normalised",
    "RunPercentage": "percentage",
    "GrayLevelVariance": "level_variance",
    "RunVariance": "size_variance",
    "RunEntropy": "entropy",
}
IBSI_IDS: Final[Mapping[str, str]] = {
    "ShortRunEmphasis": "22OV",
    "LongRunEmphasis": "W4KF",
    "LowGrayLevelRunEmphasis": "V3SW",
    "HighGrayLevelRunEmphasis": "G3QZ",
    "ShortRunLowGrayLevelEmphasis": "HTZT",
    "ShortRunHighGrayLevelEmphasis": "GD3A",
    "LongRunLowGrayLevelEmphasis": "IVPO",
    "LongRunHighGrayLevelEmphasis": "3KUM",
    "GrayLevelNonUniformity": "R5YN",
    "GrayLevelNonUniformityNormalized": "OVBL",
    "RunLengthNonUniformity": "W92Y",
    "RunLengthNonUniformityNormalized": "IC23",
    "RunPercentage": "9ZK5",
    "GrayLevelVariance": "8CE5",
    "RunVariance": "SXLW",
    "RunEntropy": "HJ9O",
}
# Cells of a full table held at a time (16 MB): 3,000 grey levels take it direction by direction.
LARGEST_TABLE: Final = 2**22


def measure(
    levels: GreyLevels, settings: TextureSettings, wanted: Collection[str]
) -> dict[str, float]:
    """PyRadiomics' features of runs, over all directions.

    Without a weighting norm a feature is the mean of its values in every direction; with one, the
    matrices of all directions are added, each times the distance between neighbouring voxels.
    A direction in which no line holds two voxels of the region says nothing about runs and is left
    out, as in PyRadiomics. One voxel has no direction left: every feature is NaN. In a constant
    region the variance of grey levels is 0 and every run is as long as its line is unbroken.

    Parameters
    ----------
    levels
        The region after discretisation, with a border of at least one voxel.
    settings
        Of these `slice_axis`, `weighting_norm` and `spacing_mm`; `distances` does not apply.
    wanted
        Names of features, as in `NAMES`.

    References
    ----------
    IBSI manual (arXiv:1612.07003), section 3.7; van Griethuysen et al. 2017.
    """
    offsets = directions((1,), settings.slice_axis)
    matrices = run_matrices(levels, offsets)
    is_kept = _lines_hold_pairs(levels, offsets, matrices)
    if settings.weighting_norm is None:
        features = size_features(matrices)
        return {name: _mean(features[NAMES[name]][is_kept]) for name in NAMES if name in wanted}
    weights = _distance_mm(offsets, settings.spacing_mm, settings.weighting_norm)
    features = size_features(matrices.weighted(weights * is_kept).merged())
    return {name: float(features[NAMES[name]][0]) for name in NAMES if name in wanted}


def run_features(matrices: SizeMatrices) -> dict[str, NDArray[np.float64]]:
    """All 16 features of run length matrices, each of shape (n,)."""
    return named(size_features(matrices), NAMES)


def run_matrices(levels: GreyLevels, offsets: NDArray[np.int64]) -> SizeMatrices:
    """The run length matrix of every direction, the empty cells left out.

    Parameters
    ----------
    levels
        The region, with a border of at least one voxel.
    offsets
        Steps to the next voxel along (z, y, x), forward and of Chebyshev length 1, as from
        `directions`; shape (n, 3).
    """
    cells = levels.values.size * max(levels.inner.shape)
    at_once = max(1, LARGEST_TABLE // cells)
    n_voxels = levels.n_voxels
    parts = [offsets[first : first + at_once] for first in range(0, len(offsets), at_once)]
    counts = (count_runs(levels, part) for part in parts)
    return SizeMatrices.stacked(
        [SizeMatrices.from_counts(table, levels.values, n_voxels) for table in counts]
    )


def count_runs(levels: GreyLevels, offsets: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Count runs of equal grey level by direction, grey level and length.

    A run ends where the grey level changes and at the border of the region. One voxel is one run
    of length 1 in every direction.

    Parameters
    ----------
    levels
        The region, with a border of at least one voxel.
    offsets
        Steps to the next voxel along (z, y, x), forward and of Chebyshev length 1, as from
        `directions`; shape (n, 3).

    Returns
    -------
    NDArray
        Shape (n, K, L): L is the longest side of the box, in voxels.
    """
    shape = (len(offsets), levels.values.size, max(levels.inner.shape))
    counts = np.zeros(shape, dtype=np.uint32)
    _count_runs(
        levels.index.ravel(),
        occupied_rows(levels),
        flat_steps(levels, offsets),
        counts,
    )
    return counts


def _distance_mm(
    offsets: NDArray[np.int64], spacing_mm: tuple[float, float, float], norm: Norm
) -> NDArray[np.float64]:
    """Distance between neighbouring voxels in every direction, mm; 1 for `no_weighting`."""
    parts_mm = np.abs(offsets) * np.asarray(spacing_mm)
    if norm == "no_weighting":
        return np.ones(len(offsets))
    order = {"infinity": np.inf, "euclidean": 2, "manhattan": 1}[norm]
    return np.asarray(np.linalg.norm(parts_mm, ord=order, axis=1), dtype=np.float64)


def _lines_hold_pairs(
    levels: GreyLevels, offsets: NDArray[np.int64], matrices: SizeMatrices
) -> NDArray[np.bool_]:
    """Whether some line along each direction holds two voxels of the region, adjacent or not."""
    is_kept = np.zeros(len(offsets), dtype=bool)
    is_kept[matrices.matrix[matrices.size > 1]] = True  # a run of two proves it
    for direction in np.flatnonzero(~is_kept):
        is_kept[direction] = _line_holds_pair(levels, offsets[direction])
    return is_kept


def _line_holds_pair(levels: GreyLevels, offset: NDArray[np.int64]) -> bool:
    voxels = np.argwhere(levels.inner)
    along = int(np.argmax(offset != 0))
    steps = voxels[:, along] * offset[along]
    starts = voxels - steps[:, np.newaxis] * offset  # where each voxel's line crosses one plane
    base = 4 * max(levels.inner.shape)  # the starts reach one box beyond the box on either side
    lines = starts @ np.array([base**2, base, 1])
    return bool(np.unique(lines).size < lines.size)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else float("nan")


@compiled
def _count_runs(
    levels: NDArray[np.int32],
    rows: NDArray[np.int64],
    steps: NDArray[np.int64],
    counts: NDArray[np.uint32],
) -> None:
    """Give every voxel its place in its run and count the run at its last voxel.

    Whole rows without branches, which the processor takes several voxels at a time. Steps lead
    forward in the array, so that the voxel before has its place already.
    """
    place = np.zeros(levels.size, np.int32)  # from 1; kept for one direction at a time
    for direction in range(steps.size):
        step = steps[direction]
        for first, behind in rows:
            here = levels[first:behind]
            before = levels[first - step : behind - step]
            after = levels[first + step : behind + step]
            place_here = place[first:behind]
            place_before = place[first - step : behind - step]
            for x in range(here.size):
                place_here[x] = place_before[x] * (before[x] == here[x]) + 1
            for x in range(here.size):
                if here[x] != 0:
                    counts[direction, here[x] - 1, place_here[x] - 1] += after[x] != here[x]
