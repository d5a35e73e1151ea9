"""Scores on other patients than those of the training, as a forest plot."""

from __future__ import annotations

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.forest import CHANCE, discrimination
from radiomics_hcc.report.figures.interval_rows import ForestAxis, IntervalRow, interval_rows


def elsewhere(
    metrics: pd.DataFrame,
    groups: pd.DataFrame | None = None,
    *,
    headline: str = "",
    reference: str = "",
) -> bytes:
    """Draw every tested group of every design, the headline model above its reference.

    Parameters
    ----------
    metrics
        `design, group, model, metric, estimate, low, high, patients`.
    groups
        `design, group, tested, note`: those that the metrics do not have keep a row that says why.
    headline
        The model in question; the first one where it is not in the table.
    reference
        The baseline to compare with, drawn hollow; left out where it is not in the table.

    Returns
    -------
    SVG.
    """
    shown = drawn_elsewhere(metrics, headline, reference)
    rows: list[IntervalRow] = []
    for design, scored in shown.groupby("design", sort=False):
        for group, models in scored.groupby("group", sort=False):
            rows.append(_heading(str(design), str(group)))
            rows += [_row(each, is_hollow=each["model"] == reference) for each in _each(models)]
        if groups is not None:
            rows += _without_scores(groups[groups["design"] == design], set(scored["group"]))
    label = f"{words.metric(str(shown['metric'].iloc[0]))} with 95 % interval (dotted: chance)"
    return interval_rows(rows, ForestAxis(label, CHANCE, "patients"))


def drawn_elsewhere(metrics: pd.DataFrame, headline: str, reference: str) -> pd.DataFrame:
    """Rows of the headline model and its reference in the metric that is drawn."""
    found = discrimination(metrics)
    names = [str(name) for name in found["model"].unique()]
    first = headline if headline in names else next(iter(names), "")
    return found[found["model"].isin([first, reference])].reset_index(drop=True)


def _without_scores(groups: pd.DataFrame, scored: set[str]) -> list[IntervalRow]:
    """Groups that have no score of their own, where there are several, with the reason."""
    rows: list[IntervalRow] = []
    for _, group in groups[~groups["group"].isin(scored)].iterrows():
        if len(groups) == 1 and not group["note"]:
            continue
        reason = IntervalRow("   no score", note=str(group["note"]), count=str(group["tested"]))
        rows += [_heading(str(group["design"]), str(group["group"])), reason]
    return rows


def _heading(design: str, group: str) -> IntervalRow:
    return IntervalRow(f"{words.design(design)}: {group}", is_heading=True)


def _each(models: pd.DataFrame) -> list[pd.Series]:
    return [row for _, row in models.iterrows()]


def _row(row: pd.Series, *, is_hollow: bool) -> IntervalRow:
    return IntervalRow(
        f"   {words.model(str(row['model']))}",
        row["estimate"],
        row["low"],
        row["high"],
        note=str(row.get("method", "")).partition("; ")[2],
        count=str(row["patients"]),
        is_hollow=is_hollow,
    )
