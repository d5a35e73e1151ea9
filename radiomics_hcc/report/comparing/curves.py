"""ROC, calibration and decision curves laid over each other."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report.blocks import Block, Heading, Paragraph, Section
from radiomics_hcc.report.comparing.material import Material, picture
from radiomics_hcc.report.figures.compare_curves import (
    CALIBRATION,
    DECISION,
    ROC,
    CurveFrame,
    are_told_apart,
    compare_curves,
    curve_points,
)

OVERLAID: Final = "Letters on the curves name the models."
STRATEGIES: Final = " Dotted: net benefit of acting on everybody; the line at zero: on nobody."
PANELS: Final = "A panel per model; in grey the curves of the others."
STRANGERS: Final = (
    "Some of these models were judged on other patients, labels or classes: their curves stand "
    "beside each other, but they are no rivals."
)


def curves(material: Material) -> Section:
    """The three kinds of curves; a kind that no run has is told as missing."""
    blocks: list[Block] = []
    if _has_strangers(material):
        blocks.append(Paragraph(STRANGERS, "alert"))
    blocks += [Heading("Discrimination"), _drawn(material, "roc", ROC, "ROC curves")]
    blocks += [Heading("Calibration"), *_calibration(material)]
    blocks.append(Heading("Clinical utility"))
    blocks.append(_drawn(material, "decision", DECISION, "Decision curves"))
    return Section("curves", "Curves", tuple(blocks))


def _drawn(
    material: Material,
    name: str,
    frame: CurveFrame,
    title: str,
    *,
    only: str = "",
) -> Block:
    """One figure; with `only` of that boundary between the classes."""
    table = material.frame(name)
    shown = table[table["boundary"] == only] if only else table
    points = curve_points(shown, frame)
    if points.empty:
        return Paragraph(f"{title}: none of the runs has one.")
    labels = list(dict.fromkeys(str(label) for label in points["label"]))
    is_overlaid = are_told_apart([material.marks[label] for label in labels])
    how = OVERLAID if is_overlaid else PANELS
    also = STRATEGIES if frame is DECISION else ""
    return picture(
        name if not only else f"{name}_{_place(table, only)}",
        compare_curves(shown, material.marks, frame),
        alt=f"{title} of {len(labels)} models; same data below.",
        caption=f"{title}. {how}{also}{_without(material, labels)}",
        data=shown.reset_index(drop=True),
    )


def _calibration(material: Material) -> list[Block]:
    """A figure per boundary between the classes where the curves are of boundaries."""
    table = material.frame("calibration")
    if "boundary" not in table.columns or table.empty:
        return [_drawn(material, "calibration", CALIBRATION, "Calibration")]
    return [
        _drawn(material, "calibration", CALIBRATION, f"Calibration at {name}", only=name)
        for name in _boundaries(table)
    ]


def _boundaries(table: pd.DataFrame) -> list[str]:
    return [str(name) for name in table["boundary"].unique()]


def _place(table: pd.DataFrame, boundary: str) -> int:
    return _boundaries(table).index(boundary) + 1


def _without(material: Material, labels: list[str]) -> str:
    missing = [mark.name for label, mark in material.marks.items() if label not in labels]
    return f" Without a curve: {', '.join(missing)}." if missing else ""


def _has_strangers(material: Material) -> bool:
    pairs = material.rivals()
    return bool((~pairs["may_compare"].astype(bool) & ~pairs["are_compared"].astype(bool)).any())
