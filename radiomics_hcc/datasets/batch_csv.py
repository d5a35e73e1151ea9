"""PyRadiomics' own batch CSV: `Image`, `Mask`, optional `Label`, any other columns."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from radiomics_hcc.datasets.image_paths import PathRule
from radiomics_hcc.datasets.itk_files import suffix_of
from radiomics_hcc.datasets.rows import CsvTable, Row
from radiomics_hcc.domain.cohort import COHORT_COLUMNS, Timepoint

PATIENT_COLUMNS: Final = ("patient_id", "PatientID", "Patient", "ID", "Subject")
_RENAMED: Final = {"Image": "image", "Mask": "mask", "Label": "label"}


def is_batch_csv(table: CsvTable) -> bool:
    """Whether the header is that of a PyRadiomics batch."""
    return {"Image", "Mask"} <= set(table.columns)


def cohort_rows_of(table: CsvTable) -> tuple[Row, ...]:
    """Rewrite the rows of a batch in the columns of `cohort.csv`.

    The patient is read from the first of `PATIENT_COLUMNS` that is there, else it is the name
    of the image file without suffix, or, where files of one name lie in several folders, its
    path. The time point is `pre` unless a column tells. Where a patient has several regions at a
    time point and there is no `lesion_id`, the label names them, and the mask file where labels
    repeat. Columns of `cohort.csv` keep their meaning; all others stay behind.
    """
    rows = tuple(replace(row, cells=_renamed(row.cells)) for row in table.rows)
    rows = _with_patients(table, rows)
    return rows if "lesion_id" in table.columns else _with_lesions(rows)


def _renamed(cells: Mapping[str, str]) -> dict[str, str]:
    renamed = {_RENAMED.get(name, name): cell for name, cell in cells.items()}
    known = {*COHORT_COLUMNS, *PATIENT_COLUMNS}
    kept = {name: cell for name, cell in renamed.items() if name in known}
    return {**kept, "timepoint": kept.get("timepoint") or Timepoint.PRE.value}


def _with_patients(table: CsvTable, rows: Iterable[Row]) -> tuple[Row, ...]:
    named = next((name for name in PATIENT_COLUMNS if name in table.columns), None)
    if named:
        return tuple(_with(row, patient_id=row.cells[named]) for row in rows)
    rule = PathRule(table.path.parent, allow_outside=True)
    files = {row.where: rule.resolve(row.cells["image"] or row.where) for row in rows}
    names = _names_of_files(set(files.values()))
    return tuple(_with(row, patient_id=names[files[row.where]]) for row in rows)


def _names_of_files(paths: set[Path]) -> dict[Path, str]:
    """Short names that tell files apart: the stem, else the path below the folder they share."""
    stems = {path: _stem(path.name) for path in paths}
    if len(set(stems.values())) == len(paths):
        return stems
    folder = os.path.commonpath([path.parent for path in paths])
    return {path: (path.relative_to(folder).parent / stems[path]).as_posix() for path in paths}


def _with_lesions(rows: Iterable[Row]) -> tuple[Row, ...]:
    by_patient: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_patient[row.cells["patient_id"]].append(row)
    names = {row.where: name for members in by_patient.values() for row, name in _lesions(members)}
    return tuple(_with(row, lesion_id=names[row.where]) for row in rows)


def _lesions(rows: Sequence[Row]) -> list[tuple[Row, str]]:
    """Name the regions of one patient: not at all, by label, or by mask file and label."""
    labels = [row.cells.get("label", "") for row in rows]
    timepoints = [row.cells["timepoint"] for row in rows]
    if len(set(timepoints)) == len(rows):
        return [(row, "") for row in rows]
    if len(set(zip(timepoints, labels, strict=True))) == len(rows):
        return list(zip(rows, labels, strict=True))
    return [
        (row, " ".join(part for part in (_stem(row.cells["mask"]), label) if part))
        for row, label in zip(rows, labels, strict=True)
    ]


def _stem(path: str) -> str:
    name = Path(path).name
    return name[: len(name) - len(suffix_of(Path(path)))]


def _with(row: Row, **cells: str) -> Row:
    return replace(row, cells={**row.cells, **cells})
