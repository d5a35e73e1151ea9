"""Who was studied, as a private edition shows it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

import pandas as pd

from radiomics_hcc.report.private_edition.counts import HIDDEN, is_small, suppressed, word_of
from radiomics_hcc.report.private_edition.study import Study, is_a_count, masked, number_of

SHARED: Final = ("variable", "level", "all")


def cohort_flow(frame: pd.DataFrame) -> pd.DataFrame:
    """Steps from which fewer than five were lost have no number; reasons are in `exclusions`."""
    counted = {
        name: _steps(frame[name]) for name in ("patients", "lesions") if name in frame.columns
    }
    return frame.assign(**counted, **({"note": ""} if "note" in frame.columns else {}))


def table_one(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Small cells hidden, and others with them; all of a class whose size is hidden."""
    parts = [_characteristic(rows, study) for _, rows in frame.groupby("variable", sort=False)]
    return pd.concat(parts)


def label_counts(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Sizes of the classes; a second one is hidden with a small one."""
    cells = [
        word_of(count) if str(label) in study.hidden_classes else count
        for label, count in zip(frame["label"], frame["patients"], strict=True)
    ]
    return frame.assign(patients=pd.Series(cells, index=frame.index, dtype=object))


def exclusions(frame: pd.DataFrame) -> pd.DataFrame:
    """Reasons with their number of patients, instead of a row per patient."""
    counts = frame["reason"].astype(str).value_counts().rename_axis("reason")
    table = counts.reset_index(name="patients")
    hidden = suppressed(table[["patients"]].to_numpy(dtype=float), has_level_totals=False)[:, 0]
    return table.assign(patients=masked(table["patients"], hidden))


def empty_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Small counts of empty cells hidden."""
    return frame.assign(cells=masked(frame["cells"], frame["cells"].map(is_small).to_numpy()))


def features(frame: pd.DataFrame) -> pd.DataFrame:
    """The middle of every feature; its ends are the values of single patients."""
    missing = frame["missing"]
    shorter = frame.drop(columns=["minimum", "maximum"])
    return shorter.assign(missing=masked(missing, missing.map(is_small).to_numpy()))


def _steps(counts: pd.Series) -> pd.Series:
    """Hide a step that has less than five more than the next one that is shown."""
    cells: list[object] = []
    shown_after: float | None = None
    for count in reversed(counts.tolist()):
        is_known = bool(pd.notna(count))
        lost = count - shown_after if is_known and shown_after is not None else 0
        if is_known and (is_small(count) or is_small(lost)):
            cells.append(word_of(float(count)))
            continue
        shown_after = count if is_known else shown_after
        cells.append(count)
    return pd.Series(cells[::-1], index=counts.index, dtype=object)


def _characteristic(rows: pd.DataFrame, study: Study) -> pd.DataFrame:
    """One variable of table one: its counts as a table of levels and classes."""
    groups = [name for name in rows.columns if name not in SHARED]
    is_count = rows[["all", *groups]].map(is_a_count).all(axis="columns").to_numpy()
    hidden = _hidden_cells(rows.loc[is_count], groups, study)
    cells = rows.astype(dict.fromkeys(["all", *groups], object))
    for name in hidden.columns:
        told = zip(rows.loc[is_count, name], hidden[name], strict=True)
        cells.loc[is_count, name] = [
            word_of(number_of(text)) if is_hidden else text for text, is_hidden in told
        ]
    cells[[name for name in groups if str(name) in study.hidden_classes]] = HIDDEN
    return cells


def _hidden_cells(rows: pd.DataFrame, groups: list[Hashable], study: Study) -> pd.DataFrame:
    """Which counts are hidden; of all patients alone where the size of a class is hidden."""
    counts = rows[["all", *groups]].map(number_of)
    if study.hidden_classes:
        alone = suppressed(counts[["all"]].to_numpy(dtype=float), has_level_totals=False)
        return pd.DataFrame(alone, columns=["all"])
    hidden = suppressed(counts[groups].to_numpy(dtype=float))
    return pd.DataFrame(hidden, columns=[*groups, "all"])
