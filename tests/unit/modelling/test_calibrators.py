from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted
from skops.io import dumps, loads

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.calibrators import (
    CALIBRATORS,
    CalibratedClassifier,
    SigmoidCalibrator,
    TemperatureCalibrator,
    make_calibrator,
)
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogisticClassifier
from radiomics_hcc.modelling.cross_fitting import patient_pairs
from radiomics_hcc.modelling.log_pool import PROBABILITY_FLOOR, fit_log_pool, platt_targets
from radiomics_hcc.modelling.model_file import TRUSTED_TYPES

BOTH = sorted(CALIBRATORS)


class GivenScores(ClassifierMixin, BaseEstimator):
    """A classifier whose columns are its scores, for the calibration of scikit-learn."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X):
        return X[:, 0] if X.shape[1] == 1 else X

    def predict(self, X):
        return self.classes_[np.argmax(X, axis=1)]


def drawn(classes: int, rows: int = 400, sharpness: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are `sharpness` times too sure, and classes drawn from the honest ones."""
    generator = np.random.default_rng(classes)
    logits = generator.normal(size=(rows, classes))
    chance = softmax(logits, axis=1)
    codes = np.array([generator.choice(classes, p=row) for row in chance])
    return sharpness * logits, codes


@pytest.mark.parametrize("classes", [2, 4])
def test_temperature_is_that_of_scikit_learn(classes: int) -> None:
    logits, codes = drawn(classes)
    probabilities = softmax(logits, axis=1)
    floored = np.log(np.clip(probabilities, PROBABILITY_FLOOR, 1.0))
    scores = floored if classes > 2 else floored[:, 1:] - floored[:, :1]
    fitted = FrozenEstimator(GivenScores().fit(scores, codes))
    theirs = CalibratedClassifierCV(fitted, method="temperature").fit(scores, codes)
    ours = TemperatureCalibrator().fit(probabilities, codes)
    assert ours.temperature_ == pytest.approx(3.0, rel=0.3)
    np.testing.assert_allclose(
        ours.transform(probabilities), theirs.predict_proba(scores), atol=1e-4
    )


def test_sigmoid_of_two_classes_is_platts_of_scikit_learn() -> None:
    logits, codes = drawn(2, sharpness=1.5)
    scores = logits[:, 1:] - logits[:, :1]
    fitted = FrozenEstimator(GivenScores().fit(scores, codes))
    theirs = CalibratedClassifierCV(fitted, method="sigmoid").fit(scores, codes)
    probabilities = np.column_stack([expit(-scores), expit(scores)])
    ours = SigmoidCalibrator().fit(probabilities, codes)
    np.testing.assert_allclose(
        ours.transform(probabilities), theirs.predict_proba(scores), atol=1e-4
    )


def test_targets_of_two_classes_are_those_of_platt() -> None:
    targets = platt_targets(np.array([1, 1, 1, 0]), 2, np.ones(4))
    np.testing.assert_allclose(targets[0], [1 / 5, 4 / 5])
    np.testing.assert_allclose(targets[3], [2 / 3, 1 / 3])


def test_sigmoid_finds_the_slope_and_the_shift_of_weighted_probabilities() -> None:
    logits, codes = drawn(3, rows=20_000, sharpness=2.0)
    shifted = softmax(logits + np.array([0.0, 1.0, -1.0]), axis=1)
    found = SigmoidCalibrator().fit(shifted, codes)
    assert found.slope_ == pytest.approx(0.5, rel=0.1)
    np.testing.assert_allclose(found.shifts_, [0.0, -0.5, 0.5], atol=0.15)


@pytest.mark.parametrize("word", BOTH)
def test_honest_probabilities_hardly_change(word: str) -> None:
    logits, codes = drawn(3, rows=20_000, sharpness=1.0)
    probabilities = softmax(logits, axis=1)
    calibrated = make_calibrator(word).fit(probabilities, codes).transform(probabilities)
    assert np.abs(calibrated - probabilities).max() < 0.03


@pytest.mark.parametrize("word", BOTH)
def test_perfect_separation_gives_finite_probabilities_in_the_same_order(word: str) -> None:
    scores = np.linspace(-2, 2, 20)
    probabilities = np.column_stack([expit(-scores), expit(scores)])
    found = make_calibrator(word).fit(probabilities, (scores > 0).astype(int))
    calibrated = found.transform(probabilities)[:, 1]
    assert np.all(np.diff(calibrated) > 0)
    assert 0.0 < calibrated[0] < calibrated[-1] < 1.0


def test_temperature_of_separated_rows_stays_one() -> None:
    found = TemperatureCalibrator().fit([[0.6, 0.4], [0.4, 0.6]], [0, 1])
    assert found.temperature_ == 1.0


