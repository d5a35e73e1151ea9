"""Who entered the study and who left it, box by box."""

from __future__ import annotations

import textwrap
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from radiomics_hcc.report.figures.canvas import (
    ACCENT,
    INK,
    QUIET,
    house_style,
    single_axes,
    svg_bytes,
)

WIDTH_INCH: Final = 8.2
ROW_INCH: Final = 0.95
BOX_RIGHT: Final = 0.46
NOTE_CHARACTERS: Final = 58


def cohort_flow(steps: pd.DataFrame) -> bytes:
    """Draw one box per step with its patients and lesions, and the reason for a loss beside it.

    Parameters
    ----------
    steps
        `step, patients, lesions, note`, in order.

    Returns
    -------
    SVG.
    """
    with house_style():
        figure, axes = single_axes(WIDTH_INCH, ROW_INCH * len(steps) + 0.1)
        axes.set(xlim=(0, 1), ylim=(len(steps) - 0.5, -0.5))
        axes.axis("off")
        for place, row in enumerate(steps.itertuples(index=False)):
            _box(axes, place, str(row.step), _sizes(row.patients, row.lesions))
            note = "" if pd.isna(row.note) else str(row.note)
            wrapped = textwrap.fill(note, NOTE_CHARACTERS)
            axes.text(BOX_RIGHT + 0.03, place, wrapped, va="center", color=QUIET, fontsize=9)
            if place:
                _arrow(axes, place)
        return svg_bytes(figure)


def _box(axes: Axes, place: int, step: str, sizes: str) -> None:
    axes.text(
        BOX_RIGHT / 2,
        place,
        f"{textwrap.shorten(step, 46, placeholder='…')}\n{sizes}",
        ha="center",
        va="center",
        linespacing=1.5,
        color=INK,
    )
    corner = (0.003, place - 0.31)
    axes.add_patch(Rectangle(corner, BOX_RIGHT, 0.62, fill=False, edgecolor=ACCENT, lw=1.1))


def _arrow(axes: Axes, place: int) -> None:
    axes.annotate(
        "",
        (BOX_RIGHT / 2, place - 0.31),
        xytext=(BOX_RIGHT / 2, place - 0.69),
        arrowprops={"arrowstyle": "-|>", "color": QUIET, "lw": 1, "shrinkA": 0, "shrinkB": 0},
    )


def _sizes(patients: float | str, lesions: float | str) -> str:
    """Both numbers; a word in the place of a hidden one stays."""
    parts = [(patients, "patient"), (lesions, "lesion")]
    return ", ".join(
        f"{count if isinstance(count, str) else int(count)} {word}{'s' if count != 1 else ''}"
        for count, word in parts
        if pd.notna(count)
    )
