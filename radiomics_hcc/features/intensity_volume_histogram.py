"""IBSI's intensity-volume histogram (P88C): how much of a region is at least so bright."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

IBSI_IDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "VolumeAtIntensityFraction10": "NK6P",
        "VolumeAtIntensityFraction90": "4279",
        "IntensityAtVolumeFraction10": "PWN1",
        "IntensityAtVolumeFraction90": "BOHI",
        "VolumeFractionDifference10To90": "WITY",
        "IntensityFractionDifference10To90": "JXJA",
        "AreaUnderIntensityVolumeHistogram": "9CMM",
    }
)
BINS_OF_ARBITRARY_UNITS: Final = 1000  # IBSI manual, intensity-volume histogram, arbitrary units
WHOLE_TO_DECIMALS: Final = (
    9  # 2.1 / 0.1 is 21 bins, although floating point says 21.000000000000004
)


@dataclass(frozen=True)
class IntensityVolumeHistogram:
    """The discretised intensities i of a range, and the volume that is at least as bright.

    Parameters
    ----------
    intensities
        Equally spaced, ascending, shape (n,), in the unit of the image or as bin numbers; not all
        of them need to occur.
    volume_fractions
        Share of the voxels with at least this intensity, 0 to 1, shape (n,).
    """

    intensities: NDArray[np.float64] = field(repr=False)
    volume_fractions: NDArray[np.float64] = field(repr=False)

    @property
    def intensity_fractions(self) -> NDArray[np.float64]:
        """Place of each intensity in the range, 0 to 1; NaN where there is one intensity only."""
        n_steps = self.intensities.size - 1
        return np.arange(n_steps + 1) / n_steps if n_steps else np.full(1, math.nan)

    def volume_at(self, intensity_fraction: float) -> float:
        """Largest volume fraction at this intensity fraction or more; NaN where none is."""
        found = self.volume_fractions[self.intensity_fractions >= intensity_fraction]
        return float(found.max()) if found.size else math.nan

    def intensity_at(self, volume_fraction: float) -> float:
        """Lowest intensity that at most this share of the volume has; the highest if none is."""
        found = self.intensities[self.volume_fractions <= volume_fraction]
        return float(found[0] if found.size else self.intensities[-1])


def of_whole_units(
    values: NDArray[np.float64], lower: float | None = None, upper: float | None = None
) -> IntensityVolumeHistogram:
    """Histogram of calibrated whole intensities such as HU, in steps of 1 without discretisation.

    Parameters
    ----------
    values
        Intensities of the intensity mask, shape (n,).
    lower, upper
        Bounds of the re-segmentation range; an open one is the lowest or highest of the values.

    Raises
    ------
    ValueError
        Where there are no values, one of them is not finite, or the bounds are in wrong order.
    """
    first, last = _range(values, lower, upper)
    n_intensities = math.floor(last - first) + 1
    return _histogram(first + np.arange(float(n_intensities)), values - first)


def of_bin_size(
    values: NDArray[np.float64],
    bin_size: float,
    lower: float | None = None,
    upper: float | None = None,
) -> IntensityVolumeHistogram:
    """Histogram of calibrated continuous intensities such as SUV, at the centres of equal bins.

    The first bin begins at `lower`; a last bin that the range fills in part is counted whole.

    Parameters
    ----------
    values
        Intensities of the intensity mask, shape (n,).
    bin_size
        Width of a bin, in the unit of the image.
    lower, upper
        Bounds of the re-segmentation range; an open one is the lowest or highest of the values.

    Raises
    ------
    ValueError
        Where there are no values, one of them is not finite, the bounds are in wrong order or the
        bin size is not positive.
    """
    if not bin_size > 0:
        raise ValueError(f"bin size {bin_size}: give a positive one")
    first, last = _range(values, lower, upper)
    n_bins = max(1, math.ceil(round((last - first) / bin_size, WHOLE_TO_DECIMALS)))
    centres = first + (np.arange(float(n_bins)) + 0.5) * bin_size
    return _histogram(centres, (values - first) / bin_size)


def of_bin_number(
    values: NDArray[np.float64], n_bins: int = BINS_OF_ARBITRARY_UNITS
) -> IntensityVolumeHistogram:
    """Histogram of arbitrary intensities such as MR, over the bin numbers 1 to `n_bins`.

    The bins divide the range of the values; a constant region lies in the first.

    Raises
    ------
    ValueError
        Where there are no values, one of them is not finite, or there is no bin.
    """
    if n_bins < 1:
        raise ValueError(f"{n_bins} bins: give at least one")
    first, last = _range(values, None, None)
    width = last - first
    places = n_bins * (values - first) / width if width > 0 else np.zeros(values.size)
    return _histogram(np.arange(1.0, n_bins + 1), places)


def measure(histogram: IntensityVolumeHistogram) -> dict[str, float]:
    r"""IBSI's seven intensity-volume histogram features (arXiv:1612.07003, section P88C).

    :math:`\nu_i` is the share of voxels with at least intensity i, :math:`\gamma_i` the place of i
    in the range. Volume at intensity fraction x: the largest :math:`\nu_i` with
    :math:`\gamma_i \ge x`. Intensity at volume fraction x: the lowest i with
    :math:`\nu_i \le x`. Differences: at 10 % less at 90 %. Area: trapezoids under
    :math:`\nu(\gamma)`.

    Notes
    -----
    One intensity in the whole range: the volumes are NaN, the intensities are this one, the area
    is 0, as the manual says. Where more than the share x has the highest intensity of the range,
    no intensity fulfils the definition, and the highest is given.
    """
    volume_10, volume_90 = histogram.volume_at(0.10), histogram.volume_at(0.90)
    intensity_10, intensity_90 = histogram.intensity_at(0.10), histogram.intensity_at(0.90)
    return {
        "VolumeAtIntensityFraction10": volume_10,
        "VolumeAtIntensityFraction90": volume_90,
        "IntensityAtVolumeFraction10": intensity_10,
        "IntensityAtVolumeFraction90": intensity_90,
        "VolumeFractionDifference10To90": volume_10 - volume_90,
        "IntensityFractionDifference10To90": intensity_10 - intensity_90,
        "AreaUnderIntensityVolumeHistogram": _area(histogram),
    }


def _area(histogram: IntensityVolumeHistogram) -> float:
    if histogram.intensities.size == 1:
        return 0.0
    return float(np.trapezoid(histogram.volume_fractions, histogram.intensity_fractions))


def _range(
    values: NDArray[np.float64], lower: float | None, upper: float | None
) -> tuple[float, float]:
    if values.size == 0 or not np.isfinite(values).all():
        raise ValueError("the region is empty, or an intensity of it is not finite")
    first = float(values.min()) if lower is None else lower
    last = float(values.max()) if upper is None else upper
    if not (math.isfinite(first) and math.isfinite(last) and first <= last):
        raise ValueError(f"range from {first} to {last}: give finite bounds in ascending order")
    return first, last


def _histogram(
    intensities: NDArray[np.float64], places: NDArray[np.float64]
) -> IntensityVolumeHistogram:
    """Count the voxels by the last intensity they reach; `places` are counted in steps from 0."""
    reached = np.clip(np.floor(places), -1, intensities.size - 1).astype(np.int64)
    counts = np.bincount(reached + 1, minlength=intensities.size + 1)
    n_below = np.cumsum(counts)[:-1]
    return IntensityVolumeHistogram(intensities, (places.size - n_below) / places.size)
