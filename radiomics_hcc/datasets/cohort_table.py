"""`cohort.csv` as it stands, to be completed: its rows as written, and the case of each."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from radiomics_hcc.datasets.cohort_rows import cases_of, header_problems
from radiomics_hcc.datasets.consistency import NO_NAME
from radiomics_hcc.datasets.file_checks import check_cohort
from radiomics_hcc.datasets.image_paths import PathRule
from radiomics_hcc.datasets.rows import Row, read_csv_table
from radiomics_hcc.domain.cohort import COHORT_COLUMNS, Case, Cohort, Patient, Region
from radiomics_hcc.errors import InputError, Problem

PATHS: Final = ("image", "mask")


@dataclass(frozen=True, eq=False)
class CohortTable:
    """The rows of a `cohort.csv`.

    Parameters
    ----------
    path
        The file.
    columns
        Their names in the order of the file.
    rows
        Cells by column, as written, with `file:line`.
    cases
        The case of each row, in the same order.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)
    cases: tuple[Case, ...] = field(repr=False)


def read_cohort_table(
    path: Path, *, allow_outside: bool = False, needs_phases: bool = True
) -> CohortTable:
    """Read a `cohort.csv` whose lesions may lack a name, and check it down to its voxels.

    Masks may lie on another grid than their image.

    Parameters
    ----------
    path
        The table.
    allow_outside
        Whether paths may lead outside the folder of the table.
    needs_phases
        Whether two images of one time point must be told apart by their phases.

    Raises
    ------
    InputError
        With everything that is wrong with it, apart from lesions without a name.
    """
    table = read_csv_table(path)
    cases, problems = cases_of(table.rows, PathRule(path.parent, allow_outside=allow_outside))
    problems = [*table.problems, *header_problems(table), *problems]
    if not table.rows:
        problems.append(Problem(table.header, "the table has no rows", "add one per region"))
    named = tuple(_named(case, needs_phases=needs_phases) for case in cases)
    patients = {case.patient_id: Patient(case.patient_id) for case in cases}
    problems += check_cohort(Cohort(named, patients), "voxels", allow_other_grids=True)
    if problems:
        raise InputError(problems, str(path))
    return CohortTable(path, table.columns, table.rows, tuple(cases))


def write_cohort_table(table: CohortTable, cells: Sequence[Mapping[str, str]], path: Path) -> None:
    """Write the rows of a table, completed, as `cohort.csv`.

    Columns of the format that the table did not have are added where a row needs them; paths are
    told from the new file's folder.

    Parameters
    ----------
    table
        Where the rows come from.
    cells
        Cells by column of every row.
    path
        The file to write; its folder is there.
    """
    needed = {name for row in cells for name, text in row.items() if text}
    added = [name for name in COHORT_COLUMNS if name in needed and name not in table.columns]
    columns = [*table.columns, *added]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(_moved(row, table.path.parent, path.parent) for row in cells)
    path.write_text(text.getvalue(), encoding="utf-8")


def _named(case: Case, *, needs_phases: bool) -> Case:
    """The case with words of its own where its lesion or phase has none, to tell rows apart."""
    if case.region == Region.LESION and not case.lesion_id:
        case = replace(case, lesion_id=f"{NO_NAME}{case.source}")
    if not needs_phases and not case.phase:
        case = replace(case, phase=f"{NO_NAME}{case.image}")
    return case


def _moved(cells: Mapping[str, str], old: Path, new: Path) -> dict[str, str]:
    """The cells with relative paths told from another folder."""
    if old.absolute() == new.absolute():
        return dict(cells)
    paths = {
        name: Path(os.path.relpath((old / cells[name]).absolute(), new.absolute())).as_posix()
        for name in PATHS
        if cells.get(name) and not Path(cells[name]).is_absolute()
    }
    return {**cells, **paths}
