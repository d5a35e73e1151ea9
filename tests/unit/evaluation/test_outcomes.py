"""Reading predictions: what is refused, and the two-class view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.metrics import METRICS, metrics_for, score_folds, score_repeats
from radiomics_hcc.evaluation.outcomes import read_outcomes

FOUR = ("CR", "PR", "SD", "PD")


def test_row_order_does_not_matter(drawn):
    predictions = drawn()
    shuffled = replace(predictions, frame=predictions.frame.sample(frac=1.0, random_state=1))
    first, second = read_outcomes(predictions), read_outcomes(shuffled)
    np.testing.assert_array_equal(first.probabilities, second.probabilities)
    np.testing.assert_array_equal(first.folds, second.folds)


def test_every_problem_is_told_at_once(drawn):
    frame = drawn().frame.copy()
    frame.loc[0, "p_OR"] = 1.5
    frame.loc[1, "label"] = "NE"
    frame = frame.drop(index=2)
    with pytest.raises(InputError) as caught:
        read_outcomes(replace(drawn(), frame=frame))
    message = str(caught.value)
    assert "do not add up to 1 for patients p000" in message
    assert "patient p001: label 'NE' is none of OR, nonOR" in message
    assert "patient p001: has different labels" in message
    assert "patient p002: was predicted in 3 of 4 repeats" in message


def test_two_rows_of_a_patient_are_refused(drawn):
    frame = drawn().frame
    twice = frame.iloc[[*range(len(frame)), 0]]
    with pytest.raises(InputError, match="patient p000: has two rows in repeat 0"):
        read_outcomes(replace(drawn(), frame=twice))


def test_missing_probability_is_refused(drawn):
    frame = drawn().frame.copy()
    frame.loc[3, "p_OR"] = np.nan
    with pytest.raises(InputError, match="p003"):
        read_outcomes(replace(drawn(), frame=frame))


def test_missing_column_is_named(drawn):
    with pytest.raises(InputError, match="column fold: is missing"):
        read_outcomes(replace(drawn(), frame=drawn().frame.drop(columns="fold")))


def test_objective_response_adds_complete_and_partial(drawn):
    outcomes = read_outcomes(drawn(classes=FOUR))
    two = outcomes.two_class()
    assert two is not None
    np.testing.assert_array_equal(two.labels, outcomes.labels >= 2)
    np.testing.assert_allclose(two.probabilities[:, :, 0], outcomes.probabilities[:, :, :2].sum(2))


def test_classes_without_response_words_have_no_two_class_view(drawn):
    assert read_outcomes(drawn(classes=("low", "middle", "high"))).two_class() is None


def test_metrics_fit_the_number_of_classes():
    two, four, words = (
        metrics_for(names) for names in (("a", "b"), FOUR, ("low", "middle", "high"))
    )
    assert "quadratic_kappa" in two
    assert set(four) == set(METRICS)
    assert "auc" in words
    assert "sensitivity" not in words


def test_unknown_metric_is_met_with_a_suggestion():
    with pytest.raises(InputError, match="did you mean 'brier'"):
        metrics_for(("a", "b"), ["brie"])


def test_score_of_a_fold_is_the_score_of_its_patients_alone(drawn):
    predictions = drawn()
    frame = predictions.frame
    folds = score_folds(read_outcomes(predictions), "auc")
    third = frame[(frame["repeat"] == 1) & (frame["fold"] == 2)]
    alone = score_repeats(read_outcomes(replace(predictions, frame=third)), "auc")
    assert len(folds) == 20
    assert folds[5 + 2] == alone[0, 0]
