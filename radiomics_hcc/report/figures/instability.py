"""How far the repeats disagree about each patient."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.report.figures.canvas import (
    ACCENT,
    LINE_COLOURS,
    QUIET,
    RULE,
    house_style,
    single_axes,
    svg_bytes,
)

SQUARE_INCH: Final = (5.2, 5.0)
MARKS: Final = (
    ("o", ACCENT, ACCENT),
    ("o", LINE_COLOURS[1], "white"),
    ("^", LINE_COLOURS[2], LINE_COLOURS[2]),
    ("s", LINE_COLOURS[3], "white"),
)


def instability(table: pd.DataFrame, threshold: float | None = None) -> bytes:
    """Draw the range of each patient's predictions over the repeats against their mean.

    After the prediction instability plot of Riley and Collins, Biometrical Journal 65 (2023)
    2200302, with the mean over the repeats on the x axis.

    Parameters
    ----------
    table
        `label, mean, low, high`, one row per patient; of one repeat the range is empty.
    threshold
        Mean threshold from which a patient is called positive; drawn on both axes.

    Returns
    -------
    SVG.
    """
    with house_style():
        figure, axes = single_axes(*SQUARE_INCH)
        axes.plot([0, 1], [0, 1], color=QUIET, lw=0.9, linestyle=(0, (2, 3)))
        known = table.dropna(subset=["low", "high"])
        axes.vlines(known["mean"], known["low"], known["high"], color=QUIET, alpha=0.5, lw=1.6)
        for place, label in enumerate(table["label"].astype(str).unique()):
            own = table[table["label"].astype(str) == label]
            mark, edge, face = MARKS[place % len(MARKS)]
            axes.scatter(
                own["mean"], own["mean"], marker=mark, s=16, color=face, edgecolors=edge, zorder=3,
                label=label,
            )  # fmt: skip
        if threshold is not None:
            axes.axvline(threshold, color=LINE_COLOURS[2], lw=1.1, ls="--", label="mean threshold")
            axes.axhline(threshold, color=LINE_COLOURS[2], lw=1.1, ls="--")
        lowest = min(table["mean"].min(), known["low"].min() if len(known) else 1.0)
        highest = max(table["mean"].max(), known["high"].max() if len(known) else 0.0)
        limits = (max(0.0, lowest - 0.05), min(1.0, highest + 0.05))
        axes.set(xlim=limits, ylim=limits, aspect="equal")
        axes.set_xlabel("Mean prediction over the repeats")
        axes.set_ylabel("Predictions of single repeats (95 % range)")
        axes.grid(color=RULE, lw=0.5)
        axes.legend(loc="upper left")
        return svg_bytes(figure)
