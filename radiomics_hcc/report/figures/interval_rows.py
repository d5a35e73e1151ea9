"""Estimates with their intervals, one row each, under headings: the frame of all forest plots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import (
    ACCENT,
    INK,
    QUIET,
    RULE,
    house_style,
    new_figure,
    svg_bytes,
)
from radiomics_hcc.report.numbers import interval

ROW_INCH: Final = 0.3
FRAME_INCH: Final = 0.95  # the axis with its label, and the headings of the columns
WIDTH_INCH: Final = 8.2
NAME_CHARACTERS: Final = 40
NOTE_CHARACTERS: Final = 58
NAME_CHARACTER_INCH: Final = 0.078
TEXT_INCH: Final = 2.65  # the two columns of text on the right
COUNT_AT: Final = 0.7  # where the second one begins, share of that width
PADDING: Final = 0.05  # of the span, left free on both sides


@dataclass(frozen=True)
class IntervalRow:
    """One row of a forest plot.

    Parameters
    ----------
    name
        What is estimated.
    estimate, low, high
        In the unit of the axis; NaN where there is none.
    note
        Why there is no estimate; written where the estimate would be.
    text
        The estimate in words; by default as `interval` writes it.
    count
        A second column, such as the number of patients.
    is_heading
        Whether the row only names those that follow.
    is_hollow
        Whether it is something to compare with.
    """

    name: str
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    note: str = ""
    text: str = ""
    count: str = ""
    is_heading: bool = False
    is_hollow: bool = False


@dataclass(frozen=True)
class ForestAxis:
    """What the axis of a forest plot says.

    Parameters
    ----------
    label
        Its name and what the bars are.
    line
        Where the dotted line stands, such as 0.5 for an AUC.
    counts
        Heading of the second column.
    estimates
        Heading of the first column.
    is_whole
        Whether only whole numbers have a meaning, such as ranks.
    """

    label: str
    line: float
    counts: str = ""
    estimates: str = "95 % interval"
    is_whole: bool = False


def interval_rows(rows: Sequence[IntervalRow], axis: ForestAxis) -> bytes:
    """Draw the rows from top to bottom; those without an estimate say why.

    Returns
    -------
    SVG.
    """
    with house_style():
        figure = new_figure(WIDTH_INCH, ROW_INCH * len(rows) + FRAME_INCH)
        axes, beside = figure.subplots(1, 2, sharey=True, width_ratios=_widths(rows))
        beside.axis("off")
        axes.axvline(axis.line, color=QUIET, lw=0.9, linestyle=(0, (2, 3)))
        axes.set_xlim(*_span(rows, axis.line))
        for place, row in enumerate(rows):
            _draw(axes, beside, place, row)
        _beside(beside, -1, axis.estimates, axis.counts, QUIET)
        axes.set_yticks(range(len(rows)), [_name(row) for row in rows])
        for label, row in zip(axes.get_yticklabels(), rows, strict=True):
            label.set_fontweight("bold" if row.is_heading else "normal")
        axes.set_ylim(len(rows) - 0.4, -0.7)
        axes.set_xlabel(axis.label, color=INK)
        if axis.is_whole:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=RULE, lw=0.5)
        return svg_bytes(figure)


def _draw(axes: Axes, beside: Axes, place: int, row: IntervalRow) -> None:
    if row.is_heading:
        return
    if not math.isfinite(row.estimate):
        note = words.shortened(row.note or "not estimated", NOTE_CHARACTERS)
        across = axes.get_yaxis_transform()
        axes.text(
            0.01, place, note, transform=across, va="center", color=QUIET, fontsize=8.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
        _beside(beside, place, "", row.count, INK)
        return
    colour, face = (QUIET, "white") if row.is_hollow else (ACCENT, ACCENT)
    if math.isfinite(row.low) and math.isfinite(row.high):
        axes.hlines(place, row.low, row.high, color=colour, lw=1.6)
    axes.plot(row.estimate, place, "s", color=colour, markerfacecolor=face, ms=6)
    text = row.text or interval(row.estimate, row.low, row.high)
    _beside(beside, place, text, row.count, INK)


def _beside(axes: Axes, place: int, estimate: str, count: str, colour: str) -> None:
    axes.text(0.0, place, estimate, va="center", color=colour)
    axes.text(COUNT_AT, place, count, va="center", color=colour)


def _widths(rows: Sequence[IntervalRow]) -> tuple[float, float]:
    """Widths of the drawing and of the text, in inches, beside names of this length."""
    names = NAME_CHARACTER_INCH * max((len(_name(row)) for row in rows), default=0)
    return WIDTH_INCH - TEXT_INCH - names, TEXT_INCH


def _name(row: IntervalRow) -> str:
    return words.shortened(row.name, NAME_CHARACTERS)


def _span(rows: Sequence[IntervalRow], line: float) -> tuple[float, float]:
    """From the lowest to the highest value with some room; never without a width."""
    found = [value for row in rows for value in (row.low, row.estimate, row.high)]
    known = [line, *(value for value in found if math.isfinite(value))]
    room = PADDING * ((max(known) - min(known)) or 1.0)
    return min(known) - room, max(known) + room
