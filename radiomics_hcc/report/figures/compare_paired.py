"""Paired differences between compared models as a forest plot."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.compare_marks import Marks
from radiomics_hcc.report.figures.interval_rows import ForestAxis, IntervalRow, interval_rows
from radiomics_hcc.report.numbers import p_number

SIGNIFICANCE: Final = 0.05  # of the Holm-corrected p-value
NAME_CHARACTERS: Final = 18  # of each of the two; beside them the minus sign


def is_shown(difference: pd.Series) -> bool:
    """Whether a difference stands: Holm-corrected p below 0.05 and an interval without zero.

    Without a p-value the interval decides alone, as in the report of a run.
    """
    is_beyond_zero = difference["low"] > 0 or difference["high"] < 0
    return bool(is_beyond_zero and not difference["p_holm"] >= SIGNIFICANCE)


def compare_paired(paired: pd.DataFrame, marks: Marks) -> bytes:
    """Draw left minus right with its interval, filled where the difference is shown.

    Parameters
    ----------
    paired
        `left, right, metric, difference, low, high, p_holm` of one metric.
    marks
        Of every label.

    Returns
    -------
    SVG.
    """
    rows = [_row(row, marks) for _, row in paired.iterrows()]
    metric = words.metric(str(paired["metric"].iloc[0]))
    label = f"Difference in {metric}, left − right (dotted: none)"
    return interval_rows(rows, ForestAxis(label, 0.0, "p (Holm)"))


def _row(row: pd.Series, marks: Marks) -> IntervalRow:
    left, right = (marks[str(row[side])].short(NAME_CHARACTERS) for side in ("left", "right"))
    return IntervalRow(
        f"{left} − {right}",
        row["difference"],
        row["low"],
        row["high"],
        count=p_number(row["p_holm"]),
        is_hollow=not is_shown(row),
    )
