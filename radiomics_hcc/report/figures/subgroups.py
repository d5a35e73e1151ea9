"""The same model in every subgroup of the patients, as a forest plot."""

from __future__ import annotations

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.forest import CHANCE, discrimination
from radiomics_hcc.report.figures.interval_rows import ForestAxis, IntervalRow, interval_rows


def subgroups(table: pd.DataFrame) -> bytes:
    """Draw the discrimination in every level of every variable, all patients first.

    Parameters
    ----------
    table
        `variable, level, metric, patients, estimate, low, high, note`; a level without an
        estimate keeps its row and says why.

    Returns
    -------
    SVG.
    """
    shown = drawn_subgroups(table)
    rows: list[IntervalRow] = []
    for variable, levels in shown.groupby("variable", sort=False):
        several = variable != "all"
        if several:
            rows.append(IntervalRow(words.spoken(str(variable)), is_heading=True))
        rows += [_row(level, is_indented=several) for _, level in levels.iterrows()]
    metric = words.metric(str(shown["metric"].iloc[0]))
    label = f"{metric} with 95 % interval (dotted: chance)"
    return interval_rows(rows, ForestAxis(label, CHANCE, "patients"))


def drawn_subgroups(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the metric that is drawn; those of the first metric where none discriminates."""
    found = discrimination(table)
    return found if len(found) else table[table["metric"] == table["metric"].iloc[0]]


def _row(level: pd.Series, *, is_indented: bool) -> IntervalRow:
    name = str(level["level"])
    return IntervalRow(
        f"   {name}" if is_indented else words.spoken(name),
        level["estimate"],
        level["low"],
        level["high"],
        note=str(level["note"]),
        count=str(level["patients"]),
        is_hollow=not is_indented,
    )
