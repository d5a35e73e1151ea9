"""Change of the tumour's size over time, one line per patient."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import (
    INK,
    QUIET,
    house_style,
    new_figure,
    no_device,
    svg_bytes,
)
from radiomics_hcc.report.figures.follow_up import FollowUp, follow_up, of_reader
from radiomics_hcc.report.figures.limits import DIAMETERS, Limits
from radiomics_hcc.report.figures.response_marks import (
    ORANGE,
    WORSENING_WORDS,
    points,
    response_symbol,
    symbol,
)
from radiomics_hcc.report.figures.undrawn import NAME_CHARACTERS, naming, panels, without_a_sum
from radiomics_hcc.report.numbers import fixed

HIGHEST_PERCENT: Final = 150.0  # higher points are drawn here, with an arrow above
MOST_NAMES: Final = 12
MOST_LARGE: Final = 40  # with more patients than this, thinner lines and smaller symbols
NAME_SHARES: Final = (0.2, 0.045)  # of the axes' width and height: what a name takes
DOWN: Final = "#2f6fa7"
LEVEL: Final = "#8b959d"

COURSES: Final = {
    "down": Line2D([], [], color=DOWN, lw=1.6, label="last below the response limit"),
    "level": Line2D([], [], color=LEVEL, lw=1.4, ls="--", label="last between the limits"),
    "up": Line2D([], [], color=ORANGE, lw=1.6, ls="-.", label="progressing at the end"),
}

SYMBOLS: Final = {  # marker, colour, size beside the other symbols
    "nadir": ("o", "white", 0.8),
    "new lesion": ("*", "#f0e442", 1.5),
    "high": ("^", INK, 0.75),
}
ROUND_TICKS: Final = (-50.0, 50.0, 100.0)
TICK_DISTANCE: Final = 14.0


def spider(response: pd.DataFrame, *, limits: Limits = DIAMETERS) -> bytes:
    """Draw each patient's change of the sum from the baseline over time, one panel per reader.

    A follow-up without a sum has no point; a progression or new lesion at such a visit stands at
    the height of the last known sum. The nadir of a line that is not its end is a small ring.

    Parameters
    ----------
    response
        The columns of `rhcc assess`; without the column `baseline` visits are counted instead of
        days.
    limits
        Of the criterion: where the dotted lines stand.

    Returns
    -------
    SVG.
    """
    courses = follow_up(response)
    readers, undrawn = panels(courses.table)
    with house_style():
        figure = new_figure(8.2, 4.0 * len(readers) + 0.7)
        grid = figure.subplots(len(readers), 1, squeeze=False)
        lines = {reader: paths(of_reader(courses.table, reader)) for reader in readers}
        top = max(_top(each, limits) for each in lines.values())
        for axes, reader in zip(grid[:, 0], readers, strict=True):
            own = FollowUp(of_reader(courses.table, reader), courses.unit)
            _time_axis(axes, courses)
            _panel(axes, lines[reader], limits, top=top)
            missing = naming("Without a sum", without_a_sum(own.table))
            last = undrawn if reader == readers[-1] else ""
            axes.set_xlabel("\n".join(told for told in (own.time_label, missing, last) if told))
            if reader:
                axes.set_title(f"Reader {words.shortened(reader, NAME_CHARACTERS)}")
        figure.legend(
            handles=_legend(courses.table, list(lines.values())),
            loc="outside lower center",
            ncols=3,
        )
        no_device(figure)
        return svg_bytes(figure)


def paths(courses: pd.DataFrame) -> pd.DataFrame:
    """The lines of one reader: each patient's follow-ups with the baseline in front.

    Parameters
    ----------
    courses
        The table of `follow_up`, one reader.

    Returns
    -------
    `patient_id, time, change_percent, response, new_lesion, is_nadir, is_known`. The baseline is
    a point at time 0 and 0 %; where a sum is unknown the last known one is carried on and
    `is_known` is False. Patients without any sum have no line.
    """
    lines = []
    for patient, rows in courses.groupby("patient_id", sort=False):
        if rows["change_percent"].notna().any():
            start = {"patient_id": patient, "time": 0.0, "change_percent": 0.0, "response": ""}
            line = pd.concat([pd.DataFrame([{**start, "new_lesion": False}]), rows])
            known = line["change_percent"].notna()
            lowest = line["change_percent"].to_numpy() == line["change_percent"].min()
            is_nadir = lowest & (lowest.cumsum() == 1)
            line = line.assign(
                is_known=known, is_nadir=is_nadir, change_percent=line["change_percent"].ffill()
            )
            lines.append(line)
    columns = ["patient_id", "time", "change_percent", "response", "new_lesion"]
    columns += ["is_nadir", "is_known"]
    if not lines:
        return courses.iloc[:0].assign(is_nadir=False, is_known=False)[columns]
    return pd.concat(lines, ignore_index=True)[columns]


def _time_axis(axes: Axes, courses: FollowUp) -> None:
    """The same for every reader, so that courses compare."""
    if courses.unit == "follow-up":
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    latest = float(courses.table["time"].max()) if len(courses.table) else 1.0
    axes.set_xlim(-0.01 * latest, 1.13 * latest)


def _panel(axes: Axes, lines: pd.DataFrame, limits: Limits, *, top: float) -> None:
    is_large = lines["patient_id"].nunique() <= MOST_LARGE
    for limit in limits.lines:
        axes.axhline(limit, color=QUIET, lw=0.9, linestyle=(0, (2, 3)), zorder=1)
    axes.axhline(0, color=INK, lw=0.8, zorder=1)
    for _, line in lines.groupby("patient_id", sort=False):
        _line(axes, line, limits, is_large=is_large)
    _symbols(axes, lines, 6.5 if is_large else 4.0)
    axes.set_ylabel("Change of the sum\nfrom baseline, %")
    _heights(axes, lines, limits, top=top)
    _name_lines(axes, lines)


def _line(axes: Axes, line: pd.DataFrame, limits: Limits, *, is_large: bool) -> None:
    style = COURSES[_course_of(line, limits)]
    known = line[line["is_known"]]
    axes.plot(
        known["time"],
        known["change_percent"].clip(upper=HIGHEST_PERCENT),
        color=style.get_color(),
        linestyle=style.get_linestyle(),
        lw=1.5 if is_large else 0.7,
        marker="." if is_large else "",
        ms=5,
        zorder=2,
    )


def _symbols(axes: Axes, lines: pd.DataFrame, size: float) -> None:
    """Nadir, worsening, new lesions, and an arrow over what is higher than the axis."""
    height = lines["change_percent"].clip(upper=HIGHEST_PERCENT)
    chosen = {
        "nadir": _left_again(lines),
        "new lesion": lines["new_lesion"],
        "high": lines["change_percent"] > HIGHEST_PERCENT,
    }
    for name, rows in chosen.items():
        lift = 8.0 if name == "high" else 0.0
        _place(axes, _symbol(name, size), lines.loc[rows, "time"], height[rows] + lift)
    worse = lines[lines["response"].isin(WORSENING_WORDS) & ~lines["new_lesion"]]
    for word, rows in worse.groupby("response"):
        _place(axes, response_symbol(str(word), size), rows["time"], height[rows.index])


def _left_again(lines: pd.DataFrame) -> pd.Series:
    """Which points are a nadir after the baseline that is not the end of its line."""
    ends = lines[lines["is_known"]].groupby("patient_id", sort=False).tail(1)
    is_last = lines.index.isin(ends.index)
    return lines["is_nadir"].astype(bool) & ~is_last & (lines["time"] > 0)


def _course_of(line: pd.DataFrame, limits: Limits) -> str:
    if line["response"].iloc[-1] in WORSENING_WORDS:
        return "up"
    change = line["change_percent"].iloc[-1]
    is_down = limits.decrease_percent is not None and change <= limits.decrease_percent
    return "down" if is_down else "level"


def _top(lines: pd.DataFrame, limits: Limits) -> float:
    """How high the axis must reach for these lines."""
    highest = float(lines["change_percent"].max()) if len(lines) else 0.0
    top = max([40.0, min(highest, HIGHEST_PERCENT) + 10, *[line + 15 for line in limits.lines]])
    return top + (10 if highest > HIGHEST_PERCENT else 0)


def _heights(axes: Axes, lines: pd.DataFrame, limits: Limits, *, top: float) -> None:
    highest = float(lines["change_percent"].max()) if len(lines) else 0.0
    axes.set_ylim(-106, top)
    ticks = sorted({-100.0, 0.0, *limits.lines, *(t for t in ROUND_TICKS if _is_free(t, limits))})
    shown = [tick for tick in ticks if tick <= top]
    axes.set_yticks(shown, [f"{'+' if tick > 0 else ''}{fixed(tick, 0)}" for tick in shown])
    middle = sum(axes.get_xlim()) / 2
    if lines.empty:
        axes.text(middle, -75, "No patient has a sum to compare", ha="center")
    elif highest > HIGHEST_PERCENT:
        told = f"arrows: above +{fixed(HIGHEST_PERCENT, 0)} %, up to +{fixed(highest, 0)} %"
        axes.text(0.99, 0.99, told, ha="right", va="top", fontsize=7.5, transform=axes.transAxes)


def _is_free(tick: float, limits: Limits) -> bool:
    return all(abs(tick - line) >= TICK_DISTANCE for line in limits.lines)


def _name_lines(axes: Axes, lines: pd.DataFrame) -> None:
    """Names at the ends of the lines, pushed up where they would overlap."""
    is_drawn = lines["is_known"] | lines["new_lesion"] | lines["response"].isin(WORSENING_WORDS)
    ends = lines[is_drawn].groupby("patient_id", sort=False).tail(1)
    if len(ends) > MOST_NAMES:
        return
    ends = ends.assign(height=ends["change_percent"].clip(upper=HIGHEST_PERCENT))
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    wide, tall = NAME_SHARES[0] * (right - left), NAME_SHARES[1] * (high - low)
    placed: list[tuple[float, float]] = []
    for end in ends.sort_values(["height", "patient_id"]).itertuples(index=False):
        near = [y for x, y in placed if abs(x - end.time) < wide]
        place = max([end.height, *(y + tall for y in near if y + tall > end.height)])
        placed.append((end.time, place))
        number = f" +{fixed(end.change_percent, 0)} %" if end.height < end.change_percent else ""
        text = f"   {words.shortened(str(end.patient_id), NAME_CHARACTERS)}{number}"
        axes.text(end.time, place, text, va="center", fontsize=7.5)


def _legend(courses: pd.DataFrame, lines: list[pd.DataFrame]) -> list[Line2D]:
    is_worse = courses["response"].isin(WORSENING_WORDS) & ~courses["new_lesion"]
    worse = courses.loc[is_worse, "response"]
    symbols = [_symbol("nadir", 6.5)] if any(_left_again(each).any() for each in lines) else []
    symbols += points(worse, 6.5)
    if courses["new_lesion"].any():
        symbols.append(_symbol("new lesion", 6.5))
    return [*COURSES.values(), *symbols]


def _symbol(name: str, size: float) -> Line2D:
    marker, colour, scale = SYMBOLS[name]
    return symbol(marker, colour, scale * size, name)


def _place(axes: Axes, drawn: Line2D, time: pd.Series, height: pd.Series) -> None:
    drawn.set_data(time, height)
    axes.add_line(drawn)
