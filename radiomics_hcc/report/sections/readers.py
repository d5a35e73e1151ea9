"""The model against each reader, and readers against each other."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import Block, Section, Table
from radiomics_hcc.report.figures.forest import discrimination
from radiomics_hcc.report.numbers import NOT_AVAILABLE, interval
from radiomics_hcc.report.sections.source import Source

CEILING: Final = (
    "A model can hardly agree better with a reader than readers agree with each other. Where the "
    "label is a majority, each reader's vote is in what the model learned from."
)


def readers(source: Source) -> Section:
    """Scores of the same predictions per reader, and how well readers agree with each other."""
    blocks: list[Block] = []
    if source.has("reader_scores"):
        blocks.append(_scores(source.frame("reader_scores")))
    if source.has("reader_ceiling"):
        blocks.append(_ceiling(source.frame("reader_ceiling")))
    return Section("readers", "Readers", tuple(blocks))


def _scores(frame: pd.DataFrame) -> Table:
    shown = frame[frame["metric"].isin(discrimination(frame)["metric"].unique())]
    cells = tuple(
        (
            str(row.reader),
            words.metric(str(row.metric)),
            interval(row.estimate, row.low, row.high),
            str(row.patients),
        )
        for row in shown.itertuples(index=False)
    )
    caption = "The same predictions against the labels of each reader"
    heads = ("Reader", "Metric", "Estimate (95 % interval)", "Patients")
    return Table(caption, heads, cells, frozenset({2, 3}))


def _pair(first: str, second: str) -> str:
    """Who is held against whom; the last row of the table is the difference of two means."""
    if first == second:
        return words.model(first)
    joined = " " if first == "difference" else " and "
    return f"{words.model(first)}{joined}{second if joined == ' ' else words.model(second)}"


def _ceiling(frame: pd.DataFrame) -> Table:
    cells = tuple(
        (
            _pair(str(row.first), str(row.second)),
            words.spoken(str(row.statistic)),
            str(row.note) or interval(row.estimate, row.low, row.high),
            NOT_AVAILABLE if pd.isna(row.patients) else f"{row.patients:g}",
        )
        for row in frame.itertuples(index=False)
    )
    heads = ("Pair", "Statistic", "Estimate (95 % interval)", "Patients")
    return Table("Agreement with readers, and of readers", heads, cells, frozenset({2, 3}), CEILING)
