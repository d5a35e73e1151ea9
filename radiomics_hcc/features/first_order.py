"""First-order features: how the intensities of a region are distributed, wherever they lie."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.imaging.compiled import compiled

# Kurtosis has no id here: PyRadiomics does not subtract 3, IBSI (IPH6) does. Energy and
# RootMeanSquared are IBSI's where `shift` is 0.
IBSI_IDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Energy": "N8CA",
        "Entropy": "TLU2",
        "Minimum": "1GSF",
        "10Percentile": "QG58",
        "90Percentile": "8DWT",
        "Maximum": "84IY",
        "Mean": "Q4LE",
        "Median": "Y12H",
        "InterquartileRange": "SALO",
        "Range": "2OJQ",
        "MeanAbsoluteDeviation": "4FUA",
        "RobustMeanAbsoluteDeviation": "1128",
        "RootMeanSquared": "5ZWQ",
        "Skewness": "KE2A",
        "Variance": "ECT3",
        "Uniformity": "BJ5W",
    }
)
PYRADIOMICS_ENTROPY_OFFSET: Final = float(np.spacing(1.0))  # added to p inside the logarithm
FRACTIONS: Final = (0.10, 0.25, 0.50, 0.75, 0.90)  # the percentiles that features need
BUCKETS: Final = 4096  # counts that fit the fastest cache; more do not speed the selection up
SELECTED_WHOLE_BELOW: Final = 8192  # with fewer voxels buckets do not pay
SUMMED_TOGETHER: Final = 1024  # partial sums of this length keep rounding errors small


@dataclass(frozen=True)
class Distribution:
    """What the features need to know of a set of intensities x, in the unit of the intensities.

    Parameters
    ----------
    n_voxels
        Number of intensities.
    minimum, percentile_10, percentile_25, median, percentile_75, percentile_90, maximum
        Order statistics; percentiles are interpolated linearly between neighbouring ranks.
    mean
        Mean of x.
    variance, third_moment, fourth_moment
        Mean of (x - mean)^k for k = 2, 3, 4, without correction for bias.
    mean_absolute_deviation
        Mean of abs(x - mean).
    robust_mean_absolute_deviation
        The same over the x from the 10th to the 90th percentile, about their own mean.
    """

    n_voxels: int
    minimum: float
    percentile_10: float
    percentile_25: float
    median: float
    percentile_75: float
    percentile_90: float
    maximum: float
    mean: float
    variance: float
    third_moment: float
    fourth_moment: float
    mean_absolute_deviation: float
    robust_mean_absolute_deviation: float

    @property
    def interquartile_range(self) -> float:
        """P75 - P25."""
        return self.percentile_75 - self.percentile_25

    @property
    def skewness(self) -> float:
        """Third moment over variance^(3/2); 0 in a constant region."""
        return self.third_moment / self.variance**1.5 if self.variance > 0 else 0.0

    @property
    def kurtosis(self) -> float:
        """Fourth moment over variance^2, 3 for a normal distribution; 0 in a constant region."""
        return self.fourth_moment / self.variance**2 if self.variance > 0 else 0.0

    def energy(self, shift: float = 0.0) -> float:
        """Sum of (x + shift)^2, by the parallel axis theorem n (variance + (mean + shift)^2)."""
        return self.n_voxels * (self.variance + (self.mean + shift) ** 2)


def measure(
    values: NDArray[np.float64],
    bin_counts: NDArray[np.int64],
    *,
    voxel_volume_mm3: float,
    shift: float,
) -> dict[str, float]:
    r"""PyRadiomics' 19 first-order features (van Griethuysen et al. 2017).

    With intensities x of n voxels and shares p of the grey levels, Energy is
    :math:`\sum (x + c)^2` with the shift c, TotalEnergy the same times the volume of a voxel,
    RootMeanSquared :math:`\sqrt{Energy / n}`, Entropy :math:`-\sum p \log_2(p + \epsilon)`,
    Uniformity :math:`\sum p^2`; the rest is said in `Distribution`. Kurtosis is not excess:
    IBSI's (arXiv:1612.07003) is 3 lower.

    Parameters
    ----------
    values
        Intensities of the region, shape (n,), in the unit of the image.
    bin_counts
        Voxels in each grey level, shape (levels,); empty levels may be there or not.
    voxel_volume_mm3
        Volume of one voxel, mm^3.
    shift
        Number c added to every intensity in the energies (`voxelArrayShift`).

    Notes
    -----
    One voxel, or a constant region: Skewness, Kurtosis, Variance and all deviations are 0. Two
    voxels of different intensities: RobustMeanAbsoluteDeviation is NaN, as none of them lies
    between the percentiles.

    Raises
    ------
    ValueError
        Where there are no values or one of them is not finite.
    """
    found = describe(values)
    energy = found.energy(shift)
    shares = bin_counts[bin_counts > 0] / bin_counts.sum()
    return {
        "Energy": energy,
        "TotalEnergy": energy * voxel_volume_mm3,
        "Entropy": entropy(shares, PYRADIOMICS_ENTROPY_OFFSET),
        "Minimum": found.minimum,
        "10Percentile": found.percentile_10,
        "90Percentile": found.percentile_90,
        "Maximum": found.maximum,
        "Mean": found.mean,
        "Median": found.median,
        "InterquartileRange": found.interquartile_range,
        "Range": found.maximum - found.minimum,
        "MeanAbsoluteDeviation": found.mean_absolute_deviation,
        "RobustMeanAbsoluteDeviation": found.robust_mean_absolute_deviation,
        "RootMeanSquared": math.sqrt(energy / found.n_voxels),
        "StandardDeviation": math.sqrt(found.variance),
        "Skewness": found.skewness,
        "Kurtosis": found.kurtosis,
        "Variance": found.variance,
        "Uniformity": float(np.sum(shares**2)),
    }


def describe(values: NDArray[np.float64]) -> Distribution:
    """Find the order statistics and the moments of intensities, shape (n,).

    Raises
    ------
    ValueError
        Where there are no values or one of them is not finite.
    """
    if values.size == 0:
        raise ValueError("no intensities: the region is empty")
    intensities = np.ascontiguousarray(values, dtype=np.float64)
    low, high = float(intensities.min()), float(intensities.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("an intensity of the region is not finite: fill or leave out such voxels")
    if low == high:
        return Distribution(intensities.size, *[low] * 8, *[0.0] * 5)
    p10, p25, median, p75, p90 = _percentiles(intensities, low, high)
    mean = float(intensities.mean())
    absolute, second, third, fourth = _sums_of_powers(intensities, mean) / intensities.size
    robust = _deviation_between(intensities, p10, p90)
    return Distribution(
        n_voxels=intensities.size,
        minimum=low,
        percentile_10=p10,
        percentile_25=p25,
        median=median,
        percentile_75=p75,
        percentile_90=p90,
        maximum=high,
        mean=mean,
        variance=float(second),
        third_moment=float(third),
        fourth_moment=float(fourth),
        mean_absolute_deviation=float(absolute),
        robust_mean_absolute_deviation=float(robust),
    )


def entropy(shares: NDArray[np.float64], offset: float = 0.0) -> float:
    """-sum p log2(p + offset), bits, over shares p above 0, shape (levels,)."""
    return float(-np.sum(shares * np.log2(shares + offset)))


def _percentiles(values: NDArray[np.float64], low: float, high: float) -> list[float]:
    """Percentiles at `FRACTIONS`, linear between the ranks below and above, as in NumPy."""
    positions = [(values.size - 1) * fraction for fraction in FRACTIONS]
    below = np.floor(positions).astype(np.int64)
    ranks = np.concatenate([below, np.minimum(below + 1, values.size - 1)])
    lower, upper = np.split(_at_ranks(values, ranks, low, high), 2)
    weights = positions - below
    # From the nearer end, as NumPy does, so that equal voxels are on the same side of P10 and P90.
    from_below = lower + (upper - lower) * weights
    from_above = upper - (upper - lower) * (1 - weights)
    return [float(value) for value in np.where(weights < 0.5, from_below, from_above)]


def _at_ranks(
    values: NDArray[np.float64], ranks: NDArray[np.int64], low: float, high: float
) -> NDArray[np.float64]:
    """Values at ranks (from 0) of the ascending order, ordering only where a rank falls.

    The range is cut into equal buckets; those that hold a wanted rank are ordered, the others only
    counted. Exact, because a higher value never falls into a lower bucket.
    """
    scale = (BUCKETS - 1) / (high - low)
    if values.size < SELECTED_WHOLE_BELOW or not 0 < scale < math.inf:
        return np.asarray(np.partition(values, ranks)[ranks])
    counts = _bucket_counts(values, low, scale)
    holders = np.searchsorted(np.cumsum(counts), ranks, side="right")
    wanted = np.zeros(BUCKETS, dtype=np.bool_)
    wanted[holders] = True
    chosen = _in_buckets(values, low, scale, wanted, int(counts[wanted].sum()))
    places = ranks - np.cumsum(np.where(wanted, 0, counts))[holders]
    chosen.partition(places)
    return np.asarray(chosen[places])


@compiled
def _bucket_counts(values: NDArray[np.float64], low: float, scale: float) -> NDArray[np.int64]:
    """Count the values in equal buckets from `low` on; shape (BUCKETS,)."""
    counts = np.zeros(BUCKETS, dtype=np.int64)
    for value in values:
        counts[int((value - low) * scale)] += 1
    return counts


@compiled
def _in_buckets(
    values: NDArray[np.float64], low: float, scale: float, wanted: NDArray[np.bool_], count: int
) -> NDArray[np.float64]:
    """Take the `count` values that lie in wanted buckets."""
    chosen = np.empty(count)
    place = 0
    for value in values:
        if wanted[int((value - low) * scale)]:
            chosen[place] = value
            place += 1
    return chosen


@compiled
def _sums_of_powers(values: NDArray[np.float64], mean: float) -> NDArray[np.float64]:
    """Sums of abs(d), d^2, d^3 and d^4 with d = x - mean; shape (4,)."""
    sums = np.zeros(4)
    for start in range(0, values.size, SUMMED_TOGETHER):
        absolute = second = third = fourth = 0.0
        for value in values[start : start + SUMMED_TOGETHER]:
            difference = value - mean
            square = difference * difference
            absolute += abs(difference)
            second += square
            third += square * difference
            fourth += square * square
        sums[0] += absolute
        sums[1] += second
        sums[2] += third
        sums[3] += fourth
    return sums


@compiled
def _deviation_between(values: NDArray[np.float64], low: float, high: float) -> float:
    """Mean absolute deviation of the values from low to high about their own mean; NaN of none."""
    count, total = 0, 0.0
    for value in values:
        if low <= value <= high:
            count += 1
            total += value - low
    mean = low + total / count
    deviation = 0.0
    for value in values:
        if low <= value <= high:
            deviation += abs(value - mean)
    return deviation / count
