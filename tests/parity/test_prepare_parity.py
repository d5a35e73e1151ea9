"""Image, region and box are those that PyRadiomics' extractor works on."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.domain.volume import IDENTITY_DIRECTION, Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.prepare import Prepared, prepare
from radiomics_hcc.imaging.itk import geometry_of, one_thread, to_itk
from radiomics_hcc.imaging.region import crop_geometry

featureextractor = pytest.importorskip("radiomics.featureextractor")
imageoperations = pytest.importorskip("radiomics.imageoperations")

COSINE, SINE = float(np.cos(0.3)), float(np.sin(0.3))
OBLIQUE = (COSINE, -SINE, 0.0, SINE, COSINE, 0.0, 0.0, 0.0, 1.0)
Oracle = tuple[SimpleITK.Image, SimpleITK.Image, SimpleITK.Image, tuple[slice, ...]]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logger = logging.getLogger("radiomics")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(level)


def scene(
    kind: type = np.int16,
    direction: tuple[float, ...] = IDENTITY_DIRECTION,
    spacing: tuple[float, float, float] = (2.5, 0.8, 0.75),
) -> tuple[Volume, Mask]:
    size = (31, 60, 64)
    noise = np.random.default_rng(3).normal(60, 25, size)
    grid = Geometry(size, spacing, (-101.7, -88.3, 412.1), direction)
    z, y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in size), indexing="ij")
    inside = (z - 0.5) ** 2 + (y + 0.1) ** 2 + x**2 <= 0.2
    return Volume(noise.astype(kind), grid), Mask(inside, grid)


def pyradiomics(image: Volume, mask: Mask, wanted: Mapping[str, object]) -> Oracle:
    """What PyRadiomics has in hand when it begins with its filters."""
    with one_thread():
        extractor = featureextractor.RadiomicsFeatureExtractor(**wanted, additionalInfo=False)
        settings = extractor.settings
        moved, region = extractor.loadImage(to_itk(image), to_itk(mask), None, **settings)
        box, corrected = imageoperations.checkMask(moved, region, **settings)
        shape_region = region = corrected or region
        if settings.get("resegmentRange") is not None:
            region = imageoperations.resegmentMask(moved, region, **settings)
            box, _ = imageoperations.checkMask(moved, region, **settings)
        if settings.get("resegmentShape"):
            shape_region = region
    sides = zip(box[0::2].tolist(), box[1::2].tolist(), strict=True)
    return moved, region, shape_region, tuple(slice(a, b + 1) for a, b in sides)[::-1]


def check_equal(ours: Prepared, theirs: Oracle) -> None:
    image, region, shape_region, box = theirs
    expected = SimpleITK.GetArrayFromImage(image)
    assert ours.image.array.dtype == expected.dtype
    assert ours.box == box
    if np.issubdtype(expected.dtype, np.integer):
        np.testing.assert_array_equal(ours.image.array, expected)
    else:
        tolerance = 1e-6 if expected.dtype == np.float32 else 1e-9
        np.testing.assert_allclose(ours.image.array, expected, rtol=tolerance, atol=1e-9)
    for mask, itk_mask in ((ours.mask, region), (ours.shape_mask, shape_region)):
        np.testing.assert_array_equal(mask.array, SimpleITK.GetArrayFromImage(itk_mask) != 0)
    assert ours.image.geometry.differences(geometry_of(image)) == []
    assert (
        crop_geometry(ours.mask.geometry, ours.box).differences(
            crop_geometry(geometry_of(region), ours.box)
        )
        == []
    )


SETTINGS: dict[str, dict[str, object]] = {
    "defaults": {},
    "1 mm": {"resampledPixelSpacing": [1, 1, 1]},
    "1 mm, padding 8": {"resampledPixelSpacing": [1, 1, 1], "padDistance": 8},
    "1 mm, padding 10": {"resampledPixelSpacing": [1, 1, 1], "padDistance": 10},
    "1 mm, no padding": {"resampledPixelSpacing": [1, 1, 1], "padDistance": 0},
    "coarse": {"resampledPixelSpacing": [3, 3, 3]},
    "in the slices only": {"resampledPixelSpacing": [1, 1, 0]},
    "across the slices only": {"resampledPixelSpacing": [0, 0, 1]},
    "own spacing": {"resampledPixelSpacing": [0.75, 0.8, 2.5], "padDistance": 3},
    "linear": {"resampledPixelSpacing": [1, 1, 1], "interpolator": "sitkLinear"},
    "nearest, by number": {"resampledPixelSpacing": [1, 1, 1], "interpolator": 1},
    "Gaussian": {"resampledPixelSpacing": [2, 2, 2], "interpolator": "sitkGaussian"},
    "no interpolator": {"resampledPixelSpacing": [1, 1, 1], "interpolator": None},
    "cropped": {"preCrop": True, "padDistance": 4},
    "normalised": {"normalize": True},
    "normalised, outliers": {"normalize": True, "normalizeScale": 100, "removeOutliers": 2},
    "normalised, 1 mm": {
        "normalize": True,
        "removeOutliers": 2.5,
        "normalizeScale": 10,
        "resampledPixelSpacing": [1, 1, 1],
    },
    "range": {"resegmentRange": [30, 90]},
    "lower limit, 2 mm": {"resegmentRange": [50], "resampledPixelSpacing": [2, 2, 2]},
    "relative": {"resegmentRange": [0.6, 0.3], "resegmentMode": "relative"},
    "sigma": {"resegmentRange": [-1, 2], "resegmentMode": "sigma", "resegmentShape": True},
    "sigma, 1 mm, cropped": {
        "resegmentRange": [-2, 2],
        "resegmentMode": "sigma",
        "resampledPixelSpacing": [1, 1, 1],
        "preCrop": True,
    },
}


@pytest.mark.parametrize("kind", [np.int16, np.float32, np.float64])
@pytest.mark.parametrize("name", SETTINGS)
def test_prepared_as_in_pyradiomics(name: str, kind: type) -> None:
    image, mask = scene(kind)
    expected = pyradiomics(image, mask, SETTINGS[name])
    check_equal(prepare(image, mask, SETTINGS[name]), expected)


@pytest.mark.parametrize("name", ["1 mm", "1 mm, padding 8", "across the slices only", "coarse"])
def test_oblique_images_are_prepared_as_in_pyradiomics(name: str) -> None:
    image, mask = scene(direction=OBLIQUE)
    check_equal(prepare(image, mask, SETTINGS[name]), pyradiomics(image, mask, SETTINGS[name]))


@pytest.mark.parametrize("spacing", [(5.0, 1.0, 1.0), (3.0, 0.5, 0.5), (1.0, 1.0, 1.0)])
def test_whole_numbers_that_meet_the_old_voxels_are_cut_as_in_pyradiomics(
    spacing: tuple[float, float, float],
) -> None:
    image, mask = scene(spacing=spacing)
    for wanted in ({"resampledPixelSpacing": [1, 1, 1]}, {"resampledPixelSpacing": [3, 3, 3]}):
        check_equal(prepare(image, mask, wanted), pyradiomics(image, mask, wanted))


def test_region_of_one_slice_is_not_resampled_across() -> None:
    image, mask = scene()
    inside = np.zeros_like(mask.array)
    inside[20] = mask.array[20]
    flat = Mask(inside, mask.geometry)
    wanted = {"resampledPixelSpacing": [1, 1, 1]}
    check_equal(prepare(image, flat, wanted), pyradiomics(image, flat, wanted))


def test_mask_on_a_finer_grid_is_prepared_as_in_pyradiomics() -> None:
    image, mask = scene()
    fine = Geometry((31, 120, 128), (2.5, 0.4, 0.375), (-101.8875, -88.5, 412.1))
    finer = Mask(mask.array.repeat(2, axis=1).repeat(2, axis=2), fine)
    for wanted in (
        {"correctMask": True},
        {"resampledPixelSpacing": [1, 1, 1]},
        {"resampledPixelSpacing": [0.75, 0.8, 2.5]},
        {"preCrop": True, "correctMask": True},
    ):
        check_equal(prepare(image, finer, wanted), pyradiomics(image, finer, wanted))


@pytest.mark.parametrize(
    "wanted",
    [
        {"minimumROISize": 100_000},
        {"resegmentRange": [9000, 9001]},
        {"resampledPixelSpacing": [1, 1]},
        {"resegmentRange": [50, 60], "minimumROISize": 4000},
    ],
)
def test_what_pyradiomics_refuses_is_refused(wanted: dict[str, object]) -> None:
    image, mask = scene()
    with pytest.raises((ValueError, AssertionError)):
        pyradiomics(image, mask, wanted)
    with pytest.raises(ExtractionError):
        prepare(image, mask, wanted)


@pytest.mark.parametrize("shift_mm", [5e-7, 1e-6, 3e-6])
def test_grids_differ_where_they_do_for_pyradiomics(shift_mm: float) -> None:
    image, mask = scene()
    x, y, z = mask.geometry.origin_mm
    moved = Geometry(mask.geometry.size, mask.geometry.spacing_mm, (x, y + shift_mm, z))
    shifted = Mask(mask.array, moved)
    try:
        expected = pyradiomics(image, shifted, {})
    except ValueError:
        with pytest.raises(ExtractionError, match="different grids"):
            prepare(image, shifted, {})
    else:
        check_equal(prepare(image, shifted, {}), expected)
