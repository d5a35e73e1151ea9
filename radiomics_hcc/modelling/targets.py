"""What is to be predicted: one class per patient, its day, and who has none and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.response_scale import NO_LABELS
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.merging import RESPONSE_ORDER, ClassOrder, Merge, word_of

NEVER_A_LABEL: Final = ("", *(str(word) for word in NO_LABELS))
EXCLUSION_COLUMNS: Final = ("patient_id", "reason")


@dataclass(frozen=True, eq=False)
class Target:
    """One class per patient, and who has none and why.

    Parameters
    ----------
    name
        Name of the target, or of the column that it was read from.
    classes
        Names of the classes, best response first.
    labels
        Class of each patient, index `patient_id`.
    dates
        Day on which the label was assessed, NaT where unknown, index `patient_id`. Where several
        readers gave the label it is the earliest of their days.
    reader_labels
        Class that each reader gave, index `patient_id`, one column per reader, empty where the
        reader gave none.
    exclusions
        `patient_id, reason` of everyone without a label.
    """

    name: str
    classes: tuple[str, ...]
    labels: pd.Series
    dates: pd.Series
    reader_labels: pd.DataFrame
    exclusions: pd.DataFrame

    def codes(self) -> pd.Series:
        """Class of each patient as 0..K-1, best first."""
        place = {name: code for code, name in enumerate(self.classes)}
        return self.labels.map(place).astype(int)

    def frame(self) -> pd.DataFrame:
        """`patient_id, label, date` and one column per reader."""
        table = self.reader_labels.reindex(self.labels.index)
        table.insert(0, "date", self.dates)
        table.insert(0, "label", self.labels)
        return table.rename_axis("patient_id").reset_index()

    def exclude(self, patients: pd.Index, reason: str) -> Target:
        """Take these patients' labels away and write down why."""
        kept = ~self.labels.index.isin(patients)
        added = exclusion_frame(dict.fromkeys(map(str, patients), reason))
        return replace(
            self,
            labels=self.labels[kept],
            dates=self.dates[kept],
            exclusions=pd.concat([self.exclusions, added], ignore_index=True),
        )

    def _repr_html_(self) -> str:
        counts = self.labels.value_counts()
        words = ", ".join(f"{name} {counts.get(name, 0)}" for name in self.classes)
        caption = f"Target {self.name}: {words}; {len(self.exclusions)} excluded"
        return f"<p>{caption}</p>" + str(self.frame().head(10).to_html(index=False))


def match(table: PatientTable, target: Target) -> tuple[PatientTable, Target]:
    """Keep the patients that have both features and a label; the others are written down.

    Returns
    -------
    PatientTable, Target
        Of the same patients; the target's exclusions name everyone who was left out.
    """
    rows, labels = table.patient_ids.unique(), target.labels.index
    known = pd.Index(target.exclusions["patient_id"])
    matched = target.exclude(labels.difference(rows), "has a label but no features")
    unlabelled = rows.difference(labels).difference(known)
    matched = matched.exclude(unlabelled, "has features but no assessed response")
    return table.restrict(matched.labels.index), matched


def target_from_column(
    patients: pd.DataFrame,
    column: str,
    *,
    merge: Merge | None = None,
    order: Sequence[str] | None = None,
) -> Target:
    """Take the classes from a column of `patients.csv`, and the days from `<column>_date`.

    Parameters
    ----------
    patients
        One row per patient, with `patient_id` as a column or as the index.
    column
        Name of the column. 1.0 is read as the word `1`; empty cells, NE, NA and NON-CR/NON-PD
        are no label.
    merge
        New class -> words of the column; None keeps every word of `order` as a class.
    order
        Words of the column, best response first; None is CR, PR, SD, PD.

    Raises
    ------
    InputError
        For a column that is not there, a patient given twice, or a word that belongs to no
        class.
    """
    rows = _by_patient(patients, column)
    classes = ClassOrder.merged(RESPONSE_ORDER if order is None else order, merge)
    words = rows[column].map(word_of).astype("str")
    is_label = ~words.isin(NEVER_A_LABEL)
    classes.check_covers(words[is_label], f"column {column}")
    labels = words[is_label].map(classes.meaning).astype("str")
    reasons = {name: f"{column} is {word or 'empty'}" for name, word in words[~is_label].items()}
    days = rows.get(f"{column}_date", pd.Series(pd.NaT, index=rows.index))
    return Target(
        column,
        classes.classes,
        labels,
        pd.to_datetime(days).reindex(labels.index),
        pd.DataFrame(index=labels.index),
        exclusion_frame(reasons),
    )


def exclusion_frame(reasons: Mapping[str, str]) -> pd.DataFrame:
    """Patients and why they have no label, as a table."""
    return pd.DataFrame(list(reasons.items()), columns=list(EXCLUSION_COLUMNS), dtype="str")


def _by_patient(patients: pd.DataFrame, column: str) -> pd.DataFrame:
    rows = patients.reset_index() if patients.index.name == "patient_id" else patients
    names = [str(name) for name in rows.columns]
    problems = [
        Problem(f"column {name!r}", "is not there", did_you_mean(name, names))
        for name in ("patient_id", column)
        if name not in names
    ]
    if problems:
        raise InputError(problems, "patients table")
    indexed = rows.set_index(rows["patient_id"].astype("str"))
    twice = indexed.index[indexed.index.duplicated()].unique()
    if len(twice):
        raise InputError(
            (Problem(f"patient {name}", "has more than one row") for name in twice),
            "patients table",
        )
    return indexed
