import pytest

from radiomics_hcc.response.recommendation import (
    TREATMENTS,
    TreatmentKind,
    recommend,
    recommendation_notes,
)


@pytest.mark.parametrize(
    ("treatment", "criteria", "beside"),
    [
        ("TACE", ("mrecist",), ("recist11",)),
        ("cTACE", ("mrecist",), ("recist11",)),
        ("DEB-TACE", ("mrecist",), ("recist11",)),
        ("TARE (Y-90)", ("mrecist",), ("recist11",)),
        ("microwave ablation", ("mrecist",), ("recist11",)),
        ("sorafenib", ("mrecist", "choi"), ("recist11",)),
        ("Lenvatinib", ("mrecist", "choi"), ("recist11",)),
        ("atezolizumab+bevacizumab", ("recist11",), ("irecist", "mrecist")),
        ("durvalumab / tremelimumab", ("recist11",), ("irecist", "mrecist")),
        ("TACE + durvalumab", ("mrecist",), ("recist11", "irecist")),
    ],
)
def test_recommended_criteria(treatment, criteria, beside) -> None:
    found = recommend(treatment)
    assert (found.criteria, found.beside) == (criteria, beside)
    assert found.sources


@pytest.mark.parametrize("treatment", ["", "herbal tea", "place"])
def test_an_unknown_treatment_is_said_and_nothing_is_guessed(treatment) -> None:
    found = recommend(treatment)
    assert not found.is_known
    assert "no criterion can be recommended" in found.sentence()


def test_no_word_stands_for_two_kinds_of_treatment() -> None:
    words = [word for kind in TreatmentKind for word in TREATMENTS[kind]]
    assert len(words) == len(set(words))
    assert all(word == word.lower().replace("-", "") for word in words)


def test_notes_only_where_another_criterion_is_recommended() -> None:
    treatments = {"A": "TACE", "B": "sorafenib", "C": "nivolumab", "D": "nivolumab", "E": ""}
    notes = recommendation_notes(treatments, "mrecist")
    assert len(notes) == 2
    assert notes[0].startswith("patient E: no treatment is stated")
    assert notes[1].startswith("2 patients: nivolumab (checkpoint inhibitor): recist11")
    assert notes[1].endswith("assessed by mrecist")
