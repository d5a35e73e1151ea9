"""The place of each compared model among all, with its interval."""

from __future__ import annotations

import math

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.compare_marks import Marks
from radiomics_hcc.report.figures.interval_rows import (
    NAME_CHARACTERS,
    ForestAxis,
    IntervalRow,
    interval_rows,
)
from radiomics_hcc.report.numbers import NOT_AVAILABLE, fixed, percent


def compare_ranks(ranks: pd.DataFrame, marks: Marks) -> bytes:
    """Draw the rank of every model, 1 is best; dotted where all would stand if all were alike.

    Parameters
    ----------
    ranks
        `label, metric, rank, low, high, best` of one metric.
    marks
        Of every label.

    Returns
    -------
    SVG.
    """
    rows = [_row(row, marks) for _, row in ranks.sort_values("rank", kind="stable").iterrows()]
    middle = (len(ranks) + 1) / 2
    metric = words.metric(str(ranks["metric"].iloc[0]))
    label = f"Rank in {metric}, 1 is best (dotted: the middle)"
    axis = ForestAxis(label, middle, "came first", "Rank (95 % interval)", is_whole=True)
    return interval_rows(rows, axis)


def rank_words(row: pd.Series) -> str:
    """A rank with its interval: `2 (1 to 4)`; tied models share their mean place."""
    rank, low, high = (_place(row[name]) for name in ("rank", "low", "high"))
    return f"{rank} ({low} to {high})"


def _place(rank: float) -> str:
    return NOT_AVAILABLE if math.isnan(rank) else fixed(rank, 1).removesuffix(".0")


def _row(row: pd.Series, marks: Marks) -> IntervalRow:
    return IntervalRow(
        marks[str(row["label"])].short(NAME_CHARACTERS),
        row["rank"],
        row["low"],
        row["high"],
        text=rank_words(row),
        count=percent(row["best"]),
    )
