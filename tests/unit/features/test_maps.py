"""Feature maps: what every voxel of a region gets."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError, InputError
from radiomics_hcc.features import glcm, maps, neighbourhood_glcm
from radiomics_hcc.features.grey_levels import grey_levels
from radiomics_hcc.features.maps import feature_maps, kernel_of, measure_maps
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.neighbourhood_glcm import measure_neighbourhoods
from radiomics_hcc.features.parameters import compatible_parameters, make_parameters
from radiomics_hcc.features.texture_settings import TextureSettings

GRID = Geometry((9, 10, 11), (2.5, 1.0, 0.8), (5.0, -3.0, 40.0))
BOX = (slice(2, 7), slice(3, 8), slice(2, 9))
WIDENED = (slice(1, 8), slice(2, 9), slice(1, 10))
INSIDE = (slice(1, -1), slice(1, -1), slice(1, -1))
CONTRAST, MEAN = "original_glcm_Contrast", "original_firstorder_Mean"


def region(box=BOX) -> Mask:
    array = np.zeros(GRID.size, dtype=np.bool_)
    array[box] = True
    return Mask(array, GRID)


def noise(seed: int = 1, deviation_hu: float = 60.0) -> Volume:
    generator = np.random.default_rng(seed)
    return Volume(generator.normal(50, deviation_hu, GRID.size).astype(np.int16), GRID)


def unmasked(**settings: object):
    return make_parameters({"voxelSetting": {"maskedKernel": False}, "setting": settings})


def test_constant_region_has_no_texture_and_outside_keeps_the_start_value():
    image = Volume(np.full(GRID.size, 40, np.int16), GRID)
    parameters = make_parameters({"voxelSetting": {"initValue": -7}})
    names = [CONTRAST, "original_glcm_MCC", "original_glcm_Correlation", MEAN]
    found = feature_maps(image, region(), parameters, names)
    for name, value in zip(names, (0.0, 1.0, 1.0, 40.0), strict=True):
        assert np.all(found[name].array[INSIDE] == value)
        outside = np.ones(found[name].array.shape, np.bool_)
        outside[INSIDE] = False
        assert np.all(found[name].array[outside] == -7)


def test_first_order_is_that_of_the_cube_around_the_voxel():
    image = noise()
    names = [MEAN, "original_firstorder_Maximum", "original_firstorder_Median"]
    found = feature_maps(image, region(), unmasked(), names)
    array = image.array.astype(float)
    expected = (
        ndimage.uniform_filter(array, 3),
        ndimage.maximum_filter(array, 3),
        ndimage.median_filter(array, 3),
    )
    for name, filtered in zip(names, expected, strict=True):
        np.testing.assert_allclose(found[name].array[INSIDE], filtered[BOX], rtol=1e-12)


def test_masked_kernel_sees_nothing_outside_the_region():
    image = noise()
    bright = image.array.copy()
    bright[~region().array] += 1000
    names = [CONTRAST, MEAN, "original_gldm_DependenceEntropy"]
    one = feature_maps(image, region(), compatible_parameters(), names)
    other = feature_maps(Volume(bright, GRID), region(), compatible_parameters(), names)
    for name in names:
        np.testing.assert_array_equal(one[name].array, other[name].array)


def test_kernel_as_wide_as_the_region_gives_the_features_of_the_region():
    image = noise()
    cube = region((slice(3, 6), slice(4, 7), slice(4, 7)))
    parameters = compatible_parameters()
    extracted = NativeEngine().extract(image, cube, parameters)
    values = {f.name: f.value for f in extracted.features if "_shape" not in f.name}
    found = measure_maps(image, cube, parameters, list(values))
    for name, value in values.items():
        middle = found.volumes[name].array[2, 2, 2]
        np.testing.assert_allclose(middle, value, rtol=1e-9, atol=1e-12, err_msg=name)


def test_forced_2d_keeps_to_the_slice():
    image = noise()
    found = feature_maps(image, region(), unmasked(force2D=True), [MEAN])[MEAN]
    expected = ndimage.uniform_filter(image.array.astype(float), (1, 3, 3))
    np.testing.assert_allclose(found.array[INSIDE], expected[BOX], rtol=1e-12)


def test_map_lies_where_its_voxels_are_in_the_patient():
    found = measure_maps(noise(), region(), compatible_parameters(), [MEAN])
    volume = found.volumes[MEAN]
    assert volume.array.shape == tuple(side.stop - side.start for side in WIDENED)
    assert volume.geometry.origin_mm == pytest.approx((5.0 + 0.8, -3.0 + 2.0, 40.0 + 2.5))
    assert volume.geometry.spacing_mm == GRID.spacing_mm
    assert found.region.geometry == volume.geometry
    assert found.region.array.sum() == region().array.sum()


def test_map_of_a_resampled_image_has_its_spacing():
    parameters = make_parameters({"setting": {"resampledPixelSpacing": [2, 2, 2]}})
    found = feature_maps(noise(), region(), parameters, [MEAN])[MEAN]
    assert found.geometry.spacing_mm == (2.0, 2.0, 2.0)


def test_voxel_without_neighbours_has_no_texture():
    mask = region()
    mask.array[0, 0, 0] = True
    found = feature_maps(noise(), mask, compatible_parameters(), [CONTRAST, MEAN])
    assert np.isnan(found[CONTRAST].array[0, 0, 0])
    assert found[MEAN].array[0, 0, 0] == noise().array[0, 0, 0]


def test_fixed_origin_of_the_grey_levels_holds_for_maps():
    image = noise()
    shifted = Volume(image.array + np.int16(25), GRID)
    name = "original_glcm_JointAverage"
    parameters = make_parameters({"setting": {"binOrigin": -1000, "binWidth": 25}})
    one = feature_maps(image, region(), parameters, [name])[name].array[INSIDE]
    other = feature_maps(shifted, region(), parameters, [name])[name].array[INSIDE]
    np.testing.assert_allclose(other - one, 1.0, rtol=1e-9)


def test_map_of_a_filtered_image_is_named_after_it():
    parameters = make_parameters({"imageType": {"Original": {}, "Wavelet": {}, "Square": {}}})
    names = ["wavelet-LLH_firstorder_Mean", "square_firstorder_Mean"]
    found = feature_maps(noise(), region(), parameters, names)
    assert list(found) == names


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Contrast", "write it as original_glcm_Contrast"),
        ("original_glcm_Contrst", "did you mean 'Contrast'"),
        ("original_firstordr_Mean", "did you mean 'firstorder'"),
        ("original_shape_MeshVolume", "a shape has no map"),
        ("original_glcm_Dissimilarity", "unknown feature"),
        ("wavelet-LLH_glcm_Contrast", "there are: original"),
        ("originals_glcm_Contrast", "there is no image 'originals'"),
    ],
)
def test_name_that_has_no_map_is_told(name, told):
    with pytest.raises(InputError, match=told):
        feature_maps(noise(), region(), compatible_parameters(), [name])


def test_no_name_is_told():
    with pytest.raises(InputError, match="no feature is asked for"):
        feature_maps(noise(), region(), compatible_parameters(), [])


def test_too_many_grey_levels_are_refused_with_the_name_of_the_image():
    image = Volume(noise().array * np.float64(1e6), GRID)
    with pytest.raises(ExtractionError, match=r"image original: .* a binWidth of"):
        feature_maps(image, region(), compatible_parameters(), [CONTRAST])


def test_an_interruption_ends_the_work(monkeypatch: pytest.MonkeyPatch):
    calls = []

    def interrupted(*_arguments: object, **_words: object):
        calls.append(1)
        raise KeyboardInterrupt

    monkeypatch.setattr(maps.first_order, "measure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        feature_maps(noise(), region(), compatible_parameters(), [MEAN])
    assert len(calls) == 1


def test_voxel_setting_decides_the_kernel_and_leaves_the_digest():
    section = {"kernelRadius": 2, "maskedKernel": False, "initValue": -1, "voxelBatch": 9}
    parameters = make_parameters({"voxelSetting": section, "setting": {"force2D": True}})
    kernel = kernel_of(parameters)
    assert (kernel.radius, kernel.is_masked, kernel.outside) == (2, False, -1.0)
    assert kernel.size == (1, 5, 5)
    assert parameters.digest() == make_parameters({"setting": {"force2D": True}}).digest()


def test_kernel_has_the_defaults_of_pyradiomics():
    kernel = kernel_of(compatible_parameters())
    assert (kernel.radius, kernel.is_masked, kernel.outside) == (1, True, 0.0)
    assert kernel.size == (3, 3, 3)


@pytest.mark.parametrize(
    "settings",
    [
        TextureSettings((2.5, 1.0, 0.8)),
        TextureSettings((2.5, 1.0, 0.8), (1, 2), 0, is_symmetrical=False),
        TextureSettings((2.5, 1.0, 0.8), weighting_norm="manhattan"),
    ],
)
def test_many_neighbourhoods_at_once_equal_one_after_the_other(settings, monkeypatch):
    monkeypatch.setattr(neighbourhood_glcm, "BATCH_BYTES", 1)  # several batches
    levels = np.random.default_rng(4).integers(0, 9, (5, 6, 6)).astype(np.int32)
    corners, size = np.argwhere(np.ones((3, 4, 4))), (3, 3, 3)
    wanted = ("Contrast", "Imc1", "Idn", "JointAverage", "MCC", "SumEntropy")
    found = {name: np.full(len(corners), np.nan) for name in wanted}
    for part, rows in measure_neighbourhoods(levels, corners, size, settings, wanted):
        for name, row in rows.items():
            found[name][part] = row
    for number, (z, y, x) in enumerate(corners):
        cube = levels[z : z + 3, y : y + 3, x : x + 3]
        grey = grey_levels(cube[cube > 0], cube > 0, border=max(settings.distances), highest=8)
        alone = glcm.measure(grey, settings, wanted)
        for name in wanted:
            np.testing.assert_allclose(found[name][number], alone[name], rtol=1e-9, atol=1e-7)


def test_constant_neighbourhood_among_others_has_the_same_mcc_in_every_batch(monkeypatch):
    levels = np.ones((3, 3, 40), np.int32)
    levels[:, :, -3:] = np.arange(27).reshape(3, 3, 3) % 4 + 1
    corners = np.argwhere(np.ones((1, 1, 38)))
    found = []
    for together in (1, 10_000_000):
        monkeypatch.setattr(neighbourhood_glcm, "BATCH_BYTES", together)
        parts = measure_neighbourhoods(
            levels, corners, (3, 3, 3), TextureSettings((1.0, 1.0, 1.0)), ("MCC",)
        )
        found.append(np.concatenate([rows["MCC"] for _, rows in parts]))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-9)
    assert np.all(found[0][:30] == 0)
