"""What the rules of a private edition know of a run, and how they are put together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.report.private_edition.counts import is_small, suppressed, word_of
from radiomics_hcc.report.private_edition.groups import hidden_designs, hidden_groups

COUNT: Final = re.compile(r"(\d+)(?: \(\d+ %\))?")


@dataclass(frozen=True, eq=False)
class Study:
    """What the rules of single tables must know of the whole run.

    Parameters
    ----------
    names
        New name by a patient's identity.
    class_sizes
        Patients by class.
    small_variables
        Characteristics of which table one has a small count.
    analysed
        Patients with a label; empty where the run has no table of labels.
    hidden_groups
        Design and group of the groups tested elsewhere that have a hidden count.
    hidden_designs
        Designs whose patients together cannot be told either.
    """

    names: Mapping[str, str]
    class_sizes: Mapping[str, float]
    small_variables: frozenset[str] = frozenset()
    analysed: frozenset[str] = frozenset()
    hidden_groups: frozenset[tuple[str, str]] = frozenset()
    hidden_designs: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> Study:
        """Read it from the tables of a run."""
        counts = tables.get("label_counts", pd.DataFrame(columns=["label", "patients"]))
        sizes = dict(
            zip(counts["label"].astype(str), counts["patients"].astype(float), strict=True)
        )
        labels = tables.get("labels", pd.DataFrame(columns=["patient_id"]))
        groups = tables.get("external_groups", pd.DataFrame())
        return cls(
            names,
            sizes,
            with_small_counts(tables.get("table_one", pd.DataFrame())),
            frozenset(labels["patient_id"].astype(str)),
            hidden_groups(groups),
            hidden_designs(groups),
        )

    @property
    def hidden_classes(self) -> frozenset[str]:
        """Classes whose size is hidden."""
        sizes = np.array(list(self.class_sizes.values()), dtype=float).reshape(-1, 1)
        hidden = suppressed(sizes, has_level_totals=False)[:, 0]
        return frozenset(
            name for name, is_hidden in zip(self.class_sizes, hidden, strict=True) if is_hidden
        )

    @property
    def patients(self) -> float:
        """Of all classes together."""
        return sum(self.class_sizes.values())


Rule: TypeAlias = Callable[[pd.DataFrame, Study], pd.DataFrame | None]
"""A table as a private edition shows it; None where it is left out."""


def alone(rule: Callable[[pd.DataFrame], pd.DataFrame | None]) -> Rule:
    """A rule that needs nothing but the table itself."""

    def applied(frame: pd.DataFrame, _: Study) -> pd.DataFrame | None:
        return rule(frame)

    return applied


def unless_a_class_is_small(rule: Rule) -> Rule:
    """Leave a table out whose rows or steps would tell the size of a small class."""

    def applied(frame: pd.DataFrame, study: Study) -> pd.DataFrame | None:
        return None if study.hidden_classes else rule(frame, study)

    return applied


def masked(values: pd.Series, hidden: NDArray[np.bool_]) -> pd.Series:
    """The values, or a word in the place of those that are hidden."""
    cells = [
        word_of(float(value)) if is_hidden else value
        for value, is_hidden in zip(values, hidden, strict=True)
    ]
    return pd.Series(cells, index=values.index, dtype=object) if any(hidden) else values


def with_small_counts(table_one: pd.DataFrame) -> frozenset[str]:
    """Variables of table one that have a small count anywhere."""
    if table_one.empty:
        return frozenset()
    cells = table_one.drop(columns=["variable", "level"]).astype(str)
    has_small = cells.map(lambda text: is_small(number_of(text))).any(axis=1)
    return frozenset(table_one.loc[has_small, "variable"].astype(str))


def is_a_count(cell: object) -> bool:
    """Whether a cell of table one is a number of patients, with or without its share.

    Examples
    --------
    >>> is_a_count("3 (4 %)"), is_a_count("68 (62 to 72)")
    (True, False)
    """
    return COUNT.fullmatch(str(cell)) is not None


def number_of(cell: object) -> float:
    """The count at the beginning of a cell of table one; 0 where the cell is no count."""
    found = COUNT.fullmatch(str(cell))
    return float(found[1]) if found else 0.0
