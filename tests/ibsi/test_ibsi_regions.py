"""Small, flat, constant and broken regions; and that only what counts of an image is touched."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.feature import Feature
from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.ibsi.filter_schema import AnyFilter
from radiomics_hcc.features.ibsi.measure import measure_ibsi
from radiomics_hcc.features.ibsi.schema import IbsiSettings
from radiomics_hcc.features.intensity_statistics import measure as statistics

SIZE = (9, 10, 11)
IMAGE = np.random.default_rng(0).integers(0, 100, SIZE).astype(np.int16)
BINS = {"discretisation": {"bin_count": 8}}


def measured(image: np.ndarray, mask: np.ndarray, **content: object) -> dict[str, Feature]:
    grid = Geometry(image.shape, (2.0, 1.0, 1.0))
    asked = IbsiSettings.model_validate({**BINS, **content})
    found = measure_ibsi(Volume(image, grid), Mask(mask, grid), asked)
    return {feature.name: feature for feature in found}


def region(*box: slice) -> np.ndarray:
    mask = np.zeros(SIZE, dtype=bool)
    mask[box] = True
    return mask


VOXEL = region(slice(4, 5), slice(5, 6), slice(5, 6))
LINE = region(slice(4, 5), slice(5, 6), slice(2, 7))
PLANE = region(slice(4, 5), slice(2, 7), slice(2, 7))
DOTS = region(slice(None, None, 2), slice(None, None, 3), slice(None, None, 3))
WHOLE = region(slice(None))


@pytest.mark.parametrize("approach", ["2D", "3D"])
@pytest.mark.parametrize("mask", [VOXEL, LINE, PLANE, DOTS, WHOLE])
@pytest.mark.parametrize("image", [IMAGE, np.full_like(IMAGE, 7), np.zeros_like(IMAGE)])
def test_empty_value_has_a_reason_and_no_other_has(
    approach: str, mask: np.ndarray, image: np.ndarray
) -> None:
    found = measured(image, mask, approach=approach).values()
    assert all(math.isnan(one.value) == bool(one.reason) for one in found)
    assert not any(math.isinf(one.value) for one in found)


def test_one_voxel_has_no_pairs_but_a_run_and_a_zone() -> None:
    found = measured(IMAGE, VOXEL)
    assert math.isnan(found["original_glcm-3D-mrg_JointEntropy"].value)
    assert found["original_glrlm-3D-avg_ShortRunEmphasis"].value == 1
    assert found["original_glszm-3D_ZonePercentage"].value == 1
    assert math.isnan(found["original_ngtdm-3D_Coarseness"].value)


def test_slice_of_one_voxel_is_left_out_of_the_mean_over_slices() -> None:
    with_voxel = PLANE | region(slice(7, 8), slice(5, 6), slice(5, 6))
    classes = {"classes": {"glcm": [], "ngtdm": []}, "aggregations": ["2D-merged"]}
    binned = {"discretisation": {"bin_size": 10, "origin": 0}}
    alone = measured(IMAGE, PLANE, **classes, **binned)
    both = measured(IMAGE, with_voxel, **classes, **binned)
    assert {n: f.value for n, f in alone.items()} == {n: f.value for n, f in both.items()}


def test_wrong_grids_empty_regions_and_empty_ranges_are_refused() -> None:
    grid, other = Geometry(SIZE, (2.0, 1.0, 1.0)), Geometry(SIZE, (2.5, 1.0, 1.0))
    asked = IbsiSettings.model_validate(BINS)
    with pytest.raises(ExtractionError, match="two grids"):
        measure_ibsi(Volume(IMAGE, grid), Mask(WHOLE, other), asked)
    with pytest.raises(ExtractionError, match="empty"):
        measured(IMAGE, np.zeros_like(WHOLE))
    with pytest.raises(ExtractionError, match="range 200"):
        measured(IMAGE, WHOLE, resegmentation={"range": [200, None]})
    with pytest.raises(ExtractionError, match="interpolated grid"):
        measured(IMAGE, VOXEL, interpolation={"spacing_mm": [5, 5, 5]})


def test_voxels_that_are_not_finite_are_refused_near_the_region_only() -> None:
    far = np.zeros((30, 30, 30))
    far[0, 0, 0] = np.nan
    mask = np.zeros(far.shape, dtype=bool)
    mask[20:24, 20:24, 20:24] = True
    assert measured(far, mask, classes={"statistics": ["Mean"]})
    far[20, 20, 20] = np.nan
    with pytest.raises(ExtractionError, match="NaN or infinite"):
        measured(far, mask, classes={"statistics": ["Mean"]})


@settings(max_examples=15, deadline=None)
@given(st.tuples(*[st.integers(0, 4)] * 6))
def test_what_lies_far_around_the_region_does_not_count(margins: tuple[int, ...]) -> None:
    around = list(zip(margins[::2], margins[1::2], strict=True))
    classes = {"morphology": ["MoransIIndex", "MeshVolume"], "glcm": [], "gldzm": [], "ngtdm": []}
    plain = measured(IMAGE, WHOLE, classes=classes)
    padded = measured(np.pad(IMAGE, around), np.pad(WHOLE, around), classes=classes)
    for name, feature in plain.items():
        assert padded[name].value == pytest.approx(feature.value, rel=1e-9)


FILTERS = (
    {"kind": "mean", "support": 7},
    {"kind": "laplacian_of_gaussian", "sigma_mm": 1.3},
    {"kind": "laws", "kernels": "L5E5E5", "pooling": "max", "energy_distance": 2},
    {"kind": "gabor", "sigma_mm": 1.2, "wavelength_mm": 2, "aspect_ratio": 1.5, "theta": 0.3},
    {"kind": "separable_wavelet", "wavelet": "db3", "band": "LLH", "level": 2},
    {"kind": "simoncelli_wavelet", "level": 1, "boundary": "periodic"},
    {
        "kind": "riesz",
        "band": {"kind": "laplacian_of_gaussian", "sigma_mm": 1.3},
        "order": [0, 1, 1],
    },
)


@pytest.mark.parametrize("content", FILTERS)
@pytest.mark.parametrize("corner", [0, 30])
def test_filter_sees_all_that_it_needs_of_the_image(content: dict[str, AnyFilter], corner: int):
    image = np.random.default_rng(1).normal(size=(48, 56, 60))
    mask = np.zeros(image.shape, dtype=bool)
    mask[corner : corner + 4, corner : corner + 5, corner : corner + 6] = True
    asked = {"classes": {"statistics": []}, "responses": {"r": {"filter": content}}}
    found = measured(image, mask, **asked)
    step = IbsiSettings.model_validate(asked).responses["r"].filter.step(by_slice=False)
    whole = statistics(step(image, (2.0, 1.0, 1.0))[mask])
    for name, value in whole.items():
        assert found[f"r_statistics_{name}"].value == pytest.approx(value, rel=1e-9, abs=1e-12)
