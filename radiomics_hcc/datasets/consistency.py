"""Whether the rows of a cohort agree with each other; no file is opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from radiomics_hcc.domain.cohort import Case, Cohort, Patient, Region, Timepoint
from radiomics_hcc.errors import Problem

NO_NAME: Final = "of "
"""Begins the word that stands for an identity or phase while there is none."""


def consistency_problems(cohort: Cohort) -> list[Problem]:
    """Tell repeated rows, lesions without identity and days that contradict each other."""
    cases = [case for case in cohort.cases if case.patient_id and case.timepoint]
    unnamed = _unnamed_lesions(cases)
    told = {id(case) for case in unnamed}
    named = [case for case in cases if id(case) not in told]
    return [
        *(problem_of(case, *_UNNAMED) for case in unnamed),
        *_repeated(named),
        *_shared_outlines(named),
        *_dates_within_timepoints(cases),
        *_order_of_timepoints(cases),
        *_order_of_treatment(cases, cohort.patients),
    ]


def problem_of(case: Case, what: str, remedy: str = "") -> Problem:
    """Make a problem of the row that a case came from."""
    return Problem(_place(case), what, remedy)


_UNNAMED = (
    "lesion_id is empty though the patient has several lesions",
    "name each lesion, the same at every time point",
)


def _unnamed_lesions(cases: Iterable[Case]) -> list[Case]:
    """Lesions without a name in patients with more than one lesion."""
    by_patient: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.region == Region.LESION:
            by_patient[case.patient_id].append(case)
    found: list[Case] = []
    for lesions in by_patient.values():
        unnamed = [case for case in lesions if not case.lesion_id]
        regions = {(case.timepoint, case.phase, case.mask, case.label) for case in unnamed}
        images = {(case.timepoint, case.phase) for case in unnamed}
        if len(unnamed) < len(lesions) or len(images) < len(regions):
            found.extend(unnamed)
    return found


def _repeated(cases: Iterable[Case]) -> list[Problem]:
    first: dict[tuple[str, ...], Case] = {}
    problems = []
    for case in cases:
        key = (case.patient_id, case.timepoint, case.phase, case.region, case.lesion_id)
        earlier = first.setdefault(key, case)
        if earlier is not case:
            what = f"the same patient, time point, phase, region and lesion as {_place(earlier)}"
            problems.append(problem_of(case, what, _remedy(case, earlier)))
    return problems


def _remedy(case: Case, earlier: Case) -> str:
    if not case.phase and case.image != earlier.image:
        return "fill in the phase of both images; `rhcc phases` finds it for CT"
    return "drop one row or name the lesions apart"


def _shared_outlines(cases: Iterable[Case]) -> list[Problem]:
    """Lesions of one image that have different names and one outline: it would count twice."""
    first: dict[tuple[object, ...], Case] = {}
    problems = []
    for case in cases:
        if case.region != Region.LESION or case.mask is None or case.is_absent:
            continue
        key = (case.patient_id, case.timepoint, case.phase, case.image, case.mask, case.label)
        earlier = first.setdefault(key, case)
        is_named = not case.lesion_id.startswith(NO_NAME)
        if is_named and earlier.lesion_id != case.lesion_id:
            what = f"the same mask and label as lesion {earlier.lesion_id!r} at {_place(earlier)}"
            problems.append(problem_of(case, what, "drop one row, or give its own label"))
    return problems


def _dates_within_timepoints(cases: Iterable[Case]) -> list[Problem]:
    first: dict[tuple[str, str], Case] = {}
    problems = []
    for case in cases:
        if case.date is None:
            continue
        earlier = first.setdefault((case.patient_id, case.timepoint), case)
        if earlier.date != case.date:
            what = f"date {case.date}, but {earlier.date} at {_place(earlier)} for the same "
            what += f"patient and time point {case.timepoint!r}"
            problems.append(problem_of(case, what, "one time point has one date"))
    return problems


def _order_of_timepoints(cases: Iterable[Case]) -> list[Problem]:
    scans = _first_scans(cases)
    problems = []
    for (patient, timepoint), (case, day) in scans.items():
        if timepoint != Timepoint.PRE or (patient, Timepoint.POST) not in scans:
            continue
        later, later_day = scans[patient, Timepoint.POST]
        if day > later_day:
            what = f"the pre scan of {day} comes after the post scan of {later_day}"
            problems.append(problem_of(case, f"{what} ({_place(later)})", "correct the dates"))
    return problems


def _order_of_treatment(cases: Iterable[Case], patients: Mapping[str, Patient]) -> list[Problem]:
    problems = []
    for (patient, timepoint), (case, day) in _first_scans(cases).items():
        treated = patients[patient].treatment_date if patient in patients else None
        if treated is None:
            continue
        if timepoint == Timepoint.PRE and day > treated:
            what = f"the pre scan of {day} comes after the treatment of {treated}"
            problems.append(problem_of(case, what, "correct the dates or the time point"))
        if timepoint == Timepoint.POST and day < treated:
            what = f"the post scan of {day} comes before the treatment of {treated}"
            problems.append(problem_of(case, what, "correct the dates or the time point"))
    return problems


def _first_scans(cases: Iterable[Case]) -> dict[tuple[str, str], tuple[Case, date]]:
    """The first dated case of every patient and time point."""
    first: dict[tuple[str, str], tuple[Case, date]] = {}
    for case in cases:
        if case.date is not None:
            first.setdefault((case.patient_id, case.timepoint), (case, case.date))
    return first


def _place(case: Case) -> str:
    return case.source or case.name
