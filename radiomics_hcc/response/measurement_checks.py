"""What rows of `measurements.csv` must agree on among themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from radiomics_hcc.errors import Problem
from radiomics_hcc.response.measurement import (
    Course,
    LesionStatus,
    Measurement,
    Role,
    Visit,
    time_text,
)

WHOLE_LESION: Final = (LesionStatus.ABSENT, LesionStatus.MERGED)
MEASURED_PARTNER: Final = (
    LesionStatus.MEASURED,
    LesionStatus.TOO_SMALL,
    LesionStatus.NOT_EVALUABLE,
)
NEEDS_BASELINE: Final = (LesionStatus.INCREASED, LesionStatus.PROGRESSED, LesionStatus.MERGED)


def time_problems(rows: Sequence[Measurement]) -> list[Problem]:
    """Dates and day numbers in one table cannot be put in order."""
    dates = [row for row in rows if isinstance(row.assessment, date)]
    days = [row for row in rows if not isinstance(row.assessment, date)]
    if not dates or not days:
        return []
    fewer, more = sorted((dates, days), key=len)
    return [
        Problem(
            row.where,
            f"assessment is {row.assessment} but {more[0].where} has {more[0].assessment}",
            "use dates or day numbers throughout, not both",
        )
        for row in fewer
    ]


def rows_in_order_of_time(rows: Sequence[Measurement]) -> list[Measurement]:
    """The rows of the patients who have dates only, or day numbers only."""
    sorts: dict[str, set[bool]] = defaultdict(set)
    for row in rows:
        sorts[row.patient_id].add(isinstance(row.assessment, date))
    return [row for row in rows if len(sorts[row.patient_id]) == 1]


def course_problems(courses: Sequence[Course]) -> list[Problem]:
    """Everything that contradicts itself within a patient, reader, lesion or assessment."""
    problems = [problem for check in CHECKS for course in courses for problem in check(course)]
    return problems + list(_late_readers(courses))


def _changed_lesions(course: Course) -> Iterator[Problem]:
    first: dict[str, Measurement] = {}
    for row in (row for visit in course.visits for row in visit.measurements):
        known = first.setdefault(row.lesion_id, row)
        for name, old, new in (
            ("role", known.role.value, row.role.value),
            ("site", known.site, row.site),
        ):
            if old != new:
                what = f"lesion {row.lesion_id!r} has {name} {new!r}, but {old!r} in {known.where}"
                yield Problem(row.where, what, f"a lesion keeps its {name}")


def _baseline_rows(course: Course) -> Iterator[Problem]:
    when = time_text(course.baseline.time)
    for row in course.baseline.measurements:
        lesion = f"lesion {row.lesion_id!r}"
        if row.role is Role.NEW and row.status is not LesionStatus.ABSENT:
            remedy = "new means not there at baseline: make it target or non_target"
            yield Problem(row.where, f"{lesion} has role new at the baseline ({when})", remedy)
        elif row.role is not Role.NEW and row.status is LesionStatus.ABSENT:
            remedy = "leave the row out; a lesion that appears later has role new"
            yield Problem(row.where, f"{lesion} is absent at its own baseline ({when})", remedy)
        elif row.status in NEEDS_BASELINE:
            remedy = "nothing came before it to compare with"
            what = f"{lesion} has status {row.status.value!r} at the baseline ({when})"
            yield Problem(row.where, what, remedy)


def _appeared_later(course: Course) -> Iterator[Problem]:
    at_baseline = {row.lesion_id for row in course.baseline.measurements}
    seen: set[str] = set()
    for row in (row for visit in course.visits[1:] for row in visit.measurements):
        if row.role is Role.NEW or row.lesion_id in at_baseline | seen:
            continue
        seen.add(row.lesion_id)
        yield Problem(
            row.where,
            f"{row.role.value} lesion {row.lesion_id!r} has no row at the baseline "
            f"({time_text(course.baseline.time)})",
            "add the baseline row, or use role new",
        )


def _repeated_rows(course: Course) -> Iterator[Problem]:
    for index, visit in enumerate(course.visits):
        for lesion_id in dict.fromkeys(row.lesion_id for row in visit.measurements):
            rows = visit.rows_of(lesion_id)
            if len(rows) > 1:
                yield from _repeated_lesion(rows, is_baseline=index == 0)


def _repeated_lesion(rows: Sequence[Measurement], *, is_baseline: bool) -> Iterator[Problem]:
    first, *others = rows
    for position, row in enumerate(others, start=1):
        what = f"lesion {row.lesion_id!r} stands already in {first.where}"
        twins = [other for other in rows[:position] if replace(other, note=row.note) == row]
        if is_baseline or row.role is not Role.TARGET:
            remedy = "only a target can fall into fragments, and only after the baseline"
            yield Problem(row.where, what, f"{remedy}: delete one, or give it its own lesion_id")
        elif twins:
            remedy = "delete one; for two fragments of equal size write their sum in one row"
            yield Problem(row.where, f"same row as {twins[0].where}", remedy)
        elif any(other.status in WHOLE_LESION for other in rows):
            remedy = "absent and merged hold for the whole lesion: keep one row"
            yield Problem(row.where, f"{what} with another status", remedy)


def _unmerged(course: Course) -> Iterator[Problem]:
    for visit in course.visits:
        for row in visit.measurements:
            if row.status is LesionStatus.MERGED and not _has_partner(row, visit):
                yield Problem(
                    row.where,
                    f"lesion {row.lesion_id!r} is merged, but no other target of site "
                    f"{row.site!r} is measured at this assessment",
                    "measure the common lesion under the other lesion's lesion_id",
                )


def _has_partner(row: Measurement, visit: Visit) -> bool:
    return any(
        other.role is Role.TARGET and other.site == row.site and other.status in MEASURED_PARTNER
        for other in visit.measurements
    )


def _late_readers(courses: Sequence[Course]) -> Iterator[Problem]:
    by_patient: dict[str, list[Course]] = defaultdict(list)
    for course in courses:
        by_patient[course.patient_id].append(course)
    for patient_courses in by_patient.values():
        first = min(course.baseline.time for course in patient_courses)
        for course in patient_courses:
            if course.baseline.time != first:
                yield Problem(
                    course.baseline.measurements[0].where,
                    f"reader {course.reader!r} begins at {time_text(course.baseline.time)}, but "
                    f"patient {course.patient_id!r} has a baseline at {time_text(first)}",
                    "every reader needs the same baseline assessment",
                )


CHECKS: Final[tuple[Callable[[Course], Iterator[Problem]], ...]] = (
    _changed_lesions,
    _baseline_rows,
    _appeared_later,
    _repeated_rows,
    _unmerged,
)
