import pandas as pd
import pytest

from radiomics_hcc.domain.response import (
    ImmuneResponse,
    MarkerResponse,
    ResponseAssessment,
    ResponseTable,
    TreatmentResponseCategory,
    UnorderedResponse,
)
from radiomics_hcc.errors import InputError
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.discordance import (
    class_scale,
    compare_criteria,
    criterion_ratings,
)
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11


def compared(measurements_of, rows):
    table = measurements_of(rows)
    return compare_criteria([assess(table, MRECIST()), assess(table, RECIST11())])


def sizes(day, whole, viable):
    return {"assessment": day, "longest_mm": whole, "viable_mm": viable}


def word_table(criterion, word, patient="P1"):
    row = ResponseAssessment(
        patient, "", 0, 60, None, None, None, word, UnorderedResponse.NA, False, word, ""
    )
    return ResponseTable(criterion, (row,))


def test_necrosis_makes_mrecist_and_recist_differ_with_both_changes(measurements_of) -> None:
    frame = compared(measurements_of, [sizes(0, 50, 50), sizes(60, 48, 20)])
    assert frame.loc[0, ["mrecist", "recist11", "discordant"]].tolist() == ["PR", "SD", True]
    assert frame.loc[0, "drivers"] == (
        "mrecist PR (targets -60.0 % from baseline); recist11 SD (targets -4.0 % from baseline)"
    )


def test_a_new_lesion_that_one_criterion_counts_is_named(measurements_of) -> None:
    new = {"lesion_id": "N1", "role": "new", "longest_mm": 8, "finding": "atypical"}
    frame = compared(
        measurements_of, [sizes(0, 50, 50), sizes(60, 50, 50), {**new, "assessment": 60}]
    )
    assert frame.loc[0, "drivers"] == (
        "mrecist SD (targets 0.0 % from baseline); "
        "recist11 PD (new lesion, targets 0.0 % from baseline)"
    )


def test_concordant_rows_have_no_driver(measurements_of) -> None:
    frame = compared(measurements_of, [sizes(0, 50, 50), sizes(60, 20, 20)])
    assert frame.loc[0, ["discordant", "drivers"]].tolist() == [False, ""]


def test_not_evaluable_is_shown_and_never_discordant(measurements_of) -> None:
    frame = compared(measurements_of, [sizes(0, 50, 50), sizes(60, 20, None)])
    assert frame.loc[0, ["mrecist", "recist11", "discordant"]].tolist() == ["NE", "PR", False]


def test_words_of_irecist_are_compared_by_what_they_mean(measurements_of) -> None:
    rows = measurements_of([sizes(0, 50, 50), sizes(60, 70, 70)])
    same = compare_criteria([assess(rows, RECIST11()), word_table("irecist", ImmuneResponse.IUPD)])
    assert same.loc[0, ["recist11", "irecist", "discordant"]].tolist() == ["PD", "iUPD", False]


@pytest.mark.parametrize(
    ("category", "viable_mm", "is_discordant"),
    [
        ("nonviable", 0, False),
        ("nonviable", 20, True),
        ("viable", 0, True),
        ("viable", 20, False),
        ("equivocal", 0, False),
        ("nonevaluable", 0, False),
    ],
)
def test_lirads_categories_against_mrecist(measurements_of, category, viable_mm, is_discordant):
    rows = measurements_of([sizes(0, 50, 50), sizes(60, 50, viable_mm)])
    tables = [
        assess(rows, MRECIST()),
        word_table("lirads_tr", TreatmentResponseCategory(category)),
    ]
    frame = compare_criteria(tables)
    assert frame.loc[0, "discordant"] == is_discordant
    assert ("lirads_tr" in frame.loc[0, "drivers"]) == is_discordant


def test_marker_words_stand_beside_without_a_comparison(measurements_of) -> None:
    rows = measurements_of([sizes(0, 50, 50), sizes(60, 70, 70)])
    tables = [assess(rows, MRECIST()), word_table("afp", MarkerResponse.RESPONDER)]
    assert compare_criteria(tables).loc[0, ["afp", "discordant"]].tolist() == ["responder", False]
    assert list(criterion_ratings(tables, "").columns) == ["mrecist"]


def test_an_assessment_that_one_criterion_lacks_is_an_empty_cell() -> None:
    tables = [
        word_table("afp", MarkerResponse.RESPONDER, "P1"),
        word_table("lirads_tr", TreatmentResponseCategory.VIABLE, "P2"),
    ]
    assert compare_criteria(tables)["afp"].tolist() == ["responder", ""]


def test_one_criterion_twice_is_refused() -> None:
    table = word_table("afp", MarkerResponse.RESPONDER)
    with pytest.raises(InputError, match="twice"):
        compare_criteria([table, table])


def test_scale_has_the_non_target_word_only_where_it_occurs() -> None:
    assert class_scale(pd.DataFrame({"a": ["CR", None]})) == ["CR", "PR", "SD", "PD"]
    assert "NON-CR/NON-PD" in class_scale(pd.DataFrame({"a": ["NON-CR/NON-PD"]}))
