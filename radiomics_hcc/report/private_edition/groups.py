"""Groups that were tested elsewhere: which of their counts a private edition hides."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.report.private_edition.counts import is_small, suppressed

KNOWN_GROUP_COLUMNS: Final = ("design", "group", "is_tested", "trained", "tested", "note")


def class_columns(rows: pd.DataFrame) -> list[str]:
    """The columns of a design's groups that count patients of a class."""
    names = [str(name) for name in rows.columns if name not in KNOWN_GROUP_COLUMNS]
    return [name for name in names if rows[name].notna().any()]


def hidden_counts(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Which counts of one design are hidden, shape (groups, classes + 1); the last are totals."""
    return suppressed(rows[class_columns(rows)].astype(float).fillna(0).to_numpy())


def hidden_groups(groups: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Design and group of every group with a hidden count; its scores would tell the count.

    A rate is a fraction of the counts of its group: two of them give the counts away.
    """
    if groups.empty:
        return frozenset()
    found: set[tuple[str, str]] = set()
    for design, rows in groups.groupby("design", sort=False):
        is_hidden = hidden_counts(rows).any(axis=1)
        found |= {(str(design), str(name)) for name in rows["group"][is_hidden]}
    return frozenset(found)


def hidden_designs(groups: pd.DataFrame) -> frozenset[str]:
    """Designs whose patients together cannot be told either.

    One group alone is all that was tested; of several, a class may be small over all of them.
    """
    if groups.empty:
        return frozenset()
    found: set[str] = set()
    for design, rows in groups.groupby("design", sort=False):
        totals = rows[class_columns(rows)].astype(float).sum()
        is_alone = len(rows) == 1 and bool(hidden_counts(rows).any())
        if is_alone or bool(totals.map(is_small).any()):
            found.add(str(design))
    return frozenset(found)
