"""The check that the parameters of all criteria have in common."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping

from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import ConfigError, Problem


def check_parameters(criterion: Step, choices: Mapping[str, tuple[str, ...]] | None = None) -> None:
    """Refuse sizes, percentages, switches and words that are none.

    Parameters
    ----------
    criterion
        A parameter that ends in `_mm` or `_ng_ml` is at least 0, one in `_increase_percent` a
        number above 0, one in `_decrease_percent` a number above 0 and below 100, one with
        `_fraction_` a number from 0 to 1; one whose default is true or false is a switch.
    choices
        By parameter, the words that it may be.

    Raises
    ------
    ConfigError
        With every wrong parameter.
    """
    problems = [
        Problem(f"{criterion.kind}.{name}", f"is {value!r}", remedy)
        for name, value in criterion.to_config().items()
        for remedy in _remedies(criterion, name, value, choices or {})
    ]
    if problems:
        raise ConfigError(problems)


def _remedies(
    criterion: Step, name: str, value: object, choices: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    if name.endswith("_mm") and not _is_number(value, least=0):
        yield "give a size in mm, 0 or more"
    if name.endswith("_ng_ml") and not _is_number(value, least=0):
        yield "give a concentration in ng/mL, 0 or more"
    if name.endswith("_percent") and not _is_percentage(name, value):
        yield "give a number of per cent above 0 (a decrease: below 100)"
    if "_fraction_" in name and not (_is_number(value, least=0, below=1) or value == 1):
        yield "give a share from 0 to 1"
    if name in _switches(criterion) and not isinstance(value, bool):
        yield "give true or false"
    if name in choices and value not in choices[name]:
        yield f"choose {' or '.join(choices[name])}"


def _switches(criterion: Step) -> set[str]:
    if not dataclasses.is_dataclass(criterion):
        raise TypeError(f"{type(criterion).__name__} must be a dataclass")
    return {f.name for f in dataclasses.fields(criterion) if isinstance(f.default, bool)}


def _is_percentage(name: str, value: object) -> bool:
    if not _is_number(value, least=0) or value == 0:
        return False
    return not name.endswith("_decrease_percent") or _is_number(value, least=0, below=100)


def _is_number(value: object, *, least: float, below: float = math.inf) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and least <= value < below
