"""What a model uses: how much it needs each group of columns, and its slopes."""

from __future__ import annotations

import math

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.interval_rows import ForestAxis, IntervalRow, interval_rows
from radiomics_hcc.report.figures.selection import MOST_ROWS
from radiomics_hcc.report.numbers import MINUS, percent, score


def importance(table: pd.DataFrame, groups: pd.DataFrame | None = None) -> bytes:
    """How much worse the score becomes when a group of columns is shuffled, most needed first.

    Parameters
    ----------
    table
        `model, metric, group, drop, low, high, folds_worse`; positive drops are losses.
    groups
        `group, feature`: what is in a group; it is named with the number of further columns.

    Returns
    -------
    SVG.
    """
    shown = most_needed(table)
    rows = [
        IntervalRow(
            group_name(str(row["group"]), groups),
            row["drop"],
            row["low"],
            row["high"],
            count=percent(row["folds_worse"]),
        )
        for _, row in shown.iterrows()
    ]
    metric = words.metric(str(shown["metric"].iloc[0]))
    label = f"Loss in {metric} when shuffled, with 95 % interval"
    return interval_rows(rows, ForestAxis(label, 0.0, "folds worse"))


def most_needed(table: pd.DataFrame) -> pd.DataFrame:
    """The groups of the first model and metric, the most needed first, at most fifteen."""
    first = table.iloc[0]
    own = table[(table["model"] == first["model"]) & (table["metric"] == first["metric"])]
    return own.sort_values("drop", ascending=False, kind="stable").head(MOST_ROWS)


def group_name(group: str, groups: pd.DataFrame | None) -> str:
    """A group by its first column and the number of others: `pre.shape_Flatness + 3`."""
    inside = 0 if groups is None else int((groups["group"] == group).sum())
    return f"{words.shortened(group, 34)} + {inside - 1}" if inside > 1 else group


def coefficients(table: pd.DataFrame, headline: str = "") -> bytes:
    """Mean slope of the most used features, with the spread over the folds.

    Parameters
    ----------
    table
        `model, feature, class, mean, sd, folds_used`, the most used first.
    headline
        The model; the first one where it has no slopes.

    Returns
    -------
    SVG.
    """
    shown = most_used(table, headline)
    classes = shown["class"].astype(str).unique()
    rows = [_slope(row, is_classed=len(classes) > 1) for _, row in shown.iterrows()]
    towards = f" towards {classes[0]}" if len(classes) == 1 and classes[0] else ""
    label = f"Mean slope per standard deviation{towards}, bars: ± SD over folds"
    return interval_rows(rows, ForestAxis(label, 0.0, "used in", "mean ± SD"))


def most_used(table: pd.DataFrame, headline: str = "") -> pd.DataFrame:
    """The most used features of one model, in the order of the table, at most fifteen rows."""
    names = [str(name) for name in table["model"].unique()]
    first = headline if headline in names else names[0]
    return table[table["model"] == first].head(MOST_ROWS)


def _slope(row: pd.Series, *, is_classed: bool) -> IntervalRow:
    spread = row["sd"] if math.isfinite(row["sd"]) else 0.0
    name = f"{words.shortened(str(row['feature']), 28)} → {row['class']}"
    text = f"{score(row['mean'])} ± {score(row['sd'])}"
    return IntervalRow(
        name if is_classed else str(row["feature"]),
        row["mean"],
        row["mean"] - spread,
        row["mean"] + spread,
        text=text.replace("-", MINUS),
        count=f"{percent(row['folds_used'])} of folds",
    )
