"""IBSI's digital phantom, as its manual prints it: reference values without any data file."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from reference_values import CONFIGURATIONS, Reference

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.features.ibsi.measure import measure_ibsi
from radiomics_hcc.features.ibsi.schema import IbsiSettings

# Slices of rows of voxels of 2 mm; o is a voxel outside the region (arXiv:1612.07003, chapter 4).
SLICES = (
    "14411 14611 41641 44641",
    "14411 11611 o1311 44611",
    "144oo 11111 11o11 11611",
    "144oo 11111 11111 11611",
)
# column -> reference value and tolerance as published
PUBLISHED = {
    "morphology_MeshVolume": ("556", 4),
    "morphology_SurfaceArea": ("388", 3),
    "morphology_CentreOfMassShift": ("0.672", 0.004),
    "morphology_Maximum3DDiameter": ("13.1", 0.1),
    "morphology_MajorAxisLength": ("11.4", 0.1),
    "morphology_AreaDensityApproximateEnclosingEllipsoid": ("1.36", 0.01),
    "morphology_VolumeDensityConvexHull": ("0.961", 0.006),
    "morphology_MoransIIndex": ("0.0397", 0.0003),
    "morphology_GearysCMeasure": ("0.974", 0.006),
    "localintensity_LocalIntensityPeak": ("2.6", 0),
    "localintensity_GlobalIntensityPeak": ("3.1", 0),
    "statistics_Variance": ("3.05", 0),
    "statistics_ExcessKurtosis": ("-0.355", 0),
    "statistics_RobustMeanAbsoluteDeviation": ("1.11", 0),
    "statistics_Energy": ("567", 0),
    "histogram_Entropy": ("1.27", 0),
    "histogram_MinimumHistogramGradient": ("-50", 0),
    "volumehistogram_VolumeAtIntensityFraction10": ("0.324", 0),
    "volumehistogram_IntensityAtVolumeFraction10": ("5", 0),
    "glcm-2D-avg_JointEntropy": ("2.05", 0),
    "glcm-2D-mrg_Correlation": ("0.0173", 0),
    "glcm-2.5D-avg_Imc1": ("-0.124", 0),
    "glcm-2.5D-mrg_ClusterProminence": ("142", 0),
    "glcm-3D-avg_Idmn": ("0.898", 0),
    "glcm-3D-mrg_Contrast": ("5.12", 0),
    "glrlm-2D-avg_LongRunEmphasis": ("3.78", 0),
    "glrlm-2D-mrg_RunPercentage": ("0.627", 0),
    "glrlm-2.5D-avg_RunVariance": ("0.758", 0),
    "glrlm-2.5D-mrg_GrayLevelNonUniformity": ("77.1", 0),
    "glrlm-3D-avg_RunEntropy": ("2.43", 0),
    "glrlm-3D-mrg_RunLengthNonUniformity": ("328", 0),
    "glszm-2D_ZoneVariance": ("21", 0),
    "glszm-2.5D_SmallAreaEmphasis": ("0.368", 0),
    "glszm-3D_LargeAreaHighGrayLevelEmphasis": ("1490", 0),
    "gldzm-2D_SmallDistanceEmphasis": ("0.946", 0),
    "gldzm-2.5D_ZoneDistanceVariance": ("0.0988", 0),
    "gldzm-3D_ZoneDistanceEntropy": ("1.92", 0),
    "ngtdm-2D_Coarseness": ("0.121", 0),
    "ngtdm-2.5D_Busyness": ("6.8", 0),
    "ngtdm-3D_Strength": ("0.763", 0),
    "ngldm-2D_HighDependenceEmphasis": ("19.2", 0),
    "ngldm-2.5D_DependenceCountNonUniformity": ("12.4", 0),
    "ngldm-3D_DependenceCountEnergy": ("0.0533", 0),
}


@cache
def phantom_features() -> dict[str, float]:
    rows = [[list(row) for row in one.split()] for one in SLICES]
    inside = np.array([[[voxel != "o" for voxel in row] for row in one] for one in rows])
    # What lies outside counts for the local intensity peak: 9 in the middle, 1 elsewhere.
    image = np.array([[[int(v) if v != "o" else 1 for v in row] for row in one] for one in rows])
    image[2, 2, 2] = 9
    grid = Geometry(image.shape, (2.0, 2.0, 2.0))
    settings = IbsiSettings.model_validate(CONFIGURATIONS["dig_phantom"])
    found = measure_ibsi(Volume(image.astype(np.int16), grid), Mask(inside, grid), settings)
    return {feature.name.removeprefix("original_"): feature.value for feature in found}


@pytest.mark.parametrize("column", PUBLISHED)
def test_value_is_the_published_one(column: str) -> None:
    printed, tolerance = PUBLISHED[column]
    assert Reference(column, printed, tolerance).holds(phantom_features()[column])


def test_every_feature_has_a_value() -> None:
    assert len(phantom_features()) == 29 + 2 + 18 + 23 + 7 + 6 * (25 + 16) + 3 * (16 + 16 + 5 + 17)
    assert not any(np.isnan(value) for value in phantom_features().values())