@pytest.mark.parametrize("word", BOTH)
def test_a_single_class_changes_nothing(word: str) -> None:
    probabilities = np.array([[0.7, 0.3], [0.4, 0.6]])
    found = make_calibrator(word).fit(probabilities, [0, 0])
    np.testing.assert_allclose(found.transform(probabilities), probabilities)


@pytest.mark.parametrize("word", BOTH)
def test_predictions_that_are_wrong_throughout_are_flattened_not_turned_round(word: str) -> None:
    scores = np.linspace(-2, 2, 60)
    probabilities = np.column_stack([expit(-scores), expit(scores)])
    codes = np.where(np.arange(60) % 10 == 0, scores > 0, scores < 0).astype(int)
    calibrated = make_calibrator(word).fit(probabilities, codes).transform(probabilities)[:, 1]
    assert np.all(np.diff(calibrated) > 0)
    assert np.ptp(calibrated) < 0.2


@pytest.mark.parametrize("word", BOTH)
def test_a_weight_of_two_is_a_row_given_twice(word: str) -> None:
    logits, codes = drawn(3)
    probabilities = softmax(logits, axis=1)
    weights = np.where(np.arange(len(codes)) % 3 == 0, 2.0, 1.0)
    twice = np.repeat(np.arange(len(codes)), weights.astype(int))
    weighted = make_calibrator(word).fit(probabilities, codes, sample_weight=weights)
    repeated = make_calibrator(word).fit(probabilities[twice], codes[twice])
    np.testing.assert_allclose(
        weighted.transform(probabilities), repeated.transform(probabilities), atol=1e-4
    )


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), word=st.sampled_from(BOTH), classes=st.integers(2, 5))
def test_calibrated_rows_add_up_to_one_and_two_classes_keep_their_order(
    seed: int, word: str, classes: int
) -> None:
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.ones(classes), size=30)
    codes = np.arange(30) % classes
    calibrated = make_calibrator(word).fit(probabilities, codes).transform(probabilities)
    np.testing.assert_allclose(calibrated.sum(axis=1), 1.0)
    if classes == 2:
        by_chance = np.argsort(probabilities[:, 1])
        assert np.all(np.diff(calibrated[by_chance, 1]) >= 0)


@pytest.mark.parametrize("weight", [None, "balanced"])
@pytest.mark.parametrize("word", BOTH)
def test_an_ordinal_model_stays_in_order_after_calibration(word: str, weight: str | None) -> None:
    generator = np.random.default_rng(2)
    values = generator.normal(size=(90, 3))
    codes = np.digitize(values[:, 0] + generator.logistic(size=90), [-2.0, -0.5, 1.5])
    model = OrdinalLogisticClassifier(class_weight=weight).fit(values, codes)
    found = make_calibrator(word).fit(model.predict_proba(values), codes)
    score = np.linspace(-4, 4, 200)
    direction = model.coef_ / (model.coef_ @ model.coef_)
    calibrated = found.transform(model.predict_proba(score[:, None] * direction))
    at_most = np.cumsum(calibrated, axis=1)[:, :-1]
    assert np.all(np.diff(at_most, axis=0) < 0)


def test_weighted_models_are_shifted_back_to_the_frequencies_of_the_classes() -> None:
    generator = np.random.default_rng(6)
    values = generator.normal(size=(400, 2))
    codes = (values[:, 0] + generator.logistic(size=400) > 2.0).astype(int)
    model = LogisticRegression(class_weight="balanced").fit(values, codes)
    raw = model.predict_proba(values)
    calibrated = SigmoidCalibrator().fit(raw, codes).transform(raw)
    assert raw[:, 1].mean() > codes.mean() + 0.15
    assert calibrated[:, 1].mean() == pytest.approx(codes.mean(), abs=0.01)


def test_no_calibration_is_no_calibrator() -> None:
    assert make_calibrator("none") is None


