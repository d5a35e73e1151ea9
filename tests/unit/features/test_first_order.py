"""First-order features against answers that can be found by hand."""

from __future__ import annotations

import math

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.features import first_order
from radiomics_hcc.features.first_order import SELECTED_WHOLE_BELOW, describe, measure

QUICK = settings(max_examples=30, deadline=None)
INTENSITIES = arrays.arrays(
    np.float64, st.integers(2, 60), elements=st.integers(-500, 500).map(float)
)
ENOUGH_TO_SELECT = 3 * SELECTED_WHOLE_BELOW
SMOOTH = np.random.default_rng(1).normal(40.0, 25.0, ENOUGH_TO_SELECT)
SHAPES = {
    "smooth": SMOOTH,
    "whole HU": np.round(SMOOTH),
    "one far outlier": np.append(SMOOTH, 1e9),
    "two values": np.repeat([-1.0, 5.0], ENOUGH_TO_SELECT),
    "skewed": np.exp(SMOOTH / 10.0),
    "hardly any range": 1.0 + np.arange(ENOUGH_TO_SELECT) * np.finfo(np.float64).eps,
}


def features(values: list[float], counts: list[int], shift: float = 0.0) -> dict[str, float]:
    return measure(
        np.array(values, dtype=np.float64),
        np.array(counts, dtype=np.int64),
        voxel_volume_mm3=2.5,
        shift=shift,
    )


def test_five_voxels_by_hand():
    found = features([3.0, 1.0, 2.0, 4.0, 10.0], [2, 0, 2, 1])
    expected = {
        "Energy": 130.0,
        "TotalEnergy": 325.0,
        "Entropy": -(0.8 * math.log2(0.4) + 0.2 * math.log2(0.2)),
        "Minimum": 1.0,
        "10Percentile": 1.4,
        "90Percentile": 7.6,
        "Maximum": 10.0,
        "Mean": 4.0,
        "Median": 3.0,
        "InterquartileRange": 2.0,
        "Range": 9.0,
        "MeanAbsoluteDeviation": 2.4,
        "RobustMeanAbsoluteDeviation": 2.0 / 3.0,
        "RootMeanSquared": math.sqrt(26.0),
        "StandardDeviation": math.sqrt(10.0),
        "Skewness": 36.0 / 10.0**1.5,
        "Kurtosis": 278.8 / 100.0,
        "Variance": 10.0,
        "Uniformity": 0.36,
    }
    assert found == pytest.approx(expected, rel=1e-12)


def test_shift_enters_the_energies_only():
    values, counts = [-3.0, 1.0, 2.0], [1, 2]
    plain, shifted = features(values, counts), features(values, counts, shift=10.0)
    assert shifted["Energy"] == pytest.approx(49.0 + 121.0 + 144.0)
    assert shifted["TotalEnergy"] == pytest.approx(2.5 * 314.0)
    assert shifted["RootMeanSquared"] == pytest.approx(math.sqrt(314.0 / 3.0))
    energies = {"Energy", "TotalEnergy", "RootMeanSquared"}
    assert {k: v for k, v in plain.items() if k not in energies} == {
        k: v for k, v in shifted.items() if k not in energies
    }


@pytest.mark.parametrize("n_voxels", [1, 7, 2 * SELECTED_WHOLE_BELOW])
def test_constant_region_has_no_spread(n_voxels):
    found = features([0.1] * n_voxels, [n_voxels])
    spread = [
        "Skewness",
        "Kurtosis",
        "Variance",
        "StandardDeviation",
        "Range",
        "InterquartileRange",
        "MeanAbsoluteDeviation",
        "RobustMeanAbsoluteDeviation",
    ]
    assert [found[name] for name in spread] == [0.0] * len(spread)
    assert {found[name] for name in ("Minimum", "Median", "Mean", "Maximum")} == {0.1}
    assert found["Entropy"] == pytest.approx(0.0, abs=1e-15)
    assert found["Uniformity"] == 1.0


@pytest.mark.parametrize("name", SHAPES)
def test_percentiles_by_selection_equal_those_of_numpy(name):
    values = SHAPES[name]
    found = describe(values)
    ours = [
        found.percentile_10,
        found.percentile_25,
        found.median,
        found.percentile_75,
        found.percentile_90,
    ]
    assert ours == list(np.percentile(values, [10, 25, 50, 75, 90]))


@pytest.mark.parametrize("name", ["smooth", "skewed", "two values"])
def test_moments_of_many_voxels_equal_those_of_longer_arithmetic(name):
    values = SHAPES[name].astype(np.longdouble)
    found = describe(SHAPES[name])
    difference = values - values.mean()
    moments = [float(np.mean(difference**power)) for power in (2, 3, 4)]
    assert [found.variance, found.third_moment, found.fourth_moment] == pytest.approx(
        moments, rel=1e-12, abs=1e-12
    )
    assert found.mean_absolute_deviation == pytest.approx(
        float(np.mean(np.abs(difference))), rel=1e-12
    )


def test_robust_deviation_leaves_both_tails_out():
    values = np.concatenate([np.full(50, -1e6), np.arange(1000.0), np.full(50, 1e6)])
    kept = np.sort(values)[
        np.searchsorted(np.sort(values), np.percentile(values, 10)) : np.searchsorted(
            np.sort(values), np.percentile(values, 90), side="right"
        )
    ]
    expected = np.mean(np.abs(kept - kept.mean()))
    assert describe(values).robust_mean_absolute_deviation == pytest.approx(expected)


def test_two_different_voxels_leave_none_between_the_percentiles():
    found = features([1.0, 2.0], [1, 1])
    assert math.isnan(found["RobustMeanAbsoluteDeviation"])
    assert found["MeanAbsoluteDeviation"] == 0.5


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf, 1.0]])
def test_intensities_must_exist_and_be_finite(values):
    with pytest.raises(ValueError, match=r"empty|finite"):
        features(values, [1])


def test_values_are_left_alone():
    values = SMOOTH.copy()
    describe(values)
    assert np.array_equal(values, SMOOTH)


@QUICK
@given(INTENSITIES, st.integers(0, 1000))
def test_order_of_voxels_does_not_matter(values, seed):
    mixed = np.random.default_rng(seed).permutation(values)
    one, other = describe(values), describe(mixed)
    assert one.__dict__ == pytest.approx(other.__dict__, rel=1e-9, abs=1e-6, nan_ok=True)


@QUICK
@given(INTENSITIES, st.sampled_from([0.25, 2.0, 8.0]), st.integers(-100, 100))
def test_scale_and_offset_change_what_they_should(values, scale, offset):
    one, other = describe(values), describe(values * scale + offset)
    assert other.median == pytest.approx(one.median * scale + offset, abs=1e-9)
    assert other.variance == pytest.approx(one.variance * scale**2, rel=1e-9, abs=1e-9)
    assert other.skewness == pytest.approx(one.skewness, rel=1e-6, abs=1e-9)
    assert other.kurtosis == pytest.approx(one.kurtosis, rel=1e-6)


def test_every_id_belongs_to_a_feature():
    assert set(first_order.IBSI_IDS) <= set(features([1.0, 2.0], [1, 1]))
