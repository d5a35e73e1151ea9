"""The native engine equals PyRadiomics on public images, whole extractions."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from engine_comparison import TOLERANCE, compare, compare_values
from real_cases import CASES, FILES, SETTINGS, W3, moved, read_case

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.parameters import make_parameters
from radiomics_hcc.features.pyradiomics_engine import PyRadiomicsEngine

featureextractor = pytest.importorskip("radiomics.featureextractor")

SMALL = "breast1"
TUMOURS = [name for name in FILES if name.startswith("ircadb01")]
BRAINS = ["brain1", "brain2"]
BASELINE_CLASSES = ("shape", "firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm")
# Of version 2.0.1b1, whose mesh was another; those of the installed version are ours.
OLD_MESH = [
    f"original_shape_{name}"
    for name in ("MeshVolume", "SurfaceArea", "SurfaceVolumeRatio", "Sphericity")
]


def case(name: str) -> tuple[Volume, Mask]:
    try:
        return read_case(name)
    except FileNotFoundError as error:
        pytest.skip(f"{error} is not on this machine")


def check(image: Volume, mask: Mask, content: Mapping[str, object]) -> None:
    found = compare(image, mask, make_parameters(content))
    assert found.refusals == {}
    assert found.only_one == ()
    assert found.differences
    assert found.beyond(TOLERANCE) == {}


@pytest.mark.parametrize("settings", SETTINGS)
def test_small_region_with_every_setting(settings: str):
    check(*case(SMALL), SETTINGS[settings])


@pytest.mark.usefixtures("working_lbp_3d")
@pytest.mark.parametrize("setting", [{"binWidth": 0.5}, {"binCount": 16}], ids=str)
def test_patterns_on_a_sphere(setting: dict[str, object]):
    check(*case(SMALL), {"imageType": {"LBP3D": setting}})


@pytest.mark.parametrize("name", BRAINS)
@pytest.mark.parametrize("settings", ["defaults", "1 mm, LoG and wavelet", "sigma range"])
def test_brain_tumours(name: str, settings: str):
    check(*case(name), SETTINGS[settings])


@pytest.mark.parametrize("name", TUMOURS)
def test_liver_tumours_with_default_settings(name: str):
    check(*case(name), {})


def test_small_liver_tumour_resampled_and_filtered():
    check(*case(TUMOURS[1]), W3)


def test_floating_point_phantom():
    check(*case("IBSI phantom"), {})


@pytest.mark.slow
@pytest.mark.parametrize("name", BRAINS)
@pytest.mark.parametrize("settings", SETTINGS)
def test_brain_tumours_with_every_setting(name: str, settings: str):
    check(*case(name), SETTINGS[settings])


@pytest.mark.slow
@pytest.mark.parametrize("padding", [5, 8])
@pytest.mark.parametrize("name", [TUMOURS[0], "IBSI phantom"])
def test_large_regions_resampled_and_filtered(name: str, padding: int):
    setting = {"resampledPixelSpacing": [1, 1, 1], "padDistance": padding}
    check(*case(name), {**W3, "setting": setting})


@pytest.mark.parametrize("padding", [5, 8])
def test_ties_of_the_resampled_mask_fall_alike(padding: int):
    setting = {"resampledPixelSpacing": [1, 1, 1], "padDistance": padding}
    content = {"featureClass": {"shape": [], "firstorder": []}, "setting": setting}
    check(*case(TUMOURS[1]), content)


@pytest.mark.parametrize(
    "setting",
    [
        {"correctMask": True},
        {"correctMask": True, "preCrop": True},
        {"resampledPixelSpacing": [1, 1, 2]},
    ],
    ids=str,
)
def test_mask_on_another_grid(setting: dict[str, object]):
    image, mask = case("brain1")
    check(image, moved(mask), {"setting": setting})


def test_mask_on_another_grid_is_refused_by_both():
    image, mask = case(SMALL)
    found = compare(image, moved(mask), make_parameters({}))
    assert set(found.refusals) == {"native", "pyradiomics"}
    assert "correctMask" in found.refusals["native"]


def test_features_come_in_the_same_order():
    image, mask = case(SMALL)
    parameters = make_parameters(W3)
    ours, theirs = (
        [feature.name for feature in engine.extract(image, mask, parameters).features]
        for engine in (NativeEngine(), PyRadiomicsEngine())
    )
    assert ours == theirs


def test_oracle_is_pyradiomics_called_directly():
    image, mask = case(SMALL)
    paths = (CASES / f"{SMALL}_image.nrrd", CASES / f"{SMALL}_label.nrrd")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = featureextractor.RadiomicsFeatureExtractor().execute(*map(str, paths))
    direct = {
        name: float(np.real(value))
        for name, value in found.items()
        if not name.startswith("diagnostics")
    }
    parameters = make_parameters({})
    through_us = PyRadiomicsEngine().extract(image, mask, parameters).features
    assert {feature.name: feature.value for feature in through_us} == direct
    native = NativeEngine().extract(image, mask, parameters).features
    ours = {feature.name: feature.value for feature in native}
    assert compare_values(ours, direct).beyond() == {}


def published(group: str) -> pd.DataFrame:
    path = CASES / "baseline" / f"baseline_{group}.csv"
    if not path.is_file():
        pytest.skip("PyRadiomics' baselines are not on this machine")
    return pd.read_csv(path, index_col=0)


def settings_of(column: pd.Series) -> dict[str, object]:
    """The settings with which the column was computed, as it says itself."""
    settings = ast.literal_eval(column["diagnostics_Configuration_Settings"])
    return {key: value for key, value in settings.items() if value is not None}


def check_published(
    column: pd.Series, group: str, image: Volume, mask: Mask, unlike: Sequence[str] = ()
) -> None:
    content = {"featureClass": {group: []}, "setting": settings_of(column)}
    features = NativeEngine().extract(image, mask, make_parameters(content)).features
    ours = {feature.name: feature.value for feature in features}
    theirs = {
        name: float(value)
        for name, value in column.items()
        if not name.startswith("diagnostics") and name not in unlike
    }
    assert set(theirs) <= set(ours)
    found = compare_values({name: ours[name] for name in theirs}, theirs)
    assert found.beyond() == {}
    assert len(found.differences) == len(theirs) > 0


@pytest.mark.parametrize("name", ["brain1", "brain2", "breast1"])
@pytest.mark.parametrize("group", BASELINE_CLASSES)
def test_published_baseline(group: str, name: str):
    """Also of the variants: 2-D, fixed bin number, normalised, resampled, re-segmented, flat."""
    table = published(group)
    for column in table.columns:
        if column.split("_")[0] == name:
            unlike = OLD_MESH if (group, column) == ("shape", "brain1") else ()
            check_published(table[column], group, *case(name), unlike)


@pytest.mark.parametrize("name", ["brain1", "brain2", "breast1"])
def test_published_baseline_of_one_slice(name: str):
    column = published("shape2D")[f"{name}_shape2D"]
    image, mask = case(name)
    voxels = int(column["diagnostics_Mask-corrected_VoxelNum"])
    array = mask.array.copy()
    array[array.sum(axis=(1, 2)) != voxels] = False
    check_published(column, "shape2D", image, Mask(array, mask.geometry))


def test_several_lesions_of_one_image_are_the_same_as_alone():
    image, first = case(TUMOURS[0])
    _, second = case(TUMOURS[1])
    parameters = make_parameters({})
    alone = NativeEngine().extract(image, second, parameters).features
    NativeEngine().extract(image, first, parameters)
    assert NativeEngine().extract(image, second, parameters).features == alone
