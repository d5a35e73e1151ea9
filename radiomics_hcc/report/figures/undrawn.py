"""Patients whom a figure cannot draw, named with the reason: nobody is left out silently."""

from __future__ import annotations

import textwrap
from typing import Final

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.follow_up import of_reader, readers_of
from radiomics_hcc.report.numbers import unbroken

MOST_NAMED: Final = 12
LINE_CHARACTERS: Final = 96
NAME_CHARACTERS: Final = 16


def without_a_sum(courses: pd.DataFrame) -> list[tuple[str, str]]:
    """Patients of whom no follow-up has a change of the sum, with the response words they have."""
    known = courses.groupby("patient_id")["change_percent"].transform("count") > 0
    groups = courses[~known].groupby("patient_id")["response"]
    return [(str(patient), ", ".join(dict.fromkeys(found))) for patient, found in groups]


def without_follow_up(
    courses: pd.DataFrame, reader: str, *tables: pd.DataFrame | None
) -> list[tuple[str, str]]:
    """Patients of a reader in the tables who have no course, each with an empty word."""
    everyone = {
        str(patient)
        for table in tables
        if table is not None
        for patient in of_reader(table, reader)["patient_id"]
    }
    return [(patient, "") for patient in sorted(everyone - set(courses["patient_id"]))]


def panels(courses: pd.DataFrame) -> tuple[list[str], str]:
    """Readers who have sums, one panel each, and a sentence that names those who have none.

    A consensus of readers has words and no sums. Where nobody has sums everyone has a panel.
    """
    readers = readers_of(courses)
    with_sums = [
        name for name in readers if of_reader(courses, name)["change_percent"].notna().any()
    ]
    if not with_sums:
        return readers or [""], ""
    others = [(name, "") for name in readers if name not in with_sums]
    return with_sums, naming("Readers without sums, not drawn", others)


def naming(what: str, patients: list[tuple[str, str]]) -> str:
    """A sentence that names patients, each with a word, in lines that fit below a figure.

    Empty where there are none.

    Examples
    --------
    >>> naming("Without a sum", [("P1", "NE"), ("P2", "PD")])
    'Without a sum: P1\xa0(NE), P2\xa0(PD)'
    """
    if not patients:
        return ""
    named = [_named(name, word) for name, word in patients[:MOST_NAMED]]
    rest = len(patients) - len(named)
    more = f" and {rest} more" if rest else ""
    sentence = f"{what}: {', '.join(named)}{more}"
    return textwrap.fill(sentence, LINE_CHARACTERS, break_on_hyphens=False)


def _named(name: str, word: str) -> str:
    shown = words.shortened(name, NAME_CHARACTERS)
    return unbroken(f"{shown} ({word})" if word else shown)
