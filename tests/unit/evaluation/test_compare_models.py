"""Paired comparisons, Holm's correction, and what cannot be compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.compare import compare_predictions, holm, standing


def test_a_model_does_not_differ_from_itself(drawn):
    same = compare_predictions(drawn(), drawn(), "auc", resamples=100)
    assert (same.interval.estimate, same.interval.low, same.interval.high) == (0.0, 0.0, 0.0)
    assert same.p_value == 1.0


def test_changing_sides_changes_the_sign(drawn):
    strong, weak = drawn(effect=2.0), drawn(effect=0.2, seed=1)
    there = compare_predictions(strong, weak, "auc", resamples=200)
    back = compare_predictions(weak, strong, "auc", resamples=200)
    assert there.interval.estimate == -back.interval.estimate
    assert there.interval.low == pytest.approx(-back.interval.high)
    assert there.p_value == pytest.approx(back.p_value)


def test_pairing_makes_the_interval_of_a_difference_narrower(drawn):
    model = drawn()
    frame = model.frame.copy()
    frame["p_OR"] = 0.9 * frame["p_OR"] + 0.01 * (frame["label"] == "OR")
    frame["p_nonOR"] = 1.0 - frame["p_OR"]
    near = compare_predictions(model, replace(model, frame=frame), "auc", resamples=200)
    far = compare_predictions(model, drawn(seed=5), "auc", resamples=200)
    assert near.interval.high - near.interval.low < 0.3 * (far.interval.high - far.interval.low)


def test_other_splits_are_refused_and_patients_named(drawn):
    frame = drawn().frame.copy()
    frame.loc[frame["patient_id"] == "p007", "fold"] += 1
    moved = replace(drawn(model="moved"), frame=frame)
    with pytest.raises(InputError, match="model moved: has patients in other folds: p007"):
        compare_predictions(moved, drawn(), "auc")


def test_other_labels_are_refused(drawn):
    frame = drawn().frame.copy()
    frame.loc[frame["patient_id"] == "p001", "label"] = "OR"
    relabelled = replace(drawn(model="relabelled"), frame=frame)
    with pytest.raises(InputError, match="has other labels for patients p001"):
        compare_predictions(relabelled, drawn(), "auc")


def test_other_patients_are_refused(drawn):
    frame = drawn().frame
    fewer = replace(drawn(model="fewer"), frame=frame[frame["patient_id"] != "p009"])
    with pytest.raises(InputError, match="not judged on the same patients: p009"):
        compare_predictions(fewer, drawn(), "auc")


def test_other_repeats_are_refused(drawn):
    frame = drawn().frame
    short = replace(drawn(model="short"), frame=frame[frame["repeat"] < 2])
    with pytest.raises(InputError, match="has 2 repeats, not 4"):
        compare_predictions(short, drawn(), "auc")


def test_holm_agrees_with_statsmodels():
    p_values = pd.Series([0.04, 0.001, 0.3, 0.02, 0.9, 0.0005])
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1])


def test_missing_p_value_is_no_test():
    corrected = holm(pd.Series([0.02, np.nan, 0.03]))
    assert corrected[0] == pytest.approx(0.04)
    assert np.isnan(corrected[1])


@pytest.mark.parametrize(
    ("metric", "low", "high", "p_holm", "expected"),
    [
        ("auc", 0.05, 0.2, 0.01, "better"),
        ("auc", -0.2, -0.05, 0.01, "worse"),
        ("brier", -0.2, -0.05, 0.01, "better"),
        ("auc", -0.01, 0.2, 0.01, "undecided"),
        ("auc", 0.05, 0.2, 0.06, "undecided"),
        ("auc", 0.05, 0.2, np.nan, "better"),
        ("auc", np.nan, np.nan, 0.01, "undecided"),
    ],
)
def test_difference_stands_by_interval_and_corrected_test(metric, low, high, p_holm, expected):
    row = {"metric": metric, "difference": (low + high) / 2, "low": low, "high": high}
    assert standing(pd.Series({**row, "p_holm": p_holm})) == expected
