"""What `patients.csv` tells an assessment: treatment, its day, and death."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.datasets.patients import read_patients
from radiomics_hcc.domain.cohort import Patient
from radiomics_hcc.errors import InputError
from radiomics_hcc.response.measurement import Course, Measurement
from radiomics_hcc.response.measurements import Measurements, courses_of

DEATH_DATE: Final = "death_date"
MOST_NAMED: Final = 10


@dataclass(frozen=True)
class PatientFacts:
    """Treatments, starts and deaths of the patients that were measured.

    Parameters
    ----------
    treatments
        Word by patient, empty where none is stated; every measured patient.
    starts
        Day of treatment, from which times to progression count.
    deaths
        Day of death; who is not there is not known to be dead.
    notes
        What could not be used, in sentences.
    """

    treatments: Mapping[str, str] = field(default_factory=dict)
    starts: Mapping[str, date] = field(default_factory=dict)
    deaths: Mapping[str, date] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def treatment_table(self) -> pd.DataFrame:
        """`patient_id, treatment, treatment_date`, for figures."""
        rows = [(name, word, self.starts.get(name)) for name, word in self.treatments.items()]
        return pd.DataFrame(rows, columns=["patient_id", "treatment", "treatment_date"])


def read_patient_facts(path: Path, measurements: Measurements) -> PatientFacts:
    """Read the columns `treatment`, `treatment_date` and `death_date` of `patients.csv`.

    Where assessments are day numbers, dates cannot be counted from and are left out. So is a
    treatment not before the first follow-up, and a death before an assessment. A treatment before
    the first assessment is used: that assessment is no true baseline. Each has a note.

    Raises
    ------
    InputError
        With everything that is wrong with the table.
    """
    known, problems = read_patients(path)
    if problems:
        raise InputError(problems, title=f"{path} cannot be used")
    courses = {course.patient_id: course for course in courses_of(_unread(measurements))}
    patients = {name: known[name] for name in courses if name in known}
    treatments = {name: known[name].treatment if name in known else "" for name in courses}
    unknown = tuple(_unknown(courses, known, path))
    if any(isinstance(course.baseline.time, int) for course in courses.values()):
        return PatientFacts(treatments, notes=(*unknown, *_unusable_dates(patients, path)))
    starts = {name: p.treatment_date for name, p in patients.items() if p.treatment_date}
    deaths = {name: day for name, p in patients.items() if (day := _death(p))}
    late = [name for name, day in starts.items() if _is_late(day, courses[name])]
    early = [name for name, day in deaths.items() if _is_early(day, courses[name])]
    return PatientFacts(
        treatments,
        {name: day for name, day in starts.items() if name not in late},
        {name: day for name, day in deaths.items() if name not in early},
        (*unknown, *_unused(late, early), *_no_baseline(starts, courses)),
    )


def _unread(measurements: Measurements) -> Iterator[Measurement]:
    """All rows of a patient as if of one reader: every day on which somebody looked."""
    return (replace(row, reader="") for row in measurements.rows)


def _death(patient: Patient) -> date | None:
    day = patient.clinical.get(DEATH_DATE)
    return day if isinstance(day, date) else None


def _unknown(
    courses: Mapping[str, Course], known: Mapping[str, Patient], path: Path
) -> Iterator[str]:
    missing = [name for name in courses if name not in known]
    if missing:
        yield f"{path.name} has no row of {_named(missing)}: treatment, start and death not known"


def _unusable_dates(patients: Mapping[str, Patient], path: Path) -> Iterator[str]:
    if any(patient.treatment_date or _death(patient) for patient in patients.values()):
        yield (
            f"assessments are day numbers: the dates in {path.name} are not used, times count "
            "from the baseline"
        )


def _is_late(start: date, course: Course) -> bool:
    """Whether a treatment began at the first follow-up or later, which says nothing of it then."""
    follow_ups = [visit.time for visit in course.visits[1:] if isinstance(visit.time, date)]
    return bool(follow_ups) and start >= follow_ups[0]


def _is_early(death: date, course: Course) -> bool:
    """Whether a patient was assessed after the day of death."""
    return any(isinstance(visit.time, date) and visit.time > death for visit in course.visits)


def _unused(late: list[str], early: list[str]) -> Iterator[str]:
    if late:
        yield (
            "times count from the baseline, as treatment_date is not before the first follow-up: "
            f"{_named(late)}"
        )
    if early:
        yield f"death_date is before an assessment and not used: {_named(early)}"


def _no_baseline(starts: Mapping[str, date], courses: Mapping[str, Course]) -> Iterator[str]:
    """Patients whose first assessment came after the treatment began."""
    treated = []
    for name, start in starts.items():
        first = courses[name].baseline.time
        if isinstance(first, date) and start < first:
            treated.append(name)
    if treated:
        yield f"treatment_date is before the first assessment, so no baseline: {_named(treated)}"


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else shown
