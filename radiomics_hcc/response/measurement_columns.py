"""The columns of `measurements.csv`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import Problem

REQUIRED_COLUMNS: Final = ("patient_id", "assessment", "lesion_id", "role")
SIZE_COLUMNS: Final = (
    "longest_mm",
    "perpendicular_mm",
    "short_axis_mm",
    "viable_mm",
    "viable_perpendicular_mm",
    "volume_ml",
    "viable_volume_ml",
)
COLUMNS: Final = (
    "patient_id",
    "reader",
    "assessment",
    "lesion_id",
    "role",
    "site",
    "status",
    "finding",
    *SIZE_COLUMNS,
    "mean_hu",
    "note",
)


def column_problems(columns: Iterable[str], where: str) -> list[Problem]:
    """Say which columns are unknown, doubled or missing."""
    names = list(columns)
    problems = [
        Problem(where, f"unknown column {name!r}", did_you_mean(name, list(COLUMNS)))
        for name in names
        if name not in COLUMNS
    ]
    problems += [
        Problem(where, f"column {name!r} stands there {names.count(name)} times", "keep one")
        for name in dict.fromkeys(names)
        if name in COLUMNS and names.count(name) > 1
    ]
    problems += [
        Problem(where, f"no column {name!r}", f"the table must have {', '.join(REQUIRED_COLUMNS)}")
        for name in REQUIRED_COLUMNS
        if name not in names
    ]
    return problems
