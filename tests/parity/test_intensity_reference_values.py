"""Intensity features reach IBSI's reference values: digital phantom, configuration A."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from radiomics_hcc.datasets.nifti import read_mask, read_volume
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.features import (
    intensity_histogram,
    intensity_statistics,
    intensity_volume_histogram,
    local_intensity,
)

IBSI = Path(__file__).parents[2].parent / "shared" / "data" / "ibsi"
REFERENCE = IBSI / "mirp_ibsi_1_reference_values"
RANGE_HU = (-500.0, 400.0)  # re-segmentation of configuration A
BIN_SIZE_HU = 25.0
SHARED_TAGS = {
    "mean": "Mean",
    "var": "Variance",
    "skew": "Skewness",
    "kurt": "ExcessKurtosis",
    "median": "Median",
    "min": "Minimum",
    "p10": "10Percentile",
    "p90": "90Percentile",
    "max": "Maximum",
    "iqr": "InterquartileRange",
    "range": "Range",
    "mad": "MeanAbsoluteDeviation",
    "rmad": "RobustMeanAbsoluteDeviation",
    "medad": "MedianAbsoluteDeviation",
    "cov": "CoefficientOfVariation",
    "qcod": "QuartileCoefficientOfDispersion",
}
TAGS = {
    "stat": {**SHARED_TAGS, "energy": "Energy", "rms": "RootMeanSquared"},
    "ih": {
        **SHARED_TAGS,
        "mode": "Mode",
        "entropy": "Entropy",
        "uniformity": "Uniformity",
        "max_grad": "MaximumHistogramGradient",
        "max_grad_g": "MaximumHistogramGradientIntensity",
        "min_grad": "MinimumHistogramGradient",
        "min_grad_g": "MinimumHistogramGradientIntensity",
    },
    "ivh": {
        "v10": "VolumeAtIntensityFraction10",
        "v90": "VolumeAtIntensityFraction90",
        "i10": "IntensityAtVolumeFraction10",
        "i90": "IntensityAtVolumeFraction90",
        "diff_v10_v90": "VolumeFractionDifference10To90",
        "diff_i10_i90": "IntensityFractionDifference10To90",
    },
    "loc": {"peak_loc": "LocalIntensityPeak", "peak_glob": "GlobalIntensityPeak"},
}
Features = dict[str, dict[str, float]]

pytestmark = pytest.mark.skipif(not REFERENCE.is_dir(), reason="the IBSI data are not here")


def phantom(folder: str) -> tuple[Volume, Mask]:
    files = IBSI / folder / "nifti"
    return (
        read_volume(files / "image" / "phantom.nii.gz"),
        read_mask(files / "mask" / "mask.nii.gz"),
    )


@pytest.fixture(scope="module")
def digital_phantom() -> Features:
    volume, mask = phantom("ibsi_1_digital_phantom")
    levels = volume.array[mask.array].astype(np.int32)
    values = levels.astype(np.float64)
    histogram = intensity_volume_histogram.of_whole_units(values)
    return {
        "stat": intensity_statistics.measure(values),
        "ih": intensity_histogram.measure(levels, int(levels.max())),
        "ivh": intensity_volume_histogram.measure(histogram),
        "loc": local_intensity.measure(volume, mask),
    }


@pytest.fixture(scope="module")
def configuration_a() -> Features:
    volume, mask = phantom("ibsi_1_ct_radiomics_phantom")
    inside = mask.array & (volume.array >= RANGE_HU[0]) & (volume.array <= RANGE_HU[1])
    values = volume.array[inside].astype(np.float64)
    levels = (np.floor((values - RANGE_HU[0]) / BIN_SIZE_HU) + 1).astype(np.int32)
    histogram = intensity_volume_histogram.of_whole_units(values, *RANGE_HU)
    return {
        "stat": intensity_statistics.measure(values),
        "ih": intensity_histogram.measure(levels, int(levels.max())),
        "ivh": intensity_volume_histogram.measure(histogram),
        "loc": local_intensity.measure(volume, Mask(inside, mask.geometry)),
    }


def disagreements(found: Features, table: str) -> list[str]:
    """Every tag whose value is out of tolerance and differs in three significant digits."""
    with (REFERENCE / table).open(newline="") as file:
        rows = {row["tag"]: row for row in csv.DictReader(file, delimiter=";")}
    wrong = []
    for family, names in TAGS.items():
        for tag, name in names.items():
            row, value = rows[f"{family}_{tag}"], found[family][name]
            reference, tolerance = float(row["reference value"]), float(row["tolerance"])
            if abs(value - reference) > tolerance and f"{value:.3g}" != f"{reference:.3g}":
                wrong.append(f"{family}_{tag}: {value} against {reference} +- {tolerance}")
    return wrong


def test_digital_phantom(digital_phantom):
    assert disagreements(digital_phantom, "ibsi_1_dig_phantom.csv") == []


def test_configuration_a_of_the_ct_phantom(configuration_a):
    assert disagreements(configuration_a, "ibsi_1_chest_config_a.csv") == []
