"""The table of criteria: one line for each, and those of installed packages."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Final

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import ConfigError, Problem
from radiomics_hcc.response.afp import AFPResponse
from radiomics_hcc.response.choi import Choi
from radiomics_hcc.response.criterion import Criterion
from radiomics_hcc.response.easl import EASL
from radiomics_hcc.response.imrecist import IMRECIST
from radiomics_hcc.response.irecist import IRECIST
from radiomics_hcc.response.lirads_tr import LiradsTR
from radiomics_hcc.response.mchoi import ModifiedChoi
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.qeasl import QEASL
from radiomics_hcc.response.recist11 import RECIST11
from radiomics_hcc.response.vrecist import VRECIST
from radiomics_hcc.response.who import WHO

ENTRY_POINT_GROUP: Final = "radiomics_hcc.criteria"
BUILT_IN: Final[tuple[type[Criterion], ...]] = (
    AFPResponse,
    LiradsTR,
    MRECIST,
    RECIST11,
    IRECIST,
    IMRECIST,
    Choi,
    EASL,
    ModifiedChoi,
    QEASL,
    VRECIST,
    WHO,
)


def criteria() -> Mapping[str, type[Criterion]]:
    """All criteria by kind: ours, then those that installed packages offer.

    A package offers one as an entry point of the group `radiomics_hcc.criteria`, named by the
    kind.

    Raises
    ------
    ConfigError
        Where two criteria have one kind.
    """
    table = {criterion.kind: criterion for criterion in BUILT_IN}
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        if entry.name in table:
            problem = Problem(entry.value, f"a criterion {entry.name!r} exists already")
            raise ConfigError([problem], title="criteria")
        table[entry.name] = entry.load()
    return table


def criterion_class(kind: str) -> type[Criterion]:
    """Look a criterion up by its kind.

    Raises
    ------
    ConfigError
        Where there is none; names the nearest.
    """
    table = criteria()
    if kind not in table:
        remedy = did_you_mean(kind, list(table))
        raise ConfigError([Problem("criterion", f"unknown criterion {kind!r}", remedy)])
    return table[kind]


def criterion_of(criterion: Criterion | str) -> Criterion:
    """A criterion as it is, or with its default parameters where only its kind is named.

    Raises
    ------
    ConfigError
        Where there is none of that kind.
    """
    return criterion_class(criterion)() if isinstance(criterion, str) else criterion
