"""Where values lie against the range that training saw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from radiomics_hcc.domain.patient_table import Column
from radiomics_hcc.modelling.card import column_card
from radiomics_hcc.modelling.pipeline import EMPTY
from radiomics_hcc.modelling.training_range import beyond, newly_empty, range_words, used_columns

NUMBER = Column("a", "radiomic", "pre", "a")
WORD = Column("sex", "clinical")


def cards(**values):
    frame = pd.DataFrame(values)
    return {
        name: column_card(frame[name], NUMBER if name != "sex" else WORD, EMPTY) for name in frame
    }


def test_distance_is_in_interquartile_ranges() -> None:
    known = cards(a=[0.0, 1.0, 2.0, 3.0, 4.0])  # quartiles 1 and 3
    found = beyond(pd.DataFrame({"a": [2.0, 4.0, 7.0, -1.0, np.nan]}), known)
    assert found["a"].tolist() == [0.0, 0.0, 1.5, -0.5, 0.0]


def test_equal_quartiles_give_way_to_the_whole_range() -> None:
    known = cards(a=[0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 5.0])
    assert beyond(pd.DataFrame({"a": [10.0]}), known)["a"].tolist() == [1.0]


def test_other_value_of_a_constant_column_is_infinitely_far() -> None:
    found = beyond(pd.DataFrame({"a": [1.0, 2.0, 0.0]}), cards(a=[1.0, 1.0]))
    assert found["a"].tolist() == [0.0, np.inf, -np.inf]


def test_any_value_of_a_column_that_was_empty_is_new() -> None:
    found = beyond(pd.DataFrame({"a": [1.0, np.nan]}), cards(a=[np.nan, np.nan]))
    assert found["a"].tolist() == [np.inf, 0.0]


def test_word_is_new_or_not_and_an_empty_one_is_told_apart() -> None:
    known = cards(sex=["m", "f"])
    rows = pd.DataFrame({"sex": ["m", "x", EMPTY]})
    assert beyond(rows, known)["sex"].tolist() == [0.0, np.inf, 0.0]
    assert newly_empty(rows, known)["sex"].tolist() == [False, False, True]


def test_cell_is_newly_empty_only_where_training_had_none_empty() -> None:
    known = cards(a=[1.0, 2.0], b=[1.0, np.nan])
    found = newly_empty(pd.DataFrame({"a": [np.nan], "b": [np.nan]}), known)
    assert found.iloc[0].to_dict() == {"a": True, "b": False}


def test_columns_behind_indicator_and_word() -> None:
    names = ["pre.a", "sex", "sex_at_birth", "pre.b"]
    selected = ["missingindicator_pre.a", "sex_at_birth_m", "sex_f"]
    assert used_columns(selected, names) == ["pre.a", "sex_at_birth", "sex"]
    assert used_columns([], names) == names


def test_farthest_used_column_comes_first_and_names_are_counted() -> None:
    excess = pd.Series({"a": 0.5, "b": -3.0, "c": 0.0, "d": np.inf, "e": 1.0})
    assert range_words(excess, ["a", "b", "c"]) == [
        "outside the training range: b (3 IQR below), a (0.5 IQR above)",
        "outside the training range, not used by the model: d, e",
    ]
    many = pd.Series({f"c{number}": 1.0 for number in range(8)})
    assert range_words(many, list(many.index))[0].endswith("and 3 more")
