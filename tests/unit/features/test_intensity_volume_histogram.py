"""The intensity-volume histogram against answers that can be found by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from radiomics_hcc.features.intensity_volume_histogram import (
    IBSI_IDS,
    measure,
    of_bin_number,
    of_bin_size,
    of_whole_units,
)

# The digital phantom of the IBSI manual: 50, 1, 16 and 7 voxels of the intensities 1, 3, 4 and 6.
PHANTOM = np.repeat([1.0, 3.0, 4.0, 6.0], [50, 1, 16, 7])


def test_the_features_are_those_with_an_id():
    assert set(measure(of_whole_units(PHANTOM))) == set(IBSI_IDS)


def test_table_of_the_manual():
    found = of_whole_units(PHANTOM)
    assert list(found.intensities) == [1, 2, 3, 4, 5, 6]
    assert found.intensity_fractions == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert found.volume_fractions == pytest.approx(np.array([74, 24, 24, 23, 7, 7]) / 74)


def test_area_of_the_manual():
    assert measure(of_whole_units(PHANTOM))["AreaUnderIntensityVolumeHistogram"] == pytest.approx(
        0.32, abs=0.005
    )


def test_resegmentation_range_is_the_range_of_the_histogram():
    found = of_whole_units(PHANTOM, lower=-4.0, upper=6.0)
    assert list(found.intensities) == list(range(-4, 7))
    # A tenth of the range is -3: all voxels are at least so bright.
    assert found.volume_at(0.10) == 1.0


def test_open_upper_bound_is_the_brightest_voxel():
    assert list(of_whole_units(PHANTOM, lower=3.0).intensities) == [3, 4, 5, 6]


def test_bins_are_at_their_centres():
    found = of_bin_size(np.array([0.0, 0.4, 0.6, 2.0]), 0.5, lower=0.0, upper=2.0)
    assert found.intensities == pytest.approx([0.25, 0.75, 1.25, 1.75])
    assert found.volume_fractions == pytest.approx([1.0, 0.5, 0.25, 0.25])


def test_rounding_of_the_range_adds_no_bin():
    assert of_bin_size(np.array([0.9, 3.0]), 0.1).intensities.size == 21


def test_a_bin_begins_at_its_lower_edge():
    found = of_bin_size(np.array([0.0, 2.5, 5.0]), 2.5, lower=0.0, upper=10.0)
    assert found.volume_fractions == pytest.approx([1.0, 2 / 3, 1 / 3, 0.0])


def test_arbitrary_units_are_bin_numbers():
    found = of_bin_number(np.arange(101.0) - 30.0, 10)
    assert list(found.intensities) == list(range(1, 11))
    # The brightest voxel, on the upper edge of the range, lies in the last bin too.
    assert found.volume_fractions == pytest.approx((101 - 10 * np.arange(10)) / 101)
    assert found.intensity_at(0.25) == 9.0


def test_all_voxels_in_one_intensity_give_no_area():
    found = measure(of_whole_units(np.full(5, 40.0)))
    assert found["AreaUnderIntensityVolumeHistogram"] == 0.0
    assert math.isnan(found["VolumeAtIntensityFraction10"])
    assert found["IntensityAtVolumeFraction10"] == 40.0
    assert found["IntensityFractionDifference10To90"] == 0.0


def test_constant_region_lies_in_the_first_of_many_bins():
    found = of_bin_number(np.full(5, 40.0), 10)
    assert list(found.volume_fractions) == [1.0] + [0.0] * 9


def test_constant_region_fills_one_bin():
    assert list(of_bin_size(np.full(5, 40.0), 2.0).intensities) == [41.0]


def test_too_many_bright_voxels_give_the_highest_intensity():
    assert of_whole_units(np.array([1.0, 3.0, 3.0])).intensity_at(0.10) == 3.0


@pytest.mark.parametrize("values", [np.empty(0), np.array([1.0, math.nan])])
def test_values_must_exist_and_be_finite(values):
    with pytest.raises(ValueError, match=r"empty|finite"):
        of_whole_units(values)


def test_bounds_in_wrong_order_are_refused():
    with pytest.raises(ValueError, match="ascending"):
        of_whole_units(PHANTOM, lower=5.0, upper=2.0)


def test_bins_without_width_or_number_are_refused():
    with pytest.raises(ValueError, match="positive"):
        of_bin_size(PHANTOM, 0.0)
    with pytest.raises(ValueError, match="at least one"):
        of_bin_number(PHANTOM, 0)
