"""Scores of every compared model with their intervals, one panel per metric."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import (
    INK,
    QUIET,
    RULE,
    house_style,
    new_figure,
    svg_bytes,
)
from radiomics_hcc.report.figures.compare_marks import Mark, Marks

SHOWN_FIRST: Final[tuple[str, ...]] = (
    "auc",
    "ordinal_c_index",
    "balanced_accuracy",
    "brier",
    "calibration_slope",
    "quadratic_kappa",
)
"""Discrimination, decisions and calibration; the other metrics are in the table."""

NO_SKILL: Final = {
    "auc": (0.5, "chance"),
    "ordinal_c_index": (0.5, "chance"),
    "quadratic_kappa": (0.0, "chance"),
    "calibration_slope": (1.0, "ideal"),
}
"""Where the dotted line stands, and what it says."""

MOST_PANELS: Final = 4
COLUMNS: Final = 2
WIDTH_INCH: Final = 8.2
ROW_INCH: Final = 0.27
LONGEST: Final = 1.0  # half of an interval is cut where it is longer than a usual whole one
PADDING: Final = 0.05  # of the span, left free on both sides
FRAME_INCH: Final = 0.95
NAME_CHARACTERS: Final = 30


def metric_names(metrics: pd.DataFrame) -> list[str]:
    """Metrics that are drawn, the most told first; at most four.

    Where none of the usual ones is there, the first ones of the table.
    """
    found = [str(name) for name in metrics["metric"].unique()]
    usual = [name for name in SHOWN_FIRST if name in found]
    return (usual or found)[:MOST_PANELS]


def compare_metrics(metrics: pd.DataFrame, marks: Marks) -> bytes:
    """Draw a dot with its interval for every model, one panel per metric.

    Parameters
    ----------
    metrics
        `label, metric, estimate, low, high`.
    marks
        Of every label, in the order of the rows.

    Returns
    -------
    SVG.
    """
    names = metric_names(metrics)
    columns = min(COLUMNS, len(names))
    rows = math.ceil(len(names) / columns)
    with house_style():
        figure = new_figure(WIDTH_INCH, rows * (ROW_INCH * len(marks) + FRAME_INCH))
        grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
        for axes in grid.ravel()[len(names) :]:
            axes.axis("off")
        for axes, name in zip(grid.ravel(), names, strict=False):
            _panel(axes, metrics[metrics["metric"] == name], name, list(marks.values()))
        return svg_bytes(figure)


def _panel(axes: Axes, scores: pd.DataFrame, name: str, marks: Sequence[Mark]) -> None:
    known = scores.set_index("label")
    axes.set_xlim(*axis_span(scores, NO_SKILL.get(name, (math.nan, ""))[0]))
    for place, mark in enumerate(marks):
        row = known.loc[mark.label] if mark.label in known.index else None
        if row is None or not math.isfinite(row["estimate"]):
            _not_estimated(axes, place)
            continue
        axes.hlines(place, row["low"], row["high"], color=mark.colour, lw=1.7)
        _arrows(axes, place, row, mark.colour)
        axes.plot(row["estimate"], place, mark.shape, color=mark.colour, ms=6)
    if name in NO_SKILL:
        axes.axvline(NO_SKILL[name][0], color=QUIET, lw=0.9, linestyle=(0, (2, 3)))
    axes.set_yticks(range(len(marks)), [mark.short(NAME_CHARACTERS) for mark in marks])
    axes.set_ylim(len(marks) - 0.5, -0.5)
    axes.set_title(words.metric(name))
    axes.set_xlabel(_under(name), color=INK)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=RULE, lw=0.5)


def axis_span(scores: pd.DataFrame, line: float) -> tuple[float, float]:
    """From where to where an axis runs: every estimate, the line, and all usual intervals.

    One interval that is much longer than the others, such as the calibration slope of a model
    that always says the same, is cut, so that the others stay readable.

    Parameters
    ----------
    scores
        `estimate, low, high` of one metric.
    line
        Where the dotted line stands; NaN where there is none.
    """
    known = scores[["estimate", "low", "high"]].dropna(subset=["estimate"])
    usual = LONGEST * (known["high"] - known["low"]).median()
    lows = np.fmax(known["low"], known["estimate"] - usual)
    highs = np.fmin(known["high"], known["estimate"] + usual)
    found = [*lows, *highs, *known["estimate"], line]
    inside = [value for value in found if math.isfinite(value)] or [0.0, 1.0]
    room = PADDING * ((max(inside) - min(inside)) or 1.0)
    return min(inside) - room, max(inside) + room


def _arrows(axes: Axes, place: int, row: pd.Series, colour: str) -> None:
    """A point at each end of the axis beyond which the interval goes on."""
    start, end = axes.get_xlim()
    cut = ((row["low"] < start, start, "<"), (row["high"] > end, end, ">"))
    for is_cut, at, shape in cut:
        if is_cut:
            axes.plot(at, place, shape, color=colour, ms=5, clip_on=False)


def _not_estimated(axes: Axes, place: int) -> None:
    across = axes.get_yaxis_transform()
    axes.text(0.02, place, "not estimated", transform=across, va="center", color=QUIET, fontsize=8)


def _under(name: str) -> str:
    line = f"; dotted: {NO_SKILL[name][1]}" if name in NO_SKILL else ""
    return f"95 % interval{line}"
