"""What is not the same in every run: configuration, data, software and code."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import (
    Block,
    Fold,
    Heading,
    Paragraph,
    Section,
    Table,
    cell_text,
    csv_download,
)
from radiomics_hcc.report.comparing.material import Material

SAME: Final = "Configuration, data, software and code are the same in every run."
ONE: Final = "There is one model only: nothing can differ."
MOST_IN_SIGHT: Final = 20
"""Rows of a part that stand open; images of other time points alone are hundreds."""
OWN: Final = "Only what is not the same everywhere is listed."


def differences(material: Material) -> Section:
    """A table per part; a column for each of few models, else each value with its models."""
    frame = material.frame("differences")
    blocks: list[Block] = [Paragraph(ONE if len(material.marks) < 2 else SAME)]
    if len(frame):
        blocks = [Paragraph(OWN, "quiet")]
        for part, rows in frame.groupby("part", sort=False):
            table = _table(material, rows, str(part))
            is_long = len(rows) > MOST_IN_SIGHT
            shown = Fold(f"{table.caption} ({len(rows)} rows)", (table,)) if is_long else table
            blocks += [Heading(words.spoken(str(part))), shown]
        blocks.append(csv_download("differences.csv", frame))
    return Section("differences", "What differs", tuple(blocks))


def _table(material: Material, rows: pd.DataFrame, part: str) -> Table:
    caption = f"{words.spoken(part)}: what is not the same everywhere"
    if material.are_few:
        cells = tuple(
            (str(row["key"]), *(cell_text(row[label]) for label in material.marks))
            for _, row in rows.iterrows()
        )
        return Table(caption, ("What", *map(material.name, material.marks)), cells)
    grouped = tuple(cells for _, row in rows.iterrows() for cells in _by_value(material, row))
    return Table(caption, ("What", "Value", "Models"), grouped)


def _by_value(material: Material, row: pd.Series) -> list[tuple[str, ...]]:
    """A row per value with the letters of its models, in the order of the models."""
    letters: dict[str, list[str]] = {}
    for label, mark in material.marks.items():
        letters.setdefault(cell_text(row[label]), []).append(mark.letter)
    return [(str(row["key"]), value, ", ".join(of)) for value, of in letters.items()]
