"""Our resampling gives ITK's voxels, from a small part of the image."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.domain.volume import IDENTITY_DIRECTION, Geometry, Mask, Volume
from radiomics_hcc.imaging.itk import one_thread, to_itk
from radiomics_hcc.imaging.region import bounding_box
from radiomics_hcc.imaging.resample import (
    B_SPLINE,
    GridRequest,
    interpolator_number,
    is_inside,
    resample_image,
    resample_mask,
    resampled_grid,
    resampled_spacing,
)

FLIPPED = (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
ALONG_X, ALONG_Z = 0.2, 0.3
OBLIQUE = tuple(
    (
        np.array(
            [
                [np.cos(ALONG_Z), -np.sin(ALONG_Z), 0],
                [np.sin(ALONG_Z), np.cos(ALONG_Z), 0],
                [0, 0, 1],
            ]
        )
        @ np.array(
            [
                [1, 0, 0],
                [0, np.cos(ALONG_X), -np.sin(ALONG_X)],
                [0, np.sin(ALONG_X), np.cos(ALONG_X)],
            ]
        )
    )
    .ravel()
    .tolist()
)
ORIGIN = (-187.3, -160.7, -1033.25)


def scene(
    size: tuple[int, int, int],
    spacing: tuple[float, float, float],
    direction: tuple[float, ...] = IDENTITY_DIRECTION,
    kind: type = np.int16,
) -> tuple[Volume, Mask]:
    """Noise, and an ellipsoid that lies nearer to the far end of the first axis."""
    noise = np.random.default_rng(0).normal(100.0, 60.0, size)
    low, high = (0, 255) if kind is np.uint8 else (-1000, 1000)
    grid = Geometry(size, spacing, ORIGIN, direction)
    z, y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in size), indexing="ij")
    inside = (z - 0.4) ** 2 + y**2 + (x + 0.2) ** 2 <= 0.3
    return Volume(noise.clip(low, high).astype(kind), grid), Mask(inside, grid)


def itk_resample(
    volume: Volume | Mask, grid: Geometry, interpolator: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    """Resample with ITK from the whole image."""
    resampler = SimpleITK.ResampleImageFilter()
    resampler.SetOutputSpacing(grid.spacing_mm[::-1])
    resampler.SetOutputDirection(grid.direction)
    resampler.SetOutputOrigin(grid.origin_mm)
    resampler.SetSize(grid.size[::-1])
    resampler.SetInterpolator(interpolator)
    with one_thread():
        return SimpleITK.GetArrayFromImage(resampler.Execute(to_itk(volume)))


SCENES = {
    "slices of 2.5 mm": ((41, 90, 95), (2.5, 0.75, 0.75), (1.0, 1.0, 1.0)),
    "every fifth slice meets a slice": ((30, 60, 60), (5.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
    "across slices only": ((30, 60, 60), (5.0, 0.7, 0.7), (1.0, 0.0, 0.0)),
    "coarser": ((90, 95, 80), (1.0, 1.0, 1.0), (3.0, 3.0, 3.0)),
    "few slices": ((5, 60, 60), (5.0, 1.0, 1.0), (2.0, 1.5, 1.5)),
}


@pytest.mark.parametrize("direction", [IDENTITY_DIRECTION, FLIPPED, OBLIQUE])
@pytest.mark.parametrize("name", SCENES)
def test_b_spline_of_integers_is_that_of_itk_in_every_voxel(
    name: str, direction: tuple[float, ...]
) -> None:
    size, spacing, wanted = SCENES[name]
    image, mask = scene(size, spacing, direction)
    for padding in (0, 5):
        request = GridRequest(wanted, padding)
        grid = resampled_grid(request, mask.geometry, bounding_box(mask.array))
        ours = resample_image(image, grid)
        assert ours.array.dtype == np.int16
        np.testing.assert_array_equal(ours.array, itk_resample(image, grid, B_SPLINE))


@pytest.mark.parametrize("direction", [IDENTITY_DIRECTION, OBLIQUE])
@pytest.mark.parametrize("name", SCENES)
def test_b_spline_of_real_numbers_is_that_of_itk(name: str, direction: tuple[float, ...]) -> None:
    size, spacing, wanted = SCENES[name]
    image, mask = scene(size, spacing, direction, np.float64)
    grid = resampled_grid(GridRequest(wanted), mask.geometry, bounding_box(mask.array))
    expected = itk_resample(image, grid, B_SPLINE)
    np.testing.assert_allclose(resample_image(image, grid).array, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("direction", [IDENTITY_DIRECTION, FLIPPED, OBLIQUE])
@pytest.mark.parametrize("padding", [0, 1, 5, 8, 10, 50])
def test_mask_is_that_of_itk_in_every_voxel_though_half_of_them_are_ties(
    padding: int, direction: tuple[float, ...]
) -> None:
    _, mask = scene((41, 50, 55), (2.5, 0.75, 0.75), direction)
    request = GridRequest((1.0, 1.0, 1.0), padding)
    grid = resampled_grid(request, mask.geometry, bounding_box(mask.array))
    expected = itk_resample(mask, grid, SimpleITK.sitkNearestNeighbor)
    np.testing.assert_array_equal(resample_mask(mask, grid).array, expected != 0)


@pytest.mark.parametrize(
    "word", ["sitkNearestNeighbor", "sitkLinear", "sitkGaussian", "sitkCosineWindowedSinc"]
)
def test_other_interpolators_are_those_of_itk(word: str) -> None:
    image, mask = scene((10, 20, 22), (3.0, 1.0, 1.0), OBLIQUE)
    grid = resampled_grid(GridRequest((2.0, 2.0, 2.0)), mask.geometry, bounding_box(mask.array))
    number = interpolator_number(word)
    expected = itk_resample(image, grid, number)
    np.testing.assert_array_equal(resample_image(image, grid, number).array, expected)


@pytest.mark.parametrize("kind", [np.int16, np.float64])
def test_image_in_another_direction_than_the_mask_is_that_of_itk(kind: type) -> None:
    image, _ = scene((20, 40, 44), (3.0, 1.0, 1.0), kind=kind)
    _, mask = scene((20, 40, 44), (3.0, 1.0, 1.0), OBLIQUE)
    grid = resampled_grid(GridRequest((2.0, 2.0, 2.0)), mask.geometry, bounding_box(mask.array))
    expected = itk_resample(image, grid, B_SPLINE)
    np.testing.assert_allclose(resample_image(image, grid).array, expected, rtol=1e-9, atol=1e-9)
    assert (expected == 0).any()
    assert (expected != 0).any()


def test_small_integers_are_limited_and_cut_as_in_itk() -> None:
    image, mask = scene((20, 40, 44), (3.0, 1.0, 1.0), kind=np.uint8)
    step = Volume(np.where(image.array > 100, 255, 0).astype(np.uint8), image.geometry)
    grid = resampled_grid(GridRequest((1.0, 0.8, 0.8)), mask.geometry, bounding_box(mask.array))
    np.testing.assert_array_equal(
        resample_image(step, grid).array, itk_resample(step, grid, B_SPLINE)
    )


def test_voxels_beyond_the_image_are_zero() -> None:
    image, _ = scene((6, 8, 8), (1.0, 1.0, 1.0))
    grid = Geometry((2, 2, 2), (1.0, 1.0, 1.0), (500.0, 500.0, 500.0))
    assert not resample_image(image, grid).array.any()


def test_linear_ramp_stays_linear() -> None:
    grid = Geometry((3, 3, 40), (1.0, 1.0, 1.0))
    image = Volume(np.broadcast_to(10.0 * np.arange(40), grid.size), grid)
    target = Geometry((1, 1, 3), (1.0, 1.0, 0.5), (19.0, 1.0, 1.0))
    np.testing.assert_allclose(resample_image(image, target).array.ravel(), [190, 195, 200])


def test_intensities_are_converted_as_they_are_read() -> None:
    image, mask = scene((20, 40, 44), (3.0, 1.0, 1.0))
    grid = resampled_grid(GridRequest((2.0, 2.0, 2.0)), mask.geometry, bounding_box(mask.array))
    halved = resample_image(image, grid, convert=lambda part: part / 2)
    assert halved.array.dtype == np.float64
    whole = resample_image(Volume(image.array.astype(np.float64), image.geometry), grid)
    np.testing.assert_allclose(halved.array, whole.array / 2, rtol=1e-9, atol=1e-9)


def test_zero_keeps_the_spacing_and_one_slice_is_not_resampled_across() -> None:
    grid = Geometry((10, 20, 20), (5.0, 0.8, 0.7))
    request = GridRequest((1.0, 0.0, 1.0))
    thick = (slice(2, 4), slice(3, 9), slice(3, 9))
    flat = (slice(2, 3), slice(3, 9), slice(3, 9))
    np.testing.assert_array_equal(resampled_spacing(request, grid, thick), [1.0, 0.8, 1.0])
    np.testing.assert_array_equal(resampled_spacing(request, grid, flat), [1.0, 0.8, 5.0])


def test_grid_hangs_on_the_corner_of_the_mask() -> None:
    grid = Geometry((10, 20, 20), (2.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    box = (slice(4, 6), slice(8, 12), slice(8, 12))
    found = resampled_grid(GridRequest((1.0, 1.0, 1.0), 0), grid, box)
    # The corner of the first voxel lies at z = -1 mm, so voxels of 1 mm are centred on -0.5 + k.
    assert (found.origin_mm[2] + 0.5) % 1 == pytest.approx(0)
    assert found.origin_mm[2] == pytest.approx(6.5)
    assert found.size[0] == 5  # the region from 7 to 11 mm, and half a voxel below it


def test_region_outside_the_image_is_noticed() -> None:
    image = Geometry((10, 10, 10), (1.0, 1.0, 1.0))
    mask = Geometry((10, 10, 10), (1.0, 1.0, 1.0), (0.0, 0.0, 5.0))
    inner = (slice(0, 5), slice(0, 10), slice(0, 10))
    outer = (slice(0, 6), slice(0, 10), slice(0, 10))
    assert is_inside(image, mask, inner)
    assert not is_inside(image, mask, outer)


def test_interpolator_is_found_by_name_and_by_number() -> None:
    assert interpolator_number("sitkLinear") == SimpleITK.sitkLinear
    assert interpolator_number(2) == 2
    assert interpolator_number(3) == B_SPLINE
    assert interpolator_number("sitkUnheardOf") == B_SPLINE
