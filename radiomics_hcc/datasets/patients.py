"""`patients.csv`: treatment, clinical columns and labels of every patient."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from radiomics_hcc.datasets.rows import CellReader, CsvTable, Row, read_csv_table
from radiomics_hcc.domain.cohort import Case, Patient
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem

OWN_COLUMNS: Final = ("patient_id", "treatment", "treatment_date")
EMPTY_WORDS: Final = ("", "NA", "N/A", "n/a", "NaN", "nan")  # "None" is a finding, not a gap
_INTEGER = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def read_patients(
    path: Path, *, identity: str = "patient_id"
) -> tuple[dict[str, Patient], list[Problem]]:
    """Read `patients.csv`.

    A column is numbers where every cell that is not empty is one, days where its name ends in
    `_date`, else text. An empty cell, `NA` or `NaN` is left out of `Patient.clinical`.

    Parameters
    ----------
    path
        The table.
    identity
        Column that says who the patient is.

    Returns
    -------
    tuple
        Patients by identity in the order of the file, and what is wrong with the table.

    Raises
    ------
    InputError
        Where the file cannot be read as a table at all or has no column `identity`.
    """
    table = read_csv_table(path)
    problems = list(table.problems)
    if identity not in table.columns:
        near = did_you_mean(identity, list(table.columns))
        raise InputError([Problem(table.header, f"column {identity!r} is missing", near)])
    numbers = _number_types(table)
    patients: dict[str, Patient] = {}
    lines: dict[str, str] = {}
    for row in table.rows:
        cells = CellReader(row)
        patient = _patient(cells, identity, numbers)
        problems.extend(cells.problems)
        if patient.patient_id in patients:
            what = f"patient {patient.patient_id!r} comes twice, first at"
            problems.append(row.problem(f"{what} {lines[patient.patient_id]}", "keep one row"))
        elif patient.patient_id:
            patients[patient.patient_id] = patient
            lines[patient.patient_id] = row.where
    return patients, problems


def missing_patients(
    cases: Iterable[Case], patients: Mapping[str, Patient], name: str
) -> list[Problem]:
    """Tell the patients of the cohort that have no row in the table of patients."""
    first: dict[str, Case] = {}
    for case in cases:
        first.setdefault(case.patient_id, case)
    return [
        Problem(case.source, f"patient {patient!r} has no row in {name}", "add one")
        for patient, case in first.items()
        if patient and patient not in patients
    ]


def _patient(
    cells: CellReader, identity: str, numbers: Mapping[str, type[int] | type[float]]
) -> Patient:
    clinical = {
        column: _value(cells, column, numbers)
        for column in cells.row.cells
        if column not in (identity, *OWN_COLUMNS) and not _is_empty(cells.row, column)
    }
    return Patient(
        patient_id=cells.required(identity),
        treatment="" if _is_empty(cells.row, "treatment") else cells.text("treatment"),
        treatment_date=None
        if _is_empty(cells.row, "treatment_date")
        else cells.day("treatment_date"),
        clinical=clinical,
    )


def _value(
    cells: CellReader, column: str, numbers: Mapping[str, type[int] | type[float]]
) -> object:
    if column.endswith("_date"):
        return cells.day(column)
    return numbers.get(column, str)(cells.text(column))


def _number_types(table: CsvTable) -> dict[str, type[int] | type[float]]:
    """Which columns hold whole numbers and which hold numbers."""
    types: dict[str, type[int] | type[float]] = {}
    for column in table.columns:
        filled = [row.cells[column] for row in table.rows if not _is_empty(row, column)]
        if filled and all(_INTEGER.fullmatch(cell) for cell in filled):
            types[column] = int
        elif filled and all(_NUMBER.fullmatch(cell) for cell in filled):
            types[column] = float
    return types


def _is_empty(row: Row, column: str) -> bool:
    return row.cells.get(column, "") in EMPTY_WORDS
