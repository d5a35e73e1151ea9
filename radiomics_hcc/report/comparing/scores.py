"""Metrics side by side, and the places of the models among all."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import Block, Paragraph, Picture, Section, Table
from radiomics_hcc.report.comparing.material import Material, folded, picture
from radiomics_hcc.report.figures.compare_metrics import compare_metrics, metric_names
from radiomics_hcc.report.figures.compare_ranks import compare_ranks, rank_words
from radiomics_hcc.report.numbers import NOT_AVAILABLE, interval, percent

NO_TEST: Final = (
    "Intervals that overlap, or do not, are no test of a difference: the paired differences are. "
    "All numbers are internal testing unless the run says otherwise."
)
OTHER_CLASSES: Final = (
    "Not all models have the same classes: Brier score, balanced accuracy and kappa of other "
    "classes are not on one scale."
)
RANK_RULE: Final = (
    "The patients are drawn again and again with replacement, and each time the models are put in "
    "order. The interval is where 95 % of the places lie; a wide one says that the order is "
    "chance. Models of one kind are put in order: of the same intent, and all or none of them may "
    "read the scan of the label."
)


def metrics(material: Material) -> Section:
    """Every metric of every model with its interval: figure and tables."""
    frame = material.frame("metrics")
    title = "Metrics side by side"
    if frame.empty:
        return Section("metrics", title, (Paragraph("No metrics were recorded in these runs."),))
    shown = frame[frame["metric"].isin(metric_names(frame))].reset_index(drop=True)
    lower = " For the Brier score lower is better." if "brier" in set(shown["metric"]) else ""
    drawing = picture(
        "metrics",
        compare_metrics(frame, material.marks),
        alt=f"Estimates with 95 % intervals of {len(material.marks)} models, a panel per metric; "
        "same data below.",
        caption=f"Metrics of every model with 95 % intervals; an arrow: it goes on.{lower}",
        data=shown,
    )
    every = metric_table(material, frame, f"Every metric of every model ({len(frame)} rows)")
    blocks: list[Block] = [
        Paragraph(NO_TEST, "quiet"),
        *([] if _have_same_classes(material) else [Paragraph(OTHER_CLASSES, "alert")]),
        drawing,
        _in_sight(material, shown),
        folded("metrics", every, frame),
    ]
    return Section("metrics", title, tuple(blocks))


def _have_same_classes(material: Material) -> bool:
    frame = material.frame("comparable")
    return bool(frame.loc[frame["aspect"] == "classes", "same"].all()) if len(frame) else True


def _in_sight(material: Material, shown: pd.DataFrame) -> Table:
    """A column for each of few models, else a row for each model and a column per metric."""
    caption = "Metrics of every model, with 95 % intervals"
    if material.are_few:
        return metric_table(material, shown, caption)
    found = _intervals(shown)
    kinds = metric_names(shown)
    cells = tuple(
        (mark.name, *(found.get((kind, label), NOT_AVAILABLE) for kind in kinds))
        for label, mark in material.marks.items()
    )
    heads = ("Model", *map(words.metric, kinds))
    return Table(caption, heads, cells, frozenset(range(1, len(heads))))


def metric_table(material: Material, frame: pd.DataFrame, caption: str) -> Table:
    """A column for each of few models, else a row for each model under every metric."""
    kinds = [str(kind) for kind in frame["metric"].unique()]
    found = _intervals(frame)
    if material.are_few:
        columns = tuple(
            (
                words.metric(kind),
                *(found.get((kind, each), NOT_AVAILABLE) for each in material.marks),
            )
            for kind in kinds
        )
        names = ("Metric", *(mark.name for mark in material.marks.values()))
        return Table(caption, names, columns, frozenset(range(1, len(names))))
    rows = tuple(
        (words.metric(kind), mark.name, found.get((kind, label), NOT_AVAILABLE))
        for kind in kinds
        for label, mark in material.marks.items()
    )
    heads = ("Metric", "Model", "Estimate (95 % interval)")
    return Table(caption, heads, rows, frozenset({2}))


def _intervals(frame: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Every estimate in words, by metric and label."""
    return {
        (str(row.metric), str(row.label)): interval(row.estimate, row.low, row.high)
        for row in frame.itertuples(index=False)
    }


def ranks(material: Material) -> Section:
    """The place of every model with its interval, and how often it came first."""
    frame = material.frame("ranks")
    kinds = [str(kind) for kind in frame["metric"].unique()] if len(frame) else [""]
    metric = material.main_metric if material.main_metric in kinds else kinds[0]
    groups = material.rank_groups(metric)
    if not groups:
        why = (
            "no two models of one kind may be compared"
            if len(material.marks) > 1
            else "there is one model"
        )
        return Section("ranks", "Ranks", (Paragraph(f"There are no ranks: {why}."),))
    blocks: list[Block] = [
        Paragraph(RANK_RULE, "quiet"),
        *_unranked(material, groups),
        *(_ranked(material, own, place) for place, own in enumerate(groups, start=1)),
    ]
    if len(kinds) > 1:
        table = _rank_table(material, frame, f"Ranks in every metric ({len(frame)} rows)")
        blocks.append(folded("ranks", table, frame))
    return Section("ranks", "Ranks", tuple(blocks))


def _ranked(material: Material, own: pd.DataFrame, place: int) -> Picture:
    """The figure of one group of models that all compare with each other."""
    metric = words.metric(str(own["metric"].iloc[0]))
    return picture(
        "ranks" if place == 1 else f"ranks_{place}",
        compare_ranks(own, material.marks),
        alt=f"Rank in {metric} of {len(own)} models with 95 % intervals and the share of "
        "resamples in which each came first; same data below.",
        caption=f"Rank in {metric} of {len(own)} models that compare with each other, with the "
        "95 % bootstrap interval. On the right the share of resamples in which the model came "
        "first.",
        data=own,
    )


def _unranked(material: Material, groups: list[pd.DataFrame]) -> list[Block]:
    ranked = {str(label) for own in groups for label in own["label"]}
    without = [mark.name for label, mark in material.marks.items() if label not in ranked]
    told = f"Without a rank, as no model of their kind compares with them: {', '.join(without)}."
    return [Paragraph(told)] if without else []


def _rank_table(material: Material, frame: pd.DataFrame, caption: str) -> Table:
    cells = tuple(
        (
            words.metric(str(row["metric"])),
            material.name(row["label"]),
            rank_words(row),
            percent(row["best"]),
        )
        for _, row in frame.iterrows()
    )
    heads = ("Metric", "Model", "Rank (95 % interval)", "Came first")
    return Table(caption, heads, cells, frozenset({2, 3}))
