from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.outcomes import read_outcomes
from radiomics_hcc.modelling.predict import called
from radiomics_hcc.modelling.thresholds import (
    THRESHOLD_RULES,
    half,
    prevalence,
    sensitivity_90,
    two_class_threshold,
    youden,
)
from radiomics_hcc.modelling.validation import Validation

TRUTH = np.array([False, False, True, False, True, True])
CHANCE = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.8])


def test_youden_lies_in_the_middle_of_the_best_gap() -> None:
    # Above 0.25: 3 of 3 and 1 of 3; above 0.5: 2 of 3 and 0 of 3. Both gain 2/3: the lower wins.
    assert youden(CHANCE, TRUTH) == pytest.approx(0.25)
    separated = np.array([0.1, 0.2, 0.7, 0.9])
    assert youden(separated, np.array([False, False, True, True])) == pytest.approx(0.45)


def test_youden_of_equal_probabilities_is_the_share_of_positives() -> None:
    assert youden(np.full(4, 0.3), np.array([True, False, False, False])) == pytest.approx(0.25)


def test_sensitivity_is_reached_and_no_higher_threshold_reaches_it() -> None:
    chance = np.linspace(0.05, 0.95, 19)
    truth = np.ones(19, dtype=bool)
    truth[::2] = False  # 9 positives: 0.9 * 9 = 8.1 need all nine
    threshold = sensitivity_90(chance, truth)
    assert threshold == chance[truth].min()
    ten = np.r_[chance, 0.01], np.r_[truth, True]  # of ten positives nine are enough
    assert sensitivity_90(*ten) == chance[truth].min()


def test_prevalence_and_half() -> None:
    assert prevalence(CHANCE, TRUTH) == 0.5
    assert prevalence(CHANCE, np.arange(6) < 2) == pytest.approx(1 / 3)
    assert half(CHANCE, TRUTH) == 0.5


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=4, max_size=40))
def test_youden_gains_as_much_as_the_best_of_the_roc_curve(pairs) -> None:
    chance = np.array([value / 20 for value, _ in pairs])
    truth = np.array([positive for _, positive in pairs])
    if truth.all() or not truth.any() or len(np.unique(chance)) < 2:
        return
    threshold = youden(chance, truth)
    called = chance >= threshold
    gain = called[truth].mean() - called[~truth].mean()
    false, true, cuts = roc_curve(truth, chance, drop_intermediate=False)
    inside = (cuts > chance.min()) & (cuts <= chance.max())
    assert gain == pytest.approx((true - false)[inside].max())


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=40))
def test_sensitivity_90_is_the_largest_that_is_sensitive_enough(pairs) -> None:
    chance = np.array([value / 20 for value, _ in pairs])
    truth = np.array([positive for _, positive in pairs])
    if not truth.any():
        return
    threshold = sensitivity_90(chance, truth)
    assert (chance[truth] >= threshold).mean() >= 0.9
    higher = np.unique(chance[chance > threshold])
    assert all((chance[truth] >= each).mean() < 0.9 for each in higher)


def frame(values: list[list[float]], patients: list[str]) -> pd.DataFrame:
    return pd.DataFrame(values, index=pd.Index(patients, name="patient_id"))


def test_a_patient_counts_once_by_the_mean_of_its_rows() -> None:
    rows = frame([[0.9, 0.1], [0.1, 0.9], [0.4, 0.6], [0.8, 0.2]], ["a", "a", "b", "c"])
    codes = np.array([0, 0, 1, 0])
    # By patient: a 0.5 positive, b 0.4 negative, c 0.8 positive.
    assert two_class_threshold("youden", rows, codes, ("R", "N")) == pytest.approx(0.45)
    assert two_class_threshold("prevalence", rows, codes, ("R", "N")) == pytest.approx(2 / 3)


def test_of_four_classes_objective_response_is_positive() -> None:
    rows = frame([[0.2, 0.4, 0.2, 0.2], [0.1, 0.1, 0.4, 0.4]], ["a", "b"])
    found = two_class_threshold("youden", rows, np.array([1, 3]), ("CR", "PR", "SD", "PD"))
    assert found == pytest.approx((0.6 + 0.2) / 2)


def test_without_a_positive_class_there_is_no_threshold() -> None:
    rows = frame([[0.2, 0.4, 0.4]], ["a"])
    assert np.isnan(two_class_threshold("half", rows, np.array([0]), ("low", "middle", "high")))


def test_an_unknown_rule_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match=r"validation.threshold.*did you mean 'youden'"):
        Validation(threshold="yuden")
    assert set(THRESHOLD_RULES) == {"youden", "sensitivity_90", "prevalence", "half"}


def test_patients_at_the_threshold_are_called_positive_where_classes_are_added_up() -> None:
    # 0.1 + 0.2 is 0.30000000000000004 as a float; who is predicted the same is called the same.
    classes = ("CR", "PR", "SD", "PD")
    rows = [[0.1, 0.2, 0.3, 0.4]] * 2 + [[0.05, 0.05, 0.5, 0.4]] * 2
    names = [f"p_{name}" for name in classes]
    patients = pd.Index(list("abcd"), name="patient_id")
    inner = pd.DataFrame(rows, index=patients, columns=names)
    cut = two_class_threshold("sensitivity_90", inner, np.array([0, 1, 2, 3]), classes)
    frame = inner.reset_index().assign(repeat=0, fold=0, label=list(classes), threshold=cut)
    seen = read_outcomes(Predictions("m", classes, frame)).two_class()
    assert seen is not None
    assert seen.called_positive()[0].tolist() == [True, True, False, False]
    card = {"threshold": cut, "classes": list(classes)}
    assert called(inner.to_numpy(), card) == ["CR or PR"] * 2 + ["SD or PD"] * 2
