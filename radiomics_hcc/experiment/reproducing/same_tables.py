"""Tables of a run beside those of its repetition, cell by cell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.experiment.reproducing.line import Line, Part, Verdict

PATIENT: Final = "patient_id"
MOST_COLUMNS_NAMED: Final = 5


def compare_tables(
    then: Mapping[str, pd.DataFrame], now: Mapping[str, pd.DataFrame], tolerance: float
) -> Iterator[Line]:
    """One line per table, in the order of the run's; those that only one side has among them.

    Parameters
    ----------
    then, now
        Tables of the run and of its repetition, both as a run folder gives them back.
    tolerance
        Two numbers are alike where |a - b| <= tolerance * max(1, |a|, |b|).
    """
    for name, table in then.items():
        if name in now:
            yield compare_table(name, table, now[name], tolerance)
        else:
            yield Line(Part.TABLE, name, Verdict.GONE, _rows(table))
    for name, table in now.items():
        if name not in then:
            yield Line(Part.TABLE, name, Verdict.NEW, now=_rows(table))


def compare_table(name: str, then: pd.DataFrame, now: pd.DataFrame, tolerance: float) -> Line:
    """Compare two tables by the columns that both have, row by row.

    A column that only the repetition has is named and is no difference; one that only the run has
    is one. Patients are counted, never named.
    """
    shared = [column for column in then.columns if column in now.columns]
    gone = [str(column) for column in then.columns if column not in now.columns]
    new = [str(column) for column in now.columns if column not in then.columns]
    notes = [*_named("columns gone", gone), *_named("new columns", new)]
    if len(then) != len(now):
        notes += _patients_of_one_side(then, now)
        note = "; ".join(["another number of rows", *notes])
        return Line(Part.TABLE, name, Verdict.DIFFERS, _rows(then), _rows(now), note=note)
    apart = np.zeros((len(then), len(shared)))
    beyond = np.zeros(len(shared), dtype=bool)
    for place, column in enumerate(shared):
        apart[:, place] = distances(then[column], now[column])
        beyond[place] = _is_beyond(apart[:, place], then[column], now[column], tolerance)
    differing = int((apart > 0).sum())
    verdict = Verdict.DIFFERS if beyond.any() or gone else Verdict.WITHIN
    if not differing and not gone:
        verdict = Verdict.EQUAL
    if differing:
        notes = [*_where(then, apart, shared), *notes]
    largest = float(apart.max()) if differing else math.nan
    return Line(
        Part.TABLE,
        name,
        verdict,
        _rows(then),
        _rows(now),
        cells=apart.size,
        differing=differing,
        largest=largest,
        note="; ".join(notes),
    )


def distances(then: pd.Series, now: pd.Series) -> NDArray[np.float64]:
    """How far the cells of two columns lie apart, float, shape (rows,).

    0 where they are equal to the last bit or both empty, |a - b| of two numbers, infinite for two
    other words and where one side alone is empty.
    """
    if _is_number(then) and _is_number(now):
        a, b = (each.to_numpy(np.float64, na_value=np.nan) for each in (then, now))
        is_equal = (a.view(np.int64) == b.view(np.int64)) | (np.isnan(a) & np.isnan(b))
        with np.errstate(invalid="ignore"):
            apart = np.abs(a - b)
        # Numbers that differ in the sign of zero alone are 0 apart, and are not the same bits.
        apart = np.where(np.isnan(apart), np.inf, np.maximum(apart, np.finfo(float).tiny))
        return np.where(is_equal, 0.0, apart)
    empty = then.isna().to_numpy(), now.isna().to_numpy()
    words = then.astype(str).to_numpy() == now.astype(str).to_numpy()
    is_equal = (empty[0] & empty[1]) | (words & ~empty[0] & ~empty[1])
    return np.where(is_equal, 0.0, np.inf)


def _is_beyond(
    apart: NDArray[np.float64], then: pd.Series, now: pd.Series, tolerance: float
) -> bool:
    """Whether a cell of a column lies farther apart than the tolerance allows."""
    if not apart.any():
        return False
    if not np.isfinite(apart).all():
        return True
    sizes = [np.abs(each.to_numpy(np.float64, na_value=np.nan)) for each in (then, now)]
    scale = np.fmax(1.0, np.fmax(*sizes))
    return bool((apart > tolerance * scale)[apart > 0].any())


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _where(then: pd.DataFrame, apart: NDArray[np.float64], columns: list[str]) -> Iterator[str]:
    """The column of the largest difference, and how many patients or rows are concerned."""
    column, largest = columns[int(apart.max(axis=0).argmax())], float(apart.max())
    rows = (apart > 0).any(axis=1)
    yield f"largest {largest:.2g} in {column}" if np.isfinite(largest) else f"words of {column}"
    if PATIENT in then.columns:
        count, total = then.loc[rows, PATIENT].nunique(), then[PATIENT].nunique()
        yield f"{count} of {total} patients"
    else:
        yield f"{int(rows.sum())} of {len(then)} rows"


def _patients_of_one_side(then: pd.DataFrame, now: pd.DataFrame) -> Iterator[str]:
    if PATIENT in then.columns and PATIENT in now.columns:
        before, after = set(then[PATIENT]), set(now[PATIENT])
        yield f"{len(before - after)} patients only then, {len(after - before)} only now"


def _named(what: str, names: list[str]) -> Iterator[str]:
    if names:
        more = f" and {len(names) - MOST_COLUMNS_NAMED} more"
        shown = ", ".join(names[:MOST_COLUMNS_NAMED])
        yield f"{what}: {shown}{more if len(names) > MOST_COLUMNS_NAMED else ''}"


def _rows(table: pd.DataFrame) -> str:
    return f"{len(table)} rows"
