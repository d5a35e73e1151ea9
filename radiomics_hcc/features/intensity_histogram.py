"""IBSI's intensity histogram features (ZVCW): the intensities after discretisation."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.features.first_order import describe, entropy
from radiomics_hcc.features.intensity_statistics import features_of_distribution

IBSI_IDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Mean": "X6K6",
        "Variance": "CH89",
        "Skewness": "88K1",
        "ExcessKurtosis": "C3I7",
        "Median": "WIFQ",
        "Minimum": "1PR8",
        "10Percentile": "GPMT",
        "90Percentile": "OZ0C",
        "Maximum": "3NCY",
        "Mode": "AMMC",
        "InterquartileRange": "WR0O",
        "Range": "5Z3W",
        "MeanAbsoluteDeviation": "D2ZX",
        "RobustMeanAbsoluteDeviation": "WRZB",
        "MedianAbsoluteDeviation": "4RNL",
        "CoefficientOfVariation": "CWYJ",
        "QuartileCoefficientOfDispersion": "SLWD",
        "Entropy": "TLU2",
        "Uniformity": "BJ5W",
        "MaximumHistogramGradient": "12CE",
        "MaximumHistogramGradientIntensity": "8E6O",
        "MinimumHistogramGradient": "VQB3",
        "MinimumHistogramGradientIntensity": "RHQZ",
    }
)


def measure(levels: NDArray[np.int32], n_levels: int) -> dict[str, float]:
    r"""IBSI's 23 intensity histogram features (arXiv:1612.07003, section ZVCW).

    The features of a distribution as for the intensities themselves, and with counts
    :math:`n_i` and shares :math:`p_i` of the levels i: Mode, the level of the highest count, of
    several the one nearest the mean, of two equally near the lower; Entropy
    :math:`-\sum p_i \log_2 p_i`; Uniformity :math:`\sum p_i^2`; the steepest rise and fall of the
    counts, :math:`(n_{i+1} - n_{i-1}) / 2` (one-sided at both ends), and the lowest level where
    each of them is.

    Parameters
    ----------
    levels
        Grey level of every voxel of the intensity mask, 1 to `n_levels`, shape (n,).
    n_levels
        Number of grey levels of the discretisation, whether they occur or not.

    Notes
    -----
    One voxel, or a constant region: dispersions, skewness, excess kurtosis and entropy are 0. With
    one level in all, both gradients are 0 at level 1.

    Raises
    ------
    ValueError
        Where there are no levels or one of them lies outside 1 to `n_levels`.
    """
    values = levels.astype(np.float64)
    found = describe(values)
    if found.minimum < 1 or found.maximum > n_levels:
        outside = f"{found.minimum:g} to {found.maximum:g}"
        raise ValueError(f"grey levels from {outside}, outside 1 to {n_levels}")
    counts = np.bincount(levels, minlength=n_levels + 1)[1:]
    shares = counts[counts > 0] / levels.size
    return {
        **features_of_distribution(found, values),
        "Mode": _mode(counts, found.mean),
        "Entropy": entropy(shares),
        "Uniformity": float(np.sum(shares**2)),
        **_gradients(counts),
    }


def _mode(counts: NDArray[np.int64], mean: float) -> float:
    candidates = np.flatnonzero(counts == counts.max()) + 1
    return float(candidates[np.argmin(np.abs(candidates - mean))])


def _gradients(counts: NDArray[np.int64]) -> dict[str, float]:
    gradient = np.gradient(counts.astype(np.float64)) if counts.size > 1 else np.zeros(1)
    steepest_rise, steepest_fall = int(np.argmax(gradient)), int(np.argmin(gradient))
    return {
        "MaximumHistogramGradient": float(gradient[steepest_rise]),
        "MaximumHistogramGradientIntensity": steepest_rise + 1.0,
        "MinimumHistogramGradient": float(gradient[steepest_fall]),
        "MinimumHistogramGradientIntensity": steepest_fall + 1.0,
    }
