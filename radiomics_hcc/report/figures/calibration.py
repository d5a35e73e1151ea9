"""Whether predicted probabilities mean what they say: smooth curve, groups, and how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiomics_hcc.domain.positive_class import positive_classes
from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import (
    ACCENT,
    INK,
    LINE_COLOURS,
    QUIET,
    RULE,
    house_style,
    new_figure,
    single_axes,
    svg_bytes,
)

SQUARE_INCH: Final = (5.2, 5.0)
PANEL_INCH: Final = 4.3
LARGEST_DOT: Final = 60.0  # points squared; the area of a dot follows its patients
BINS: Final = 25
ROOM_FOR_WORDS: Final = 1.5  # of the highest bar
DATA_COLUMNS: Final = ("part", "boundary", "predicted", "observed", "low", "high", "patients")


@dataclass(frozen=True, eq=False)
class CalibrationTables:
    """What is known about the calibration of one model.

    Parameters
    ----------
    groups
        `predicted, observed, low, high, patients`, one row per group of patients.
    smooth
        `boundary, predicted, observed, low, high, note`, a curve for each boundary between
        classes; a boundary without a curve has one empty row.
    chances
        `boundary, chance, is_better`, one row per patient and boundary: mean probability of
        being better than the boundary, and whether the patient is.
    grouped_boundary
        The boundary that the groups are about; empty where it is not known.
    """

    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    smooth: pd.DataFrame = field(default_factory=pd.DataFrame)
    chances: pd.DataFrame = field(default_factory=pd.DataFrame)
    grouped_boundary: str = ""

    @property
    def boundaries(self) -> list[str]:
        """Boundaries with a smooth curve; an empty name where there are only groups."""
        if self.smooth.empty:
            return [""]
        return [str(name) for name in self.smooth["boundary"].unique()]

    def has_groups(self, boundary: str) -> bool:
        """Whether the groups of patients are about this boundary."""
        return len(self.boundaries) == 1 or boundary == self.grouped_boundary

    def data(self) -> pd.DataFrame:
        """Everything that is drawn as one table, its `part` told in words."""
        parts = [
            frame.assign(part=part)
            for part, frame in (("group of patients", self.groups), ("smooth curve", self.smooth))
            if len(frame)
        ]
        together = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        return together[[name for name in DATA_COLUMNS if name in together.columns]]


def calibration_tables(
    tables: Mapping[str, pd.DataFrame], headline: str, classes: Sequence[str]
) -> CalibrationTables:
    """What the tables of a run say about the calibration of one model.

    Parameters
    ----------
    tables
        `calibration`, `calibration_smooth` and `out_of_fold`, where there are any.
    headline
        The model; the first one of the grouped table where it has no rows.
    classes
        Best first.
    """
    groups, smooth, predicted = (
        tables.get(name, pd.DataFrame())
        for name in ("calibration", "calibration_smooth", "out_of_fold")
    )
    names = [str(name) for frame in (groups, smooth) if len(frame) for name in frame["model"]]
    model = headline if headline in names else next(iter(names), "")
    groups, smooth = (
        frame[frame["model"] == model] if len(frame) else frame for frame in (groups, smooth)
    )
    boundaries = [str(name) for name in smooth["boundary"].unique()] if len(smooth) else []
    found = [
        _chances(predicted[predicted["model"] == model], classes[: place + 1], boundary)
        for place, boundary in enumerate(boundaries)
        if len(predicted)
        and place < len(classes)
        and {f"p_{name}" for name in classes[: place + 1]} <= set(predicted.columns)
    ]
    chances = pd.concat(found) if found else pd.DataFrame()
    return CalibrationTables(groups, smooth, chances, _two_class_boundary(classes, boundaries))


def _two_class_boundary(classes: Sequence[str], boundaries: Sequence[str]) -> str:
    """The boundary below the positive classes, which the grouped table is about."""
    positive = positive_classes(classes) or ()
    is_first = positive and tuple(classes[: len(positive)]) == positive
    found = boundaries[len(positive) - 1 : len(positive)] if is_first else []
    return next(iter(found), "")


def _chances(predicted: pd.DataFrame, better: Sequence[str], boundary: str) -> pd.DataFrame:
    """Each patient's mean probability of a class among the better ones."""
    chance = predicted[[f"p_{name}" for name in better]].sum(axis=1)
    each = predicted.assign(chance=chance, is_better=predicted["label"].isin(better))
    means = each.groupby("patient_id").agg({"chance": "mean", "is_better": "first"})
    return means.reset_index(drop=True).assign(boundary=boundary)


