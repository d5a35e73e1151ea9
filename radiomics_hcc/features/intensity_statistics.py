"""IBSI's intensity-based statistical features (UHIW): the intensities without discretisation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.features.first_order import Distribution, describe

IBSI_IDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Mean": "Q4LE",
        "Variance": "ECT3",
        "Skewness": "KE2A",
        "ExcessKurtosis": "IPH6",
        "Median": "Y12H",
        "Minimum": "1GSF",
        "10Percentile": "QG58",
        "90Percentile": "8DWT",
        "Maximum": "84IY",
        "InterquartileRange": "SALO",
        "Range": "2OJQ",
        "MeanAbsoluteDeviation": "4FUA",
        "RobustMeanAbsoluteDeviation": "1128",
        "MedianAbsoluteDeviation": "N72L",
        "CoefficientOfVariation": "7TET",
        "QuartileCoefficientOfDispersion": "9S40",
        "Energy": "N8CA",
        "RootMeanSquared": "5ZWQ",
    }
)
NORMAL_KURTOSIS: Final = 3.0  # fourth moment over variance^2 of a normal distribution


def measure(values: NDArray[np.float64]) -> dict[str, float]:
    r"""IBSI's 18 intensity-based statistical features (arXiv:1612.07003, section UHIW).

    Those that `features_of_distribution` lists, Energy :math:`\sum x^2` and RootMeanSquared
    :math:`\sqrt{\sum x^2 / n}`. Percentiles are interpolated linearly between neighbouring ranks,
    which gives the reference values; the manual leaves the choice open.

    Parameters
    ----------
    values
        Intensities of the intensity mask, shape (n,), in the unit of the image.

    Notes
    -----
    One voxel, or a constant region: skewness, excess kurtosis and every dispersion are 0, as the
    manual says. The coefficients are NaN where their denominator is 0.

    Raises
    ------
    ValueError
        Where there are no values or one of them is not finite.
    """
    found = describe(values)
    energy = found.energy()
    return {
        **features_of_distribution(found, values),
        "Energy": energy,
        "RootMeanSquared": math.sqrt(energy / found.n_voxels),
    }


def features_of_distribution(found: Distribution, values: NDArray[np.float64]) -> dict[str, float]:
    r"""The 16 features that IBSI defines alike for intensities and for discretised intensities.

    ExcessKurtosis is kurtosis - 3; MedianAbsoluteDeviation the mean of :math:`|x - M|` with the
    median M; CoefficientOfVariation :math:`\sigma / \mu`; QuartileCoefficientOfDispersion
    :math:`(P_{75} - P_{25}) / (P_{75} + P_{25})`.

    Parameters
    ----------
    found
        Order statistics and moments of the values.
    values
        The values themselves, shape (n,), in the unit of the image or as grey levels.
    """
    is_constant = found.minimum == found.maximum
    quartile_sum = found.percentile_75 + found.percentile_25
    return {
        "Mean": found.mean,
        "Variance": found.variance,
        "Skewness": found.skewness,
        "ExcessKurtosis": 0.0 if is_constant else found.kurtosis - NORMAL_KURTOSIS,
        "Median": found.median,
        "Minimum": found.minimum,
        "10Percentile": found.percentile_10,
        "90Percentile": found.percentile_90,
        "Maximum": found.maximum,
        "InterquartileRange": found.interquartile_range,
        "Range": found.maximum - found.minimum,
        "MeanAbsoluteDeviation": found.mean_absolute_deviation,
        "RobustMeanAbsoluteDeviation": found.robust_mean_absolute_deviation,
        "MedianAbsoluteDeviation": float(np.mean(np.abs(values - found.median))),
        "CoefficientOfVariation": _ratio(math.sqrt(found.variance), found.mean),
        "QuartileCoefficientOfDispersion": _ratio(found.interquartile_range, quartile_sum),
    }


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator != 0 else math.nan
