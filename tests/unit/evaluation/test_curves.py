"""Tables of figures: ROC, calibration in bins, confusion matrix."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as oracle
from sklearn.calibration import calibration_curve as sklearn_calibration

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.curves import (
    calibration_curve,
    confusion,
    roc_curve,
)
from radiomics_hcc.evaluation.metrics import score_repeats
from radiomics_hcc.evaluation.outcomes import read_outcomes

FOUR = ("CR", "PR", "SD", "PD")


def test_area_under_the_mean_roc_curve_is_the_mean_auc(drawn):
    curve = roc_curve(drawn(patients=200), resamples=10)
    area = np.trapezoid(curve["sensitivity"], curve["false_positive_rate"])
    expected = score_repeats(read_outcomes(drawn(patients=200)), "auc").mean()
    assert area == pytest.approx(expected, abs=0.006)  # the grid cuts corners of 0.01


def test_roc_curve_of_one_repeat_passes_through_the_points_of_sklearn(from_arrays):
    generator = np.random.default_rng(2)
    chance = np.round(generator.random(40), 1)
    labels = generator.integers(2, size=40)
    curve = roc_curve(
        from_arrays(labels, np.stack([chance, 1 - chance], axis=1)[np.newaxis], folds=1),
        resamples=5,
    )
    rate, sensitivity, _ = oracle.roc_curve(labels == 0, chance)
    expected = np.interp(np.linspace(0, 1, 101)[1:], rate, sensitivity)
    np.testing.assert_allclose(curve["sensitivity"][2:], expected, atol=1e-12)


def test_constant_prediction_draws_the_diagonal(from_arrays):
    curve = roc_curve(from_arrays([0, 1] * 10, np.full((2, 20, 2), 0.5)), resamples=20)
    for column in ("sensitivity", "low", "high"):
        np.testing.assert_allclose(curve[column], curve["false_positive_rate"], atol=1e-12)


def test_roc_curve_rises_from_corner_to_corner_within_its_band(drawn):
    curve = roc_curve(drawn(classes=FOUR), resamples=100)
    assert curve.iloc[0].tolist() == [0, 0, 0, 0]
    assert curve.iloc[-1].tolist() == [1, 1, 1, 1]
    assert (curve["sensitivity"].diff().dropna() >= 0).all()
    assert ((curve["low"] <= curve["sensitivity"]) & (curve["sensitivity"] <= curve["high"])).all()


def test_roc_curve_needs_a_positive_class(drawn):
    with pytest.raises(InputError, match="merge them into two"):
        roc_curve(drawn(classes=("low", "middle", "high")))


def test_roc_curve_needs_both_classes(from_arrays):
    with pytest.raises(InputError, match="same class"):
        roc_curve(from_arrays([0] * 10, np.full((1, 10, 2), 0.5)))


def test_calibration_bins_share_out_all_patients(drawn):
    table = calibration_curve(drawn(), bins=5, resamples=50)
    assert table["patients"].sum() == pytest.approx(60)
    assert table["predicted"].is_monotonic_increasing
    weighted = (table["observed"] * table["patients"]).sum() / 60
    assert weighted == pytest.approx(0.5)


def test_calibration_bins_of_one_repeat_agree_with_sklearn(drawn):
    frame = drawn(patients=100).frame
    once = frame[frame["repeat"] == 0]
    predictions = type(drawn())("once", ("OR", "nonOR"), once)
    table = calibration_curve(predictions, bins=4, resamples=5)
    observed, predicted = sklearn_calibration(
        once["label"] == "OR", once["p_OR"], n_bins=4, strategy="quantile"
    )
    np.testing.assert_allclose(table["observed"], observed)
    np.testing.assert_allclose(table["predicted"], predicted)


def test_constant_prediction_is_one_calibration_bin(from_arrays):
    table = calibration_curve(from_arrays([0, 1] * 10, np.full((2, 20, 2), 0.5)), resamples=20)
    assert table[["predicted", "observed", "patients"]].to_numpy().tolist() == [[0.5, 0.5, 20]]


def test_confusion_is_ordered_and_adds_up_to_the_patients(drawn):
    table = confusion(drawn(classes=FOUR))
    assert tuple(table.index) == tuple(table.columns) == FOUR
    assert table.to_numpy().sum() == pytest.approx(60)
    np.testing.assert_allclose(table.sum(axis=1), 15)
