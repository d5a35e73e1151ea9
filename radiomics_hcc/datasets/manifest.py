"""`cohort.csv` and `patients.csv` to a Cohort; every problem at once, no image kept."""

from __future__ import annotations

from pathlib import Path

from radiomics_hcc.datasets.batch_csv import cohort_rows_of, is_batch_csv
from radiomics_hcc.datasets.cohort_rows import cases_of, header_problems
from radiomics_hcc.datasets.file_checks import CheckLevel, check_cohort
from radiomics_hcc.datasets.image_paths import PathRule
from radiomics_hcc.datasets.patients import missing_patients, read_patients
from radiomics_hcc.datasets.rows import CsvTable, read_csv_table
from radiomics_hcc.domain.cohort import Case, Cohort, Patient
from radiomics_hcc.errors import InputError, Problem

__all__ = ["CheckLevel", "check_cohort", "load_cohort"]

PATIENTS_NAME = "patients.csv"


def load_cohort(
    cohort_csv: Path | str,
    patients_csv: Path | str | None = None,
    *,
    check: CheckLevel = "voxels",
    allow_outside: bool = False,
    allow_other_grids: bool = False,
) -> Cohort:
    """Load the regions of interest that a table names; images are read when asked for.

    Parameters
    ----------
    cohort_csv
        `cohort.csv`, or a batch CSV of PyRadiomics (`Image`, `Mask`, optional `Label`).
    patients_csv
        Table of patients; by default `patients.csv` beside the cohort when it is there. Patients
        without a case are kept.
    check
        How far to look, see `check_cohort`.
    allow_outside
        Whether paths may lead outside the folder of the table; those of a batch CSV always may.
    allow_other_grids
        Whether a mask may lie on another grid than its image, as the parameter file resamples it.

    Raises
    ------
    InputError
        Lists everything that is wrong, each with `file:line`, in the order of the files.
    """
    path = Path(cohort_csv)
    table = read_csv_table(path)
    cases, problems = _cases(table, allow_outside=allow_outside)
    patients_path = _patients_path(path, patients_csv)
    patients, patient_problems = _patients(cases, patients_path)
    sources = (path,) if patients_path is None else (path, patients_path)
    cohort = Cohort(tuple(cases), patients, sources)
    problems += patient_problems + check_cohort(cohort, check, allow_other_grids=allow_other_grids)
    if problems:
        names = [source.name for source in sources]
        problems.sort(key=lambda problem: _place(problem, names))
        raise InputError(problems, title=str(cohort_csv))
    return cohort


def _cases(table: CsvTable, *, allow_outside: bool) -> tuple[list[Case], list[Problem]]:
    is_batch = is_batch_csv(table)
    problems = list(table.problems) + ([] if is_batch else header_problems(table))
    if not table.rows and not table.problems:
        problems.append(Problem(table.header, "the table has no rows", "add one per region"))
    rows = cohort_rows_of(table) if is_batch else table.rows
    rule = PathRule(table.path.parent, allow_outside=allow_outside or is_batch)
    cases, cell_problems = cases_of(rows, rule)
    return cases, problems + cell_problems


def _patients_path(cohort_csv: Path, patients_csv: Path | str | None) -> Path | None:
    if patients_csv is not None:
        return Path(patients_csv)
    beside = cohort_csv.with_name(PATIENTS_NAME)
    return beside if beside.is_file() else None


def _patients(cases: list[Case], path: Path | None) -> tuple[dict[str, Patient], list[Problem]]:
    if path is None:
        names = dict.fromkeys(case.patient_id for case in cases)
        return {name: Patient(name) for name in names}, []
    try:
        patients, problems = read_patients(path)
    except InputError as error:
        return {}, list(error.problems)
    return patients, problems + missing_patients(cases, patients, path.name)


def _place(problem: Problem, names: list[str]) -> tuple[int, int]:
    """Order by file, then by line."""
    name, _, line = problem.where.rpartition(":")
    return (names.index(name) if name in names else -1, int(line) if line.isdigit() else 0)
