from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from statsmodels.miscmodels.ordinal_model import OrderedModel

from radiomics_hcc.modelling.classifiers.cumulative_logit import (
    PenalisedLikelihood,
    log_interval,
    thresholds,
)
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogisticClassifier


@pytest.fixture
def ordered():
    generator = np.random.default_rng(11)
    values = generator.normal(size=(300, 3))
    score = values @ np.array([1.0, -0.5, 0.0]) + generator.logistic(size=300)
    return values, np.digitize(score, [-1.0, 0.3, 1.5])


def test_without_penalty_it_is_the_ordered_model_of_statsmodels(ordered) -> None:
    values, codes = ordered
    ours = OrdinalLogisticClassifier(penalty=0.0).fit(values, codes)
    model = OrderedModel(codes, values, distr="logit")
    theirs = model.fit(method="bfgs", disp=False, gtol=1e-8, maxiter=500)
    np.testing.assert_allclose(ours.coef_, theirs.params[:3], rtol=1e-4, atol=1e-5)
    cuts = model.transform_threshold_params(theirs.params)[1:-1]
    np.testing.assert_allclose(ours.thresholds_, cuts, rtol=1e-4)
    np.testing.assert_allclose(ours.predict_proba(values), theirs.predict(values), atol=1e-5)


def test_four_classes_of_unequal_size_are_the_ordered_model_of_statsmodels() -> None:
    generator = np.random.default_rng(21)
    values = generator.normal(size=(240, 4))
    score = values @ np.array([0.8, -0.6, 0.0, 0.3]) + generator.logistic(size=240)
    codes = np.digitize(score, np.quantile(score, [0.05, 0.6, 0.9]))
    assert sorted(np.bincount(codes)) == [12, 24, 72, 132]
    ours = OrdinalLogisticClassifier(penalty=0.0).fit(values, codes)
    model = OrderedModel(codes, values, distr="logit")
    theirs = model.fit(method="bfgs", disp=False, gtol=1e-8, maxiter=500)
    np.testing.assert_allclose(ours.coef_, theirs.params[:4], rtol=1e-4, atol=1e-5)
    cuts = model.transform_threshold_params(theirs.params)[1:-1]
    np.testing.assert_allclose(ours.thresholds_, cuts, rtol=1e-4)
    np.testing.assert_allclose(ours.predict_proba(values), theirs.predict(values), atol=1e-5)


def test_balanced_weights_are_those_given_by_row(ordered) -> None:
    values, codes = ordered
    by_class = len(codes) / (4 * np.bincount(codes))
    balanced = OrdinalLogisticClassifier(class_weight="balanced").fit(values, codes)
    by_row = OrdinalLogisticClassifier().fit(values, codes, sample_weight=by_class[codes])
    np.testing.assert_allclose(balanced.coef_, by_row.coef_, atol=1e-6)
    np.testing.assert_allclose(balanced.thresholds_, by_row.thresholds_, atol=1e-6)


def test_objective_response_adds_up_and_its_logit_is_the_threshold_minus_the_score(ordered) -> None:
    values, codes = ordered
    model = OrdinalLogisticClassifier().fit(values, codes)
    response = model.predict_proba(values)[:, :2].sum(axis=1)
    assert np.all(response < 1.0)
    np.testing.assert_allclose(logit(response), model.thresholds_[1] - values @ model.coef_)


@pytest.mark.parametrize("penalty", [0.1, 1.0, 30.0])
def test_with_two_classes_it_is_logistic_regression(ordered, penalty: float) -> None:
    values, codes = ordered
    binary = (codes > 1).astype(int)
    ours = OrdinalLogisticClassifier(penalty=penalty).fit(values, binary)
    theirs = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=1000).fit(values, binary)
    np.testing.assert_allclose(ours.coef_, theirs.coef_[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(ours.thresholds_, -theirs.intercept_, rtol=1e-4, atol=1e-6)


def test_gradient_is_the_difference_quotient(ordered) -> None:
    values, codes = ordered
    weights = np.random.default_rng(0).uniform(0.5, 2.0, size=len(codes))
    likelihood = PenalisedLikelihood(values, codes, weights, 2.0)
    point = np.array([0.3, -0.2, 0.1, -0.7, 0.2, -0.4])
    numeric = approx_fprime(point, lambda p: likelihood(p)[0], 1e-7)
    np.testing.assert_allclose(likelihood(point)[1], numeric, atol=1e-6)


def test_reversing_the_classes_reverses_the_slopes(ordered) -> None:
    values, codes = ordered
    forward = OrdinalLogisticClassifier().fit(values, codes)
    backward = OrdinalLogisticClassifier().fit(values, codes.max() - codes)
    np.testing.assert_allclose(backward.coef_, -forward.coef_, atol=1e-5)
    np.testing.assert_allclose(
        backward.predict_proba(values), forward.predict_proba(values)[:, ::-1], atol=1e-5
    )


def test_an_infinite_penalty_in_the_limit_predicts_the_class_frequencies(ordered) -> None:
    values, codes = ordered
    model = OrdinalLogisticClassifier(penalty=1e9).fit(values, codes)
    share = np.bincount(codes) / len(codes)
    np.testing.assert_allclose(model.predict_proba(values[:1])[0], share, atol=1e-5)


def test_a_weight_of_two_is_a_row_given_twice(ordered) -> None:
    values, codes = ordered
    weights = np.where(np.arange(len(codes)) % 3 == 0, 2.0, 1.0)
    twice = np.repeat(np.arange(len(codes)), weights.astype(int))
    weighted = OrdinalLogisticClassifier().fit(values, codes, sample_weight=weights)
    repeated = OrdinalLogisticClassifier().fit(values[twice], codes[twice])
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-5)


def test_thresholds_increase_whatever_the_parameters() -> None:
    assert np.all(np.diff(thresholds(np.array([3.0, -9.0, 0.0, 2.0]))) > 0)


def test_log_probability_stays_finite_far_in_the_tails() -> None:
    far = log_interval(np.array([700.0, -900.0]), np.array([701.0, -899.0]))
    assert np.isfinite(far).all()


def test_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="one class"):
        OrdinalLogisticClassifier().fit(np.eye(3), [1, 1, 1])


def test_a_negative_penalty_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        OrdinalLogisticClassifier(penalty=-1.0).fit(np.eye(3), [0, 1, 1])
