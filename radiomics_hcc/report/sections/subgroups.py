"""The same model, judged on parts of the patients."""

from __future__ import annotations

from typing import Final

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import Block, Fold, Paragraph, Section, Table, csv_download
from radiomics_hcc.report.numbers import NOT_AVAILABLE, interval
from radiomics_hcc.report.sections.source import Source

EXPLORATORY: Final = (
    "Exploratory. The model is that of all patients; only whom it is judged on changes. Many "
    "subgroups of few patients differ by chance, and the intervals are not corrected for their "
    "number: read, do not test."
)


def subgroups(source: Source) -> Section:
    """Forest plot of the subgroups, and the difference of each to all other patients."""
    if not source.has("subgroups"):
        return Section("subgroups", "Subgroups", ())
    picture = source.picture(
        "subgroups.svg",
        alt="Forest plot: the model's score in each subgroup with its 95 % interval, all patients "
        "first; same data below.",
        caption="Subgroups. A level with too few patients keeps its row and says so.",
        data=source.frame("subgroups"),
    )
    return Section("subgroups", "Subgroups", (Paragraph(EXPLORATORY), picture, _table(source)))


def _table(source: Source) -> Block:
    frame = source.frame("subgroups")
    caption = "Each subgroup against all other patients"
    cells = tuple(
        (
            words.spoken(str(row.variable)),
            str(row.level),
            words.metric(str(row.metric)),
            interval(row.difference, row.difference_low, row.difference_high),
            str(row.patients),
            NOT_AVAILABLE if row.positives is None else str(row.positives),
        )
        for row in frame[frame["variable"] != "all"].itertuples(index=False)
    )
    heads = ("Variable", "Level", "Metric", "Difference (95 % interval)", "Patients", "Positives")
    table = Table(caption, heads, cells, frozenset({3, 4, 5}), grouped=True)
    return Fold(caption, (table, csv_download("subgroup_differences.csv", frame)))
