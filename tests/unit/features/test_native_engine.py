"""The native engine as a whole: names, reasons, notes, and what it does with odd regions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.engine import Engine
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.parameters import default_parameters, make_parameters

GRID = Geometry((14, 15, 16), (2.0, 1.0, 0.5))


def image(seed: int = 0) -> Volume:
    noise = np.random.default_rng(seed).integers(-20, 220, GRID.size, dtype=np.int16)
    return Volume(noise, GRID)


def box(*sides: slice) -> Mask:
    inside = np.zeros(GRID.size, dtype=bool)
    inside[sides or (slice(4, 9), slice(5, 11), slice(3, 12))] = True
    return Mask(inside, GRID)


def measure(content: dict, region: Mask | None = None, of: Volume | None = None):
    return NativeEngine().extract(of or image(), region or box(), make_parameters(content))


def values(extracted) -> dict[str, float]:
    return {feature.name: feature.value for feature in extracted.features}


def test_it_is_an_engine():
    engine: Engine = NativeEngine()
    assert engine.name == "native"
    assert "values" in engine.version
    assert {"numba", "numpy", "python"} <= set(engine.versions())


def test_defaults_give_107_features_with_ibsi_ids():
    found = NativeEngine().extract(image(), box(), default_parameters()).features
    assert len(found) == 107
    assert not any(math.isnan(feature.value) for feature in found)
    ids = {feature.name: feature.ibsi_id for feature in found}
    assert ids["original_glcm_JointAverage"] == "60VM"
    assert ids["original_firstorder_TotalEnergy"] == "not in IBSI"


def test_only_what_is_asked_for_is_given():
    found = values(measure({"featureClass": {"glcm": ["Id", "Contrast"], "shape": ["Flatness"]}}))
    assert list(found) == ["original_shape_Flatness", "original_glcm_Contrast", "original_glcm_Id"]


def test_one_dark_voxel_does_not_move_the_levels_of_the_others():
    dark = image()
    voxels = dark.array.copy()
    voxels[6, 7, 7] = -800
    asked = {"featureClass": {"glcm": ["JointAverage"]}}
    own = [
        values(measure({**asked, "setting": {"binOrigin": -100}}, of=each))
        for each in (dark, Volume(voxels, GRID))
    ]
    theirs = [values(measure(asked, of=each)) for each in (dark, Volume(voxels, GRID))]
    assert own[1]["original_glcm_JointAverage"] == pytest.approx(
        own[0]["original_glcm_JointAverage"], rel=0.02
    )
    assert theirs[1]["original_glcm_JointAverage"] > 2 * theirs[0]["original_glcm_JointAverage"]


def test_image_type_has_its_own_bins():
    content = {
        "imageType": {"Original": {}, "Square": {"binWidth": 5}},
        "featureClass": {"firstorder": ["Entropy"]},
        "setting": {"binWidth": 50},
    }
    coarse = values(measure({**content, "imageType": {"Square": {}}}))
    assert values(measure(content))["square_firstorder_Entropy"] > max(coarse.values())


def test_sigma_that_does_not_fit_is_a_note():
    found = measure({"imageType": {"Original": {}, "LoG": {"sigma": [50.0]}}})
    assert any("50 mm" in note for note in found.notes)
    assert not any("log-sigma" in name for name in values(found))


def test_flat_texture_has_no_neighbours_and_says_so():
    line = box(slice(4, 5), slice(5, 6), slice(3, 12))
    found = measure(
        {"featureClass": {"glcm": ["Contrast"]}, "setting": {"minimumROIDimensions": 1}}, line
    )
    assert not math.isnan(values(found)["original_glcm_Contrast"])
    slices = measure(
        {
            "featureClass": {"glcm": ["Contrast"]},
            "setting": {"minimumROIDimensions": 1, "force2D": True, "force2Ddimension": 2},
        },
        line,
    )
    (feature,) = slices.features
    assert math.isnan(feature.value)
    assert "neighbours" in feature.reason


def test_deprecated_feature_without_a_value_says_so():
    (feature,) = measure({"featureClass": {"glcm": ["Dissimilarity"]}}).features
    assert math.isnan(feature.value)
    assert "deprecated" in feature.reason


def test_two_dimensional_shape_needs_one_slice():
    asked = {"featureClass": {"shape2D": ["Perimeter"]}, "setting": {"force2D": True}}
    (thick,) = measure(asked).features
    (thin,) = measure(asked, box(slice(4, 5), slice(5, 11), slice(3, 12))).features
    assert "spans 5 slices" in thick.reason
    assert thin.value > 0


@pytest.mark.parametrize(
    ("region", "reason"),
    [
        (box(slice(0, 0)), "empty"),
        (box(slice(4, 5), slice(5, 6), slice(3, 4)), "voxel"),
        (box(slice(4, 5), slice(5, 6), slice(3, 9)), "dimension"),
    ],
)
def test_region_that_cannot_be_measured_is_refused(region, reason):
    with pytest.raises(ExtractionError, match=reason):
        measure({}, region)


def test_too_many_grey_levels_name_the_image_and_a_remedy():
    wide = Volume(np.linspace(0, 1e9, math.prod(GRID.size)).reshape(GRID.size), GRID)
    with pytest.raises(ExtractionError, match=r"image original: .*binWidth"):
        measure({"setting": {"binWidth": 0.001}}, of=wide)


def test_nan_in_the_region_is_refused():
    voxels = image().array.astype(np.float64)
    voxels[6, 7, 7] = np.nan
    with pytest.raises(ExtractionError, match="1 voxels of the region are NaN"):
        measure({}, of=Volume(voxels, GRID))


def test_nan_that_a_filter_brings_into_the_region_is_refused():
    voxels = image().array.astype(np.float64)
    voxels[3, 7, 7] = np.nan
    assert measure({}, of=Volume(voxels, GRID)).features
    with pytest.raises(ExtractionError, match="NaN"):
        measure({"imageType": {"Wavelet": {}}}, of=Volume(voxels, GRID))


def test_arguments_are_left_alone():
    of, region = image(), box()
    before = of.array.copy(), region.array.copy()
    measure({"imageType": {"Original": {}, "LoG": {"sigma": [1.0]}, "Wavelet": {}}}, region, of)
    assert np.array_equal(of.array, before[0])
    assert np.array_equal(region.array, before[1])


def test_warming_up_survives_settings_that_leave_nothing():
    NativeEngine().warm_up(make_parameters({"setting": {"resegmentRange": [5000, 6000]}}))
