"""The patients that a model is wrong about, the worst first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.errors_by_patient import ERROR_TABLE_COLUMNS, error_table

FOUR = ("CR", "PR", "SD", "PD")


@pytest.fixture
def known(from_arrays):
    """p000 right, p001 wrong in both repeats, p002 wrong in one, p003 right."""
    chance = np.array([[0.9, 0.8, 0.45, 0.2], [0.9, 0.7, 0.75, 0.1]])
    return from_arrays([0, 1, 0, 1], np.stack([chance, 1 - chance], axis=2), folds=2)


def test_worst_patient_comes_first(known):
    table = error_table(known)
    assert tuple(table.columns) == ERROR_TABLE_COLUMNS
    assert table["patient_id"].tolist() == ["p001", "p002", "p003", "p000"]
    assert table["rank"].tolist() == [1, 2, 3, 4]
    assert table["p_true"].tolist() == pytest.approx([0.25, 0.6, 0.85, 0.9])
    assert table["share_wrong"].tolist() == [1.0, 0.5, 0.0, 0.0]
    assert table["predicted"].tolist() == ["OR", "OR", "nonOR", "OR"]


def test_patient_close_to_the_threshold_is_marked(known):
    assert error_table(known)["near_boundary"].tolist() == [False, True, False, False]
    higher = replace(known, frame=known.frame.assign(threshold=0.8))
    marked = error_table(higher).set_index("patient_id")["near_boundary"]
    assert marked.to_dict() == {"p000": True, "p001": True, "p002": False, "p003": False}


def test_wrong_is_wrong_at_the_threshold(known):
    higher = replace(known, frame=known.frame.assign(threshold=0.95))
    wrong = error_table(higher).set_index("patient_id")["share_wrong"]
    assert wrong.to_dict() == {"p000": 1.0, "p001": 0.0, "p002": 1.0, "p003": 0.0}


def test_distance_counts_the_classes_between(from_arrays):
    chance = np.array([[[0.1, 0.2, 0.1, 0.6], [0.1, 0.7, 0.1, 0.1]]])
    table = error_table(from_arrays([0, 1], chance, classes=FOUR, folds=1))
    assert table["class_distance"].tolist() == [3, 0]
    assert table["p_predicted"].tolist() == pytest.approx([0.6, 0.7])


def test_without_a_positive_class_the_most_probable_one_counts(from_arrays):
    chance = np.array([[[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]])
    table = error_table(from_arrays([0, 1], chance, classes=("low", "middle", "high"), folds=1))
    assert table["share_wrong"].tolist() == [1.0, 0.0]
    assert table["near_boundary"].isna().all()


def test_clinical_columns_stand_beside_the_right_patient(known):
    clinical = pd.DataFrame({"age": [50, 60, 70]}, index=["p003", "p001", "other"])
    table = error_table(known, clinical).set_index("patient_id")
    assert table.loc["p001", "age"] == 60
    assert np.isnan(table.loc["p000", "age"])


def test_clinical_rows_and_names_that_clash_are_told_together(known):
    clinical = pd.DataFrame({"rank": [1, 2]}, index=["p000", "p000"])
    with pytest.raises(InputError) as caught:
        error_table(known, clinical)
    assert "patient p000: has two clinical rows" in str(caught.value)
    assert "column rank" in str(caught.value)
