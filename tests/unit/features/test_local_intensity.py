"""Local intensity peaks against a plain loop and against answers that can be found by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.features.local_intensity import IBSI_IDS, RADIUS_MM, measure


def image_and_mask(array, region, spacing_mm=(2.0, 2.0, 2.0)) -> tuple[Volume, Mask]:
    geometry = Geometry(array.shape, spacing_mm)
    return Volume(array, geometry), Mask(region, geometry)


def peaks_by_loop(array, region, spacing_mm) -> dict[str, float]:
    places_mm = np.argwhere(np.ones(array.shape)) * np.array(spacing_mm)
    values = array.ravel()
    means, centres = [], []
    for voxel in np.argwhere(region):
        distances_mm = np.linalg.norm(places_mm - voxel * np.array(spacing_mm), axis=1)
        means.append(values[distances_mm <= RADIUS_MM].mean())
        centres.append(array[tuple(voxel)])
    is_highest = np.array(centres) == max(centres)
    return {
        "LocalIntensityPeak": np.array(means)[is_highest].max(),
        "GlobalIntensityPeak": max(means),
    }


def test_the_features_are_those_with_an_id():
    array = np.ones((3, 3, 3))
    assert set(measure(*image_and_mask(array, array > 0))) == set(IBSI_IDS)


def test_radius_is_that_of_one_cubic_centimetre():
    assert 4.0 / 3.0 * math.pi * (RADIUS_MM / 10.0) ** 3 == pytest.approx(1.0)


@pytest.mark.parametrize(
    "spacing_mm", [(1.5, 1.5, 1.5), (3.0, 0.98, 0.98), (0.7, 2.0, 7.0), (7.0, 7.0, 1.0)]
)
def test_peaks_equal_those_of_a_plain_loop(spacing_mm):
    numbers = np.random.default_rng(3)
    array = numbers.normal(30.0, 20.0, (9, 12, 11)).round(1)
    region = np.zeros(array.shape, dtype=bool)
    region[2:8, 3:12, 0:7] = numbers.random((6, 9, 7)) > 0.3
    found = measure(*image_and_mask(array, region, spacing_mm))
    assert found == pytest.approx(peaks_by_loop(array, region, spacing_mm), rel=1e-12)


def test_voxels_outside_the_mask_count():
    array = np.full((9, 9, 9), 10.0)
    array[4, 4, 4] = 100.0
    region = array > 50
    n_in_sphere = sum(
        4 * (z * z + y * y + x * x) <= RADIUS_MM**2
        for z in range(-3, 4)
        for y in range(-3, 4)
        for x in range(-3, 4)
    )
    found = measure(*image_and_mask(array, region))
    assert found["LocalIntensityPeak"] == pytest.approx(10.0 + 90.0 / n_in_sphere)
    assert found["GlobalIntensityPeak"] == found["LocalIntensityPeak"]


def test_of_several_brightest_voxels_the_better_surrounded_counts():
    array = np.zeros((5, 5, 40))
    array[2, 2, 5] = array[2, 2, 30] = 9.0
    array[2, 2, 31] = 8.0
    found = measure(*image_and_mask(array, array == 9.0))
    assert found["LocalIntensityPeak"] == found["GlobalIntensityPeak"] > 9.0 / 100


def test_brightest_voxel_need_not_have_the_brightest_surroundings():
    array = np.zeros((5, 5, 40))
    array[2, 2, 5] = 9.0
    array[:, :, 25:] = 5.0
    found = measure(*image_and_mask(array, np.ones(array.shape, dtype=bool)))
    assert found["LocalIntensityPeak"] < 1.0
    assert found["GlobalIntensityPeak"] == pytest.approx(5.0)


def test_voxels_larger_than_the_sphere_stand_for_themselves():
    array = np.arange(27.0).reshape(3, 3, 3)
    found = measure(*image_and_mask(array, array < 20, (8.0, 8.0, 8.0)))
    assert found == {"LocalIntensityPeak": 19.0, "GlobalIntensityPeak": 19.0}


def test_empty_mask_is_refused():
    array = np.ones((3, 3, 3))
    with pytest.raises(ValueError, match="empty"):
        measure(*image_and_mask(array, array > 1))


def test_intensities_near_the_mask_must_be_finite():
    array = np.ones((3, 3, 3))
    array[0, 0, 0] = math.nan
    region = np.zeros(array.shape, dtype=bool)
    region[1, 1, 1] = True
    with pytest.raises(ValueError, match="finite"):
        measure(*image_and_mask(array, region))
