"""Tests on other patients than those of the training."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import (
    Block,
    Fold,
    Missing,
    Paragraph,
    Section,
    Table,
    cell_text,
    csv_download,
)
from radiomics_hcc.report.figures.elsewhere import drawn_elsewhere
from radiomics_hcc.report.figures.forest import discrimination
from radiomics_hcc.report.figures.gallery import headline_model, reference_model
from radiomics_hcc.report.numbers import interval
from radiomics_hcc.report.sections.comparisons import comparison_table, of_headline
from radiomics_hcc.report.sections.source import Source

TITLE: Final = "Testing elsewhere"
ABOUT: Final = (
    "The whole procedure, search included, was trained on one side and judged on the other. "
    "Groups of one data set (sites, later patients) are harder than cross-validation; only a "
    "second cohort is other patients from another place."
)
KNOWN_GROUP_COLUMNS: Final = ("design", "group", "is_tested", "trained", "tested", "note")


def elsewhere(source: Source) -> Section:
    """Who was tested after training on whom, the scores of each group, and comparisons."""
    if not source.has("external_groups") and not source.has("external_metrics"):
        return Section("elsewhere", TITLE, ())
    blocks = [Paragraph(ABOUT), *_groups(source), *_scores(source), *_comparisons(source)]
    return Section("elsewhere", TITLE, tuple(blocks))


def _groups(source: Source) -> list[Block]:
    if not source.has("external_groups"):
        return [Missing("Who was tested")]
    frame = source.frame("external_groups")
    return [
        _group_table(rows.dropna(axis=1, how="all"), words.design(str(design)))
        for design, rows in frame.groupby("design", sort=False)
    ]


def _group_table(frame: pd.DataFrame, design: str) -> Table:
    caption = f"{design}: who was tested, and who was not and why"
    classes = [str(name) for name in frame.columns if name not in KNOWN_GROUP_COLUMNS]
    cells = tuple(
        (
            str(row["group"]),
            "yes" if row["is_tested"] else "no",
            *(cell_text(row[name]) for name in ("trained", "tested", *classes)),
            str(row["note"]) or "–",
        )
        for _, row in frame.iterrows()
    )
    heads = ("Group", "Tested?", "Trained on", "Patients", *classes, "Note")
    numeric = frozenset(range(2, 4 + len(classes)))
    return Table(caption, heads, cells, numeric)


def _scores(source: Source) -> list[Block]:
    if not source.has("external_metrics"):
        return [Missing("Scores of each group")]
    frame = source.frame("external_metrics")
    record = source.record
    picture = source.picture(
        "elsewhere.svg",
        alt="Forest plot: the score of the model and of its reference in every tested group with "
        "95 % intervals; same data below.",
        caption="Scores on patients that the training did not see (filled: the model; hollow: its "
        "reference). Groups without a score say why.",
        data=drawn_elsewhere(frame, headline_model(record), reference_model(record)),
    )
    own = frame[frame["model"] == headline_model(record)]
    caption = f"Every metric of every group ({len(frame)} rows)"
    folded = Fold(caption, (_metric_table(own), csv_download("external_metrics.csv", frame)))
    return [picture, folded]


def _metric_table(frame: pd.DataFrame) -> Table:
    cells = tuple(
        (
            f"{words.design(str(row.design))}: {row.group}",
            words.metric(str(row.metric)),
            interval(row.estimate, row.low, row.high),
            str(row.patients),
        )
        for row in frame.itertuples(index=False)
    )
    heads = ("Group", "Metric", "Estimate (95 % interval)", "Patients")
    caption = "Metrics of the model in every group; all models are in the CSV"
    return Table(caption, heads, cells, frozenset({2, 3}), grouped=True)


def _comparisons(source: Source) -> list[Block]:
    if not source.has("external_comparisons"):
        return [Missing("Comparisons on the tested patients")]
    frame = source.frame("external_comparisons")
    names = discrimination(
        source.frame("external_metrics") if source.has("external_metrics") else frame
    )["metric"].unique()
    shown = of_headline(frame[frame["metric"].isin(names)], headline_model(source.record))
    blocks: list[Block] = [
        comparison_table(rows, f"{words.design(str(design))}: paired comparisons")
        for design, rows in shown.groupby("design", sort=False)
    ]
    return [*blocks, csv_download("external_comparisons.csv", frame)]
