"""Curves of compared models: over each other where few, else a panel each with the rest in grey."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiomics_hcc.report.figures.canvas import (
    INK,
    QUIET,
    RULE,
    house_style,
    new_figure,
    single_axes,
    svg_bytes,
)
from radiomics_hcc.report.figures.compare_marks import Mark, Marks

MOST_BANDS: Final = 2  # intervals of more models than that hide each other
OVERLAID_INCH: Final = (8.2, 5.0)
LEGEND_CHARACTERS: Final = 30
PANEL_COLUMNS: Final = 4
PANEL_INCH: Final = 2.05
PANEL_TITLE_CHARACTERS: Final = 24
OTHERS: Final = "#b4bcc3"  # curves of the other models behind a panel's own
BELOW: Final = 0.05  # of net benefit, shown below zero; acting on all falls far below
UNIT_TICKS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class CurveFrame:
    """What the axes of a curve are.

    Parameters
    ----------
    x, y
        Columns of the table.
    x_label, y_label
        What they are called.
    """

    x: str
    y: str
    x_label: str
    y_label: str

    @property
    def is_unit_square(self) -> bool:
        """Whether both axes run from 0 to 1 and the diagonal has a meaning."""
        return self.y != "net_benefit"


ROC: Final = CurveFrame("fpr", "tpr", "1 − specificity", "Sensitivity")
CALIBRATION: Final = CurveFrame(
    "predicted", "observed", "Predicted probability", "Observed share of patients"
)
DECISION: Final = CurveFrame("threshold", "net_benefit", "Threshold probability", "Net benefit")
LONG_NAMES: Final = {"false_positive_rate": "fpr", "sensitivity": "tpr"}


def compare_curves(curves: pd.DataFrame, marks: Marks, frame: CurveFrame) -> bytes:
    """Draw one curve per model.

    Parameters
    ----------
    curves
        `label`, the two columns of the frame, and `low, high` for the band where there are any;
        net benefit also `treat_all`.
    marks
        Of every label; labels without a curve are left out of the drawing.
    frame
        `ROC`, `CALIBRATION` or `DECISION`.

    Returns
    -------
    SVG.
    """
    known = curve_points(curves, frame)
    drawn = [mark for label, mark in marks.items() if label in set(known["label"])]
    with house_style():
        if are_told_apart(drawn):
            return svg_bytes(_overlaid(known, drawn, frame))
        return svg_bytes(_panels(known, drawn, frame))


def are_told_apart(marks: Sequence[Mark]) -> bool:
    """Whether no two models share their colour and line style, so that one drawing does."""
    return len({mark.colour for mark in marks}) == len(marks)


def curve_points(curves: pd.DataFrame, frame: CurveFrame) -> pd.DataFrame:
    """Rows of the table that can be drawn, the axes by their short names."""
    if curves.empty:
        return curves
    return curves.rename(columns=LONG_NAMES).dropna(subset=[frame.x, frame.y])


def _overlaid(curves: pd.DataFrame, marks: Sequence[Mark], frame: CurveFrame) -> Figure:
    figure, axes = single_axes(*OVERLAID_INCH)
    _background(axes, curves, frame)
    for place, mark in enumerate(marks):
        own = curves[curves["label"] == mark.label]
        if len(marks) <= MOST_BANDS:
            _band(axes, own, mark.colour, frame)
        _line(axes, own, mark, frame)
        _letter(axes, own, mark, frame, (place + 1) / (len(marks) + 1))
    axes.set_xlabel(frame.x_label)
    axes.set_ylabel(frame.y_label)
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), handlelength=3.4, labelspacing=0.9)
    return figure


def _panels(curves: pd.DataFrame, marks: Sequence[Mark], frame: CurveFrame) -> Figure:
    rows = math.ceil(len(marks) / PANEL_COLUMNS)
    height = PANEL_INCH * (rows + 0.15)
    figure = new_figure(PANEL_INCH * PANEL_COLUMNS, height)
    grid = figure.subplots(rows, PANEL_COLUMNS, sharex=True, sharey=True, squeeze=False)
    for axes in grid.ravel()[len(marks) :]:
        axes.axis("off")
    for axes, mark in zip(grid.ravel(), marks, strict=False):
        _panel(axes, curves, mark, frame)
    figure.supxlabel(frame.x_label, fontsize="medium", color=INK)
    figure.supylabel(frame.y_label, fontsize="medium", color=INK)
    return figure


def _panel(axes: Axes, curves: pd.DataFrame, mark: Mark, frame: CurveFrame) -> None:
    own = curves[curves["label"] == mark.label]
    _background(axes, curves, frame, own)
    for _, other in curves[curves["label"] != mark.label].groupby("label", sort=False):
        axes.plot(other[frame.x], other[frame.y], color=OTHERS, lw=0.7, zorder=1.5)
    _band(axes, own, mark.colour, frame)
    axes.plot(own[frame.x], own[frame.y], color=mark.colour, lw=2.0, zorder=3)
    axes.set_title(mark.short(PANEL_TITLE_CHARACTERS), fontsize=8.0)
    axes.tick_params(labelsize=7.5)


def _background(
    axes: Axes, curves: pd.DataFrame, frame: CurveFrame, own: pd.DataFrame | None = None
) -> None:
    """The diagonal, or what acting on everybody and on nobody gives."""
    axes.grid(color=RULE, lw=0.5)
    if frame.is_unit_square:
        axes.plot([0, 1], [0, 1], color=QUIET, lw=0.9, linestyle=(0, (2, 3)), zorder=1)
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        axes.set_xticks(UNIT_TICKS)
        axes.set_yticks(UNIT_TICKS)
        return
    shown = curves if own is None else own
    for place, strategy in enumerate(strategies(shown)):
        label = "act on all" if place == 0 else None
        dotted = (0, (1, 1.2))
        axes.plot(strategy["threshold"], strategy["treat_all"], color=QUIET, ls=dotted, label=label)
    axes.axhline(0.0, color=QUIET, lw=0.9, label="act on none")
    axes.set_ylim(min(0.0, curves[frame.y].min()) - BELOW, curves[frame.y].max() + BELOW)


def strategies(curves: pd.DataFrame) -> list[pd.DataFrame]:
    """Net benefit of acting on everybody, once for each share of positive patients.

    At a threshold t and a share q of positive patients it is q − (1 − q) t / (1 − t), so that
    models on the same patients have the same line.
    """
    odds = curves["threshold"] / (1 - curves["threshold"])
    share = ((curves["treat_all"] + odds) / (1 + odds)).round(6)
    return [rows.sort_values("threshold") for _, rows in curves.groupby(share)]


def _band(axes: Axes, own: pd.DataFrame, colour: str, frame: CurveFrame) -> None:
    if {"low", "high"} <= set(own.columns):
        axes.fill_between(own[frame.x], own["low"], own["high"], color=colour, alpha=0.13, lw=0)


def _line(axes: Axes, own: pd.DataFrame, mark: Mark, frame: CurveFrame) -> None:
    name = textwrap.fill(mark.name, LEGEND_CHARACTERS, subsequent_indent="    ")
    axes.plot(
        own[frame.x], own[frame.y], color=mark.colour, linestyle=mark.style, lw=1.8, label=name
    )


def _letter(axes: Axes, own: pd.DataFrame, mark: Mark, frame: CurveFrame, share: float) -> None:
    """The model's letter on its curve, so far along it that equal curves keep theirs apart."""
    x, y = (own[name].to_numpy(dtype=float) for name in (frame.x, frame.y))
    walked = np.append(0.0, np.cumsum(np.hypot(np.diff(x), np.diff(y))))
    at = share * walked[-1]
    ring = {"boxstyle": "circle,pad=0.22", "facecolor": "white", "edgecolor": mark.colour}
    axes.text(
        float(np.interp(at, walked, x)), float(np.interp(at, walked, y)), mark.letter,
        ha="center", va="center", fontsize=8, color=INK, bbox=ring, zorder=5,
    )  # fmt: skip
