from __future__ import annotations

from datetime import date

import pytest

from radiomics_hcc.domain.cohort import Case, Cohort, Patient, Status, order_timepoints


def a_case(patient: str, timepoint: str, **changes: object) -> Case:
    days = {"pre": date(2024, 1, 2), "post": date(2024, 3, 5)}
    values: dict[str, object] = {"date": days.get(timepoint), "lesion_id": "L1", **changes}
    return Case(patient, timepoint, None, None, **values)  # type: ignore[arg-type]


COHORT = Cohort(
    (
        a_case("A", "post"),
        a_case("A", "pre"),
        a_case("A", "pre", lesion_id="L2", phase="portal"),
        a_case("B", "pre", region="liver"),
    ),
    {name: Patient(name, clinical={"age": 60}) for name in "ABC"},
)


def test_time_points_come_in_the_order_of_their_dates() -> None:
    assert COHORT.timepoints == ("pre", "post")
    assert order_timepoints([("follow-up", None), ("pre", None)]) == ("pre", "follow-up")


def test_lesions_are_followed_through_time() -> None:
    first, second = COHORT.lesions
    assert [case.timepoint for case in first.cases] == ["post", "pre"]
    assert second.lesion_id == "L2"


def test_studies_group_a_patient_and_a_time_point() -> None:
    assert [(s.patient_id, s.timepoint, len(s.cases)) for s in COHORT.studies] == [
        ("A", "post", 1),
        ("A", "pre", 2),
        ("B", "pre", 1),
    ]


def test_selecting_cases_drops_no_patient() -> None:
    chosen = COHORT.select(timepoints=["pre"], phases=["portal"], regions=["lesion"])
    assert [case.lesion_id for case in chosen.cases] == ["L2"]
    assert list(chosen.patients) == ["A", "B", "C"]


def test_clinical_frame_has_every_patient() -> None:
    assert list(COHORT.clinical_frame().index) == ["A", "B", "C"]
    assert COHORT.clinical_frame()["age"].tolist() == [60, 60, 60]


def test_a_cohort_shows_itself() -> None:
    assert "3 patients, 2 lesions, 4 regions" in COHORT._repr_html_()


def test_reading_an_absent_lesion_says_what_is_missing() -> None:
    with pytest.raises(ValueError, match="A pre lesion L1: this case was made without a reader"):
        a_case("A", "pre", status=Status.ABSENT).read_mask()


def test_a_shown_cohort_tells_no_path_of_the_machine() -> None:
    case = a_case("A", "pre", source="/somewhere/private/cohort.csv:2")
    assert "private" not in Cohort((case,), {"A": Patient("A")})._repr_html_()
