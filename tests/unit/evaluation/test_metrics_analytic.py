"""Metrics where the answer can be written down."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit, logit

from radiomics_hcc.evaluation.calibration import calibration_intercept, calibration_slope
from radiomics_hcc.evaluation.decisions import balanced_accuracy, matthews_correlation
from radiomics_hcc.evaluation.metrics import METRICS
from radiomics_hcc.evaluation.probability import ranked_probability_score, scaled_brier
from radiomics_hcc.evaluation.ranking import auc, average_precision, concordance

ONCE = np.ones((1, 6))
LABELS = np.array([0, 0, 0, 1, 1, 1])


def both(positive: np.ndarray) -> np.ndarray:
    return np.stack([positive, 1.0 - positive], axis=1)


def test_constant_prediction_has_auc_of_exactly_one_half():
    assert auc(LABELS, both(np.full(6, 0.3)), ONCE)[0] == 0.5


def test_perfect_separation_has_auc_and_average_precision_of_exactly_one():
    chance = both(np.array([0.9, 0.8, 0.7, 0.3, 0.2, 0.1]))
    assert auc(LABELS, chance, ONCE)[0] == 1.0
    assert average_precision(LABELS, chance, ONCE)[0] == 1.0


def test_average_precision_of_a_constant_prediction_is_the_share_of_positives():
    labels = np.array([0, 1, 1, 1, 1, 1])
    assert average_precision(labels, both(np.full(6, 0.5)), ONCE)[0] == pytest.approx(1 / 6)


def test_concordance_of_three_classes_by_hand():
    # Pairs of different labels: (a,b) right, (a,c) tied, (b,c) wrong: 1.5 of 3.
    scores = np.array([0.5, 0.1, 0.5])
    assert concordance(np.array([0, 1, 2]), scores, np.ones((1, 3)))[0] == pytest.approx(0.5)


@pytest.mark.parametrize("name", ["auc", "average_precision", "mcc", "scaled_brier"])
def test_metric_without_positive_patients_is_undefined(name):
    weights = np.array([[0.0, 0, 0, 1, 1, 1]])
    chance = both(np.linspace(0.1, 0.9, 6))
    assert np.isnan(METRICS[name].function(LABELS, chance, weights)).all()


def test_balanced_accuracy_of_a_fold_that_lacks_a_class_is_undefined():
    weights = np.array([[0.0, 0, 0, 1, 1, 1]])
    assert np.isnan(balanced_accuracy(LABELS, both(np.full(6, 0.4)), weights)).all()


def test_deciding_everyone_alike_has_matthews_correlation_zero():
    assert matthews_correlation(LABELS, both(np.full(6, 0.9)), ONCE)[0] == 0.0


def test_scaled_brier_of_the_class_shares_is_zero():
    labels = np.array([0, 0, 1, 1, 2, 2])
    shares = np.full((6, 3), 1 / 3)
    assert scaled_brier(labels, shares, ONCE)[0] == pytest.approx(0.0, abs=1e-12)


def test_ranked_probability_score_punishes_the_far_class_more_than_the_next():
    certain = np.eye(4)
    scores = [
        ranked_probability_score(np.array([0]), certain[[place]], np.ones((1, 1)))[0]
        for place in range(4)
    ]
    assert scores == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_calibration_agrees_with_a_logistic_regression_of_statsmodels():
    generator = np.random.default_rng(3)
    chance = generator.uniform(0.05, 0.95, size=80)
    labels = (generator.random(80) > expit(0.3 + 0.7 * logit(chance))).astype(int)
    counts = generator.multinomial(80, np.full(80, 1 / 80), size=4).astype(float)
    slopes = calibration_slope(labels, both(chance), counts)
    intercepts = calibration_intercept(labels, both(chance), counts)
    for row, slope, intercept in zip(counts, slopes, intercepts, strict=True):
        repeated = np.repeat(np.arange(80), row.astype(int))
        outcome, predictor = labels[repeated] == 0, logit(chance[repeated])
        binomial = sm.families.Binomial()
        free = sm.GLM(outcome, sm.add_constant(predictor), family=binomial).fit()
        held = sm.GLM(outcome, np.ones(80), family=binomial, offset=predictor).fit()
        assert slope == pytest.approx(free.params[1], rel=1e-6)
        assert intercept == pytest.approx(held.params[0], rel=1e-6)


def test_calibration_slope_halves_when_the_logits_are_doubled():
    generator = np.random.default_rng(4)
    logits = generator.normal(size=60)
    labels = (generator.random(60) > expit(logits)).astype(int)
    once = np.ones((1, 60))
    slope = calibration_slope(labels, both(expit(logits)), once)
    assert calibration_slope(labels, both(expit(2 * logits)), once) == pytest.approx(slope / 2)


def test_calibration_slope_of_a_constant_prediction_is_undefined():
    assert np.isnan(calibration_slope(LABELS, both(np.full(6, 0.4)), ONCE)).all()


def test_calibration_slope_of_perfect_separation_is_undefined():
    chance = both(np.array([0.9, 0.8, 0.7, 0.3, 0.2, 0.1]))
    assert np.isnan(calibration_slope(LABELS, chance, ONCE)).all()


def test_one_separated_resample_leaves_the_others_defined():
    chance = both(np.array([0.9, 0.8, 0.4, 0.6, 0.2, 0.1]))
    separated = np.array([2.0, 1, 0, 0, 2, 1])
    slopes = calibration_slope(LABELS, chance, np.stack([ONCE[0], separated]))
    assert np.isfinite(slopes[0])
    assert np.isnan(slopes[1])