@pytest.mark.parametrize(
    ("probabilities", "codes", "words"),
    [
        ([[0.5, 0.5]], [0, 1], "do not fit"),
        ([[0.5, 0.6]], [0], "add up to 1"),
        ([[0.5, 0.5]], [2], "codes must lie"),
    ],
)
def test_what_is_no_probability_is_refused(probabilities, codes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        SigmoidCalibrator().fit(probabilities, codes)


def test_a_pool_of_two_sources_is_logistic_regression_on_their_log_odds() -> None:
    generator = np.random.default_rng(8)
    scores = generator.normal(size=(5_000, 2))
    codes = (generator.random(5_000) < expit(scores @ [1.0, 0.5] - 0.5)).astype(int)
    sources = [np.column_stack([expit(-s), expit(s)]) for s in scores.T]
    pool = fit_log_pool(sources, codes)
    theirs = LogisticRegression(C=np.inf, tol=1e-8).fit(scores, codes)
    np.testing.assert_allclose(pool.weights, theirs.coef_[0], rtol=0.01)
    np.testing.assert_allclose(pool.shifts[1], theirs.intercept_[0], atol=0.01)
    np.testing.assert_allclose(pool(sources), theirs.predict_proba(scores), atol=0.005)


def test_a_source_without_information_gets_next_to_no_weight() -> None:
    generator = np.random.default_rng(9)
    scores = generator.normal(size=(2_000, 2))
    codes = (generator.random(2_000) < expit(scores[:, 0])).astype(int)
    sources = [np.column_stack([expit(-s), expit(s)]) for s in scores.T]
    weights = fit_log_pool(sources, codes).weights
    assert weights[0] == pytest.approx(1.0, abs=0.15)
    assert weights[1] < 0.15


@pytest.fixture
def lesions() -> tuple[pd.DataFrame, np.ndarray]:
    """40 patients with two nearly equal lesions each; the label is noise."""
    generator = np.random.default_rng(3)
    patient = np.repeat(generator.normal(size=(40, 30)), 2, axis=0)
    names = pd.Index(np.repeat([f"P{n:02d}" for n in range(40)], 2), name="patient_id")
    rows = pd.DataFrame(patient + 0.01 * generator.normal(size=patient.shape), index=names)
    rows.columns = [f"f{n}" for n in range(30)]
    return rows, np.repeat(np.arange(40) % 2, 2)


def test_cross_fitting_keeps_a_patients_lesions_together(lesions) -> None:
    rows, codes = lesions
    for train, test in patient_pairs(rows.index, codes, folds=4, seed=1):
        assert not set(rows.index[train]) & set(rows.index[test])


def test_calibration_of_lesions_does_not_believe_in_their_twins(lesions) -> None:
    rows, codes = lesions
    sure = CalibratedClassifier(LogisticRegression(C=10.0), SigmoidCalibrator()).fit(rows, codes)
    by_row = sure.fit(rows.reset_index(drop=True), codes).calibrator_.slope_
    by_patient = sure.fit(rows, codes).calibrator_.slope_
    assert by_row > 5 * by_patient


def test_a_fitted_model_and_a_fitted_calibrator_predict_at_once(lesions) -> None:
    rows, codes = lesions
    model = LogisticRegression().fit(rows, codes)
    calibrator = SigmoidCalibrator().fit([[0.9, 0.1], [0.2, 0.8]] * 10, [0, 1] * 10)
    both = CalibratedClassifier(model, calibrator)
    check_is_fitted(both)
    np.testing.assert_array_equal(
        both.predict_proba(rows), calibrator.transform(model.predict_proba(rows))
    )
    np.testing.assert_array_equal(both.coef_, model.coef_)
    assert both.n_features_in_ == 30


def test_a_copy_must_be_fitted_again(lesions) -> None:
    rows, codes = lesions
    model = LogisticRegression().fit(rows, codes)
    calibrator = SigmoidCalibrator().fit([[0.9, 0.1], [0.2, 0.8]], [0, 1])
    with pytest.raises(NotFittedError):
        clone(CalibratedClassifier(model, calibrator)).predict(rows)


def test_a_model_without_slopes_has_none_after_calibration(lesions) -> None:
    rows, codes = lesions
    fitted = OrdinalLogisticClassifier().fit(rows, codes)
    calibrator = TemperatureCalibrator().fit([[0.9, 0.1], [0.2, 0.8]], [0, 1])
    assert hasattr(CalibratedClassifier(fitted, calibrator), "coef_")
    assert not hasattr(CalibratedClassifier(GivenScores().fit(rows, codes), calibrator), "coef_")


def test_a_class_of_one_patient_cannot_be_cross_fitted(lesions) -> None:
    rows, _ = lesions
    codes = np.zeros(80, dtype=int)
    codes[:2] = 1
    with pytest.raises(InputError, match="one class has 1 patient"):
        CalibratedClassifier(LogisticRegression(), SigmoidCalibrator()).fit(rows, codes)


@pytest.mark.parametrize("word", BOTH)
def test_a_calibrated_model_returns_from_its_file(lesions, word: str) -> None:
    rows, codes = lesions
    model = CalibratedClassifier(LogisticRegression(), make_calibrator(word)).fit(rows, codes)
    loaded = loads(dumps(model), trusted=sorted(TRUSTED_TYPES))
    np.testing.assert_array_equal(loaded.predict_proba(rows), model.predict_proba(rows))
