"""Columns brought to a few levels, so that patients can be looked at by group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem

UNKNOWN: Final = "unknown"
TERTILES: Final = (1 / 3, 2 / 3)
MOST_NUMBERS: Final = 5  # a column with as many different numbers is a scale, such as ECOG


def group_levels(
    columns: pd.DataFrame, cuts: Mapping[str, Sequence[float]] | None = None
) -> pd.DataFrame:
    """Write every column in levels: words as they are, numbers by declared cuts or tertiles.

    Parameters
    ----------
    columns
        Index `patient_id`, one row per patient.
    cuts
        Where levels begin, by column, such as `{"age": [65]}`; declare them before results are
        seen.

    Returns
    -------
    pandas.DataFrame
        Ordered categories; `unknown`, the last one, for empty cells. Numbers with at most five
        different values keep their values as levels.

    Raises
    ------
    InputError
        Listing patients with two rows, cuts of unknown columns or of words, and cuts that are
        not ascending.

    Examples
    --------
    >>> ages = pd.DataFrame({"age": [50.0, 65.0, None]}, index=["a", "b", "c"])
    >>> group_levels(ages, {"age": [65]})["age"].tolist()
    ['below 65', 'from 65', 'unknown']
    """
    declared = cuts or {}
    problems = [*_row_problems(columns), *_cut_problems(columns, declared)]
    if problems:
        raise InputError(problems, "groups of patients")
    return pd.DataFrame(
        {name: _in_levels(columns[name], declared.get(str(name))) for name in columns.columns},
        index=columns.index,
    )


def _row_problems(columns: pd.DataFrame) -> Iterator[Problem]:
    for patient in columns.index[columns.index.duplicated()].unique():
        yield Problem(f"patient {patient}", "has two rows of groups")


def _cut_problems(columns: pd.DataFrame, cuts: Mapping[str, Sequence[float]]) -> Iterator[Problem]:
    names = [str(name) for name in columns.columns]
    for name, values in cuts.items():
        if name not in names:
            yield Problem(f"cuts of {name}", "no such column", did_you_mean(name, names))
        elif not _is_number(columns[name]):
            yield Problem(f"cuts of {name}", "the column holds words")
        if not len(values) or list(values) != sorted(set(values)):
            yield Problem(f"cuts of {name}", "must be different numbers in ascending order")


def _is_number(column: pd.Series) -> bool:
    is_word = pd.api.types.is_bool_dtype(column)
    return bool(pd.api.types.is_numeric_dtype(column)) and not is_word


def _in_levels(column: pd.Series, cuts: Sequence[float] | None) -> pd.Categorical:
    known = column.dropna()
    if _is_number(column) and (cuts is not None or known.nunique() > MOST_NUMBERS):
        values = column.to_numpy(float, na_value=np.nan)
        edges = np.unique(known.quantile(TERTILES)) if cuts is None else np.asarray(cuts)
        names = _names_of_ranges([float(edge) for edge in edges])
        place = np.searchsorted(edges, values, side="right")
        words = [UNKNOWN if np.isnan(v) else names[p] for v, p in zip(values, place, strict=True)]
    else:
        names = [_word(value) for value in _in_order(known)]
        words = [UNKNOWN if pd.isna(value) else _word(value) for value in column]
    there = set(words)
    levels = [name for name in dict.fromkeys([*names, UNKNOWN]) if name in there]
    return pd.Categorical(words, categories=levels, ordered=True)


def _names_of_ranges(edges: Sequence[float]) -> list[str]:
    short = [f"{edge:.4g}" for edge in edges]
    shown = short if len(set(short)) == len(edges) else [repr(edge) for edge in edges]
    middle = [f"from {low} to below {high}" for low, high in pairwise(shown)]
    return [f"below {shown[0]}", *middle, f"from {shown[-1]}"]


def _word(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _in_order(known: pd.Series) -> list[object]:
    """The values of a column: categories in their own order, numbers before words."""
    if isinstance(known.dtype, pd.CategoricalDtype) and known.cat.ordered:
        return list(known.cat.categories)
    return sorted(known.unique(), key=_by_number_then_word)


def _by_number_then_word(value: object) -> tuple[float, str]:
    return (float(value) if isinstance(value, int | float) else np.inf, str(value))
