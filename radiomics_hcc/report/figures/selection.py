"""How often each feature was selected, and how much of it is size."""

from __future__ import annotations

import math
from typing import Final

import pandas as pd

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import (
    ACCENT,
    QUIET,
    RULE,
    house_style,
    single_axes,
    svg_bytes,
)
from radiomics_hcc.report.numbers import NOT_AVAILABLE, fixed

MOST_ROWS: Final = 15
STANDS_FOR_SIZE: Final = 0.7  # correlation with volume above which a feature mostly measures size


def most_selected(features: pd.DataFrame, headline: str = "") -> pd.DataFrame:
    """The features of one model, most often selected first.

    Parameters
    ----------
    features
        `model, feature, frequency` and, where known, `rho_volume`.
    headline
        The model; the first one where it is empty or selects nothing.
    """
    names = list(features["model"].unique())
    chosen = headline if headline in names else next(iter(names), "")
    rows = features[features["model"] == chosen]
    ordered = rows.sort_values(["frequency", "feature"], ascending=[False, True])
    return ordered.reset_index(drop=True)


def selected(features: pd.DataFrame, headline: str = "") -> bytes:
    """Selection frequency of the features that were selected most, with their link to volume.

    Parameters
    ----------
    features
        `model, feature, frequency` (0 to 1) and, where known, `rho_volume` (-1 to 1).
    headline
        The model whose features are drawn; the first one where it is empty.

    Returns
    -------
    SVG.
    """
    rows = most_selected(features, headline).head(MOST_ROWS)
    correlation = rows.get("rho_volume", pd.Series(float("nan"), index=rows.index))
    with house_style():
        figure, axes = single_axes(8.2, 0.31 * len(rows) + 1.1)
        places = range(len(rows))
        hollow = correlation.abs() >= STANDS_FOR_SIZE
        axes.hlines(places, 0, 100 * rows["frequency"], color=RULE, lw=3)
        for place, frequency, is_size, rho in zip(
            places, rows["frequency"], hollow, correlation, strict=True
        ):
            face = "white" if is_size else ACCENT
            axes.plot(100 * frequency, place, "o", color=ACCENT, markerfacecolor=face, ms=7)
            axes.text(
                1.03, place, _correlation(rho), transform=axes.get_yaxis_transform(), va="center"
            )
        axes.text(1.03, -1, "ρ volume", transform=axes.get_yaxis_transform(), color=QUIET)
        axes.set_yticks(places, [words.shortened(str(name), 44) for name in rows["feature"]])
        axes.set(xlim=(0, 102), ylim=(len(rows) - 0.4, -0.6))
        axes.set_xlabel("Selected in, % of outer folds")
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=RULE, lw=0.5)
        return svg_bytes(figure)


def _correlation(rho: float) -> str:
    return NOT_AVAILABLE if math.isnan(rho) else fixed(rho, 2)
