"""Smooth calibration curves and the errors that are read off them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit, logit

from radiomics_hcc.evaluation.calibration_smooth import (
    CURVE_COLUMNS,
    ERROR_COLUMNS,
    calibration_errors,
    smooth_calibration,
    weighted_quantile,
)
from radiomics_hcc.evaluation.splines import default_knots, spline_basis

FOUR = ("CR", "PR", "SD", "PD")


def two(chance: np.ndarray) -> np.ndarray:
    return np.stack([chance, 1.0 - chance], axis=-1)


@pytest.fixture(scope="module")
def many(from_arrays):
    """2,000 patients whose logit is twice what it should be."""
    generator = np.random.default_rng(8)
    logits = generator.normal(size=2000)
    labels = (generator.random(2000) > expit(logits)).astype(int)
    return from_arrays(labels, two(expit(2 * logits))[np.newaxis])


def test_spline_is_straight_beyond_the_outer_knots_and_bent_between():
    knots = np.array([-1.0, 0.0, 2.0])
    bent = spline_basis(np.linspace(-4, 6, 101), knots)[:, 2]
    second = np.diff(bent, 2)
    values = np.linspace(-4, 6, 101)[1:-1]
    np.testing.assert_allclose(second[(values < -1.1) | (values > 2.1)], 0.0, atol=1e-12)
    assert (second[(values > -0.9) & (values < 0.1)] > 0).all()


def test_fewer_than_three_different_knots_give_a_line():
    assert spline_basis(np.arange(5.0), default_knots(np.array([1.0, 1.0, 1.0, 2.0]))).shape[1] == 2


def test_curve_is_that_of_a_logistic_regression_of_statsmodels(drawn):
    frame = drawn(patients=100).frame
    once = replace(drawn(), frame=frame[frame["repeat"] == 0])
    table = smooth_calibration(once, resamples=20)
    predictor = logit(once.frame["p_OR"].to_numpy())
    knots = np.quantile(predictor, [0.1, 0.5, 0.9])

    def design(x):
        def bend(knot):
            return np.clip(x - knot, 0, None) ** 3

        low, middle, high = knots
        bent = bend(low) - (bend(middle) * (high - low) - bend(high) * (middle - low)) / (
            high - middle
        )
        return np.column_stack([np.ones_like(x), x, bent / 10])

    fit = sm.GLM(once.frame["label"] == "OR", design(predictor), family=sm.families.Binomial())
    expected = fit.fit().predict(design(logit(table["predicted"].to_numpy())))
    np.testing.assert_allclose(table["observed"], expected, rtol=1e-5)


def test_overfitted_predictions_give_the_halved_logit(many):
    table = smooth_calibration(many, resamples=50)
    expected = expit(logit(table["predicted"]) / 2)
    assert tuple(table.columns) == CURVE_COLUMNS
    assert ((table["low"] <= expected) & (expected <= table["high"])).mean() > 0.9
    assert np.abs(table["observed"] - expected).max() < 0.06


def test_errors_are_the_distances_from_the_curve(many):
    table = calibration_errors(many, resamples=20).set_index("measure")
    chance = many.frame["p_OR"].to_numpy()
    distance = np.abs(expit(logit(chance) / 2) - chance)  # the true curve
    expected = [distance.mean(), np.median(distance), np.quantile(distance, 0.9)]
    assert tuple(table.index) == ("ICI", "E50", "E90")
    np.testing.assert_allclose(table["estimate"], expected, atol=0.02)
    assert (table["low"] <= table["estimate"]).all()


def test_recalibrated_predictions_have_smaller_errors(many):
    chance = expit(logit(many.frame["p_OR"]) / 2)
    better = replace(many, frame=many.frame.assign(p_OR=chance, p_nonOR=1 - chance))
    before, after = (calibration_errors(each, resamples=5)["estimate"] for each in (many, better))
    assert (after < before / 2).all()


def test_every_boundary_has_a_curve_and_three_errors(drawn):
    predictions = drawn(classes=FOUR)
    curves = smooth_calibration(predictions, points=10, resamples=10)
    errors = calibration_errors(predictions, resamples=10)
    assert curves["boundary"].value_counts().tolist() == [10, 10, 10]
    assert tuple(errors.columns) == ERROR_COLUMNS
    assert errors["boundary"].nunique() == 3
    assert (errors["patients"] == 60).all()


def test_constant_prediction_has_no_curve_and_says_why(from_arrays):
    constant = from_arrays([0, 1] * 10, np.full((2, 20, 2), 0.5))
    curve, errors = smooth_calibration(constant, resamples=5), calibration_errors(constant)
    assert len(curve) == 1
    assert "all alike or separate the classes" in curve["note"][0]
    assert errors["estimate"].isna().all()
    assert (errors["note"] == curve["note"][0]).all()


def test_separated_classes_have_no_curve(from_arrays):
    chance = np.linspace(0.9, 0.1, 20)
    separated = from_arrays([0] * 10 + [1] * 10, two(chance)[np.newaxis])
    assert smooth_calibration(separated, resamples=5)["observed"].isna().all()


def test_boundary_with_nobody_on_one_side_is_told(drawn):
    frame = drawn(classes=FOUR).frame
    without = replace(drawn(classes=FOUR), frame=frame[frame["label"] != "PD"])
    table = smooth_calibration(without, resamples=5).set_index("boundary")
    assert table.loc["CR+PR+SD | PD", "note"] == "no patient on one side of the boundary"
    assert (calibration_errors(without, resamples=5)["boundary"].value_counts() == 3).all()


def test_weighted_quantile_is_that_of_the_repeated_values():
    generator = np.random.default_rng(1)
    values, weights = generator.random((4, 30)), generator.integers(0, 4, (4, 30)).astype(float)
    for share in (0.5, 0.9):
        expected = [
            np.quantile(np.repeat(row, times.astype(int)), share, method="inverted_cdf")
            for row, times in zip(values, weights, strict=True)
        ]
        np.testing.assert_allclose(weighted_quantile(values, weights, share), expected)
