"""How the models did, as a private edition shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.report.private_edition.counts import is_small, suppressed
from radiomics_hcc.report.private_edition.groups import class_columns, hidden_counts
from radiomics_hcc.report.private_edition.study import Study, masked

ROUNDED: Final = ("estimate", "low", "high", "difference", "difference_low", "difference_high")
DECIMALS: Final = 2
"""Of a score whose number of patients is hidden; its digits would tell the denominator."""

ALL_TESTED: Final = "all tested"
NO_SCORE: Final = "scores are hidden with the counts"
UNDEFINED: Final = r" \(\d+ of \d+ resamples undefined\)"
"""How often a bootstrap met no patient of a class, which tells how few there are."""


def subgroups(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Counts of a variable with a small level, or a level nearly all of one class, are hidden."""
    hidden = _small_variables(frame, study)
    counts = {name: masked(frame[name], hidden) for name in ("patients", "positives")}
    return _rounded(frame, hidden).assign(**counts)


def boundaries(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """How many lie above a boundary, unless that tells the size of a class."""
    hidden = np.full(len(frame), bool(study.hidden_classes))
    return frame.assign(positives=masked(frame["positives"], hidden))


def confusion(frame: pd.DataFrame) -> pd.DataFrame | None:
    """The matrix where no cell is small; see `masked_confusion`."""
    return frame if masked_confusion(frame) is None else None


def masked_confusion(frame: pd.DataFrame) -> pd.DataFrame | None:
    """True classes in rows, predicted classes in columns, cells as text; None with no small one."""
    matrix = frame.pivot_table(
        index="true", columns="predicted", values="patients", aggfunc="sum", sort=False
    ).fillna(0.0)
    classes = [*matrix.index, *(name for name in matrix.columns if name not in matrix.index)]
    square = matrix.reindex(index=classes, columns=classes, fill_value=0.0)
    hidden = suppressed(square.to_numpy().T, has_level_totals=False).T
    if not hidden.any():
        return None
    cells = {
        name: masked(square[name].round(1), hidden[:, place]) for place, name in enumerate(classes)
    }
    return pd.DataFrame(cells, index=square.index).rename_axis("true").reset_index()


def calibration(frame: pd.DataFrame) -> pd.DataFrame:
    """Groups of at least five patients."""
    return frame[~frame["patients"].map(is_small)].reset_index(drop=True)


def instability_summary(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Small counts of patients who were called otherwise hidden, with their share."""
    counts = frame["patients_ever_called_otherwise"]
    hidden = counts.map(_is_small_or_all_but_few(study)).to_numpy()
    return frame.assign(patients_ever_called_otherwise=masked(counts, hidden))


def external_groups(frame: pd.DataFrame) -> pd.DataFrame:
    """Small groups and classes hidden, design by design."""
    return pd.concat([_groups(rows) for _, rows in frame.groupby("design", sort=False)])


def external_scores(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Scores of the groups whose counts are shown; the table of groups names the others."""
    if "design" not in frame.columns:
        return frame
    designs = frame["design"].astype(str)
    groups = frame["group"].astype(str) if "group" in frame else designs.map(lambda _: ALL_TESTED)
    is_shown = [
        (design, group) not in study.hidden_groups and design not in study.hidden_designs
        for design, group in zip(designs, groups, strict=True)
    ]
    shown = frame[is_shown].reset_index(drop=True)
    if "method" not in shown.columns:
        return shown
    return shown.assign(method=shown["method"].str.replace(UNDEFINED, "", regex=True))


def patients_column(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Hide a number of patients that is small, or differs from all of them by so few."""
    is_telling = _is_small_or_all_but_few(study)
    counted = [name for name in ("patients", "unread") if name in frame.columns]
    hidden = {name: frame[name].map(is_telling).to_numpy(dtype=bool) for name in counted}
    is_hidden = np.any([np.zeros(len(frame), dtype=bool), *hidden.values()], axis=0)
    columns = {name: masked(frame[name], where) for name, where in hidden.items()}
    return _rounded(frame, is_hidden).assign(**columns)


def numbered_patients(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """As `patients_column`, but empty in the place of a hidden number."""
    return frame.assign(
        patients=frame["patients"].mask(frame["patients"].map(_is_small_or_all_but_few(study)))
    )


def _small_variables(frame: pd.DataFrame, study: Study) -> NDArray[np.bool_]:
    """Rows of variables one of whose levels has few patients, or few of either side."""
    patients, positives = (frame[name].astype(float) for name in ("patients", "positives"))
    is_telling = (
        patients.map(is_small)
        | positives.map(is_small)
        | (patients - positives).map(is_small)
        | frame["variable"].astype(str).isin(study.small_variables)
        | bool(study.hidden_classes)
    )
    small = frame.loc[is_telling, "variable"].unique()
    return np.isin(frame["variable"].to_numpy(dtype=object), small)


def _groups(rows: pd.DataFrame) -> pd.DataFrame:
    """Tested groups of one design: classes by group, with the total of each group."""
    hidden = hidden_counts(rows)
    columns = {
        name: masked(rows[name], hidden[:, place]) for place, name in enumerate(class_columns(rows))
    }
    columns["tested"] = masked(rows["tested"], hidden[:, -1])
    columns["trained"] = masked(rows["trained"], hidden[:, -1])
    if "note" in rows.columns:
        is_any = [bool(row.any()) for row in hidden]
        told = zip(rows["note"].fillna("").astype(str), is_any, strict=True)
        notes = [
            "; ".join(filter(None, (note, NO_SCORE if is_hidden else "")))
            for note, is_hidden in told
        ]
        columns["note"] = pd.Series(notes, index=rows.index, dtype=object)
    return rows.assign(**columns)


def _rounded(frame: pd.DataFrame, hidden: NDArray[np.bool_]) -> pd.DataFrame:
    """The scores of rows whose number of patients is hidden, in few digits."""
    scores = {
        name: frame[name].astype(float).where(~hidden, frame[name].astype(float).round(DECIMALS))
        for name in ROUNDED
        if name in frame.columns
    }
    return frame.assign(**scores)


def _is_small_or_all_but_few(study: Study) -> Callable[[float], bool]:
    def is_telling(count: float) -> bool:
        if pd.isna(count):
            return False
        return is_small(count) or is_small(abs(study.patients - count))

    return is_telling
