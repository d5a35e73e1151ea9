"""The demonstration of docs/grey_levels.md, and the list of anchor-dependent features proved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.domain.feature import is_anchor_dependent
from radiomics_hcc.features import glcm, gldm, glrlm, glszm, ngtdm
from radiomics_hcc.features.grey_levels import GreyLevels, grey_levels
from radiomics_hcc.features.names import DEPRECATED, FEATURES
from radiomics_hcc.features.texture_settings import TextureSettings
from radiomics_hcc.imaging.discretise import discretise

ORIGIN_HU, WIDTH_HU, DARK_HU = -100.0, 25.0, -150.0
FAMILIES = {"glcm": glcm, "glrlm": glrlm, "glszm": glszm, "gldm": gldm, "ngtdm": ngtdm}
ISOTROPIC = TextureSettings((1.0, 1.0, 1.0))


def tissue_hu() -> np.ndarray:
    """4,000 voxels, 60 HU on average and 15 HU of noise, between 10 and 110 HU."""
    noise = np.random.default_rng(2026).normal(60.0, 15.0, (10, 20, 20))
    return np.clip(noise, 10.0, 110.0).round()


def with_dark_voxel(image_hu: np.ndarray) -> np.ndarray:
    changed = image_hu.copy()
    changed[5, 10, 10] = DARK_HU
    return changed


def by_pyradiomics(image_hu: np.ndarray) -> dict[str, float]:
    """Features of all voxels, grey levels 25 HU wide from the minimum, by PyRadiomics itself."""
    radiomics = pytest.importorskip("radiomics")
    image = SimpleITK.GetImageFromArray(image_hu)
    mask = SimpleITK.GetImageFromArray(np.ones(image_hu.shape, dtype=np.uint8))
    found = {}
    for word in ("firstorder", "glcm", "gldm", "ngtdm"):
        family = radiomics.getFeatureClasses()[word](image, mask, binWidth=WIDTH_HU)
        family.enableAllFeatures()
        found |= {f"x_{word}_{name}": float(value) for name, value in family.execute().items()}
    return found


def levels_from_origin(image_hu: np.ndarray) -> GreyLevels:
    """Grey levels 25 HU wide from -100 HU; darker voxels are in the first."""
    found = discretise(image_hu.ravel(), bin_width=WIDTH_HU, bin_origin=ORIGIN_HU)
    region = np.ones(image_hu.shape, dtype=np.bool_)
    return grey_levels(found.levels, region, highest=found.n_levels)


def by_fixed_origin(levels: GreyLevels) -> dict[str, float]:
    found = {}
    for word, family in FAMILIES.items():
        wanted = [name for name in FEATURES[word] if name not in DEPRECATED.get(word, ())]
        values = family.measure(levels, ISOTROPIC, wanted)
        found |= {f"x_{word}_{name}": value for name, value in values.items()}
    return found


def change_percent(measure) -> dict[str, float]:
    before, after = measure(tissue_hu()), measure(with_dark_voxel(tissue_hu()))
    return {name: 100 * (after[name] / before[name] - 1) for name in before}


@pytest.fixture(scope="module")
def compatible() -> dict[str, float]:
    with np.errstate(all="ignore"):
        return change_percent(by_pyradiomics)


@pytest.fixture(scope="module")
def fixed() -> dict[str, float]:
    return change_percent(lambda image_hu: by_fixed_origin(levels_from_origin(image_hu)))


@pytest.mark.parametrize(
    ("feature", "percent"),
    [
        ("x_glcm_Autocorrelation", 841.5),
        ("x_glcm_JointAverage", 206.8),
        ("x_gldm_HighGrayLevelEmphasis", 797.1),
        ("x_gldm_LowGrayLevelEmphasis", -91.1),
        ("x_ngtdm_Busyness", -75.5),
        ("x_glcm_Idn", 5.9),
        ("x_firstorder_Mean", -0.1),
        ("x_glcm_JointEntropy", 0.2),
    ],
)
def test_one_dark_voxel_of_4000_moves_the_grey_levels_of_all(compatible, feature, percent):
    assert compatible[feature] == pytest.approx(percent, abs=0.06)


@pytest.mark.parametrize(
    ("feature", "percent"),
    [
        ("x_glcm_Autocorrelation", -0.06),
        ("x_glcm_JointAverage", -0.03),
        ("x_gldm_HighGrayLevelEmphasis", -0.03),
        ("x_gldm_LowGrayLevelEmphasis", 1.14),
        ("x_glcm_Idn", -0.02),
        ("x_glcm_JointEntropy", 0.18),
    ],
)
def test_with_a_fixed_origin_the_voxel_counts_for_itself_alone(fixed, feature, percent):
    assert fixed[feature] == pytest.approx(percent, abs=0.006)


def test_list_of_anchor_dependent_features_is_what_the_formulae_say():
    levels = levels_from_origin(tissue_hu())
    moved = replace(levels, values=levels.values + 3, highest=levels.highest + 3)
    before, after = by_fixed_origin(levels), by_fixed_origin(moved)
    changed = {name for name in before if not np.isclose(before[name], after[name], rtol=1e-9)}
    assert changed == {name for name in before if is_anchor_dependent(name)}
