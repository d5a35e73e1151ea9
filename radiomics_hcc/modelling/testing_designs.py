"""Who is trained on and who is tested, when the two are different patients."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

import pandas as pd

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.step import Step, did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.merging import word_of

COHORT: Final = "(cohort)"
"""Column of the context that says which of two cohorts a patient belongs to; no file has it."""

FIRST_COHORT: Final = "first_cohort"


@dataclass(frozen=True, eq=False)
class Round:
    """One training and the groups that it is tested on.

    Parameters
    ----------
    trained
        Patients of the training side.
    tested
        Patients of each tested group, by the group's name; nobody is on both sides.
    """

    trained: pd.Index
    tested: Mapping[str, pd.Index]

    @property
    def name(self) -> str:
        """The names of what is tested."""
        return ", ".join(self.tested)


@dataclass(frozen=True)
class Design(Step):
    """Base of the designs: how patients are divided into those trained on and those tested."""

    @abstractmethod
    def rounds(self, table: PatientTable) -> list[Round]:
        """Divide the patients of a table.

        Raises
        ------
        InputError
            Where the table does not have what the design asks for.
        """

    @abstractmethod
    def unplaced(self, table: PatientTable) -> pd.Index:
        """Patients on neither side, because nothing is known of where they belong."""


@dataclass(frozen=True)
class LeaveOneOut(Design):
    """Every site (or other group) is tested by a model of all the others.

    Parameters
    ----------
    column
        Column of the patients table.

    Examples
    --------
    >>> LeaveOneOut("site").to_config()
    {'kind': 'leave_one_out', 'column': 'site'}
    """

    kind: ClassVar[str] = "leave_one_out"
    column: str

    def rounds(self, table: PatientTable) -> list[Round]:
        """One round per value of the column, in the order of their names."""
        words = column_words(table, self.column).dropna()
        levels = sorted(words.unique())
        if len(levels) < 2:
            what = f"has {len(levels)} values among the patients"
            raise InputError([Problem(f"column {self.column!r}", what, "2 or more are needed")])
        return [
            Round(words.index[words != level], {level: words.index[words == level]})
            for level in levels
        ]

    def unplaced(self, table: PatientTable) -> pd.Index:
        """Patients whose cell is empty."""
        return _empty(column_words(table, self.column))


@dataclass(frozen=True)
class HeldOut(Design):
    """Some sites (or other groups) are tested by one model of all the others.

    Parameters
    ----------
    column
        Column of the patients table.
    values
        Values that are tested, each a group of its own.
    """

    kind: ClassVar[str] = "held_out"
    column: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        # YAML and JSON have lists and numbers; words in a tuple keep the step frozen.
        object.__setattr__(self, "values", tuple(word_of(value) for value in self.values))
        if not self.values:
            raise InputError([Problem("held_out.values", "is empty", "name what is tested")])

    def rounds(self, table: PatientTable) -> list[Round]:
        """One round that tests every value."""
        words = column_words(table, self.column).dropna()
        levels = sorted(words.unique())
        problems = [
            Problem(f"column {self.column!r}", f"has no {value!r}", did_you_mean(value, levels))
            for value in self.values
            if value not in levels
        ]
        if not problems and set(levels) <= set(self.values):
            what = "has no other value than those held out"
            problems = [Problem(f"column {self.column!r}", what, "nobody is left to train on")]
        if problems:
            raise InputError(problems, "testing held_out")
        tested = {value: words.index[words == value] for value in self.values}
        return [Round(words.index[~words.isin(self.values)], tested)]

    def unplaced(self, table: PatientTable) -> pd.Index:
        """Patients whose cell is empty."""
        return _empty(column_words(table, self.column))


@dataclass(frozen=True)
class Temporal(Design):
    """Later patients are tested by a model of the earlier ones.

    Parameters
    ----------
    column
        Column of days of the patients table.
    start
        First day of the tested patients; training patients lie strictly before it.
    """

    kind: ClassVar[str] = "temporal"
    column: str
    start: date

    def rounds(self, table: PatientTable) -> list[Round]:
        """One round; the tested group is called `from <start>`."""
        days = self._days(table).dropna()
        is_late = days >= pd.Timestamp(self.start)
        if is_late.all() or not is_late.any():
            where = "on or after" if is_late.all() else "before"
            what = f"has every patient {where} {self.start}"
            raise InputError([Problem(f"column {self.column!r}", what, "choose another start")])
        return [Round(days.index[~is_late], {f"from {self.start}": days.index[is_late]})]

    def unplaced(self, table: PatientTable) -> pd.Index:
        """Patients whose day is not known."""
        return _empty(self._days(table))

    def _days(self, table: PatientTable) -> pd.Series:
        values = patient_column(table, self.column)
        days = pd.to_datetime(values, errors="coerce", format="ISO8601")
        wrong = days.isna() & values.notna()
        if wrong.any():
            raise InputError(
                [
                    Problem(f"patient {patient}", f"{self.column} {values[patient]!r} is no day")
                    for patient in days.index[wrong]
                ],
                "testing temporal",
            )
        return days


@dataclass(frozen=True)
class SecondCohort(Design):
    """A second cohort is tested by a model of the first.

    The table holds both, see `with_second_cohort`.

    Parameters
    ----------
    name
        What tables call the second cohort.
    """

    kind: ClassVar[str] = "second_cohort"
    name: str = "second_cohort"

    def rounds(self, table: PatientTable) -> list[Round]:
        """One round that tests the second cohort."""
        words = column_words(table, COHORT)
        tested = words.index[words == self.name]
        trained = words.index[words == FIRST_COHORT]
        if not len(tested) or not len(trained):
            what = f"holds {len(trained)} patients of the first and {len(tested)} of the second"
            raise InputError([Problem("the table", what, "put both together first")])
        return [Round(trained, {self.name: tested})]

    def unplaced(self, table: PatientTable) -> pd.Index:
        """Nobody: everyone is of one of the two."""
        return column_words(table, COHORT).index[:0]


def patient_column(table: PatientTable, column: str) -> pd.Series:
    """A column of the context, else a clinical one: one value per patient of the table.

    Raises
    ------
    InputError
        Where there is no such column.
    """
    patients = table.patient_ids.unique()
    if column in table.context.columns:
        return table.context[column].reindex(patients)
    clinical = table.names("clinical")
    if column in clinical:
        values = table.data[column]
        return values[~values.index.duplicated()].reindex(patients)
    known = [*(str(name) for name in table.context.columns), *clinical]
    raise InputError([Problem(f"column {column!r}", "is not there", did_you_mean(column, known))])


def column_words(table: PatientTable, column: str) -> pd.Series:
    """The same as words, 1.0 as `1`, empty where the cell is."""
    values = patient_column(table, column)
    words = [None if pd.isna(cell) else word_of(cell) for cell in values]
    return pd.Series(words, index=values.index, dtype=object).replace("", None)


def _empty(values: pd.Series) -> pd.Index:
    return values.index[values.isna()]
