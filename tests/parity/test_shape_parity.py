"""Shape features equal PyRadiomics'."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.domain.volume import Geometry, Mask
from radiomics_hcc.features import shape, shape_2d
from radiomics_hcc.features.marching_cubes import CORNERS, surface_and_volume
from radiomics_hcc.features.names import FEATURES

radiomics = pytest.importorskip("radiomics")
featureextractor = pytest.importorskip("radiomics.featureextractor")
shape_2d_class = pytest.importorskip("radiomics.shape2D")

SPACING_MM = (2.5, 0.7, 1.3)
# PyRadiomics' eigenvalues of flat regions are 0 but for rounding; a length is 4 square roots.
ROUNDED_LENGTH_MM = 1e-6


def images(mask: Mask) -> tuple[SimpleITK.Image, SimpleITK.Image]:
    labels = SimpleITK.GetImageFromArray(mask.array.astype(np.uint8))
    labels.SetSpacing(mask.geometry.spacing_mm[::-1])
    return SimpleITK.Cast(labels, SimpleITK.sitkFloat64), labels


def in_three_dimensions(mask: Mask) -> dict[str, float]:
    """PyRadiomics' shape features, those that it calls deprecated too."""
    extractor = featureextractor.RadiomicsFeatureExtractor(
        minimumROIDimensions=1, additionalInfo=False
    )
    extractor.disableAllFeatures()
    extractor.enableFeaturesByName(shape=list(FEATURES["shape"]))
    found = extractor.execute(*images(mask))
    # The eigenvalues of a flat region can be complex by rounding.
    return {name.split("_")[-1]: float(np.real(value)) for name, value in found.items()}


def in_a_slice(mask: Mask, slice_axis: int) -> dict[str, float]:
    """PyRadiomics' shape2D; its extractor leaves the class out for slices across the y axis."""
    features = shape_2d_class.RadiomicsShape2D(
        *images(mask), force2D=True, force2Ddimension=slice_axis
    )
    for name in FEATURES["shape2D"]:
        features.enableFeatureByName(name)
    with np.errstate(invalid="ignore"):
        return {name: float(value) for name, value in features.execute().items()}


def region_of(array: np.ndarray, spacing_mm: tuple[float, float, float] = SPACING_MM) -> Mask:
    padded = np.pad(array, ((1, 2), (0, 3), (2, 0)))
    return Mask(padded, Geometry(padded.shape, spacing_mm))


def random_blobs(seed: int, share: float, shape: tuple[int, int, int] = (7, 9, 11)) -> np.ndarray:
    return np.random.default_rng(seed).random(shape) < share


def ball(radius: int) -> np.ndarray:
    places = np.indices((2 * radius + 1,) * 3) - radius
    return np.sum(places**2, axis=0) <= radius**2


def two_parts() -> np.ndarray:
    array = np.zeros((6, 8, 20), dtype=bool)
    array[1:4, 2:7, 1:6], array[2:6, 0:3, 14:19] = True, True
    return array


REGIONS = {
    "ball": ball(9),
    "two parts": two_parts(),
    "full of holes": random_blobs(1, 0.5),
    "scattered": random_blobs(2, 0.05),
    "nearly full": random_blobs(3, 0.95),
    "plane": random_blobs(4, 0.7, (1, 12, 9)),
    "upright plane": random_blobs(5, 0.7, (8, 1, 9)),
    "line": np.ones((1, 1, 6), dtype=bool),
    "upright line": np.ones((6, 1, 1), dtype=bool),
    "two voxels at a corner": np.eye(2, dtype=bool)[:, :, None] & np.eye(2, dtype=bool),
}


@pytest.mark.parametrize("configuration", range(1, 255))
def test_every_cube_has_the_same_triangles(configuration: int) -> None:
    """Without a border of false voxels the array holds this one cube and no other."""
    cube = np.zeros((2, 2, 2), dtype=bool)
    for bit, corner in enumerate(CORNERS):
        cube[corner] = bool(configuration >> bit & 1)
    embedded = np.zeros((4, 5, 6), dtype=bool)
    embedded[1:3, 2:4, 3:5] = cube
    area, volume, _ = radiomics.cShape.calculate_coefficients(embedded, np.array(SPACING_MM))
    found = surface_and_volume(embedded, SPACING_MM)
    assert found == pytest.approx((area, volume), rel=1e-9)


@pytest.mark.parametrize("name", REGIONS)
@pytest.mark.parametrize("spacing_mm", [SPACING_MM, (1.0, 1.0, 1.0)])
def test_shape_in_three_dimensions(name: str, spacing_mm: tuple[float, float, float]) -> None:
    mask = region_of(REGIONS[name], spacing_mm)
    expected = in_three_dimensions(mask)
    found = shape.measure(mask, FEATURES["shape"])
    assert len(expected) == len(found) == 17
    for feature, value in expected.items():
        lowest = ROUNDED_LENGTH_MM if found[feature] == 0 else 0
        np.testing.assert_allclose(found[feature], value, rtol=1e-9, atol=lowest, err_msg=feature)


@pytest.mark.parametrize("slice_axis", [0, 1, 2])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 1.0])
def test_shape_in_a_slice(slice_axis: int, share: float) -> None:
    pixels = np.random.default_rng(7).random((9, 13)) < share
    array = np.expand_dims(pixels, slice_axis)
    mask = Mask(array, Geometry(array.shape, SPACING_MM))
    expected = in_a_slice(mask, slice_axis)
    found = shape_2d.measure(mask, slice_axis, FEATURES["shape2D"])
    assert found == pytest.approx(expected, rel=1e-9)


def test_shape_of_one_pixel() -> None:
    mask = Mask(np.ones((1, 1, 1), dtype=bool), Geometry((1, 1, 1), SPACING_MM))
    found = shape_2d.measure(mask, 0, FEATURES["shape2D"])
    assert found == pytest.approx(in_a_slice(mask, 0), rel=1e-9, nan_ok=True)
