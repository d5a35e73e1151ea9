"""Our feature maps against PyRadiomics' voxel-based extraction."""

from __future__ import annotations

import logging
import warnings

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.features.maps import feature_maps
from radiomics_hcc.features.names import DEPRECATED, FEATURES
from radiomics_hcc.features.parameters import make_parameters

featureextractor = pytest.importorskip("radiomics.featureextractor")

GRID = Geometry((9, 10, 11), (2.0, 1.0, 0.8), (-20.0, 5.0, 100.0))
CLASSES = {
    name: [feature for feature in features if feature not in DEPRECATED.get(name, ())]
    for name, features in FEATURES.items()
    if not name.startswith("shape")
}
# PyRadiomics leaves JointAverage NaN where a single direction has no pairs (every other feature is
# the mean over the others), and has no MCC in a batch with a voxel that has such a direction; where
# the second eigenvalue is 0, its square root is the noise of the eigenvalues, 1e-8.
NOT_ALWAYS_THERE = ("JointAverage", "MCC")
MCC_NOISE = 1e-7
# Means of signed cubes and the like that cancel to nothing.
ROUNDING = 1e-11
CASES = {
    "defaults": {},
    "radius 2": {"voxelSetting": {"kernelRadius": 2, "initValue": -3}},
    "whole cubes": {"voxelSetting": {"maskedKernel": False}},
    "whole cubes of radius 2": {"voxelSetting": {"kernelRadius": 2, "maskedKernel": False}},
    "in slices": {"setting": {"force2D": True}, "voxelSetting": {"maskedKernel": False}},
    "in other slices": {
        "setting": {"force2D": True, "force2Ddimension": 1, "distances": [1, 2]},
        "voxelSetting": {"kernelRadius": 2, "voxelBatch": 50},
    },
    "weighted": {
        "setting": {
            "distances": [1, 2],
            "weightingNorm": "euclidean",
            "symmetricalGLCM": False,
            "voxelArrayShift": 100,
            "gldm_a": 1,
            "binCount": 12,
        }
    },
}


def region() -> np.ndarray:
    z, y, x = np.indices(GRID.size)
    ball = ((z - 4.5) / 3.2) ** 2 + ((y - 5) / 3.6) ** 2 + ((x - 5.5) / 4.1) ** 2 <= 1
    return ball & (np.random.default_rng(2).random(GRID.size) > 0.1)


def intensities(deviation: float, dtype: type) -> np.ndarray:
    return np.random.default_rng(3).normal(100, deviation, GRID.size).astype(dtype)


def oracle(array: np.ndarray, mask: np.ndarray, content: dict) -> dict[str, np.ndarray]:
    """PyRadiomics' maps, called as its documentation says."""
    images = SimpleITK.GetImageFromArray(array), SimpleITK.GetImageFromArray(mask.astype(np.uint8))
    for image in images:
        image.SetSpacing(GRID.spacing_mm[::-1])
        image.SetOrigin(GRID.origin_mm)
    logging.getLogger("radiomics").setLevel(logging.CRITICAL)  # it logs the failed MCC
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        extractor = featureextractor.RadiomicsFeatureExtractor(content)
        found = extractor.execute(*images, voxelBased=True)
    return {name: found[name] for name in found if not name.startswith("diagnostics")}


def check(array: np.ndarray, content: dict) -> None:
    mask = region()
    theirs = oracle(array, mask, content)
    ours = feature_maps(
        Volume(array, GRID), Mask(mask, GRID), make_parameters(content), list(theirs)
    )
    assert len(theirs) == len(ours)
    for name, image in theirs.items():
        geometry, expected = ours[name].geometry, SimpleITK.GetArrayFromImage(image)
        assert geometry.spacing_mm == pytest.approx(image.GetSpacing()[::-1])
        assert geometry.origin_mm == pytest.approx(image.GetOrigin())
        found = ours[name].array
        if name.endswith(NOT_ALWAYS_THERE):
            outside = content.get("voxelSetting", {}).get("initValue", 0)
            missing = np.isnan(expected) | (expected == outside)
            found = np.where(missing, expected, found)
        noise = MCC_NOISE if name.endswith("_MCC") else ROUNDING
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=noise, err_msg=name)


@pytest.mark.parametrize("case", CASES)
def test_every_feature_of_every_class(case: str) -> None:
    check(intensities(60, np.int16), {"featureClass": CLASSES, **CASES[case]})


@pytest.mark.parametrize("deviation", [8.0, 14.0])
def test_few_grey_levels_and_neighbourhoods_of_one(deviation: float) -> None:
    content = {"featureClass": CLASSES, "voxelSetting": {"maskedKernel": False}}
    check(intensities(deviation, np.int16), content)


def test_single_precision_image() -> None:
    check(intensities(40, np.float32), {"featureClass": CLASSES})


def test_filtered_images() -> None:
    content = {
        "imageType": {"LoG": {"sigma": [2.0], "binWidth": 10}, "Wavelet": {"binWidth": 10}},
        "featureClass": {"firstorder": CLASSES["firstorder"], "glcm": ["Contrast", "Idn"]},
    }
    check(intensities(60, np.int16), content)


def test_resampled_and_resegmented_image() -> None:
    content = {
        "featureClass": {"firstorder": ["Mean", "Entropy"], "gldm": CLASSES["gldm"]},
        "setting": {"resampledPixelSpacing": [1, 1, 1], "resegmentRange": [0, 180]},
    }
    check(intensities(60, np.int16), content)
