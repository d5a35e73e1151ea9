"""The check that the parameters of all criteria have in common."""

from __future__ import annotations

import dataclasses
import math

from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import ConfigError, Problem


def check_sizes(criterion: Step) -> None:
    """Refuse a size in mm that is not a finite number of at least 0, and a switch that is none.

    Raises
    ------
    ConfigError
        With every wrong parameter.
    """
    problems = [
        Problem(f"{criterion.kind}.{name}", f"is {value!r}", "give a size in mm, 0 or more")
        for name, value in criterion.to_config().items()
        if name.endswith("_mm") and not _is_size(value)
    ]
    problems += [
        Problem(f"{criterion.kind}.{name}", f"is {value!r}", "give true or false")
        for name, value in criterion.to_config().items()
        if name in _switches(criterion) and not isinstance(value, bool)
    ]
    if problems:
        raise ConfigError(problems)


def _switches(criterion: Step) -> set[str]:
    if not dataclasses.is_dataclass(criterion):
        raise TypeError(f"{type(criterion).__name__} must be a dataclass")
    return {f.name for f in dataclasses.fields(criterion) if isinstance(f.default, bool)}


def _is_size(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and value >= 0
