"""Whether a record holds the evidence of an item, and the evidence in words."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Final

import pandas as pd

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.report.checklists.places import EITHER, look
from radiomics_hcc.report.checklists.value_words import text_of, texts_of, words_of

COUNT, ROWS, NAMES = "count", "rows", "names"
FORMS: Final = (COUNT, ROWS, NAMES)
"""How a sentence may quote a table or column other than by its rows' number or its values."""
SPOKEN: Final = MappingProxyType({"config": "configuration", "models": "saved model"})
"""Roots of places that have another name in a sentence."""


def is_there(record: RunRecord, place: str) -> bool:
    """Whether the record holds something at the place."""
    fact = look(record, place)
    return fact is not None and fact.is_there


def evidence_is_there(record: RunRecord, evidence: str) -> bool:
    """Whether a place holds something or, for `PLACE = pattern`, what the pattern asks for."""
    return (
        bool(condition_holds(record, evidence)) if "=" in evidence else is_there(record, evidence)
    )


def place_of(evidence: str) -> str:
    """The place that an evidence or a condition is about."""
    return evidence.partition("=")[0].strip()


def condition_holds(record: RunRecord, condition: str) -> bool | None:
    """Whether a condition on a record holds; None where the record does not know its place.

    Parameters
    ----------
    record
        The run.
    condition
        `PLACE` (something is there, neither 0 nor no), or `PLACE = pattern, pattern` (a value
        there matches one of the patterns, `*` stands for anything).
    """
    place, equals, patterns = condition.partition("=")
    fact = look(record, place.strip())
    if fact is None:
        return None
    if not equals:
        return fact.holds
    wanted = [pattern.strip() for pattern in patterns.split(",")]
    return any(fnmatchcase(text, pattern) for text in texts_of(fact.value) for pattern in wanted)


def quoted(record: RunRecord, place: str, form: str = "") -> str:
    """What lies at a place, in words: a table by its rows, a column by its different values.

    Parameters
    ----------
    record
        The run.
    place
        As in `look`.
    form
        `count` counts the different values of a column or list instead of naming them; `rows`
        writes out the rows of a small table, `names` the keys of a mapping without what they hold.
    """
    fact = look(record, place)
    if fact is None:
        return "not recorded"
    if not fact.is_there:
        return "none"
    if form == COUNT:
        return str(len(set(texts_of(fact.value))))
    if form == ROWS and isinstance(fact.value, pd.DataFrame):
        return ", ".join(" ".join(map(text_of, row)) for row in fact.value.to_numpy().tolist())
    if form == NAMES and isinstance(fact.value, Mapping):
        return ", ".join(map(str, fact.value))
    return words_of(fact.value)


def spoken(evidence: str) -> str:
    """Name a place as a reader finds it: `table metrics (estimate)`, `check HCC005`."""
    return " or ".join(_spoken(each.strip()) for each in evidence.split(EITHER))


def _spoken(evidence: str) -> str:
    place, equals, patterns = evidence.partition("=")
    root, _, rest = place.strip().partition(".")
    name, _, part = rest.partition(".")
    wanted = f" = {patterns.strip()}" if equals else ""
    if root == "tables":
        return f"table {name}{f' ({part}{wanted})' if part else wanted}"
    if root == "findings":
        return f"check {name}{f' ({part}{wanted})' if part else wanted}"
    return f"{SPOKEN.get(root, root)} {rest}".strip() + wanted
