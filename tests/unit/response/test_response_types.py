import pickle
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pandas as pd
import pytest

from radiomics_hcc.domain.response import (
    RESPONSE_COLUMNS,
    ResponseAssessment,
    ResponseClass,
    ResponseTable,
    UnorderedResponse,
    days_between,
)


def assessment(response, **changes):
    values = {
        "patient_id": "P1",
        "reader": "A",
        "baseline": date(2026, 1, 1),
        "assessment": date(2026, 3, 1),
        "baseline_sum": Fraction(14),
        "nadir_sum": Fraction(14),
        "current_sum": Fraction(98, 10),
        "target_response": response,
        "non_target_response": UnorderedResponse.NA,
        "new_lesion": False,
        "response": response,
        "reason": "because <b>",
    }
    return ResponseAssessment(**(values | changes))


def test_classes_are_ordered_from_complete_response_to_progression():
    ordered = [ResponseClass.CR, ResponseClass.PR, ResponseClass.SD, ResponseClass.PD]
    assert all(better < worse for better, worse in pairwise(ordered))
    assert sorted([ordered[2], ordered[0], ordered[3], ordered[1]]) == ordered
    assert max(ordered) is ResponseClass.PD


@pytest.mark.parametrize("word", list(UnorderedResponse))
def test_words_outside_the_order_cannot_be_compared(word):
    with pytest.raises(TypeError):
        _ = word < ResponseClass.CR
    with pytest.raises(TypeError):
        _ = word > ResponseClass.CR


def test_only_the_four_classes_are_training_labels():
    assert [assessment(word).training_label for word in ResponseClass] == list(ResponseClass)
    assert {assessment(word).training_label for word in UnorderedResponse} == {None}


def test_words_survive_pickling():
    for word in (*ResponseClass, *UnorderedResponse):
        assert pickle.loads(pickle.dumps(word)) is word


def test_frame_has_exactly_the_documented_columns():
    frame = ResponseTable("mrecist", (assessment(ResponseClass.PR),)).frame()
    assert list(frame.columns) == list(RESPONSE_COLUMNS)
    assert frame.loc[0, "assessment"] == "2026-03-01"
    assert frame.loc[0, "current_sum"] == 9.8
    assert frame.loc[0, "response"] == "PR"


def test_empty_table_has_the_columns_too():
    assert list(ResponseTable("mrecist", ()).frame().columns) == list(RESPONSE_COLUMNS)


def test_written_table_reads_back(tmp_path):
    table = ResponseTable("mrecist", (assessment(ResponseClass.PR, current_sum=None),))
    read = pd.read_csv(table.write(tmp_path / "response.csv"))
    assert list(read.columns) == list(RESPONSE_COLUMNS)
    assert read["current_sum"].isna().all()
    assert read.loc[0, "reason"] == "because <b>"


def test_html_escapes_reasons_and_names_who_has_no_follow_up():
    table = ResponseTable("mrecist", (assessment(ResponseClass.PR),), (("P2", "A"),))
    shown = table._repr_html_()
    assert "because &lt;b&gt;" in shown
    assert "1 without follow-up" in shown


def test_days_between_dates_and_day_numbers():
    assert days_between(date(2026, 1, 1), date(2026, 3, 1)) == 59
    assert days_between(-5, 60) == 65
    with pytest.raises(ValueError, match="cannot be compared"):
        days_between(5, date(2026, 3, 1))
