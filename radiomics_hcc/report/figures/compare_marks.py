"""How each compared model is marked: a letter, a colour, a line style and a shape, never one alone.

A letter is short enough for a curve, a matrix and a pair, and it is read the same in grey.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Final, TypeAlias

from radiomics_hcc.report import words

# Tol's muted colours with rose, olive and cyan made darker: 3:1 on white as WCAG 2.2 asks of
# graphics (1.4.11), and apart from each other in protanopia, deuteranopia and tritanopia.
COLOURS: Final = ("#332288", "#cc6677", "#117733", "#2f9bd0", "#882255", "#8a7a00")
STYLES: Final = ("-", "--", "-.", ":", (0, (6, 1.5, 1, 1.5, 1, 1.5)), (0, (8, 3)))
SHAPES: Final = ("o", "s", "^", "D", "v", "P")

MOST_OVERLAID: Final = len(COLOURS)
"""So many curves are told apart in one drawing; more of them get a panel each."""

LineStyle: TypeAlias = str | tuple[int, tuple[float, ...]]


@dataclass(frozen=True)
class Mark:
    """The marks of one model.

    Parameters
    ----------
    letter
        `A` for the first, then through the alphabet, then `AA`.
    label
        Its name in every table of the comparison.
    colour, style, shape
        Colour, line style and marker, as matplotlib takes them; they repeat after six.
    """

    letter: str
    label: str
    colour: str
    style: LineStyle
    shape: str

    @property
    def name(self) -> str:
        """Letter and label."""
        return f"{self.letter}: {self.label}"

    def short(self, characters: int) -> str:
        """Letter and label in at most so many characters, the label's middle left out."""
        room = characters - len(self.letter) - len(": ")
        return f"{self.letter}: {words.shortened(self.label, room)}"


Marks: TypeAlias = Mapping[str, Mark]


def marks_of(labels: Sequence[str]) -> dict[str, Mark]:
    """Marks of every model by its label, in the order of the labels.

    Examples
    --------
    >>> [mark.name for mark in marks_of(["delta", "pre"]).values()]
    ['A: delta', 'B: pre']
    """
    return {label: _mark(place, label) for place, label in enumerate(labels)}


def _mark(place: int, label: str) -> Mark:
    turn = place % MOST_OVERLAID
    return Mark(_letters(place), label, COLOURS[turn], STYLES[turn], SHAPES[turn])


def _letters(place: int) -> str:
    """Letters as spreadsheets name their columns: 25 is `Z`, 26 is `AA`."""
    before, last = divmod(place, len(ascii_uppercase))
    return (_letters(before - 1) if before else "") + ascii_uppercase[last]
