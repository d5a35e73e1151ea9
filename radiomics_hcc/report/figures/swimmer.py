"""How long each patient was followed, and what was seen when: one bar per patient."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import INK, house_style, new_figure, no_device, svg_bytes
from radiomics_hcc.report.figures.follow_up import FollowUp, follow_up, of_reader, readers_of
from radiomics_hcc.report.figures.response_marks import (
    PROGRESSION_WORDS,
    fill_of,
    patches,
    points,
    response_symbol,
    symbol,
)
from radiomics_hcc.report.figures.treatments import treatment_times, words_of_treatment
from radiomics_hcc.report.figures.undrawn import NAME_CHARACTERS, naming, without_follow_up

MOST_NAMES: Final = 70
NAMED_BAR_INCH: Final = 0.2
BAR_INCH: Final = 0.062
FEWEST_BARS: Final = 4  # so much height there is even for one patient
NAMED_SYMBOL: Final = 6.5
SMALL_SYMBOL: Final = 3.2
FRAME_INCH: Final = 1.9  # axis, legends and title
BAR_COLOUR: Final = "#e6eaed"
TELLING_WORDS: Final = frozenset(
    word
    for kind in ("CR PR SD PD NON-CR/NON-PD", "iCR iPR iSD iUPD iCPD NON-iCR/NON-iUPD")
    for word in kind.split()
)
"""Words that say whether there is progression; NE, blood markers and LI-RADS do not."""

STRIP_SHARE: Final = 0.018  # of the time axis: the strip that tells the best response


def swimmer(
    response: pd.DataFrame,
    best: pd.DataFrame | None = None,
    *,
    reader: str | None = None,
    treatments: pd.DataFrame | None = None,
) -> bytes:
    """Draw a bar per patient from the baseline to the last assessment, as one reader saw it.

    Each assessment is marked by its response. An arrow says that no progression was seen.

    Parameters
    ----------
    response
        The columns of `rhcc assess`; without the column `baseline` visits are counted instead of
        days.
    best
        Best overall responses, `patient_id, reader, best_response`: a strip at the start of each
        bar; its patients without follow-up are named.
    reader
        Whose readings; the first reader of the table where it is left out. The title says who.
    treatments
        `patient_id, treatment, treatment_date`, a row per treatment: a tick at its day where it
        can be counted from the baseline, and the word beside the patient's name.

    Returns
    -------
    SVG.

    Raises
    ------
    ValueError
        Where the reader is not in the table.
    """
    readers = readers_of(response) or [""]
    if reader is not None and reader not in readers:
        raise ValueError(f"no reader {reader!r}; the table has {', '.join(readers)}")
    chosen = readers[0] if reader is None else reader
    everything = follow_up(response)
    courses = FollowUp(of_reader(everything.table, chosen), everything.unit)
    own_best = None if best is None else of_reader(best, chosen)
    given = treatment_times(treatments, of_reader(response, chosen), courses.unit)
    missing = naming("Without follow-up", without_follow_up(courses.table, chosen, response, best))
    with house_style():
        title = f"Reader {words.shortened(chosen, NAME_CHARACTERS)}, one of {len(readers)}"
        figure = _figure(courses, bars(courses.table, own_best), given)
        axes = figure.axes[0]
        axes.set_title(title if len(readers) > 1 else "")
        axes.set_xlabel("\n".join(text for text in (courses.time_label, missing) if text))
        no_device(figure)
        return svg_bytes(figure)


def bars(courses: pd.DataFrame, best: pd.DataFrame | None = None) -> pd.DataFrame:
    """The bar of each patient of one reader.

    Parameters
    ----------
    courses
        The table of `follow_up`, one reader.
    best
        `patient_id, best_response` of that reader; with `progressed`, that decides who progressed
        (a criterion may take a progression back), else the words do.

    Returns
    -------
    `patient_id, end, is_ongoing, best_response`, longest first. Ongoing: something was evaluable
    and no progression was seen. `best_response` is empty without `best`.
    """
    table = pd.DataFrame(
        {
            "end": courses.groupby("patient_id")["time"].max().astype(float),
            "is_ongoing": ~_has(courses, PROGRESSION_WORDS) & _has(courses, TELLING_WORDS),
            "best_response": "",
        }
    )
    if best is not None:
        named = best.assign(patient_id=best["patient_id"].astype(str)).drop_duplicates("patient_id")
        known = named.set_index("patient_id").reindex(table.index)
        table["best_response"] = known["best_response"].astype(object).fillna("").astype(str)
        if "progressed" in known.columns:
            progressed = known["progressed"].eq(True)
            table["is_ongoing"] = ~progressed & _has(courses, TELLING_WORDS)
    return table.reset_index().sort_values(
        ["end", "patient_id"], ascending=[False, True], ignore_index=True
    )


def _has(courses: pd.DataFrame, words_of_interest: frozenset[str]) -> pd.Series:
    """Whether a patient has at least one of the words."""
    is_one = courses["response"].isin(words_of_interest)
    return is_one.groupby(courses["patient_id"]).any().astype(bool)


def _figure(courses: FollowUp, spans: pd.DataFrame, given: pd.DataFrame) -> Figure:
    is_named = len(spans) <= MOST_NAMES
    bar_inch = NAMED_BAR_INCH if is_named else BAR_INCH
    figure = new_figure(8.2, FRAME_INCH + max(len(spans), FEWEST_BARS) * bar_inch)
    axes = figure.add_subplot()
    size = NAMED_SYMBOL if is_named else SMALL_SYMBOL
    rows = {str(patient): place for place, patient in enumerate(spans["patient_id"])}
    _draw_bars(axes, spans, size)
    _draw_treatments(axes, given, rows)
    _draw_visits(axes, courses.table, rows, size)
    _frame(axes, spans, given, is_counted=courses.unit == "follow-up")
    if len(spans):
        handles = _legend(courses.table, spans, has_ticks=bool(given["time"].notna().any()))
        figure.legend(handles=handles, loc="outside lower center", ncols=5)
    return figure


def _draw_bars(axes: Axes, spans: pd.DataFrame, size: float) -> None:
    places = range(len(spans))
    axes.barh(places, spans["end"], 0.72, color=BAR_COLOUR, ec="none", zorder=1)
    width = STRIP_SHARE * _latest(spans)
    for place, word in zip(places, spans["best_response"], strict=True):
        if word:
            colour, hatch = fill_of(word)
            axes.barh(place, -width, 0.72, color=colour, hatch=hatch, ec=INK, lw=0.3, zorder=2)
    ongoing = spans[spans["is_ongoing"]]
    arrow = _arrow(0.75 * size)
    arrow.set_data(ongoing["end"] + 1.4 * width, ongoing.index)
    axes.add_line(arrow)


def _draw_treatments(axes: Axes, given: pd.DataFrame, rows: dict[str, int]) -> None:
    for patient, time in given[["patient_id", "time"]].itertuples(index=False):
        if patient in rows and time == time:
            place = rows[patient]
            axes.plot([time, time], [place - 0.46, place + 0.46], color=INK, lw=1.2, zorder=2.5)


def _draw_visits(axes: Axes, courses: pd.DataFrame, rows: dict[str, int], size: float) -> None:
    for word, visits in courses.groupby("response"):
        places = [rows[patient] for patient in visits["patient_id"]]
        point = response_symbol(str(word), size)
        point.set_data(visits["time"], places)
        axes.add_line(point)
    new = courses[courses["new_lesion"]]
    star = _star(1.2 * size)
    star.set_data(new["time"], [rows[patient] - 0.42 for patient in new["patient_id"]])
    axes.add_line(star)


def _frame(axes: Axes, spans: pd.DataFrame, given: pd.DataFrame, *, is_counted: bool) -> None:
    latest = _latest(spans)
    earliest = min(0.0, float(given["time"].min())) if given["time"].notna().any() else 0.0
    axes.set_xlim(earliest - 0.03 * latest, 1.06 * latest)
    axes.set_ylim(max(len(spans), FEWEST_BARS) - 0.4, -0.8)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    if is_counted:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    names = list(spans["patient_id"]) if len(spans) <= MOST_NAMES else []
    axes.set_yticks(range(len(names)), [_name(name, given) for name in names], fontsize=7.5)
    if not names:
        axes.set_ylabel(f"{len(spans)} patients, longest follow-up first")
    if spans.empty:
        axes.text(0.5 * latest, 1.5, "No patient has a follow-up", ha="center")


def _name(patient: str, given: pd.DataFrame) -> str:
    told = (patient, words_of_treatment(given, patient))
    return "  ".join(words.shortened(text, NAME_CHARACTERS) for text in told if text)


def _legend(courses: pd.DataFrame, spans: pd.DataFrame, *, has_ticks: bool) -> list[Line2D | Patch]:
    handles: list[Line2D | Patch] = [*points(courses["response"], NAMED_SYMBOL)]
    if courses["new_lesion"].any():
        handles.append(_star(1.2 * NAMED_SYMBOL))
    if spans["is_ongoing"].any():
        handles.append(_arrow(0.75 * NAMED_SYMBOL))
    if has_ticks:
        tick = Line2D([], [], color=INK, lw=0, marker="|", ms=8, mew=1.2, label="treatment")
        handles.append(tick)
    best = patches(word for word in spans["best_response"] if word)
    for patch in best:
        patch.set_label(f"best: {patch.get_label()}")
    return [*handles, *best]


def _latest(spans: pd.DataFrame) -> float:
    return max(float(spans["end"].max()), 1.0) if len(spans) else 1.0


def _arrow(size: float) -> Line2D:
    return symbol(">", INK, size, "no progression seen")


def _star(size: float) -> Line2D:
    return symbol("*", "#f0e442", size, "new lesion")
