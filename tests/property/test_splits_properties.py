from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.splits import PatientKFold, inner_pairs


@st.composite
def cohorts(draw) -> tuple[pd.Index, pd.Series, int]:
    """Rows (1 to 3 per patient, in any order), labels, and a number of folds that fits."""
    folds = draw(st.integers(2, 4))
    counts = draw(st.lists(st.integers(folds, 9), min_size=2, max_size=4))
    words = np.repeat([f"class{n}" for n in range(len(counts))], counts)
    names = draw(st.permutations([f"P{n:02d}" for n in range(len(words))]))
    labels = pd.Series(words, index=pd.Index(names, name="patient_id"))
    lesions = draw(st.lists(st.integers(1, 3), min_size=len(names), max_size=len(names)))
    rows = draw(st.permutations(np.repeat(names, lesions).tolist()))
    return pd.Index(rows), labels, folds


SEEDS = st.integers(0, 2**32 - 1)


@settings(deadline=None, max_examples=40)
@given(cohort=cohorts(), seed=SEEDS)
def test_no_patient_is_on_both_sides_and_every_row_is_on_one(cohort, seed: int) -> None:
    rows, labels, folds = cohort
    for split in PatientKFold(folds, repeats=2, seed=seed).split(rows, labels):
        assert not set(rows[split.train_rows]) & set(rows[split.test_rows])
        every = np.concatenate([split.train_rows, split.test_rows])
        assert sorted(every) == list(range(len(rows)))


@settings(deadline=None, max_examples=40)
@given(cohort=cohorts(), seed=SEEDS)
def test_every_patient_is_tested_once_per_repeat(cohort, seed: int) -> None:
    _, labels, folds = cohort
    frame = PatientKFold(folds, repeats=2, seed=seed).frame(labels)
    for _, repeat in frame.groupby("repeat"):
        assert sorted(repeat["patient_id"]) == sorted(labels.index)


@settings(deadline=None, max_examples=40)
@given(cohort=cohorts(), seed=SEEDS)
def test_classes_are_dealt_evenly(cohort, seed: int) -> None:
    _, labels, folds = cohort
    frame = PatientKFold(folds, repeats=1, seed=seed).frame(labels)
    counts = pd.crosstab(frame["fold"], frame["patient_id"].map(labels))
    assert (counts.max() - counts.min() <= 1).all()


@settings(deadline=None, max_examples=40)
@given(cohort=cohorts(), seed=SEEDS)
def test_folds_do_not_depend_on_the_order_of_patients(cohort, seed: int) -> None:
    _, labels, folds = cohort
    dealt = PatientKFold(folds, repeats=2, seed=seed)
    pd.testing.assert_frame_equal(dealt.frame(labels), dealt.frame(labels.iloc[::-1]))


@settings(deadline=None, max_examples=40)
@given(cohort=cohorts(), seed=SEEDS)
def test_the_table_of_splits_says_what_the_splits_do(cohort, seed: int) -> None:
    rows, labels, folds = cohort
    dealt = PatientKFold(folds, repeats=2, seed=seed)
    frame = dealt.frame(labels).set_index(["repeat", "fold"])["patient_id"]
    for split in dealt.split(rows, labels):
        assert set(rows[split.test_rows]) == set(frame.loc[(split.repeat, split.fold)])


@settings(deadline=None, max_examples=40)
@given(cohort=cohorts(), seed=SEEDS)
def test_inner_folds_stay_within_training_and_keep_patients_together(cohort, seed: int) -> None:
    rows, labels, folds = cohort
    for train, test in inner_pairs(rows, labels, splits=folds, seed=seed):
        assert not set(rows[train]) & set(rows[test])
        assert set(labels[rows[train]]) == set(labels)


def test_repeats_deal_the_patients_differently() -> None:
    labels = pd.Series(["a", "b"] * 20, index=[f"P{n}" for n in range(40)])
    frame = PatientKFold(5, repeats=4).frame(labels)
    dealt = [part.set_index("patient_id")["fold"] for _, part in frame.groupby("repeat")]
    assert all(not one.equals(other.reindex(one.index)) for one, other in pairwise(dealt))


def test_a_class_with_fewer_patients_than_folds_is_refused() -> None:
    labels = pd.Series(["a"] * 9 + ["b"] * 4, index=range(13))
    with pytest.raises(InputError, match="class b: has 4 patients for 5 folds"):
        PatientKFold(5).frame(labels)


def test_a_row_without_a_label_is_refused() -> None:
    labels = pd.Series(["a", "b"] * 5, index=[f"P{n}" for n in range(10)])
    with pytest.raises(InputError, match="X: has no label"):
        next(PatientKFold(2).split(pd.Index(["P0", "X"]), labels))


def test_parameters_travel_through_the_configuration() -> None:
    dealt = PatientKFold(4, repeats=3, seed=2)
    assert PatientKFold.from_config(dealt.to_config()) == dealt
