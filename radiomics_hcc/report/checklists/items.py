"""A guideline, its items, and what a run answers to them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PLACEHOLDER: Final = re.compile(r"\{(?P<place>[^{}:]+?)\s*(?::\s*(?P<form>\w+)\s*)?\}")
"""A quotation within a sentence: `{config.seed}`, `{tables.labels.patient_id: count}`."""


class How(StrEnum):
    """Who can answer an item."""

    AUTO = "auto"
    SEMI = "semi"
    MANUAL = "manual"


class State(StrEnum):
    """How far an item is answered."""

    DOCUMENTED = "documented"
    PARTLY = "partly"
    AUTHOR = "author to complete"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Case:
    """Another sentence where a condition on the record holds."""

    when: str
    says: str


@dataclass(frozen=True)
class Item:
    """One item of a guideline.

    Parameters
    ----------
    number
        The guideline's own.
    section
        The guideline's part that it belongs to.
    label
        What it asks for, in our own words.
    how
        `auto`: the evidence answers it; `semi`: the evidence is a part of the answer; `manual`:
        only the author can.
    evidence
        Places of a record which must all hold something; `PLACE = pattern, pattern` asks for a
        value there.
    quotes
        Further places that its sentences quote, though they may be empty.
    says
        Sentence that quotes the evidence.
    cases
        Sentences said instead, the first whose condition holds.
    applies, unless
        Conditions; the item is not applicable where one of `applies` is known not to hold, or one
        of `unless` holds.
    weight
        Its part of the guideline's score, where that has one.
    """

    number: str
    section: str
    label: str
    how: How
    evidence: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    says: str = ""
    cases: tuple[Case, ...] = ()
    applies: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    weight: float | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence that it may say."""
        return (self.says, *(case.says for case in self.cases))


@dataclass(frozen=True)
class Checklist:
    """A reporting guideline.

    Parameters
    ----------
    name
        As its file is called.
    full_name, year, doi
        Of the publication.
    items_expected
        How many items the publication has.
    items
        In its order.
    note
        What a reader must know of this rendering of it.
    """

    name: str
    full_name: str
    year: int
    doi: str
    items_expected: int
    items: tuple[Item, ...]
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """What a run says to one item.

    Parameters
    ----------
    number, section, label
        Of the item.
    state
        How far it is answered.
    evidence
        The places that were found, all that the item asks for, or none.
    sentence
        The evidence in words; where it is missing, what was not recorded.
    """

    number: str
    section: str
    label: str
    state: State
    evidence: tuple[str, ...] = ()
    sentence: str = ""
