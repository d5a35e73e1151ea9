"""How a response word looks in every figure: colour, hatch and symbol, told apart in grey."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import INK

WORD_CHARACTERS: Final = 22
DARK_BLUE: Final = "#0b3c6f"
BLUE: Final = "#5b9bd0"
PALE: Final = "#d9dee2"
ORANGE: Final = "#e08214"
PALE_ORANGE: Final = "#fdd9a8"


class Fill(NamedTuple):
    """How the bars of one response class are filled."""

    colour: str
    hatch: str


class Symbol(NamedTuple):
    """Matplotlib's marker of one response class, and whether it is hollow."""

    marker: str
    is_hollow: bool = False


class Mark(NamedTuple):
    """Fill of a bar and symbol of a point."""

    fill: Fill
    symbol: Symbol


GONE: Final = Mark(Fill(DARK_BLUE, ""), Symbol("o"))
SMALLER: Final = Mark(Fill(BLUE, ""), Symbol("v"))
SAME: Final = Mark(Fill(PALE, ""), Symbol("s"))
PERSISTING: Final = Mark(Fill(PALE, ".."), Symbol("s", is_hollow=True))
WORSE: Final = Mark(Fill(ORANGE, "////"), Symbol("X"))
PERHAPS_WORSE: Final = Mark(Fill(PALE_ORANGE, "//"), Symbol("X", is_hollow=True))
OTHER: Final = Mark(Fill("white", "...."), Symbol("o", is_hollow=True))

MARKS: Final = {
    "CR": GONE,
    "iCR": GONE,
    "nonviable": GONE,
    "PR": SMALLER,
    "iPR": SMALLER,
    "responder": SMALLER,
    "nonprogressing": SMALLER,
    "SD": SAME,
    "iSD": SAME,
    "non-responder": SAME,
    "NON-CR/NON-PD": PERSISTING,
    "NON-iCR/NON-iUPD": PERSISTING,
    "equivocal": PERHAPS_WORSE,
    "iUPD": PERHAPS_WORSE,
    "PD": WORSE,
    "iCPD": WORSE,
    "viable": WORSE,
    "NE": OTHER,
    "nonevaluable": OTHER,
    "NA": OTHER,
}
"""Every response word, best first; a word that is not here is drawn like NE."""

PROGRESSION_WORDS: Final = frozenset({"PD", "iCPD"})
"""Words after which a patient's course counts as ended by progression; iUPD waits."""

WORSENING_WORDS: Final = PROGRESSION_WORDS | {"iUPD"}
"""Words of progression, confirmed or not."""


def mark_of(word: str) -> Mark:
    """Fill and symbol of a response."""
    return MARKS.get(word, OTHER)


def fill_of(word: str) -> Fill:
    """Colour and hatch of a response."""
    return mark_of(word).fill


def in_order(found: Iterable[str]) -> list[str]:
    """The different words, best response first, unknown ones last."""
    order = list(MARKS)
    return sorted(set(found), key=lambda word: (_rank(word, order), word))


def patches(found: Iterable[str]) -> list[Patch]:
    """Legend entries of bars, one per word."""
    return [
        Patch(
            facecolor=fill_of(word).colour,
            hatch=fill_of(word).hatch,
            edgecolor=INK,
            lw=0.5,
            label=words.shortened(word, WORD_CHARACTERS),
        )
        for word in in_order(found)
    ]


def points(found: Iterable[str], size: float) -> list[Line2D]:
    """Legend entries of symbols, one per word; `size` in points."""
    return [response_symbol(word, size) for word in in_order(found)]


def response_symbol(word: str, size: float) -> Line2D:
    """The symbol of a response, `size` points wide, without a place yet."""
    fill, (marker, is_hollow) = mark_of(word)
    label = words.shortened(word, WORD_CHARACTERS)
    return symbol(marker, "white" if is_hollow else fill.colour, size, label)


def symbol(marker: str, colour: str, size: float, label: str) -> Line2D:
    """A symbol without a line: `set_data` places it, a legend takes it as it is."""
    return Line2D(
        [],
        [],
        linestyle="none",
        marker=marker,
        markersize=size,
        markerfacecolor=colour,
        markeredgecolor=INK,
        markeredgewidth=0.6,
        label=label,
        zorder=3,
    )


def _rank(word: str, order: list[str]) -> int:
    return order.index(word) if word in order else len(order)
