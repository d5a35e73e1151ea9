"""Best change of the tumour's size in every patient, one bar each."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import (
    INK,
    QUIET,
    house_style,
    new_figure,
    no_device,
    svg_bytes,
)
from radiomics_hcc.report.figures.follow_up import follow_up, of_reader, reader_words
from radiomics_hcc.report.figures.limits import DIAMETERS, Limits
from radiomics_hcc.report.figures.response_marks import fill_of, patches
from radiomics_hcc.report.figures.undrawn import (
    NAME_CHARACTERS,
    naming,
    panels,
    without_a_sum,
    without_follow_up,
)
from radiomics_hcc.report.numbers import fixed

HIGHEST_BAR_PERCENT: Final = 100.0  # taller bars are cut, marked, and carry their number
MOST_NAMES: Final = 45
MOST_NUMBERED: Final = 80  # with more bars than this the numbers of cut ones would overlap
ROUND_TICKS: Final = (-60.0, -30.0, 30.0, 60.0)  # beside -100, 0 and 100
TICK_DISTANCE: Final = 14.0
AT_BEST: Final = "Best overall response"
AT_SMALLEST: Final = "Response when the sum was smallest"


def best_changes(response: pd.DataFrame, best: pd.DataFrame | None = None) -> pd.DataFrame:
    """The smallest sum of each patient and reader as percent change from the baseline.

    Parameters
    ----------
    response
        `patient_id, reader, assessment, baseline_sum, current_sum, response` (others are kept).
    best
        `patient_id, reader, best_response`; where given, it is the response of the row, NE for a
        patient whom it does not have.

    Returns
    -------
    `reader, patient_id, assessment, change_percent, response`, largest change first. Patients
    without a sum, or with a baseline of 0, have no row. Without `best` the response is the one at
    that assessment.
    """
    frame = follow_up(response).table.dropna(subset=["change_percent"])
    smallest = frame.loc[frame.groupby(["reader", "patient_id"])["change_percent"].idxmin()]
    if best is not None:
        smallest = _with_best(smallest, best)
    ordered = smallest.sort_values(
        ["reader", "change_percent", "patient_id"], ascending=[True, False, True]
    )
    columns = ["reader", "patient_id", "assessment", "change_percent", "response"]
    return ordered[columns].reset_index(drop=True)


def waterfall(
    response: pd.DataFrame, *, limits: Limits = DIAMETERS, best: pd.DataFrame | None = None
) -> bytes:
    """Draw the best change of every patient from the baseline, one panel per reader.

    Parameters
    ----------
    response
        The columns of `rhcc assess`.
    limits
        Of the criterion: where the dotted lines stand (`limits_of("who")`).
    best
        Best overall responses, `patient_id, reader, best_response`: they colour the bars. Without
        them the bars have the response of the assessment at which the sum was smallest.

    Returns
    -------
    SVG.
    """
    changes = best_changes(response, best)
    courses = follow_up(response).table
    readers, undrawn = panels(courses)
    with house_style():
        figure = new_figure(8.2, 3.5 * len(readers) + 0.5)
        grid = figure.subplots(len(readers), 1, squeeze=False)
        top = max(_top(of_reader(changes, reader)) for reader in readers)
        for axes, reader in zip(grid[:, 0], readers, strict=True):
            _panel(axes, of_reader(changes, reader), limits, top=top)
            own = of_reader(courses, reader)
            missing = (
                naming("Without a sum", without_a_sum(own)),
                naming("Without follow-up", without_follow_up(own, reader, response, best)),
                undrawn if reader == readers[-1] else "",
            )
            _name_patients(axes, of_reader(changes, reader), missing)
            if reader:
                axes.set_title(f"Reader {words.shortened(reader, NAME_CHARACTERS)}")
        if len(changes):
            title = AT_SMALLEST if best is None else AT_BEST
            handles = patches(changes["response"])
            figure.legend(handles=handles, loc="outside lower center", ncols=6, title=title)
        no_device(figure)
        return svg_bytes(figure)


def _with_best(smallest: pd.DataFrame, best: pd.DataFrame) -> pd.DataFrame:
    keys = ["reader", "patient_id"]
    own = best.assign(reader=reader_words(best), patient_id=best["patient_id"].astype(str))
    one_each = own[[*keys, "best_response"]].drop_duplicates(keys)
    joined = smallest.merge(one_each, on=keys, how="left")
    return joined.assign(response=joined["best_response"].fillna("NE").astype(str))


def _panel(axes: Axes, bars: pd.DataFrame, limits: Limits, *, top: float) -> None:
    for line in limits.lines:
        axes.axhline(line, color=QUIET, lw=0.9, linestyle=(0, (2, 3)), zorder=1)
    axes.axhline(0, color=INK, lw=0.8)
    edge = 0.5 if len(bars) <= MOST_NUMBERED else 0.2
    is_cut = bars["change_percent"] > HIGHEST_BAR_PERCENT
    for place, (change, word) in enumerate(
        bars[["change_percent", "response"]].itertuples(index=False)
    ):
        fill = fill_of(str(word))
        shown = min(change, HIGHEST_BAR_PERCENT)
        axes.bar(place, shown, 0.82, color=fill.colour, hatch=fill.hatch, ec=INK, lw=edge, zorder=2)
        if shown == 0:
            axes.plot([place - 0.41, place + 0.41], [0, 0], color=INK, lw=2.2, zorder=3)
    _mark_cut(axes, bars.loc[is_cut, "change_percent"].tolist(), len(bars))
    axes.set(xlim=(-0.8, max(len(bars), 1) - 0.2))
    ticks = _ticks(limits)
    axes.set_yticks(ticks, [f"{'+' if tick > 0 else ''}{fixed(tick, 0)}" for tick in ticks])
    axes.set_ylim(-105, top)
    axes.set_ylabel("Best change of the sum\nfrom baseline, %")
    axes.spines["bottom"].set_visible(False)


def _mark_cut(axes: Axes, changes: list[float], bars: int) -> None:
    """The tallest bars come first: an arrow on each that is cut, and how tall it is."""
    if not changes:
        return
    places = list(range(len(changes)))
    top = [HIGHEST_BAR_PERCENT + 3.0] * len(changes)
    size = 5.0 if bars <= MOST_NUMBERED else 2.5
    axes.plot(places, top, "^", color=INK, ms=size, clip_on=False, zorder=4)
    if bars <= MOST_NUMBERED:
        for place, change in enumerate(changes):
            text = f"+{fixed(change, 0)}"
            axes.text(place, HIGHEST_BAR_PERCENT + 11, text, ha="center", rotation=90, fontsize=7.5)
        return
    told = f"{len(changes)} bars are cut: +{fixed(changes[-1], 0)} to +{fixed(changes[0], 0)} %"
    axes.text(len(changes) + 1, HIGHEST_BAR_PERCENT + 1, told, fontsize=7.5, va="center")


def _name_patients(axes: Axes, bars: pd.DataFrame, missing: tuple[str, ...]) -> None:
    axes.set_xlabel("\n".join(text for text in (f"Patients (n = {len(bars)})", *missing) if text))
    names = (
        [words.shortened(str(name), NAME_CHARACTERS) for name in bars["patient_id"]]
        if len(bars) <= MOST_NAMES
        else []
    )
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7.5)
    axes.tick_params(axis="x", length=0)
    if bars.empty:
        middle = sum(axes.get_xlim()) / 2
        axes.text(middle, -75, "No patient has a sum to compare", ha="center")


def _ticks(limits: Limits) -> list[float]:
    ticks = [-100.0, 0.0, 100.0, *limits.lines]
    for tick in ROUND_TICKS:
        if min(abs(tick - other) for other in ticks) >= TICK_DISTANCE:
            ticks.append(tick)
    return sorted(ticks)


def _top(bars: pd.DataFrame) -> float:
    """How high the axis must reach; panels share the highest, so that readers compare."""
    highest = float(bars["change_percent"].max()) if len(bars) else 0.0
    if highest > HIGHEST_BAR_PERCENT:
        return HIGHEST_BAR_PERCENT + (40 if len(bars) <= MOST_NUMBERED else 12)
    return max(40.0, highest + 8)
