"""What a region must be like, what is said when it is not, and what is left of it."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.prepare import check_finite, prepare
from radiomics_hcc.imaging.region import bounding_box

SIZE = (12, 20, 20)
GRID = Geometry(SIZE, (2.0, 1.0, 1.0), (-10.0, 5.0, 3.0))
CUBE = (slice(4, 8), slice(6, 12), slice(7, 14))


def image(kind: type = np.int16) -> Volume:
    noise = np.random.default_rng(0).normal(50, 20, SIZE)
    return Volume(noise.astype(kind), GRID)


def region(box: tuple[slice | int, slice | int, slice | int] = CUBE) -> Mask:
    inside = np.zeros(SIZE, dtype=bool)
    inside[box] = True
    return Mask(inside, GRID)


def test_without_settings_image_and_region_stay_as_they_are() -> None:
    given_image, given_mask = image(), region()
    found = prepare(given_image, given_mask, {})
    assert found.image is given_image
    assert found.mask is given_mask
    assert found.shape_mask is given_mask
    assert found.box == CUBE
    assert found.notes == ()


def test_pre_crop_keeps_the_padding() -> None:
    found = prepare(image(), region(), {"preCrop": True, "padDistance": 2})
    assert found.image.array.shape == (8, 10, 11)
    assert found.box == (slice(2, 6), slice(2, 8), slice(2, 9))
    np.testing.assert_array_equal(found.image.array, image().array[2:10, 4:14, 5:16])


def test_interpolator_that_is_null_means_no_resampling() -> None:
    found = prepare(image(), region(), {"resampledPixelSpacing": [1, 1, 1], "interpolator": None})
    assert found.image.geometry == GRID


def test_resampled_integers_stay_integers() -> None:
    found = prepare(image(), region(), {"resampledPixelSpacing": [1.0, 1.0, 1.0]})
    assert found.image.array.dtype == np.int16
    assert found.image.geometry.spacing_mm == (1.0, 1.0, 1.0)
    assert found.image.geometry == found.mask.geometry


def test_resegmentation_shrinks_the_region_but_not_that_of_shape() -> None:
    given_image = image()
    found = prepare(given_image, region(), {"resegmentRange": [40, 60]})
    kept = given_image.array[found.mask.array]
    assert kept.min() >= 40
    assert kept.max() <= 60
    assert found.shape_mask.array.sum() == 4 * 6 * 7
    assert found.box == bounding_box(found.mask.array)
    assert f"left out {168 - kept.size} of 168 voxels" in found.notes[0]


def test_resegmentation_can_count_for_shape_too() -> None:
    found = prepare(image(), region(), {"resegmentRange": [40, 60], "resegmentShape": True})
    assert found.shape_mask is found.mask


def test_normalised_image_has_mean_0_and_the_deviation_asked_for() -> None:
    found = prepare(image(), region(), {"normalize": True, "normalizeScale": 100})
    assert found.image.array.dtype == np.float64
    assert found.image.array.mean() == pytest.approx(0, abs=1e-9)
    assert found.image.array.std(ddof=1) == pytest.approx(100)


def test_arguments_are_left_as_they_were() -> None:
    given_image, given_mask = image(np.float64), region()
    before = given_image.array.copy(), given_mask.array.copy()
    wanted = {"normalize": True, "removeOutliers": 1, "resegmentRange": [-0.5, 0.5]}
    prepare(given_image, given_mask, wanted)
    np.testing.assert_array_equal(given_image.array, before[0])
    np.testing.assert_array_equal(given_mask.array, before[1])


def test_mask_on_another_grid_is_resampled_with_correct_mask() -> None:
    inside = np.zeros((12, 40, 40), dtype=bool)
    inside[4:8, 12:24, 14:28] = True
    fine = Geometry((12, 40, 40), (2.0, 0.5, 0.5), (-10.25, 4.75, 3.0))
    found = prepare(image(), Mask(inside, fine), {"correctMask": True})
    assert found.mask.geometry == GRID
    np.testing.assert_array_equal(found.mask.array, region().array)
    assert "correctMask" in found.notes[0]


def test_shift_within_the_tolerance_is_let_pass() -> None:
    shifted = Mask(region().array, Geometry(SIZE, GRID.spacing_mm, (-10.0, 5.0, 3.0005)))
    with pytest.raises(ExtractionError, match=r"origin by 0\.0005 mm; set correctMask .*geometryT"):
        prepare(image(), shifted, {})
    assert prepare(image(), shifted, {"geometryTolerance": 0.001}).mask is shifted


REFUSED = {
    "empty": (region((slice(0), slice(0), slice(0))), {}, "the region is empty"),
    "one voxel": (region((3, 4, 5)), {}, "the region is one voxel"),
    "line": (region((3, 4, slice(2, 9))), {}, "spreads along 1 of 3 axes, 2 are asked for"),
    "slice": (region((3, slice(2, 9), slice(2, 9))), {"minimumROIDimensions": 3}, "along 2 of 3"),
    "too small": (region(), {"minimumROISize": 168}, "168 voxels, more than 168 are asked for"),
    "other size": (
        Mask(np.ones((12, 20, 21), bool), Geometry((12, 20, 21), GRID.spacing_mm)),
        {},
        r"size \(z, y, x\) .*; set correctMask",
    ),
    "other direction": (
        Mask(
            region().array,
            Geometry(SIZE, GRID.spacing_mm, GRID.origin_mm, (-1, 0, 0, 0, -1, 0, 0, 0, 1)),
        ),
        {},
        "direction by 2; set correctMask",
    ),
    "outside, resampled": (
        Mask(region().array, Geometry(SIZE, GRID.spacing_mm, (90.0, 5.0, 3.0))),
        {"resampledPixelSpacing": [1, 1, 1]},
        "outside the image",
    ),
    "outside, corrected": (
        Mask(region().array, Geometry(SIZE, GRID.spacing_mm, (90.0, 5.0, 3.0))),
        {"correctMask": True},
        "outside the image",
    ),
    "two spacings": (region(), {"resampledPixelSpacing": [1, 1]}, "2 numbers for an image of 3"),
    "nothing left": (region(), {"resegmentRange": [5000]}, "leaves 0 of 168 voxels"),
    "lost in resampling": (
        region((slice(4, 6), slice(6, 8), slice(7, 9))),
        {"resampledPixelSpacing": [9, 9, 9], "padDistance": 0},
        "the region is empty|the region is one voxel",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_region_that_cannot_be_measured_is_refused_with_the_reason(name: str) -> None:
    mask, wanted, reason = REFUSED[name]
    with pytest.raises(ExtractionError, match=reason):
        prepare(image(), mask, wanted)


def test_resegmented_region_is_checked_again() -> None:
    array = np.zeros(SIZE, dtype=np.int16)
    array[5, 8, 7:14] = 100
    with pytest.raises(ExtractionError, match="along 1 of 3 axes"):
        prepare(Volume(array, GRID), region(), {"resegmentRange": [50]})


def test_constant_image_cannot_be_normalised() -> None:
    with pytest.raises(ExtractionError, match="one intensity"):
        prepare(Volume(np.full(SIZE, 7.0), GRID), region(), {"normalize": True})


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_voxels_that_are_no_numbers_are_refused_where_they_count(wrong: float) -> None:
    array = image(np.float32).array.copy()
    array[5, 8, 9] = wrong
    for wanted in ({}, {"resampledPixelSpacing": [1, 1, 1]}, {"normalize": True}):
        with pytest.raises(ExtractionError, match=r"1 voxels of the .* are NaN or infinite"):
            prepare(Volume(array, GRID), region(), wanted)


def test_voxels_that_are_no_numbers_may_lie_outside_the_region() -> None:
    array = image(np.float32).array.copy()
    array[0, 0, 0] = np.nan
    assert prepare(Volume(array, GRID), region(), {}).box == CUBE


def test_integers_are_always_finite() -> None:
    check_finite(np.array([1, 2]), "image")


def test_threads_of_itk_are_put_back_after_an_error() -> None:
    before = SimpleITK.ProcessObject.GetGlobalDefaultNumberOfThreads()
    with pytest.raises(ExtractionError):
        prepare(image(), region((3, 4, 5)), {"resampledPixelSpacing": [1, 1, 1]})
    assert SimpleITK.ProcessObject.GetGlobalDefaultNumberOfThreads() == before
