"""Decision curves and differences of net benefit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.metrics import score_repeats
from radiomics_hcc.evaluation.net_benefit import (
    decision_curve,
    net_benefit_difference,
    thresholds_around,
)
from radiomics_hcc.evaluation.outcomes import read_outcomes


def test_perfect_prediction_has_the_share_of_positives_as_net_benefit(from_arrays):
    labels = [0] * 6 + [1] * 14
    perfect = from_arrays(labels, np.eye(2)[labels][np.newaxis])
    table = decision_curve(perfect, resamples=20)
    np.testing.assert_allclose(table["net_benefit"], 0.3)


def test_treating_all_breaks_even_at_the_share_of_positives(from_arrays):
    everyone = from_arrays([0] * 6 + [1] * 14, np.full((1, 20, 2), 0.5))
    table = decision_curve(everyone, thresholds=[0.1, 0.3, 0.6], resamples=20)
    assert table["treat_all"][1] == pytest.approx(0.0, abs=1e-12)
    assert table["net_benefit"][0] == pytest.approx(table["treat_all"][0])
    assert table["net_benefit"][2] == 0.0
    assert (table["treat_none"] == 0).all()


def test_threshold_outside_zero_to_one_is_refused(drawn):
    with pytest.raises(InputError, match="is not between 0 and 1"):
        decision_curve(drawn(), thresholds=[0.5, 1.0])


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.9])
def test_thresholds_hold_the_share_of_positives_and_stay_inside(share):
    found = thresholds_around(share)
    assert 0 < found[0] <= share <= found[-1] < 1


def test_rarer_positives_are_looked_at_with_lower_thresholds():
    assert thresholds_around(0.1)[-1] < thresholds_around(0.6)[-1]


def test_curve_at_a_threshold_is_the_metric_at_that_threshold(drawn):
    at = replace(drawn(), frame=drawn().frame.assign(threshold=0.35))
    expected = score_repeats(read_outcomes(at), "net_benefit").mean()
    table = decision_curve(drawn(), thresholds=[0.35], resamples=10)
    assert table["net_benefit"][0] == pytest.approx(expected)


def test_difference_is_that_of_the_two_curves(drawn):
    first, second = drawn(effect=2.0), drawn(effect=0.2, seed=3, model="other")
    table = net_benefit_difference(first, second, resamples=100)
    curves = [decision_curve(each, resamples=5)["net_benefit"] for each in (first, second)]
    np.testing.assert_allclose(table["difference"], curves[0] - curves[1])
    assert (table["low"] <= table["difference"]).all()
    assert (table["difference"] <= table["high"]).all()


def test_model_has_no_net_benefit_over_itself(drawn):
    table = net_benefit_difference(drawn(), drawn(), resamples=20)
    assert (table[["difference", "low", "high"]] == 0).all(axis=None)


def test_models_of_other_splits_are_refused(drawn):
    frame = drawn().frame.assign(fold=0)
    with pytest.raises(InputError, match="other folds"):
        net_benefit_difference(drawn(), replace(drawn(), frame=frame))
