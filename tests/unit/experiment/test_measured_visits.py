"""The visits of every patient in order of time."""

from __future__ import annotations

from datetime import date

import pytest

from radiomics_hcc.domain.cohort import Case, Cohort
from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment.measuring.visits import ONLY_LESION, lesion_cases, visits_of


def case(timepoint: str, day: date | None = None, lesion: str = "L1", patient: str = "p") -> Case:
    source = f"cohort.csv:{timepoint}"
    return Case(patient, timepoint, None, None, date=day, lesion_id=lesion, source=source)


def cohort(*cases: Case) -> Cohort:
    return Cohort(cases, {})


def test_first_scan_by_date_is_the_baseline() -> None:
    later, first = case("b", date(2020, 3, 1)), case("a", date(2020, 1, 5))
    visits = visits_of(cohort(later, first), "lesion")
    told = [(visit.study.timepoint, visit.assessment, visit.is_baseline) for visit in visits]
    assert told == [("a", "2020-01-05", True), ("b", "2020-03-01", False)]


def test_undated_time_points_are_numbered_in_order() -> None:
    visits = visits_of(cohort(case("post"), case("pre"), case("pre", patient="q")), "lesion")
    told = {visit.key: visit.assessment for visit in visits}
    assert told == {("p", "pre"): "0", ("p", "post"): "1", ("q", "pre"): "0"}


def test_everything_wrong_is_told_at_once() -> None:
    day = date(2020, 1, 5)
    wrong = cohort(
        case("pre", day),
        case("post", day),
        case("pre", None, patient="q"),
        case("pre", day, lesion="", patient="r"),
        case("post", date(2020, 2, 5), lesion="", patient="r"),
    )
    with pytest.raises(InputError) as raised:
        visits_of(wrong, "lesion")
    told = [problem.what for problem in raised.value.problems]
    assert told == [
        "q pre has no date, other scans have one",
        "'post' and 'pre' of p are both of 2020-01-05",
        "r: lesions without lesion_id at several time points",
    ]
    assert "rhcc match" in str(raised.value)


def test_region_that_no_case_has_is_refused() -> None:
    with pytest.raises(InputError, match="no case of 'tumour'; regions in the cohort: lesion"):
        visits_of(cohort(case("pre")), "tumour")


def test_only_lesion_of_one_time_point_may_be_without_a_name() -> None:
    (visit,) = visits_of(cohort(case("pre", lesion="")), "lesion")
    assert list(lesion_cases(visit.study, "lesion")) == [ONLY_LESION]
