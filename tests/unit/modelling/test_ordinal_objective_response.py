"""Objective response from a model of four ordered classes, raw and calibrated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.outcomes import read_outcomes
from radiomics_hcc.modelling.calibrators import make_calibrator
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogisticClassifier

CLASSES = ("CR", "PR", "SD", "PD")


@pytest.fixture
def ordered():
    generator = np.random.default_rng(31)
    values = generator.normal(size=(80, 3))
    codes = np.digitize(values[:, 0] + generator.logistic(size=80), [-1.5, 0.0, 1.5])
    return values, codes, OrdinalLogisticClassifier().fit(values, codes)


def two_class_view(chance: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """P(objective response) of every patient as the package's metrics see it."""
    names = [f"P{number:02d}" for number in range(len(codes))]
    frame = pd.DataFrame({"patient_id": names, "repeat": 0, "fold": 0})
    frame["label"] = [CLASSES[code] for code in codes]
    frame[[f"p_{name}" for name in CLASSES]] = chance
    view = read_outcomes(Predictions("ordinal", CLASSES, frame)).two_class()
    assert view is not None
    return view.probabilities[0, :, 0]


def test_it_is_the_second_cumulative_probability_of_the_same_model(ordered) -> None:
    values, codes, model = ordered
    at_most_partial = expit(model.thresholds_[1] - values @ model.coef_)
    seen = two_class_view(model.predict_proba(values), codes)
    np.testing.assert_allclose(seen, at_most_partial)


@pytest.mark.parametrize("word", ["sigmoid", "temperature"])
def test_it_adds_up_after_calibration_and_never_falls_below_complete_response(
    ordered, word: str
) -> None:
    values, codes, model = ordered
    raw = model.predict_proba(values)
    calibrated = make_calibrator(word).fit(raw, codes).transform(raw)
    seen = two_class_view(calibrated, codes)
    np.testing.assert_allclose(seen, calibrated[:, 0] + calibrated[:, 1])
    assert np.all(seen > calibrated[:, 0])
    by_score = np.argsort(values @ model.coef_)
    assert np.all(np.diff(seen[by_score]) <= 1e-12)
