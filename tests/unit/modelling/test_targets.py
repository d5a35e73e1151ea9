from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.targets import match, target_from_column


@pytest.fixture
def patients() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "patient_id": ["A", "B", "C", "D"],
            "y": [1.0, 0.0, np.nan, 1.0],
            "y_date": ["2020-01-01", None, "2020-01-03", "2020-01-04"],
            "word": ["CR", "NE", "PD", "SD"],
        }
    )


def test_numbers_of_a_column_are_words(patients) -> None:
    target = target_from_column(patients, "y", order=["1", "0"])
    assert target.labels.to_dict() == {"A": "1", "B": "0", "D": "1"}
    assert target.exclusions.to_numpy().tolist() == [["C", "y is empty"]]


def test_dates_come_from_the_column_beside(patients) -> None:
    dates = target_from_column(patients, "y", order=["1", "0"]).dates
    assert dates["A"] == pd.Timestamp("2020-01-01")
    assert pd.isna(dates["B"])


def test_words_of_a_column_are_merged_and_ne_is_excluded(patients) -> None:
    target = target_from_column(patients, "word", merge={"DC": ["CR", "PR", "SD"], "PD": ["PD"]})
    assert target.labels.to_dict() == {"A": "DC", "C": "PD", "D": "DC"}
    assert target.exclusions.to_numpy().tolist() == [["B", "word is NE"]]


def test_patients_may_be_the_index(patients) -> None:
    target = target_from_column(patients.set_index("patient_id"), "y", order=["1", "0"])
    assert target.labels["A"] == "1"


def test_a_misspelt_column_is_refused(patients) -> None:
    with pytest.raises(InputError, match="did you mean 'word'"):
        target_from_column(patients, "words")


def test_an_unexpected_word_is_refused(patients) -> None:
    with pytest.raises(InputError, match="column y '0'"):
        target_from_column(patients, "y", order=["1", "2"])


def test_a_patient_given_twice_is_refused(patients) -> None:
    with pytest.raises(InputError, match="patient A"):
        target_from_column(pd.concat([patients, patients.head(1)]), "y", order=["1", "0"])


def test_match_writes_down_everyone_it_leaves_out(make_table, patients) -> None:
    table = make_table({"a": np.zeros(3)}, pd.Index(["A", "C", "X"], name="patient_id"))
    kept, target = match(table, target_from_column(patients, "y", order=["1", "0"]))
    assert list(kept.patient_ids) == list(target.labels.index) == ["A"]
    assert target.exclusions.set_index("patient_id")["reason"].to_dict() == {
        "C": "y is empty",
        "B": "has a label but no features",
        "D": "has a label but no features",
        "X": "has features but no assessed response",
    }
    assert target.dates.index.equals(target.labels.index)


def test_frame_has_one_row_per_labelled_patient(patients) -> None:
    frame = target_from_column(patients, "y", order=["1", "0"]).frame()
    assert frame.columns.tolist() == ["patient_id", "label", "date"]
    assert len(frame) == 3
