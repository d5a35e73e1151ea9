"""The patients on whom compared models disagree most, one row each."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import (
    INK,
    QUIET,
    RULE,
    house_style,
    single_axes,
    svg_bytes,
)
from radiomics_hcc.report.figures.compare_marks import MOST_OVERLAID, Marks
from radiomics_hcc.report.numbers import NOT_AVAILABLE

PROBABILITY: Final = "p: "
CALLED: Final = "called: "
SEVERAL: Final = " / "  # between classes where runs disagree about the truth
MOST_PATIENTS: Final = 20
WIDTH_INCH: Final = 8.2
ROW_INCH: Final = 0.29
FRAME_INCH: Final = 1.3
NAME_CHARACTERS: Final = 24
LEGEND_CHARACTERS: Final = 32
LEGEND_COLUMNS: Final = 3


def disputed(disagreement: pd.DataFrame) -> pd.DataFrame:
    """Patients whose probabilities are known and differ, the largest spread first."""
    if disagreement.empty:
        return disagreement
    known = disagreement[disagreement["spread"] > 0]
    return known.sort_values("spread", ascending=False, kind="stable").reset_index(drop=True)


def compare_patients(patients: pd.DataFrame, marks: Marks) -> bytes:
    """Draw every model's probability of each patient; the line spans from lowest to highest.

    Parameters
    ----------
    patients
        `patient_id, truth`, `p: <label>` and `called: <label>` of every model.
    marks
        Of every label. Of more than six the lowest and the highest have their letter.

    Returns
    -------
    SVG.
    """
    shown = patients.head(MOST_PATIENTS)
    with house_style():
        figure, axes = single_axes(WIDTH_INCH, ROW_INCH * len(shown) + FRAME_INCH)
        for place, (_, patient) in enumerate(shown.iterrows()):
            _row(axes, place, patient, marks)
        names = [words.shortened(str(name), NAME_CHARACTERS) for name in shown["patient_id"]]
        axes.set_yticks(range(len(shown)), names)
        axes.set(xlim=(-0.03, 1.03), ylim=(len(shown) - 0.4, -1.1))
        axes.set_xlabel("Probability, mean over the repeats", color=INK)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=RULE, lw=0.5)
        _head(axes)
        if len(marks) <= MOST_OVERLAID:
            _legend(figure, axes, marks)
        return svg_bytes(figure)


def called_wrong(patient: pd.Series) -> str:
    """How many models called another class than the true one: `2 of 5`.

    A dash where the runs do not agree on the true class.
    """
    if SEVERAL in str(patient["truth"]):
        return NOT_AVAILABLE
    calls = [str(call) for name, call in patient.items() if _is_call(name, call)]
    return f"{sum(call != str(patient['truth']) for call in calls)} of {len(calls)}"


def _is_call(name: object, call: object) -> bool:
    return str(name).startswith(CALLED) and isinstance(call, str) and bool(call)


def _row(axes: Axes, place: int, patient: pd.Series, marks: Marks) -> None:
    chances = {label: float(patient[f"{PROBABILITY}{label}"]) for label in marks}
    known = {label: chance for label, chance in chances.items() if chance == chance}
    axes.hlines(place, min(known.values()), max(known.values()), color=QUIET, lw=1.0, zorder=1)
    for label, chance in known.items():
        mark = marks[label]
        is_few = len(marks) <= MOST_OVERLAID
        shape, size = (mark.shape, 6.5) if is_few else ("|", 8)
        colour = mark.colour if is_few else INK
        axes.plot(chance, place, shape, color=colour, ms=size, alpha=0.9, zorder=2)
    if len(marks) > MOST_OVERLAID:
        _ends(axes, place, known, marks)
    _beside(axes, place, str(patient["truth"]), called_wrong(patient), INK)


def _ends(axes: Axes, place: int, known: dict[str, float], marks: Marks) -> None:
    """Letters of the models with the lowest and the highest probability."""
    for pick, side, shift in ((min, "right", -6), (max, "left", 6)):
        label = pick(known, key=lambda name: known[name])
        axes.annotate(
            marks[label].letter, (known[label], place), xytext=(shift, 0),
            textcoords="offset points", ha=side, va="center", fontsize=8,
        )  # fmt: skip


def _head(axes: Axes) -> None:
    _beside(axes, -0.9, "Truth", "Called wrong by", QUIET)


def _beside(axes: Axes, place: float, truth: str, wrong: str, colour: str) -> None:
    across = axes.get_yaxis_transform()
    shown = words.shortened(truth, 12)
    axes.text(1.02, place, shown, transform=across, va="center", color=colour)
    axes.text(1.16, place, wrong, transform=across, va="center", color=colour)


def _legend(figure: Figure, axes: Axes, marks: Marks) -> None:
    for mark in marks.values():
        name = mark.short(LEGEND_CHARACTERS)
        axes.plot([], [], mark.shape, color=mark.colour, ms=6.5, label=name)
    figure.legend(loc="outside lower left", ncols=LEGEND_COLUMNS, handletextpad=0.2)
