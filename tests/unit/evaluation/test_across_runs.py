"""What models of different runs share, and who may be compared with whom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.evaluation.across_runs import (
    Compared,
    cliques,
    common_view,
    comparable_groups,
    match_folds,
    pairs_of,
    pairs_to_compare,
    shared_with_equal_labels,
    words_behind,
)


def compared(label, predictions, **known):
    return Compared(label, predictions, words_behind(predictions.classes, None), **known)


def with_frame(predictions, frame):
    return replace(predictions, frame=frame)


def relabelled(predictions, patient, label):
    frame = predictions.frame.copy()
    frame.loc[frame["patient_id"] == patient, "label"] = label
    return with_frame(predictions, frame)


def merged(predictions):
    """Four response classes as objective response against the rest."""
    frame = predictions.frame[["patient_id", "repeat", "fold"]].copy()
    frame["label"] = np.where(predictions.frame["label"].isin(["CR", "PR"]), "OR", "nonOR")
    frame["p_OR"] = predictions.frame["p_CR"] + predictions.frame["p_PR"]
    frame["p_nonOR"] = 1.0 - frame["p_OR"]
    return replace(predictions, classes=("OR", "nonOR"), frame=frame)


def test_the_same_run_twice_is_the_same_in_every_aspect(drawn):
    (pair,) = pairs_of([compared("a", drawn()), compared("b", drawn())])
    assert pair.same_patients
    assert pair.same_classes
    assert pair.same_splits
    assert pair.compares
    assert len(pair.shared) == 60
    assert pair.view == "all"


def test_patients_of_one_side_alone_are_named_and_forbid_a_difference(drawn):
    frame = drawn().frame
    fewer = with_frame(drawn(), frame[~frame["patient_id"].isin(["p003", "p007"])])
    (pair,) = pairs_of([compared("a", drawn()), compared("b", fewer)])
    assert pair.only_left == ("p003", "p007")
    assert pair.only_right == ()
    assert not pair.compares
    assert not pair.same_splits


def test_another_label_forbids_a_difference_and_names_the_patient(drawn):
    (pair,) = pairs_of(
        [compared("a", drawn()), compared("b", relabelled(drawn(), "p004", "nonOR"))]
    )
    assert pair.relabelled == ("p004",)
    assert pair.same_patients
    assert not pair.compares


def test_classes_in_another_order_have_no_common_view(drawn):
    one, other = drawn(), drawn(classes=("nonOR", "OR"))
    assert common_view(compared("a", one), compared("b", other)) is None


def test_merged_classes_compare_in_the_view_of_two(drawn):
    four = drawn(classes=("CR", "PR", "SD", "PD"))
    (pair,) = pairs_of([compared("four", four), compared("two", merged(four))])
    assert pair.view == "two"
    assert pair.compares
    assert not pair.same_classes


def test_positive_classes_of_another_meaning_do_not_compare(drawn):
    four = drawn(classes=("CR", "PR", "SD", "PD"))
    complete = Compared("two", merged(four), words_behind(("CR", "nonCR"), {"CR": ["CR"]}))
    (pair,) = pairs_of([compared("four", four), complete])
    assert pair.view is None
    assert not pair.compares
    assert pair.relabelled == ()


@pytest.mark.parametrize(
    ("classes", "merge", "words"),
    [
        (("OR", "nonOR"), None, {"CR", "PR"}),
        (("CR", "PR", "SD", "PD"), None, {"CR", "PR"}),
        (("OR", "nonOR"), {"OR": ["1", "2"], "nonOR": ["3"]}, {"1", "2"}),
        (("CR", "PR", "SD"), {"CR": ["1"], "PR": ["2"], "SD": ["3", "4"]}, {"1", "2"}),
        (("low", "middle", "high"), None, set()),
    ],
)
def test_words_behind_the_positive_class(classes, merge, words):
    assert words_behind(classes, merge) == words


@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 1000))
def test_numbers_of_folds_do_not_matter(drawn, seed):
    generator = np.random.default_rng(seed)
    frame = drawn().frame.copy()
    for repeat in frame["repeat"].unique():
        names = dict(enumerate(generator.permutation(100)[:5]))
        rows = frame["repeat"] == repeat
        frame.loc[rows, "fold"] = frame.loc[rows, "fold"].map(names)
    left, right = compared("a", drawn()), compared("b", with_frame(drawn(), frame))
    places = match_folds(left.whole, right.whole)
    assert places is not None
    assert sorted(places) == list(range(20))
    (pair,) = pairs_of([left, right])
    assert pair.same_splits


def test_one_patient_in_another_fold_is_another_split(drawn):
    frame = drawn().frame.copy()
    frame.loc[0, "fold"] = (frame.loc[0, "fold"] + 1) % 5
    (pair,) = pairs_of([compared("a", drawn()), compared("b", with_frame(drawn(), frame))])
    assert not pair.same_splits
    assert pair.compares


def test_two_folds_that_are_one_elsewhere_are_other_splits(drawn):
    frame = drawn().frame.copy()
    frame["fold"] = frame["fold"].replace({4: 3})
    both = [compared("a", drawn()), compared("b", with_frame(drawn(), frame))]
    assert not pairs_of(both)[0].same_splits
    assert not pairs_of(both[::-1])[0].same_splits


def test_fewer_repeats_are_other_splits(drawn):
    frame = drawn().frame
    fewer = with_frame(drawn(), frame[frame["repeat"] < 2])
    (pair,) = pairs_of([compared("a", drawn()), compared("b", fewer)])
    assert pair.compares
    assert not pair.same_splits


def test_baselines_are_tested_against_models_only(drawn):
    three = [
        compared("net", drawn()),
        compared("size", drawn(seed=1), is_baseline=True),
        compared("clinical", drawn(seed=2), is_baseline=True),
    ]
    tested = pairs_to_compare(three, pairs_of(three))
    assert [(pair.left, pair.right) for pair in tested] == [("net", "size"), ("net", "clinical")]
    alone = pairs_to_compare(three[1:], pairs_of(three[1:]))
    assert [(pair.left, pair.right) for pair in alone] == [("size", "clinical")]


def test_groups_hold_models_that_all_compare(drawn):
    others = with_frame(
        drawn(), drawn().frame.assign(patient_id=lambda frame: "x" + frame["patient_id"])
    )
    three = [compared("a", drawn()), compared("x", others), compared("b", drawn(seed=1))]
    groups = comparable_groups(three, pairs_of(three))
    assert [[each.label for each in group] for group in groups] == [["a", "b"], ["x"]]


def test_nobody_joins_a_group_in_which_one_does_not_fit(drawn):
    chain = [compared(label, drawn()) for label in "abc"]
    fit = {("a", "b"), ("b", "c")}
    groups = cliques(chain, lambda one, other: (one.label, other.label) in fit)
    assert [[each.label for each in group] for group in groups] == [["a", "b"], ["c"]]


def test_shared_patients_have_the_same_label_everywhere(drawn):
    frame = drawn().frame
    left = compared("a", with_frame(drawn(), frame[frame["patient_id"] != "p000"]))
    right = compared("b", relabelled(drawn(), "p002", "nonOR"))
    kept = shared_with_equal_labels([left, right])
    assert kept == {f"p{place:03d}" for place in range(60)} - {"p000", "p002"}


def test_a_model_among_some_patients_is_judged_on_them_alone(drawn):
    few = compared("a", drawn()).among(frozenset({"p001", "p002"}))
    assert few.whole.patients.tolist() == ["p001", "p002"]
    pd.testing.assert_frame_equal(
        few.predictions.frame,
        drawn().frame.query("patient_id in ['p001', 'p002']").reset_index(drop=True),
    )
