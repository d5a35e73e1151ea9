"""Normalising and re-segmentation by intensity."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.imaging.intensity import (
    IBSI_OUTLIER_DEVIATIONS,
    Normalisation,
    ibsi_intensity_region,
    mean_and_deviation,
    within_range,
)


@pytest.mark.parametrize("kind", [np.int16, np.float32, np.float64])
def test_normalised_image_is_that_of_itk(kind: type) -> None:
    array = np.random.default_rng(0).normal(1000, 30, (5, 6, 7)).astype(kind)
    ours = Normalisation(*mean_and_deviation(array))(array)
    expected = SimpleITK.GetArrayFromImage(SimpleITK.Normalize(SimpleITK.GetImageFromArray(array)))
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12)


def test_outliers_are_cut_off_before_scaling() -> None:
    normalise = Normalisation(mean=10.0, deviation=2.0, outliers=3.0, scale=100.0)
    found = normalise(np.array([0, 8, 10, 12, 30], dtype=np.int16))
    np.testing.assert_allclose(found, [-300, -100, 0, 100, 300])


def test_constant_image_has_no_deviation() -> None:
    assert mean_and_deviation(np.full((3, 3, 3), 1e6 + 0.1)) == (pytest.approx(1e6 + 0.1), 0.0)


def test_one_voxel_has_an_unknown_deviation() -> None:
    mean, deviation = mean_and_deviation(np.full((1, 1, 1), 7))
    assert mean == 7
    assert np.isnan(deviation)


VALUES = np.array([-50, 0, 10, 100], dtype=np.int16)


def test_absolute_range_keeps_both_ends_in_any_order() -> None:
    assert within_range(VALUES, [100, 0]).tolist() == [False, True, True, True]


def test_one_limit_is_a_lower_one() -> None:
    assert within_range(VALUES, [10]).tolist() == [False, False, True, True]


def test_relative_range_is_a_part_of_the_maximum() -> None:
    assert within_range(VALUES, [0.1, 0.5], "relative").tolist() == [False, False, True, False]


def test_sigma_range_counts_from_the_mean() -> None:
    values = np.array([0.0, 0.0, 0.0, 0.0, 10.0])
    assert within_range(values, [-1, 1], "sigma").tolist() == [True] * 4 + [False]


def test_ibsi_range_keeps_both_ends() -> None:
    values = np.array([-501.0, -500.0, 400.0, 401.0])
    kept = ibsi_intensity_region(values, lower=-500, upper=400)
    assert kept.tolist() == [False, True, True, False]


def test_ibsi_outliers_are_judged_by_the_voxels_in_the_range() -> None:
    values = np.array([0.0] * 50 + [1.0] * 50 + [4.0, 5000.0])
    kept = ibsi_intensity_region(values, upper=400, outlier_deviations=IBSI_OUTLIER_DEVIATIONS)
    assert kept.tolist() == [True] * 100 + [False, False]
    alone = ibsi_intensity_region(values, outlier_deviations=IBSI_OUTLIER_DEVIATIONS)
    assert alone.tolist() == [True] * 101 + [False]


def test_constant_region_has_no_ibsi_outliers() -> None:
    assert ibsi_intensity_region(np.full(5, 3.0), outlier_deviations=3.0).all()


def test_ibsi_range_may_leave_nothing() -> None:
    kept = ibsi_intensity_region(np.full(5, 3.0), lower=10.0, outlier_deviations=3.0)
    assert not kept.any()
