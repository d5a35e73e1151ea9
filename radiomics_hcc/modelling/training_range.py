"""Where values lie against the range that training saw, column by column."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.modelling.card import ColumnCard
from radiomics_hcc.modelling.pipeline import EMPTY

INDICATOR: Final = "missingindicator_"
"""What scikit-learn puts before the name of a column that says where another was empty."""

FAR: Final = 1.0
"""This many interquartile ranges beyond the training range count as far outside."""

NAMES_SHOWN: Final = 5


def used_columns(selected: Sequence[str], columns: Collection[str]) -> list[str]:
    """The table's columns behind the features that a model uses.

    A feature is the column itself, says where it was empty, or is one word of it. A model that
    tells of no feature is taken to use every column.
    """
    found = dict.fromkeys(_source(name, columns) for name in selected)
    named = [name for name in found if name]
    return named or list(columns)


def _source(feature: str, columns: Collection[str]) -> str:
    bare = feature.removeprefix(INDICATOR)
    if bare in columns:
        return bare
    words = (name for name in columns if feature.startswith(f"{name}_"))
    return max(words, key=len, default="")


def beyond(rows: pd.DataFrame, columns: Mapping[str, ColumnCard]) -> pd.DataFrame:
    """How far every value lies outside its training range, in interquartile ranges.

    Negative below the minimum, positive above the maximum, 0 inside or empty. Infinite for a
    word that training never saw, and where training had one value only. Where the quartiles are
    equal the whole range stands for their distance.

    Parameters
    ----------
    rows
        Prepared rows; only the columns of the cards are read.
    columns
        The model's cards by column.

    Returns
    -------
    DataFrame
        As `rows`, floats.
    """
    return pd.DataFrame({name: _beyond(rows[name], card) for name, card in columns.items()})


def _beyond(values: pd.Series, card: ColumnCard) -> pd.Series:
    if card["type"] == "word":
        is_new = ~values.isin([*card["words"], EMPTY])
        return pd.Series(np.where(is_new, np.inf, 0.0), index=values.index)
    low, high = card["minimum"], card["maximum"]
    if low is None or high is None:
        return pd.Series(np.where(values.notna(), np.inf, 0.0), index=values.index)
    excess = ((values - high).clip(lower=0.0) - (low - values).clip(lower=0.0)).fillna(0.0)
    spread = card["quantiles"]["0.75"] - card["quantiles"]["0.25"] or high - low
    scaled = excess / spread if spread > 0 else np.sign(excess) * np.inf
    return scaled.where(excess != 0.0, 0.0)


def newly_empty(rows: pd.DataFrame, columns: Mapping[str, ColumnCard]) -> pd.DataFrame:
    """Which cells are empty in columns that were never empty in training."""
    return pd.DataFrame(
        {
            name: ((rows[name] == EMPTY) if card["type"] == "word" else rows[name].isna())
            & (card["empty"] == 0)
            for name, card in columns.items()
        }
    )


def range_words(excess: pd.Series, used: Sequence[str]) -> list[str]:
    """What lies outside, in sentences: the farthest of the used columns first.

    Parameters
    ----------
    excess
        Of one patient, by column, see `beyond`.
    used
        Columns that the model uses; others are told apart, without distances.
    """
    outside = excess[excess != 0.0]
    order = outside.abs().sort_values(ascending=False, kind="stable").index
    own = [f"{name} ({_how_far(outside[name])})" for name in order if name in used]
    others = [str(name) for name in order if name not in used]
    return [
        f"{title}: {shown(names)}"
        for title, names in (
            ("outside the training range", own),
            ("outside the training range, not used by the model", others),
        )
        if names
    ]


def _how_far(excess: float) -> str:
    if np.isinf(excess):
        return "never seen in training"
    return f"{abs(excess):.2g} IQR {'above' if excess > 0 else 'below'}"


def shown(names: Sequence[str]) -> str:
    """The first names, and how many there are besides."""
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"{', '.join(names[:NAMES_SHOWN])}{more}"
