"""Net benefit of acting on a model, and how much of it is more than a baseline gives."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import (
    ACCENT,
    LINE_COLOURS,
    QUIET,
    RULE,
    house_style,
    single_axes,
    svg_bytes,
)
from radiomics_hcc.report.figures.performance import NAME_CHARACTERS

SIZE_INCH: Final = (5.2, 4.2)
BELOW: Final = 0.05  # of net benefit, shown below zero; "treat all" falls far below
THRESHOLD: Final = "Threshold probability"


def decision_curve(curves: pd.DataFrame, headline: str = "", reference: str = "") -> bytes:
    """Draw the net benefit of the headline model with its band, the reference, and all or none.

    Parameters
    ----------
    curves
        `model, threshold, net_benefit, low, high, treat_all, treat_none`.
    headline
        The model in front; the first one where it is not in the table.
    reference
        The baseline beside it; left out where it is not in the table.

    Returns
    -------
    SVG.
    """
    names = [str(name) for name in curves["model"].unique()]
    first = headline if headline in names else names[0]
    own = curves[curves["model"] == first]
    other = curves[curves["model"] == reference] if reference != first else curves.head(0)
    with house_style():
        figure, axes = single_axes(*SIZE_INCH)
        axes.plot(own["threshold"], own["treat_all"], color=QUIET, ls="-.", lw=1.3, label="all")
        axes.plot(own["threshold"], own["treat_none"], color=QUIET, ls=":", lw=1.6, label="none")
        if len(other):
            _line(axes, other, "net_benefit", LINE_COLOURS[1], "--")
        axes.fill_between(own["threshold"], own["low"], own["high"], color=ACCENT, alpha=0.14, lw=0)
        _line(axes, own, "net_benefit", ACCENT, "-")
        lowest = min(own["net_benefit"].min(), other["net_benefit"].min() if len(other) else 0.0)
        axes.set_ylim(bottom=min(-BELOW, lowest - BELOW))
        _finish(axes, "Net benefit")
        return svg_bytes(figure)


def net_benefit_difference(table: pd.DataFrame) -> bytes:
    """Draw how much more net benefit a model has than its reference, with the band.

    Parameters
    ----------
    table
        `threshold, difference, low, high, model, reference`.

    Returns
    -------
    SVG.
    """
    pair = [words.model(str(table[name].iloc[0])) for name in ("model", "reference")]
    with house_style():
        figure, axes = single_axes(*SIZE_INCH)
        axes.axhline(0.0, color=QUIET, lw=0.9, linestyle=(0, (2, 3)))
        axes.fill_between(
            table["threshold"], table["low"], table["high"], color=ACCENT, alpha=0.14, lw=0
        )
        label = words.shortened(" − ".join(pair), 44)
        axes.plot(table["threshold"], table["difference"], color=ACCENT, lw=2.2, label=label)
        _finish(axes, "Difference in net benefit")
        return svg_bytes(figure)


def _line(axes: Axes, rows: pd.DataFrame, column: str, colour: str, style: str) -> None:
    name = words.shortened(words.model(str(rows["model"].iloc[0])), NAME_CHARACTERS)
    width = 2.4 if style == "-" else 1.5
    axes.plot(rows["threshold"], rows[column], color=colour, linestyle=style, lw=width, label=name)


def _finish(axes: Axes, label: str) -> None:
    axes.set_xlabel(THRESHOLD)
    axes.set_ylabel(label)
    axes.grid(color=RULE, lw=0.5)
    handles, names = axes.get_legend_handles_labels()
    told = [f"act on {name}" if name in ("all", "none") else name for name in names]
    axes.legend(handles[::-1], told[::-1], loc="best", handlelength=3.0)
