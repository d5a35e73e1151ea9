"""ROC curve and the ordered confusion matrix."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import (
    ACCENT,
    INK,
    LINE_COLOURS,
    LINE_STYLES,
    QUIET,
    RULE,
    house_style,
    single_axes,
    svg_bytes,
)

SHORT_NAMES: Final = {"false_positive_rate": "fpr", "sensitivity": "tpr"}
SQUARE_INCH: Final = (5.2, 5.0)
NAME_CHARACTERS: Final = 28
CLASS_CHARACTERS: Final = 14
DARK_CELL: Final = 0.55  # share of a row above which white text reads better


def roc(curves: pd.DataFrame, headline: str = "") -> bytes:
    """ROC curves of all models, the headline model in front with its band.

    Parameters
    ----------
    curves
        `model, fpr, tpr, low, high`, or the two rates by their long names,
        `false_positive_rate` and `sensitivity`; `low` and `high` bound the sensitivity.
    headline
        The model to put in front; the first one where it is empty.

    Returns
    -------
    SVG.
    """
    curves = curves.rename(columns=SHORT_NAMES)
    with house_style():
        figure, axes = single_axes(*SQUARE_INCH)
        _unit_square(axes, "1 − specificity", "Sensitivity")
        first, *others = _headline_first(curves, headline)
        for place, name in enumerate(others):
            _curve(axes, curves[curves["model"] == name], place)
        _headline_curve(axes, curves[curves["model"] == first])
        handles, names = axes.get_legend_handles_labels()
        axes.legend(
            handles[-1:] + handles[:-1],
            names[-1:] + names[:-1],
            loc="lower right",
            handlelength=3.2,
        )
        return svg_bytes(figure)


def confusion(matrix: pd.DataFrame) -> bytes:
    """Confusion matrix in the order of the response, shaded by the share of each true class.

    Parameters
    ----------
    matrix
        Index the true classes, columns the predicted ones, best first; mean patients per repeat.

    Returns
    -------
    SVG.
    """
    counts = matrix.to_numpy(dtype=float)
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    with house_style():
        figure, axes = single_axes(4.0, 3.7)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="equal")
        for (row, column), count in np.ndenumerate(counts):
            colour = "white" if shares[row, column] > DARK_CELL else INK
            text = f"{_count(count)}\n{100 * shares[row, column]:.0f} %"
            axes.text(column, row, text, ha="center", va="center", color=colour, linespacing=1.4)
        axes.set_xticks(range(len(matrix.columns)), _class_names(matrix.columns))
        axes.set_yticks(range(len(matrix.index)), _class_names(matrix.index))
        axes.set_xlabel("Predicted class")
        axes.set_ylabel("True class")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        return svg_bytes(figure)


def _headline_first(frame: pd.DataFrame, headline: str) -> list[str]:
    names = [str(name) for name in frame["model"].unique()]
    return sorted(names, key=lambda name: name != headline)


def _headline_curve(axes: Axes, curve: pd.DataFrame) -> None:
    axes.fill_between(curve["fpr"], curve["low"], curve["high"], color=ACCENT, alpha=0.14, lw=0)
    label = words.shortened(words.model(str(curve["model"].iloc[0])), NAME_CHARACTERS)
    axes.plot(curve["fpr"], curve["tpr"], color=ACCENT, lw=2.4, zorder=3, label=label)


def _curve(axes: Axes, curve: pd.DataFrame, place: int) -> None:
    axes.plot(
        curve["fpr"],
        curve["tpr"],
        color=LINE_COLOURS[place % len(LINE_COLOURS)],
        linestyle=LINE_STYLES[place % len(LINE_STYLES)],
        linewidth=1.2,
        label=words.shortened(words.model(str(curve["model"].iloc[0])), NAME_CHARACTERS),
    )


def _unit_square(axes: Axes, x_label: str, y_label: str) -> None:
    axes.plot([0, 1], [0, 1], color=QUIET, lw=0.9, linestyle=(0, (2, 3)), zorder=1)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel=x_label, ylabel=y_label, aspect="equal")
    ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
    axes.set_xticks(ticks)
    axes.set_yticks(ticks)
    axes.grid(color=RULE, lw=0.5)


def _class_names(names: pd.Index) -> list[str]:
    return [words.shortened(str(name), CLASS_CHARACTERS) for name in names]


def _count(value: float) -> str:
    return f"{value:.0f}" if abs(value - round(value)) < 0.05 else f"{value:.1f}"
