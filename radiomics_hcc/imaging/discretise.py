"""Intensities of a region to grey levels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.imaging.compiled import compiled

# A co-occurrence matrix of 10,000 levels already takes 0.8 GB for each direction, and textures of
# that many levels have no meaning: so many are always a wrong unit or a wrong bin width.
MAX_LEVELS: Final = 10_000
SUGGESTED_BINS: Final = 64  # within the 30 to 130 bins that PyRadiomics' manual advises
SLACK: Final = 2  # bins that PyRadiomics adds above the maximum, so that it gets one of its own


@dataclass(frozen=True, eq=False)
class Discretised:
    """Grey levels of a region.

    Parameters
    ----------
    levels
        1 to `n_levels` for every voxel, shape (n,).
    edges
        Lower edge of each grey level and the upper edge of the last, in the unit of the image,
        shape (n_levels + 1,).
    n_levels
        The highest grey level that the discretisation gives.
    """

    levels: NDArray[np.int32] = field(repr=False)
    edges: NDArray[np.float64] = field(repr=False)
    n_levels: int

    @property
    def counts(self) -> NDArray[np.int64]:
        """Voxels of each grey level, 1 to `n_levels`; shape (n_levels,)."""
        return np.bincount(self.levels, minlength=self.n_levels + 1)[1:]


def discretise(
    values: NDArray[np.floating],
    *,
    bin_width: float = 25.0,
    bin_count: int | None = None,
    bin_origin: float | None = None,
) -> Discretised:
    """Grey levels as PyRadiomics gives them, or counted from a fixed intensity.

    - With `bin_count`: that many bins of equal width from the minimum to the maximum.
    - With `bin_origin`: floor((x - origin) / width) + 1, and 1 for what lies below the origin.
      A level then means the same intensity in every region and at every time point. This is also
      IBSI's fixed bin size, the origin being the lower bound of the re-segmentation range (or,
      without one, the minimum).
    - Else: bins of `bin_width` whose edges are multiples of it, the minimum in the first.

    Parameters
    ----------
    values
        Intensities of the region, shape (n,), double precision; single where the image is (then
        PyRadiomics' edges are too).
    bin_width, bin_count, bin_origin
        In the unit of the image. A constant region has one grey level.

    References
    ----------
    van Griethuysen et al. 2017 (`binWidth`, `binCount`); IBSI manual, arXiv:1612.07003,
    section 2.7.

    Raises
    ------
    ExtractionError
        For an empty region, NaN or infinite intensities, or more than `MAX_LEVELS` grey levels.
    """
    low, high = _range(values)
    if bin_count is not None:
        _check_number(bin_count, bin_width=None, low=low, high=high)
        edges = np.histogram_bin_edges(values, bin_count)
        edges[-1] += 1  # the maximum belongs to the last bin
        return _digitise(values, edges)
    if bin_origin is not None:
        return _from_origin(values, bin_width, bin_origin)
    _check_number((float(high) - float(low)) / bin_width, bin_width, low, high)
    lowest = low - low % bin_width
    edges = np.arange(lowest, high + SLACK * bin_width, bin_width)
    return _digitise(values, edges)


def discretise_ibsi_bin_number(values: NDArray[np.float64], bin_number: int) -> Discretised:
    """IBSI's fixed bin number: floor(N (x - minimum) / (maximum - minimum)) + 1, at most N.

    The maximum falls into the last bin; a constant region has one grey level.

    References
    ----------
    IBSI manual, arXiv:1612.07003, section 2.7.

    Raises
    ------
    ExtractionError
        As in `discretise`.
    """
    low, high = (float(end) for end in _range(values))
    _check_number(bin_number, bin_width=None, low=low, high=high)
    if high == low:
        return Discretised(np.ones(values.size, np.int32), np.array([low - 0.5, low + 0.5]), 1)
    levels = np.floor(bin_number * (values - low) / (high - low)) + 1
    levels = np.minimum(levels, bin_number).astype(np.int32)
    return Discretised(levels, np.linspace(low, high, bin_number + 1), bin_number)


def _from_origin(values: NDArray[np.floating], width: float, origin: float) -> Discretised:
    low, high = (float(end) for end in _range(values))
    _check_number((high - origin) / width, width, low, high)
    levels = np.maximum(np.floor((values - origin) / width) + 1, 1).astype(np.int32)
    highest = int(levels.max())
    return Discretised(levels, origin + width * np.arange(highest + 1, dtype=np.float64), highest)


def _digitise(values: NDArray[np.floating], edges: NDArray[np.floating]) -> Discretised:
    exact = np.ascontiguousarray(edges, dtype=np.float64)
    levels = _find_bins(np.ascontiguousarray(values, dtype=np.float64), exact)
    highest = int(levels.max())
    return Discretised(levels, exact[: highest + 1], highest)


@compiled
def _find_bins(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.int32]:
    """Number of the bin, from 1, whose lower edge is the last at or below the value."""
    last = edges.size - 1  # in single precision the edges may end below the maximum
    per_unit = 1.0 / (edges[1] - edges[0])
    levels = np.empty(values.size, dtype=np.int32)
    for i in range(values.size):
        value = values[i]
        place = min(max(int((value - edges[0]) * per_unit), 0), last)
        while place > 0 and value < edges[place]:
            place -= 1
        while place < last and value >= edges[place + 1]:
            place += 1
        levels[i] = place + 1
    return levels


def _range(values: NDArray[np.floating]) -> tuple[np.floating, np.floating]:
    """Minimum and maximum in the number type of the values, on which PyRadiomics' edges hang."""
    if values.size == 0:
        raise ExtractionError("the region is empty; there is nothing to discretise")
    low, high = values.min(), values.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        wrong = int(values.size - np.isfinite(values).sum())
        raise ExtractionError(f"{wrong} voxels of the region are NaN or infinite")
    return low, high


def _check_number(
    bins: float, bin_width: float | None, low: float | np.floating, high: float | np.floating
) -> None:
    if bins <= MAX_LEVELS:
        return
    found = f"{bins:,.0f} grey levels between {low:g} and {high:g}"
    if bin_width is None:
        remedy = f"set binCount to at most {MAX_LEVELS:,}, better {SUGGESTED_BINS}"
        raise ExtractionError(f"binCount gives {found}; {remedy}")
    better = (float(high) - float(low)) / SUGGESTED_BINS
    remedy = f"a binWidth of {better:.3g} gives {SUGGESTED_BINS}"
    raise ExtractionError(
        f"binWidth {bin_width:g} gives {found}, more than {MAX_LEVELS:,}; {remedy}"
    )
