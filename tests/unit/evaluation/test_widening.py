"""Wider intervals of the AUC for patients who trained the other folds."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.evaluation.evaluate import evaluate_predictions
from radiomics_hcc.evaluation.intervals import percentile_interval
from radiomics_hcc.evaluation.widening import MOST, widened, widening_factor


def test_model_without_optimism_keeps_its_interval():
    assert widening_factor(0.8, 0.8) == 1.0
    assert widening_factor(0.85, 0.8) == 1.0


def test_half_of_the_gain_lost_reaches_the_upper_bound():
    assert widening_factor(0.75, 1.0) == MOST
    assert widening_factor(0.5, 0.9) == MOST
    assert widening_factor(0.8, 0.875) == pytest.approx(1.2)


@pytest.mark.parametrize("training", [np.nan, 0.5, 0.3])
def test_unknown_or_useless_training_auc_is_the_worst_case(training):
    assert widening_factor(0.7, training) == MOST


def test_worst_case_doubles_the_variance_of_a_null_study():
    # The separation of q null features, less what it owes to its own patients.
    squared = np.random.default_rng(4).chisquare(150, size=40_000)
    error = (squared - 150) / np.sqrt(squared)
    assert error.std() == pytest.approx(MOST, rel=0.02)


def test_widened_resamples_keep_the_estimate_and_stretch_the_limits():
    scores = np.r_[0.7, np.linspace(0.5, 0.9, 401)]
    plain, wide = percentile_interval(scores), percentile_interval(widened(scores, 1.3))
    assert wide.estimate == plain.estimate
    assert wide.high - wide.estimate == pytest.approx(1.3 * (plain.high - plain.estimate))


def test_auc_alone_is_widened_and_the_method_says_by_how_much(drawn):
    models = [drawn(model="net"), drawn(model="size_only", effect=0.2, seed=2)]
    plain, known = (
        evaluate_predictions(models, training_auc=told, metrics=["auc", "brier"], resamples=200)[0]
        for told in (None, {"net": 1.0})
    )
    both = plain.merge(known, on=["model", "metric"], suffixes=("", "_wide"))
    wider = both.set_index(["model", "metric"]).eval("low_wide < low")
    assert wider.to_dict() == {
        ("net", "auc"): True,
        ("net", "brier"): False,
        ("size_only", "auc"): False,
        ("size_only", "brier"): False,
    }
    method = known.set_index(["model", "metric"])["method"]["net", "auc"]
    assert "for shared training patients" in method
    assert known["high"].max() <= 1.0


def test_difference_is_widened_by_the_larger_factor_and_so_is_its_p_value(drawn):
    models = [drawn(model="net", effect=1.2), drawn(model="size_only", effect=0.4, seed=2)]
    plain, wide = (
        evaluate_predictions(models, training_auc=told, metrics=["auc"], resamples=500)[1].iloc[0]
        for told in (None, {"size_only": np.nan, "net": 0.9})
    )
    assert wide["difference"] == plain["difference"]
    assert wide["high"] - wide["low"] == pytest.approx(MOST * (plain["high"] - plain["low"]))
    assert wide["p_value"] >= plain["p_value"]
