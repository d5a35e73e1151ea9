"""Values of a record in words, as sentences quote them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import InputFile, ModelFile

SHOWN_VALUES: Final = 8
"""Values of a list or column that a sentence names; the others are counted."""
Named: TypeAlias = Finding | InputFile | ModelFile


def texts_of(value: object) -> list[str]:
    """The parts of a value: different values of a column, entries of a list or mapping."""
    if isinstance(value, pd.DataFrame):
        return [str(row) for row in range(len(value))]
    if isinstance(value, pd.Series):
        return [text_of(each) for each in value.dropna().unique().tolist()]
    if isinstance(value, list | tuple):
        return [text_of(each) for each in value]
    if isinstance(value, Mapping):
        return [_entry(key, each) for key, each in value.items()]
    return [text_of(value)]


def words_of(value: object) -> str:
    """A value in one line: a table and files by their number, long lists cut and counted."""
    if isinstance(value, pd.DataFrame):
        return str(len(value))
    if isinstance(value, tuple) and all(isinstance(each, InputFile) for each in value):
        return str(len(value))
    texts = texts_of(value)
    more = len(texts) - SHOWN_VALUES
    return ", ".join(texts[:SHOWN_VALUES]) + (f" and {more} more" if more > 0 else "")


def text_of(value: object) -> str:
    """A single value: few digits, yes and no, the name of what has one."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Named):
        return _name_of(value)
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str | bytes):
        return words_of(value)
    return "a picture" if isinstance(value, bytes) else str(value)


def _name_of(value: Named) -> str:
    if isinstance(value, ModelFile):
        return value.model
    return value.code if isinstance(value, Finding) else value.file


def _entry(key: object, value: object) -> str:
    text = "" if value is None or value in ({}, [], ()) else text_of(value)
    return f"{key} {text}".strip()
