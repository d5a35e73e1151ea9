"""Which columns of `measurements.csv` are unknown, doubled or missing."""

from __future__ import annotations

from collections.abc import Iterable

from radiomics_hcc.domain.measurement_columns import MEASUREMENT_COLUMNS, REQUIRED_COLUMNS
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import Problem


def column_problems(columns: Iterable[str], where: str) -> list[Problem]:
    """Say which columns are unknown, doubled or missing."""
    names = list(columns)
    problems = [
        Problem(where, f"unknown column {name!r}", did_you_mean(name, list(MEASUREMENT_COLUMNS)))
        for name in names
        if name not in MEASUREMENT_COLUMNS
    ]
    problems += [
        Problem(where, f"column {name!r} stands there {names.count(name)} times", "keep one")
        for name in dict.fromkeys(names)
        if name in MEASUREMENT_COLUMNS and names.count(name) > 1
    ]
    problems += [
        Problem(where, f"no column {name!r}", f"the table must have {', '.join(REQUIRED_COLUMNS)}")
        for name in REQUIRED_COLUMNS
        if name not in names
    ]
    return problems
