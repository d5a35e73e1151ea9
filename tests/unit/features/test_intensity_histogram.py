"""IBSI's intensity histogram features against answers that can be found by hand."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.features.intensity_histogram import IBSI_IDS, measure


def features(counts: list[int]) -> dict[str, float]:
    levels = np.repeat(np.arange(1, len(counts) + 1), counts).astype(np.int32)
    return measure(levels, len(counts))


def test_the_twenty_three_features_are_those_with_an_id():
    assert set(features([1, 2])) == set(IBSI_IDS)
    assert len(IBSI_IDS) == 23


def test_gradients_are_taken_over_empty_levels_too():
    found = features([50, 0, 1, 16, 0, 7])
    assert found["MaximumHistogramGradient"] == 8.0
    assert found["MaximumHistogramGradientIntensity"] == 3.0
    assert found["MinimumHistogramGradient"] == -50.0
    assert found["MinimumHistogramGradientIntensity"] == 1.0


def test_levels_above_the_highest_voxel_count_for_the_gradients():
    assert features([1, 9, 0, 0])["MinimumHistogramGradient"] == -4.5
    assert features([1, 9])["MinimumHistogramGradient"] == 8.0


def test_mode_is_the_commonest_level():
    assert features([2, 5, 1])["Mode"] == 2.0


def test_of_several_modes_the_one_nearest_the_mean_counts():
    assert features([5, 0, 0, 5, 4])["Mode"] == 4.0


def test_of_two_modes_equally_near_the_lower_counts():
    assert features([3, 1, 3])["Mode"] == 1.0


def test_equal_shares_have_the_highest_entropy():
    found = features([3, 3, 3, 3])
    assert found["Entropy"] == pytest.approx(2.0)
    assert found["Uniformity"] == pytest.approx(0.25)


@pytest.mark.parametrize("n_voxels", [1, 6])
def test_one_level_has_no_spread_and_no_gradient(n_voxels):
    found = features([n_voxels])
    names = ["Entropy", "Variance", "Skewness", "ExcessKurtosis", "MaximumHistogramGradient"]
    assert [found[name] for name in names] == [0.0] * 5
    assert found["MaximumHistogramGradientIntensity"] == 1.0


@pytest.mark.parametrize("level", [0, 5])
def test_levels_outside_the_discretisation_are_refused(level):
    with pytest.raises(ValueError, match="outside 1 to 4"):
        measure(np.array([1, level], dtype=np.int32), 4)


def test_empty_region_is_refused():
    with pytest.raises(ValueError, match="empty"):
        measure(np.empty(0, dtype=np.int32), 4)
