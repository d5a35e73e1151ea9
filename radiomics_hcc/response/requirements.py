"""What a criterion needs of a table of measurements, and which rows do not have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from radiomics_hcc.errors import Problem
from radiomics_hcc.response.measurement import (
    LIVER,
    NODE_PORTA_HEPATIS,
    PORTAL_VEIN,
    Course,
    LesionStatus,
    Measurement,
    Role,
)
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.new_lesion_evidence import last_finding

UNSIZED = (LesionStatus.ABSENT, LesionStatus.NOT_EVALUABLE, LesionStatus.EQUIVOCAL)
ColumnOf: TypeAlias = Callable[[Measurement], str]
"""The column that holds the size of a target, by its site."""


def always(column: str) -> ColumnOf:
    """The same column at every site."""
    return lambda _: column


def missing_columns(
    measurements: Measurements, column_of: ColumnOf, criterion: str
) -> list[Problem]:
    """Columns that measured targets need and the table does not have."""
    needed: dict[str, list[Measurement]] = {}
    for row in measurements.rows:
        if row.role is Role.TARGET and row.status is LesionStatus.MEASURED:
            needed.setdefault(column_of(row), []).append(row)
    return [
        Problem(
            measurements.source,
            f"no column {column!r}, which {criterion} needs for {len(rows)} measured targets",
            f"add it; the first such target is in {rows[0].where}",
        )
        for column, rows in needed.items()
        if column not in measurements.columns
    ]


def new_lesion_gaps(
    measurements: Measurements, gaps: Mapping[str, Callable[[list[Measurement]], str]]
) -> list[Problem]:
    """Cells that the criterion needs to judge new lesions and that are empty.

    Parameters
    ----------
    measurements
        The table.
    gaps
        By site, what is missing in the last of the rows of one new lesion; empty where nothing.
    """
    return [
        Problem(rows[-1].where, f"new lesion {rows[-1].lesion_id!r}: {gap}", "fill it in")
        for course in measurements.imaging_courses
        for rows in _rows_so_far(course)
        if rows[-1].site in gaps and (gap := gaps[rows[-1].site](rows))
    ]


def thrombus_gap(rows: list[Measurement]) -> str:
    """A new thrombus is tumour or bland."""
    return "" if last_finding(rows) else "finding is empty: tumour or bland?"


def nodule_gap(rows: list[Measurement]) -> str:
    """A new liver nodule needs a size, and the pattern of its enhancement."""
    if rows[-1].status is LesionStatus.TOO_SMALL:
        return ""
    if rows[-1].longest_mm is None:
        return "longest_mm is empty"
    return "" if last_finding(rows) else "finding is empty: typical or atypical?"


def porta_hepatis_gap(rows: list[Measurement]) -> str:
    """A new node at the porta hepatis is judged by its short axis."""
    is_small = rows[-1].status is LesionStatus.TOO_SMALL
    return "" if is_small or rows[-1].short_axis_mm is not None else "short_axis_mm is empty"


THROMBUS_GAPS: Mapping[str, Callable[[list[Measurement]], str]] = {PORTAL_VEIN: thrombus_gap}
HEPATOCELLULAR_GAPS: Mapping[str, Callable[[list[Measurement]], str]] = {
    **THROMBUS_GAPS,
    LIVER: nodule_gap,
    NODE_PORTA_HEPATIS: porta_hepatis_gap,
}


def _rows_so_far(course: Course) -> Iterator[list[Measurement]]:
    """For every row of a new lesion that is seen: the rows of that lesion until then."""
    for name in course.lesions(Role.NEW):
        rows: list[Measurement] = []
        for visit in course.visits:
            for row in visit.rows_of(name):
                rows.append(row)
                if row.status not in UNSIZED:
                    yield list(rows)