def calibration(tables: CalibrationTables) -> bytes:
    """Observed share against predicted probability, a panel per boundary, predictions below.

    Where there is one boundary the groups of patients stand over its smooth curve.

    Returns
    -------
    SVG.
    """
    boundaries = tables.boundaries
    with house_style():
        if tables.chances.empty and len(boundaries) == 1:
            figure, axes = single_axes(*SQUARE_INCH)
            _curve(axes, tables, boundaries[0])
            axes.set_xlabel("Predicted probability")
            return svg_bytes(figure)
        width = SQUARE_INCH[0] if len(boundaries) == 1 else PANEL_INCH * len(boundaries)
        figure = new_figure(width, 6.2 if len(boundaries) == 1 else 5.4)
        _panels(figure, tables)
        return svg_bytes(figure)


def _panels(figure: Figure, tables: CalibrationTables) -> None:
    boundaries = tables.boundaries
    grid = figure.subplots(2, len(boundaries), squeeze=False, height_ratios=[4.4, 1], sharex="col")
    for place, boundary in enumerate(boundaries):
        upper, lower = grid[0, place], grid[1, place]
        _curve(upper, tables, boundary)
        _histogram(lower, tables.chances, boundary)
        lower.set_xlabel("Predicted probability")
        if len(boundaries) > 1:
            upper.set_title(words.shortened(boundary, 34))
        if place:
            upper.set_ylabel("")
            lower.set_ylabel("")


def _curve(axes: Axes, tables: CalibrationTables, boundary: str) -> None:
    axes.plot([0, 1], [0, 1], color=QUIET, lw=0.9, linestyle=(0, (2, 3)), zorder=1)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), ylabel="Observed share of patients")
    axes.grid(color=RULE, lw=0.5)
    smooth = tables.smooth if tables.smooth.empty else _of(tables.smooth, boundary)
    if len(smooth):
        _smooth(axes, smooth)
    if len(tables.groups) and tables.has_groups(boundary):
        _groups(axes, tables.groups, is_joined=smooth.empty)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper left")


def _smooth(axes: Axes, curve: pd.DataFrame) -> None:
    known = curve.dropna(subset=["predicted", "observed"])
    if known.empty:
        note = str(curve["note"].iloc[0]) or "no curve"
        axes.text(0.5, 0.5, words.shortened(note, 44), ha="center", color=QUIET)
        return
    axes.fill_between(
        known["predicted"], known["low"], known["high"], color=ACCENT, alpha=0.14, lw=0
    )
    axes.plot(known["predicted"], known["observed"], color=ACCENT, lw=2.2, label="smooth curve")


def _groups(axes: Axes, points: pd.DataFrame, *, is_joined: bool) -> None:
    known = points.dropna(subset=["low", "high"])
    colour = ACCENT if is_joined else INK
    axes.vlines(known["predicted"], known["low"], known["high"], color=colour, lw=1.1, zorder=3)
    if is_joined:
        axes.plot(points["predicted"], points["observed"], color=colour, lw=2, zorder=3)
    area = LARGEST_DOT * points["patients"] / points["patients"].max()
    axes.scatter(
        points["predicted"],
        points["observed"],
        s=area,
        color=colour,
        zorder=4,
        label="groups of patients",
    )


def _histogram(axes: Axes, chances: pd.DataFrame, boundary: str) -> None:
    """Patients who are better than the boundary upwards, the others downwards."""
    own = chances if chances.empty or not boundary else _of(chances, boundary)
    edges = [place / BINS for place in range(BINS + 1)]
    axes.axhline(0, color=QUIET, lw=0.8)
    for is_better, colour, sign in ((True, ACCENT, 1), (False, LINE_COLOURS[1], -1)):
        values = own.loc[own["is_better"] == is_better, "chance"] if len(own) else []
        axes.hist(values, bins=edges, weights=[sign] * len(values), color=colour)
    highest = ROOM_FOR_WORDS * max(abs(limit) for limit in axes.get_ylim())
    axes.set(ylim=(-highest, highest), ylabel="Patients")
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    better, _, others = boundary.partition(" | ")
    for text, height, place, colour in (
        (better, 0.97, "top", ACCENT),
        (others, 0.03, "bottom", LINE_COLOURS[1]),
    ):
        shown = words.shortened(text, 20)
        where = axes.transAxes
        axes.text(0.01, height, shown, va=place, color=colour, transform=where, fontsize=8)


def _of(frame: pd.DataFrame, boundary: str) -> pd.DataFrame:
    return frame[frame["boundary"] == boundary]
