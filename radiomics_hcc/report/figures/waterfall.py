"""Change of the tumour's size in every patient."""

from __future__ import annotations

from typing import Final, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from radiomics_hcc.report import words
from radiomics_hcc.report.figures.canvas import INK, QUIET, house_style, new_figure, svg_bytes
from radiomics_hcc.report.numbers import fixed

PARTIAL_RESPONSE_PERCENT: Final = -30.0  # mRECIST and RECIST 1.1, against the baseline
PROGRESSION_PERCENT: Final = 20.0  # mRECIST and RECIST 1.1, against the nadir
HIGHEST_BAR_PERCENT: Final = 100.0  # taller bars are cut and carry their number
MOST_NAMES: Final = 45
NAME_CHARACTERS: Final = 16


class Fill(NamedTuple):
    """How the bars of one response class are filled: told apart in grey as well."""

    colour: str
    hatch: str


FILLS: Final = {
    "CR": Fill("#0b3c6f", ""),
    "PR": Fill("#5b9bd0", ""),
    "SD": Fill("#d9dee2", ""),
    "PD": Fill("#e08214", "////"),
}
OTHER_FILL: Final = Fill("white", "....")


def best_changes(response: pd.DataFrame) -> pd.DataFrame:
    """The smallest sum of each patient and reader as percent change from the baseline.

    Parameters
    ----------
    response
        `patient_id, reader, assessment, baseline_sum, current_sum, response` (others are kept).

    Returns
    -------
    `reader, patient_id, assessment, change_percent, response`, largest change first. Patients
    without a sum, or with a baseline of 0, have no row.
    """
    frame = response.assign(reader=response["reader"].fillna("").astype(str))
    frame = frame[frame["baseline_sum"] > 0].reset_index(drop=True)
    frame = frame.assign(
        change_percent=100 * (frame["current_sum"] - frame["baseline_sum"]) / frame["baseline_sum"]
    ).dropna(subset=["change_percent"])
    best = frame.loc[frame.groupby(["reader", "patient_id"])["change_percent"].idxmin()]
    ordered = best.sort_values(
        ["reader", "change_percent", "patient_id"], ascending=[True, False, True]
    )
    columns = ["reader", "patient_id", "assessment", "change_percent", "response"]
    return ordered[columns].reset_index(drop=True)


def waterfall(response: pd.DataFrame) -> bytes:
    """Draw the best change of every patient from the baseline, one panel per reader.

    Parameters
    ----------
    response
        The columns of `rhcc assess`.

    Returns
    -------
    SVG.
    """
    changes = best_changes(response)
    patients = response.assign(reader=response["reader"].fillna("").astype(str))
    readers = list(patients["reader"].unique())
    with house_style():
        figure = new_figure(8.2, 3.4 * len(readers) + 0.3)
        grid = figure.subplots(len(readers), 1, squeeze=False)
        for axes, reader in zip(grid[:, 0], readers, strict=True):
            everyone = patients.loc[patients["reader"] == reader, "patient_id"].nunique()
            _panel(axes, changes[changes["reader"] == reader], everyone)
            if reader:
                axes.set_title(f"Reader {words.shortened(reader, NAME_CHARACTERS)}")
        figure.legend(handles=_legend(changes), loc="outside lower center", ncols=6)
        return svg_bytes(figure)


def _panel(axes: Axes, bars: pd.DataFrame, everyone: int) -> None:
    for line in (PARTIAL_RESPONSE_PERCENT, PROGRESSION_PERCENT):
        axes.axhline(line, color=QUIET, lw=0.9, linestyle=(0, (2, 3)), zorder=1)
    axes.axhline(0, color=INK, lw=0.8)
    for place, (change, word) in enumerate(
        bars[["change_percent", "response"]].itertuples(index=False)
    ):
        fill = fill_of(str(word))
        shown = min(change, HIGHEST_BAR_PERCENT)
        axes.bar(place, shown, 0.82, color=fill.colour, hatch=fill.hatch, ec=INK, lw=0.5, zorder=2)
        if change > HIGHEST_BAR_PERCENT:
            axes.text(place, shown + 2, f"+{change:.0f}", ha="center", fontsize=8)
    axes.set(xlim=(-0.8, max(len(bars), 1) - 0.2), ylim=(-105, _top(bars)))
    ticks = [-100, -60, PARTIAL_RESPONSE_PERCENT, 0, PROGRESSION_PERCENT, 60, 100]
    axes.set_yticks(ticks, [f"{'+' if tick > 0 else ''}{fixed(tick, 0)}" for tick in ticks])
    axes.set_ylim(-105, _top(bars))
    axes.set_ylabel("Best change of the sum\nfrom baseline, %")
    axes.spines["bottom"].set_visible(False)
    _name_patients(axes, bars, everyone)


def _name_patients(axes: Axes, bars: pd.DataFrame, everyone: int) -> None:
    missing = everyone - len(bars)
    note = f"; {missing} more without a sum" if missing else ""
    axes.set_xlabel(f"Patients (n = {len(bars)}{note})")
    names = (
        [words.shortened(str(name), NAME_CHARACTERS) for name in bars["patient_id"]]
        if len(bars) <= MOST_NAMES
        else []
    )
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7.5)
    axes.tick_params(axis="x", length=0)


def _top(bars: pd.DataFrame) -> float:
    highest = float(bars["change_percent"].max()) if len(bars) else 0.0
    return min(HIGHEST_BAR_PERCENT + 12, max(40.0, highest + 8))


def _legend(bars: pd.DataFrame) -> list[Patch]:
    order = list(FILLS)
    found = sorted(set(bars["response"].astype(str)), key=lambda word: (_class(word, order), word))
    return [
        Patch(
            facecolor=fill_of(word).colour,
            hatch=fill_of(word).hatch,
            edgecolor=INK,
            lw=0.5,
            label=words.shortened(word, NAME_CHARACTERS),
        )
        for word in found
    ]


def _class(word: str, order: list[str]) -> int:
    plain = plain_class(word)
    return order.index(plain) if plain in order else len(order)


def plain_class(word: str) -> str:
    """The ordered class behind a criterion's own word: `iUPD` and `iCPD` are drawn as PD."""
    plain = word.removeprefix("i")
    return "PD" if plain in ("UPD", "CPD") else plain


def fill_of(word: str) -> Fill:
    """Colour and hatch of a response."""
    return FILLS.get(plain_class(word), OTHER_FILL)
