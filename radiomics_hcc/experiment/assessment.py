"""Response of the patients in a measurements file, by a criterion named in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from radiomics_hcc.datasets.yaml_file import parse_yaml
from radiomics_hcc.domain.response import ResponseTable
from radiomics_hcc.errors import ConfigError, Problem
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.best_response import best
from radiomics_hcc.response.criteria import criterion_class
from radiomics_hcc.response.measurements import read_measurements


def assess_file(measurements: Path, criterion: str, settings: Sequence[str] = ()) -> ResponseTable:
    """Assess a measurements file.

    Parameters
    ----------
    measurements
        The table.
    criterion
        Kind of the criterion.
    settings
        `parameter=value` of the criterion, such as `progression_min_mm=5`.

    Raises
    ------
    ConfigError
        For an unknown criterion or parameter.
    InputError
        With everything that is wrong with the table.
    """
    parameters = dict(_setting(text) for text in settings)
    chosen = criterion_class(criterion).from_config(parameters)
    return assess(read_measurements(measurements), chosen)


def with_best(table: ResponseTable, confirmation_days: int | None = None) -> pd.DataFrame:
    """The assessments with the best overall response and the time to progression beside them.

    A patient without any follow-up has a row that says so.
    """
    reached = best(table, confirmation_days=confirmation_days).frame()
    reached = reached.rename(columns={"reason": "best_reason"})
    return table.frame().merge(reached, on=["patient_id", "reader"], how="outer")


def sentence(table: ResponseTable) -> str:
    """How many of what, in words."""
    frame = table.frame()
    counts = ", ".join(
        f"{word} {count}" for word, count in frame["response"].value_counts().items()
    )
    patients = frame["patient_id"].nunique()
    without = len(table.without_follow_up)
    missing = f"; without follow-up: {without}" if without else ""
    return f"{patients} patients by {table.criterion}: {counts or 'no assessment'}{missing}"


def _setting(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError([Problem(f"--set {text}", "has no '='", "write parameter=value")])
    return name, parse_yaml(value, Path(f"--set {name}")).data
