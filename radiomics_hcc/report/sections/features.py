"""What was measured on the images."""

from __future__ import annotations

import json
from typing import Final

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import (
    Block,
    Code,
    Fold,
    Missing,
    Paragraph,
    Section,
    csv_download,
    table_of,
)
from radiomics_hcc.report.figures.gallery import headline_model
from radiomics_hcc.report.sections.source import Source

STEPS: Final = {
    "given": "given to the model",
    "reliability": "reliable enough (ICC)",
    "missing_rate": "not mostly empty",
    "columns": "with marks of empty cells and one column per word",
    "near_constant": "not near-constant",
    "pruning": "not a repetition of another (correlation)",
    "selection": "selected",
    "used": "used by the model",
}
"""Stages of a pipeline in the words of a reader."""


def features(source: Source) -> Section:
    """Engine, settings, empty cells, and how many columns each step leaves."""
    blocks: list[Block] = [_engine(source), _settings(source)]
    if "missing" in source.record.tables and not source.has("missing"):
        blocks.append(Paragraph("No cell of the feature table is empty."))
    else:
        blocks.append(source.table("missing", "Empty cells by reason"))
    blocks += _losses(source)
    blocks.append(source.folded("features", "Every feature with its range"))
    return Section("features", "Features", tuple(blocks))


def _losses(source: Source) -> list[Block]:
    """Columns after every step: of the headline model in sight, of all folded away."""
    if not source.has("column_losses"):
        return [Missing("Number of columns after each step")]
    frame = source.frame("column_losses")
    frame = frame.assign(step=frame["step"].map(lambda step: STEPS.get(step, step)))
    model = headline_model(source.record)
    own = frame[frame["model"] == model].drop(columns=["model", "folds"])
    caption = f"Columns left after each step, {words.model(str(model))}: median and range of folds"
    every = "Columns left after each step, every model"
    folded = Fold(every, (table_of(frame, every), csv_download("column_losses.csv", frame)))
    return [table_of(own, caption), folded]


def _engine(source: Source) -> Block:
    frame = source.frame("features")
    engine = source.text("engine")
    parts = [f"Feature engine: {engine}."] if engine else []
    if len(frame):
        points = ", ".join(dict.fromkeys(frame["timepoint"].astype(str)))
        parts.append(f"{len(frame)} feature columns, time point {points}.")
    if verification := source.text("verification"):
        parts.append(f"Verified: {verification}.")
    return Paragraph(" ".join(parts)) if parts else Missing("Feature engine")


def _settings(source: Source) -> Block:
    settings = source.record.summary.get("settings")
    if not settings:
        return Missing("Extraction settings")
    text = settings if isinstance(settings, str) else json.dumps(settings, indent=2, default=str)
    return Fold("Extraction settings", (Code(text, "Extraction settings"),))
