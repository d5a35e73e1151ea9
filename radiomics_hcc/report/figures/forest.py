"""Every model and baseline with its interval, one row each."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import (
    ACCENT,
    INK,
    QUIET,
    RULE,
    house_style,
    single_axes,
    svg_bytes,
)
from radiomics_hcc.report.numbers import interval

CHANCE: Final = 0.5
ROW_INCH: Final = 0.36


def discrimination(metrics: pd.DataFrame) -> pd.DataFrame:
    """Rows of the metric that a forest plot shows: the AUC, or the C-index of ordered classes."""
    for name in words.DISCRIMINATION:
        rows = metrics[metrics["metric"] == name]
        if len(rows):
            return rows.reset_index(drop=True)
    return metrics.head(0)


def forest(metrics: pd.DataFrame, baselines: Collection[str] = ()) -> bytes:
    """Draw the AUC with its interval of every model, with a line at chance.

    Parameters
    ----------
    metrics
        `model, metric, estimate, low, high`; rows of other metrics are left alone.
    baselines
        Models drawn hollow, as something to compare with.

    Returns
    -------
    SVG.
    """
    rows = discrimination(metrics)
    with house_style():
        figure, axes = single_axes(8.2, ROW_INCH * len(rows) + 0.9)
        axes.axvline(CHANCE, color=QUIET, lw=0.9, linestyle=(0, (2, 3)))
        for place, row in enumerate(rows.itertuples(index=False)):
            colour = QUIET if row.model in baselines else ACCENT
            face = "white" if row.model in baselines else ACCENT
            axes.hlines(place, row.low, row.high, color=colour, lw=1.6)
            axes.plot(row.estimate, place, "s", color=colour, markerfacecolor=face, ms=6.5)
            text = interval(row.estimate, row.low, row.high)
            axes.text(1.03, place, text, transform=axes.get_yaxis_transform(), va="center")
        names = [words.shortened(words.model(str(name)), 40) for name in rows["model"]]
        axes.set_yticks(range(len(rows)), names)
        axes.set(ylim=(len(rows) - 0.5, -0.5), xlim=_limits(rows))
        axes.set_xlabel(f"{_metric_name(rows)} with 95 % interval (dotted: chance)", color=INK)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=RULE, lw=0.5)
        return svg_bytes(figure)


def _metric_name(rows: pd.DataFrame) -> str:
    return words.metric(str(rows["metric"].iloc[0])) if len(rows) else "AUC"


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    lowest = min([CHANCE, *rows["low"].dropna(), *rows["estimate"].dropna()])
    highest = max([0.8, *rows["high"].dropna(), *rows["estimate"].dropna()])
    return max(0.0, lowest - 0.03), min(1.01, highest + 0.03)
