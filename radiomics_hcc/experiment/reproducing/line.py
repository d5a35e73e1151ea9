"""One thing that was compared between a run and its repetition."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Part(StrEnum):
    """Where a compared thing belongs."""

    MANIFEST = "manifest"
    INPUT = "input"
    SOFTWARE = "software"
    CODE = "code"
    CONFIGURATION = "configuration"
    TABLE = "table"
    FINDING = "finding"
    WORDS = "words"
    MODEL = "model"


class Verdict(StrEnum):
    """How the two compare."""

    EQUAL = "equal"
    WITHIN = "within tolerance"
    DIFFERS = "differs"
    GONE = "gone"
    NEW = "new"
    NOT_COMPARED = "not compared"


SURROUNDINGS: Final = frozenset({Part.SOFTWARE, Part.CODE, Part.CONFIGURATION})
"""Parts that explain a difference and are none themselves."""

ALIKE: Final = frozenset({Verdict.EQUAL, Verdict.WITHIN})


@dataclass(frozen=True)
class Line:
    """One compared thing.

    Parameters
    ----------
    part, item
        What was compared.
    verdict
        `equal` to the last bit, `within tolerance`, `differs`, `gone` (the run had it, the
        repetition has not), `new` (the other way round), `not compared`.
    then, now
        Of the run and of its repetition, in words; of a table its rows.
    cells, differing
        How many cells were compared and how many of them are not equal.
    largest
        The largest absolute difference of two numbers; infinite where a cell is a word or empty
        on one side only; NaN where nothing differs or there is no number to tell.
    note
        What else a reader must know, in words.
    """

    part: Part
    item: str
    verdict: Verdict
    then: str = ""
    now: str = ""
    cells: int = 0
    differing: int = 0
    largest: float = math.nan
    note: str = ""

    @property
    def is_difference(self) -> bool:
        """Whether the repetition is another one than the run because of this.

        A table that only the repetition has is none: what the run says is not touched by it.
        """
        if self.part in SURROUNDINGS:
            return False
        is_more = self.part is Part.TABLE and self.verdict is Verdict.NEW
        return self.verdict not in ALIKE and not is_more

    def sentence(self) -> str:
        """One line for a screen."""
        told = f"{self.part} {self.item}: {self.verdict}"
        if self.verdict not in ALIKE and (self.then or self.now):
            told += f", {self.then or 'nothing'} then, {self.now or 'nothing'} now"
        return f"{told}; {self.note}" if self.note else told


def told(part: Part, item: str, then: object, now: object) -> Line:
    """Compare two things by what they say; None is nothing."""
    before, after = ("" if each is None else str(each) for each in (then, now))
    if before == after:
        verdict = Verdict.EQUAL
    else:
        verdict = Verdict.DIFFERS if before and after else Verdict.GONE if before else Verdict.NEW
    return Line(part, item, verdict, before, after)
