"""IBSI's intensity-based statistics against answers that can be found by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from radiomics_hcc.features import first_order
from radiomics_hcc.features.intensity_statistics import IBSI_IDS, measure


def test_the_eighteen_features_are_those_with_an_id():
    assert set(measure(np.array([1.0, 2.0]))) == set(IBSI_IDS)
    assert len(IBSI_IDS) == 18


def test_four_voxels_by_hand():
    found = measure(np.array([4.0, 1.0, 1.0, 6.0]))
    assert found["MedianAbsoluteDeviation"] == pytest.approx((1.5 + 1.5 + 1.5 + 3.5) / 4)
    assert found["CoefficientOfVariation"] == pytest.approx(math.sqrt(4.5) / 3.0)
    assert found["QuartileCoefficientOfDispersion"] == pytest.approx((4.5 - 1.0) / (4.5 + 1.0))
    assert found["Energy"] == pytest.approx(54.0)
    assert found["RootMeanSquared"] == pytest.approx(math.sqrt(13.5))


def test_kurtosis_is_three_less_than_that_of_pyradiomics():
    values = np.array([1.0, 2.0, 5.0, 9.0])
    theirs = first_order.measure(values, np.ones(4, np.int64), voxel_volume_mm3=1.0, shift=0.0)
    assert measure(values)["ExcessKurtosis"] == pytest.approx(theirs["Kurtosis"] - 3.0)


@pytest.mark.parametrize("n_voxels", [1, 5])
def test_constant_region_has_no_skewness_and_no_excess_kurtosis(n_voxels):
    found = measure(np.full(n_voxels, 7.3))
    names = ["Skewness", "ExcessKurtosis", "CoefficientOfVariation", "MedianAbsoluteDeviation"]
    assert [found[name] for name in names] == [0.0] * 4


def test_coefficients_without_denominator_are_nan():
    found = measure(np.array([-1.0, 1.0]))
    assert math.isnan(found["CoefficientOfVariation"])
    assert math.isnan(found["QuartileCoefficientOfDispersion"])


def test_empty_region_is_refused():
    with pytest.raises(ValueError, match="empty"):
        measure(np.empty(0))
