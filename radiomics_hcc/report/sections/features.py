"""What was measured on the images."""

from __future__ import annotations

import json

from radiomics_hcc.report.blocks import Block, Code, Fold, Missing, Paragraph, Section
from radiomics_hcc.report.sections.source import Source


def features(source: Source) -> Section:
    """Engine, settings, number of features and empty cells."""
    blocks: list[Block] = [_engine(source), _settings(source)]
    if "missing" in source.record.tables and not source.has("missing"):
        blocks.append(Paragraph("No cell of the feature table is empty."))
    else:
        blocks.append(source.table("missing", "Empty cells by reason"))
    blocks.append(source.folded("features", "Every feature with its range"))
    return Section("features", "Features", tuple(blocks))


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
