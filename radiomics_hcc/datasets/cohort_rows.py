"""Rows of `cohort.csv` to cases."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from radiomics_hcc.datasets.image_paths import OUTSIDE_REMEDY, PathRule
from radiomics_hcc.datasets.nifti import SUFFIXES, FileReader
from radiomics_hcc.datasets.rows import CellReader, CsvTable, Row
from radiomics_hcc.domain.cohort import COHORT_COLUMNS, Case, Phase, Region, Status
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import Problem

REQUIRED: Final = ("patient_id", "timepoint", "image", "mask")
# Only CT numbers have a unit by themselves. OT is DICOM's word for any other image: a map.
UNITS: Final = {"CT": "HU", "MR": "", "PT": "", "OT": ""}
_WHOLE_NUMBER = re.compile(r"[+-]?\d+(\.0*)?")


def header_problems(table: CsvTable) -> list[Problem]:
    """Tell the columns of `cohort.csv` that are missing or unknown."""
    missing = [name for name in REQUIRED if name not in table.columns]
    unknown = [name for name in table.columns if name not in COHORT_COLUMNS]
    return [
        *(Problem(table.header, f"column {name!r} is missing", "add it") for name in missing),
        *(
            Problem(
                table.header, f"unknown column {name!r}", did_you_mean(name, list(COHORT_COLUMNS))
            )
            for name in unknown
        ),
    ]


def cases_of(rows: Iterable[Row], rule: PathRule) -> tuple[list[Case], list[Problem]]:
    """Make a case of every row; a cell that is wrong becomes a problem and its default."""
    cases, problems = [], []
    for row in rows:
        cells = CellReader(row)
        cases.append(_case(cells, rule))
        problems.extend(cells.problems)
    return cases, problems


def _case(cells: CellReader, rule: PathRule) -> Case:
    modality = cells.choice("modality", tuple(UNITS), "CT")
    image, mask = _path(cells, "image", rule), _path(cells, "mask", rule)
    return Case(
        patient_id=cells.required("patient_id"),
        timepoint=cells.required("timepoint"),
        date=cells.day("date"),
        phase=_phase(cells, modality),
        modality=modality,
        region=cells.text("region", Region.LESION),
        lesion_id=cells.text("lesion_id"),
        image=image,
        mask=mask,
        label=_label(cells, mask),
        status=_status(cells),
        source=cells.row.where,
        reader=FileReader(UNITS[modality]),
    )


def _phase(cells: CellReader, modality: str) -> str:
    """A phase of CT is one of four words; elsewhere it is the name of a sequence."""
    if modality != "CT" or not cells.text("phase"):
        return cells.text("phase")
    return cells.choice("phase", tuple(Phase), "")


def _status(cells: CellReader) -> Status:
    known = len(cells.problems)
    status = Status(cells.choice("status", tuple(Status), Status.PRESENT))
    if status is Status.PRESENT and len(cells.problems) == known:
        for column in ("image", "mask"):
            if cells.is_blank(column):
                remedy = "give it, or write absent under status where the lesion has vanished"
                cells.refuse(f"no {column} for a region that is present", remedy)
    return status


def _path(cells: CellReader, column: str, rule: PathRule) -> Path | None:
    text = cells.text(column)
    if not text:
        return None
    try:
        return rule.resolve(text)
    except ValueError as error:
        cells.refuse(f"{column} {error}", OUTSIDE_REMEDY)
        return None


def _label(cells: CellReader, mask: Path | None) -> int | str:
    """A label map takes a whole number from 1; spreadsheets like to write it as 2.0."""
    text = cells.text("label", "1")
    if _WHOLE_NUMBER.fullmatch(text):
        number = int(text.partition(".")[0])
        if number < 1:
            cells.refuse(f"label {number} is background or negative", "labels begin at 1")
        return max(number, 1)
    if mask is not None and mask.name.lower().endswith(SUFFIXES):
        remedy = "names belong to DICOM SEG and RTSTRUCT; give the integer of the label map"
        cells.refuse(f"label {text!r} is no whole number", remedy)
        return 1
    return text
