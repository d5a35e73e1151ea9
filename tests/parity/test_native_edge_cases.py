"""The native engine and PyRadiomics on regions that are hardly any, and where they part."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from engine_comparison import compare
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import IDENTITY_DIRECTION, Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.parameters import make_parameters
from radiomics_hcc.imaging.discretise import MAX_LEVELS

pytest.importorskip("radiomics.featureextractor")

SIZE = (9, 12, 14)
SPACING_MM = (2.5, 0.7, 0.8)
COSINE, SINE = math.cos(0.4), math.sin(0.4)
OBLIQUE = (COSINE, -SINE, 0.0, SINE, COSINE, 0.0, 0.0, 0.0, 1.0)
CLASSES = {name: [] for name in ("shape", "firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm")}
LINES_TOO = {"minimumROIDimensions": 1}
FILTERED = {
    "LoG": {"sigma": [1.0]},
    "Original": {},
    "Wavelet": {},
    "Square": {},
    "SquareRoot": {},
    "Logarithm": {},
    "Exponential": {},
    "Gradient": {},
}
BOTH = {"native", "pyradiomics"}


def drawn(*parts: tuple[slice | int, ...]) -> NDArray[np.bool_]:
    array = np.zeros(SIZE, dtype=bool)
    for part in parts:
        array[part] = True
    return array


def noise(mean: float = 40.0, number_type: str = "int16") -> NDArray[np.generic]:
    return np.random.default_rng(3).normal(mean, 60, SIZE).astype(number_type)


def on_grid(
    array: NDArray[np.generic],
    inside: NDArray[np.bool_],
    direction: tuple[float, ...] = IDENTITY_DIRECTION,
) -> tuple[Volume, Mask]:
    size = (array.shape[0], array.shape[1], array.shape[2])
    grid = Geometry(size, SPACING_MM, (-20.0, 31.5, 7.25), direction)
    return Volume(array, grid), Mask(inside, grid)


def content(setting: Mapping[str, object], filters: Mapping[str, object]) -> dict[str, object]:
    return {"imageType": filters, "featureClass": CLASSES, "setting": setting}


CUBE = (slice(2, 7), slice(3, 9), slice(4, 10))
REGIONS = {
    "cube": drawn(CUBE),
    "line": drawn((4, 5, slice(2, 9))),
    "two voxels": drawn((4, 5, slice(2, 4))),
    "plane": drawn((4, slice(2, 9), slice(3, 11))),
    "upright plane": drawn((slice(1, 8), slice(2, 9), 5)),
    "two components": drawn((slice(0, 3), slice(0, 4), slice(0, 5)), (slice(6, 9), 11, 13)),
    "voxels apart": drawn((0, 0, 0), (8, 11, 13), (4, 0, 7)),
    "touching every border": np.ones(SIZE, dtype=bool),
    "diagonal": np.eye(9, 12, dtype=bool)[:, :, np.newaxis] & np.ones(14, dtype=bool),
}
IMAGES = {
    "integers": noise(),
    "negative": noise(-700.0),
    "floating point": noise(number_type="float32"),
    "double precision": noise(0.0, "float64"),
    "one value": np.full(SIZE, 7, dtype=np.int16),
    "zeros": np.zeros(SIZE, dtype=np.int16),
    "one negative value": np.full(SIZE, -31.5),
    "two values": np.where(noise() > 40, 100, 0).astype(np.int16),
}


def check(image: Volume, mask: Mask, asked: Mapping[str, object]) -> None:
    parameters = make_parameters(asked)
    found = compare(image, mask, parameters)
    assert found.refusals == {}
    assert found.only_one == ()
    assert found.beyond() == {}
    for feature in NativeEngine().extract(image, mask, parameters).features:
        assert bool(feature.reason) == math.isnan(feature.value), feature


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("image", IMAGES)
def test_regions_and_images(region: str, image: str):
    check(*on_grid(IMAGES[image], REGIONS[region]), content(LINES_TOO, {"Original": {}}))


@pytest.mark.parametrize("region", ["cube", "plane", "two voxels", "touching every border"])
@pytest.mark.parametrize("image", ["integers", "negative", "floating point", "two values"])
def test_filtered(region: str, image: str):
    check(*on_grid(IMAGES[image], REGIONS[region]), content({"minimumROIDimensions": 1}, FILTERED))


@pytest.mark.parametrize("region", ["cube", "plane", "two components"])
@pytest.mark.parametrize("setting", [{}, {"resampledPixelSpacing": [1, 1, 1]}], ids=str)
def test_oblique_grid(region: str, setting: dict[str, object]):
    image, mask = on_grid(noise(), REGIONS[region], OBLIQUE)
    check(image, mask, content(setting, FILTERED))


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("region", ["cube", "plane", "diagonal", "two components"])
def test_slices(region: str, axis: int):
    setting = {"force2D": True, "force2Ddimension": axis, **LINES_TOO}
    check(*on_grid(noise(), REGIONS[region]), content(setting, {"Original": {}, "Wavelet": {}}))


def test_line_across_the_slices_has_what_needs_no_neighbour():
    """PyRadiomics stops, having no direction to look in."""
    image, mask = on_grid(noise(), REGIONS["line"])
    setting = {"force2D": True, "force2Ddimension": 2, **LINES_TOO}
    asked = make_parameters(content(setting, {"Original": {}}))
    assert set(compare(image, mask, asked).refusals) == {"pyradiomics"}
    features = NativeEngine().extract(image, mask, asked).features
    empty = {feature.name.split("_")[1] for feature in features if feature.reason}
    assert empty == {"glcm", "glrlm"}


def test_voxels_without_neighbours_have_no_mcc():
    """PyRadiomics says 1 where there is one grey level, all its other GLCM features being NaN."""
    image, mask = on_grid(IMAGES["one value"], REGIONS["voxels apart"])
    asked = make_parameters(content({}, {"Original": {}}))
    features = NativeEngine().extract(image, mask, asked).features
    empty = {feature.name for feature in features if feature.reason and "glcm" in feature.name}
    assert empty == {feature.name for feature in features if "glcm" in feature.name}


def test_one_grey_level():
    check(*on_grid(noise(300.0), REGIONS["cube"]), content({"binWidth": 5000}, {"Original": {}}))


def test_one_bin():
    check(*on_grid(noise(), REGIONS["cube"]), content({"binCount": 1}, {"Original": {}}))


def test_three_thousand_grey_levels():
    """In a slice: PyRadiomics counts every level, and every direction, in a matrix of its own."""
    inside = drawn((4, slice(3, 9), slice(4, 10)))
    array = noise().astype(np.float64)
    array[4, 3, 4], array[4, 8, 9] = 0.0, 3000.0
    array = np.clip(array, 0, 3000)
    setting = {"binWidth": 1.0, "force2D": True}
    check(*on_grid(array, inside), content(setting, {"Original": {}}))


@pytest.mark.parametrize(
    ("region", "setting", "words"),
    [
        (drawn((4, 5, 6)), LINES_TOO, "one voxel"),
        (drawn(), {}, "empty"),
        (REGIONS["line"], {}, "too few dimensions"),
        (REGIONS["plane"], {"minimumROIDimensions": 3}, "too few dimensions"),
        (REGIONS["cube"], {"minimumROISize": 180}, "too small"),
        (REGIONS["cube"], {"resegmentRange": [5000, 6000]}, "resegmentRange"),
        (REGIONS["cube"], {"resampledPixelSpacing": [1, 1]}, "3 dimensions"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_both_refuse(region: NDArray[np.bool_], setting: dict[str, object], words: str):
    found = compare(*on_grid(noise(), region), make_parameters(content(setting, {"Original": {}})))
    assert set(found.refusals) == BOTH
    assert words in found.refusals["native"]


def test_one_value_cannot_be_normalised():
    asked = make_parameters({"setting": {"normalize": True, "binCount": 8}})
    with pytest.raises(ExtractionError, match="one intensity"):
        NativeEngine().extract(*on_grid(IMAGES["one value"], REGIONS["cube"]), asked)


def test_nan_in_the_region_is_refused_by_both():
    array = noise(number_type="float64")
    array[4, 5, 6] = np.nan
    found = compare(*on_grid(array, REGIONS["cube"]), make_parameters({}))
    assert set(found.refusals) == BOTH


def test_too_many_grey_levels_are_refused():
    """PyRadiomics asks for terabytes, or is killed."""
    array = noise().astype(np.float64)
    array[4, 5, 6] = 1e6
    asked = make_parameters({"setting": {"binWidth": 1}})
    with pytest.raises(ExtractionError, match=f"{MAX_LEVELS:,}"):
        NativeEngine().extract(*on_grid(array, REGIONS["cube"]), asked)


def test_too_small_for_a_laplacian_leaves_the_image_out():
    inside = np.ones((3, 12, 14), dtype=bool)
    image, mask = on_grid(noise()[:3], inside)
    asked = make_parameters(content({}, {"Original": {}, "LoG": {"sigma": [1.0]}}))
    found = compare(image, mask, asked)
    assert found.only_one == ()
    assert not any("log-sigma" in name for name in found.values)
    assert "LoG" in " ".join(NativeEngine().extract(image, mask, asked).notes)


def test_shape_2d_of_several_slices_is_empty_where_pyradiomics_stops():
    image, mask = on_grid(noise(), REGIONS["cube"])
    asked = make_parameters({"setting": {"force2D": True}})
    assert set(compare(image, mask, asked).refusals) == {"pyradiomics"}
    features = NativeEngine().extract(image, mask, asked).features
    shapes = [feature for feature in features if "shape2D" in feature.name]
    assert shapes
    assert all("one slice" in feature.reason for feature in shapes)


@pytest.mark.parametrize(
    ("region", "axis", "is_in_both"), [("plane", 0, True), ("upright plane", 2, True)]
)
def test_shape_2d_of_a_slice(region: str, axis: int, is_in_both: bool):
    asked = make_parameters(
        {"featureClass": {"shape2D": []}, "setting": {"force2D": True, "force2Ddimension": axis}}
    )
    found = compare(*on_grid(noise(), REGIONS[region]), asked)
    assert found.beyond() == {}
    assert (found.only_one == ()) is is_in_both
    assert len(found.values) == 9


def test_shape_2d_across_the_middle_axis_is_ours_alone():
    """PyRadiomics looks whether the region is wider than one voxel along the same axis."""
    inside = drawn((slice(1, 8), 5, slice(2, 9)))
    setting = {"force2D": True, "force2Ddimension": 1}
    asked = make_parameters({"featureClass": {"shape2D": []}, "setting": setting})
    found = compare(*on_grid(noise(), inside), asked)
    assert len(found.only_one) == 9
    features = NativeEngine().extract(*on_grid(noise(), inside), asked).features
    assert not any(math.isnan(feature.value) for feature in features)


def test_single_precision_is_binned_in_single_precision():
    """At 0.1 wide, edges of a single-precision minimum are not those of a double one."""
    array = (np.round(noise(number_type="float64")) / 10).astype(np.float32)
    for setting in ({"binWidth": 0.1}, {"binCount": 50}):
        check(*on_grid(array, REGIONS["cube"]), content(setting, {"Original": {}}))


def test_normalised_whole_numbers_fall_into_the_same_bins():
    """Their mean and deviation are ITK's to the last bit: 100 bins end on intensities."""
    array = np.random.default_rng(4).integers(0, 101, SIZE).astype(np.uint16)
    setting = {"normalize": True, "normalizeScale": 100, "binCount": 100}
    check(*on_grid(array, REGIONS["cube"]), content(setting, {"Original": {}}))


def test_single_precision_wavelets_at_the_far_end_of_the_image():
    image, mask = on_grid(noise(number_type="float32"), REGIONS["touching every border"])
    filters = {"Wavelet": {"wavelet": "db4", "level": 2, "start_level": 1}}
    check(image, mask, content({}, filters))
