"""The table of what readers measured: `measurements.csv` read, checked and put in order."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import groupby
from pathlib import Path

import pandas as pd

from radiomics_hcc.domain.measurement_columns import MEASUREMENT_COLUMNS, NUMBER_COLUMNS
from radiomics_hcc.domain.response import FLAG_SEPARATOR
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.response.column_problems import column_problems
from radiomics_hcc.response.csv_lines import csv_lines
from radiomics_hcc.response.marker_checks import marker_problems
from radiomics_hcc.response.measurement import Course, Measurement, Visit
from radiomics_hcc.response.measurement_checks import (
    course_problems,
    rows_in_order_of_time,
    time_problems,
)
from radiomics_hcc.response.measurement_row import RowParser
from radiomics_hcc.response.suspects import unit_warnings
from radiomics_hcc.response.time_warnings import time_warnings


@dataclass(frozen=True)
class Measurements:
    """What readers measured and saw, one row per lesion and assessment.

    Parameters
    ----------
    rows
        By patient, reader, time and lesion, whatever the order of the file.
    columns
        Columns that the table had.
    source
        Where it came from, for messages.
    warnings
        What looks wrong although the table can be used: sizes that seem to be in another unit,
        assessments out of order. Each as `file:line: what; what to do`.
    """

    rows: tuple[Measurement, ...]
    columns: tuple[str, ...]
    source: str
    warnings: tuple[str, ...] = ()

    @cached_property
    def courses(self) -> tuple[Course, ...]:
        """One course per patient and reader, blood values included."""
        return courses_of(self.rows)

    @cached_property
    def imaging_courses(self) -> tuple[Course, ...]:
        """One course per patient and reader with images, without blood values."""
        return tuple(_imaging(self.courses))

    @cached_property
    def marker_courses(self) -> tuple[Course, ...]:
        """The courses with blood values, and an empty one for each patient who has none.

        Blood values need no reader; the readers of the images are then not asked for any.
        """
        sampled = [c for c in self.courses if any(visit.has_markers for visit in c.visits)]
        readers = sorted({course.reader for course in sampled})
        missing = sorted({row.patient_id for row in self.rows} - {c.patient_id for c in sampled})
        empty = [Course(patient, reader, ()) for patient in missing for reader in readers]
        return tuple(sorted([*sampled, *empty], key=lambda c: (c.patient_id, c.reader)))

    def courses_for(self, *, markers: bool) -> tuple[Course, ...]:
        """The courses that a criterion judges: by blood values, or by images."""
        return self.marker_courses if markers else self.imaging_courses

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Measurements:
        """Take the columns of `measurements.csv` from a DataFrame.

        Parameters
        ----------
        frame
            Sizes may be numbers or text; a float counts as its shortest decimal spelling, so
            9.8 is 98/10. Missing cells may be None, NaN or empty.

        Raises
        ------
        InputError
            As `read_measurements`; rows are named by their position, the first is `row 1`.
        """
        columns = [str(name) for name in frame.columns]
        cells = [[_cell_text(value) for value in row] for row in frame.itertuples(index=False)]
        lines = [(f"row {position}", row) for position, row in enumerate(cells, start=1)]
        unusable = column_problems(columns, "measurements")
        if unusable:
            raise InputError(unusable, title="measurements cannot be read")
        return _measurements(columns, lines, "measurements")

    def frame(self) -> pd.DataFrame:
        """The columns that the table had, in canonical order; sizes are floats."""
        names = [name for name in MEASUREMENT_COLUMNS if name in self.columns]
        names += [name for name in ("site", "status") if name not in names]
        records = [{name: _frame_value(row, name) for name in names} for row in self.rows]
        frame = pd.DataFrame(
            records, columns=[name for name in MEASUREMENT_COLUMNS if name in names]
        )
        return frame.astype({name: float for name in NUMBER_COLUMNS if name in names})

    def __len__(self) -> int:
        return len(self.rows)

    def _repr_html_(self) -> str:
        patients = len({row.patient_id for row in self.rows})
        readers = len({row.reader for row in self.rows if not row.is_marker})
        caption = f"{len(self)} measurements, {patients} patients, {readers} readers"
        warned = "".join(f"<li>{html.escape(warning)}</li>" for warning in self.warnings)
        table = self.frame().to_html(index=False, na_rep="", max_rows=60)
        return f"<p>{html.escape(caption)}</p>{f'<ul>{warned}</ul>' if warned else ''}{table}"


def read_measurements(path: Path | str) -> Measurements:
    """Read and check a `measurements.csv`.

    One row per lesion and assessment (and reader), UTF-8, separated by commas. The first
    assessment of a patient is the baseline. Sizes are taken exactly as written.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        With every problem of the file at once, each as `file:line`.
    """
    file = Path(path)
    header, lines = csv_lines(file)
    unusable = column_problems(header, f"{file}:1")
    if unusable:
        raise InputError(unusable, title=f"{file} cannot be read")
    return _measurements(header, lines, str(file))


def courses_of(rows: Iterable[Measurement]) -> tuple[Course, ...]:
    """Put rows in order: one course per patient and reader, visits by time."""
    by_course = sorted(rows, key=lambda row: (row.patient_id, row.reader))
    return tuple(
        Course(patient_id, reader, _visits(list(group)))
        for (patient_id, reader), group in groupby(
            by_course, key=lambda row: (row.patient_id, row.reader)
        )
    )


def _visits(rows: Sequence[Measurement]) -> tuple[Visit, ...]:
    times = sorted({row.assessment for row in rows})
    by_lesion = sorted(rows, key=lambda row: row.lesion_id)
    return tuple(
        Visit(time, tuple(row for row in by_lesion if row.assessment == time)) for time in times
    )


def _measurements(
    header: Sequence[str], lines: Sequence[tuple[str, Sequence[str]]], source: str
) -> Measurements:
    if not lines:
        problem = Problem(source, "has no rows", "write one row per lesion and assessment")
        raise InputError([problem], title=f"{source} cannot be read")
    problems: list[Problem] = []
    rows, broken_patients = _parsed(header, lines, problems)
    orderly = rows_in_order_of_time(rows)
    courses = courses_of(orderly)
    whole = [course for course in courses if course.patient_id not in broken_patients]
    problems += [*time_problems(rows), *course_problems(_imaging(whole)), *marker_problems(rows)]
    seen = _imaging(courses)
    warnings = _in_order([*time_warnings(orderly, seen), *unit_warnings(seen)], lines)
    if problems:
        doubts = [replace(warning, what=f"warning: {warning.what}") for warning in warnings]
        raise InputError(_in_order([*problems, *doubts], lines), title=f"{source} cannot be used")
    ordered = (row for course in courses for visit in course.visits for row in visit.measurements)
    return Measurements(tuple(ordered), tuple(header), source, tuple(map(str, warnings)))


def _imaging(courses: Iterable[Course]) -> list[Course]:
    return [seen for seen in (course.imaging for course in courses) if seen is not None]


def _in_order(
    problems: Iterable[Problem], lines: Sequence[tuple[str, Sequence[str]]]
) -> list[Problem]:
    order = {where: position for position, (where, _) in enumerate(lines)}
    return sorted(problems, key=lambda problem: order[problem.where])


def _parsed(
    header: Sequence[str], lines: Sequence[tuple[str, Sequence[str]]], problems: list[Problem]
) -> tuple[list[Measurement], set[str]]:
    """Read the rows; a patient with a broken row is named, as what is left would mislead."""
    rows = []
    broken_patients = set()
    unnamed = _empty_columns(header, lines) & {"reader"}
    for where, cells in lines:
        named = dict(zip(header, cells, strict=False))
        if len(cells) != len(header):
            broken_patients.add(named["patient_id"].strip())
            what = f"has {len(cells)} cells, the header {len(header)}"
            problems.append(Problem(where, what, "is a comma missing, or one too many?"))
            continue
        parser = RowParser({k: v for k, v in named.items() if k not in unnamed}, where)
        row = parser.parse()
        problems.extend(parser.problems)
        if row is None:
            broken_patients.add(parser.cells["patient_id"])
        else:
            rows.append(row)
    return rows, broken_patients


def _empty_columns(header: Sequence[str], lines: Sequence[tuple[str, Sequence[str]]]) -> set[str]:
    filled = {
        name
        for _, cells in lines
        for name, cell in zip(header, cells, strict=False)
        if cell.strip()
    }
    return set(header) - filled


def _cell_text(value: object) -> str:
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value)


def _frame_value(row: Measurement, name: str) -> object:
    value = row.value(name)
    if isinstance(value, date):
        return value.isoformat()
    return FLAG_SEPARATOR.join(value) if isinstance(value, tuple) else value
