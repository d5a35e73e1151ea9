"""Two cohorts in one table, so that one can be tested by a model of the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.pipeline import split_columns
from radiomics_hcc.modelling.targets import Target
from radiomics_hcc.modelling.testing_designs import COHORT, FIRST_COHORT, SecondCohort


def with_second_cohort(
    first: tuple[PatientTable, Target],
    second: tuple[PatientTable, Target],
    *,
    design: SecondCohort,
) -> tuple[PatientTable, Target]:
    """Put the second cohort's patients below the first's, for `validate_elsewhere` with the design.

    Columns that only the second cohort has are left out: the model never learned from them.

    Parameters
    ----------
    first, second
        Table and target of each cohort, of the same patients each, see `match`.
    design
        Gives the second cohort's name.

    Returns
    -------
    PatientTable, Target
        Of the patients of both.

    Raises
    ------
    InputError
        Listing patients that are in both cohorts, columns that the second does not have or has
        as words where the first has numbers, and classes that differ.
    """
    problems = [
        *_patient_problems(first[0], second[0]),
        *_column_problems(first[0], second[0]),
        *_class_problems(first[1], second[1]),
    ]
    if problems:
        raise InputError(problems, f"testing {design.name}")
    return _tables(first[0], second[0], design.name), _targets(first[1], second[1])


def _patient_problems(first: PatientTable, second: PatientTable) -> Iterator[Problem]:
    remedy = "leave the patient out of one, or rename another person of that name"
    for patient in second.patient_ids.unique().intersection(first.patient_ids):
        yield Problem(f"patient {patient}", "is in both cohorts", remedy)


def _column_problems(first: PatientTable, second: PatientTable) -> Iterator[Problem]:
    numbers, _ = split_columns(first.data)
    others, _ = split_columns(second.data)
    for name in first.data.columns:
        if name not in second.data.columns:
            yield Problem(f"column {name!r}", "is missing in the second cohort")
        elif (name in numbers) != (name in others) and second.data[name].notna().any():
            kinds = ("numbers", "words") if name in numbers else ("words", "numbers")
            yield Problem(f"column {name!r}", f"holds {kinds[0]} first and {kinds[1]} second")


def _class_problems(first: Target, second: Target) -> Iterator[Problem]:
    if first.classes != second.classes:
        what = f"are {', '.join(first.classes)} first and {', '.join(second.classes)} second"
        yield Problem("classes", what, "merge both alike")


def _tables(first: PatientTable, second: PatientTable, name: str) -> PatientTable:
    numbers, _ = split_columns(first.data)
    alike = dict.fromkeys(numbers, np.float64)
    shared = second.data[list(first.data.columns)]
    context = pd.concat([_labelled(first, FIRST_COHORT), _labelled(second, name)])
    return replace(
        first,
        data=pd.concat([first.data.astype(alike), shared.astype(alike)]),
        dates=pd.concat([first.dates, second.dates]),
        reasons=pd.concat([first.reasons, second.reasons], ignore_index=True),
        context=context,
        clinical_dates=pd.concat([first.clinical_dates, second.clinical_dates]),
    )


def _labelled(table: PatientTable, name: str) -> pd.DataFrame:
    """The context of a table's patients, and which cohort they belong to."""
    return table.context.reindex(table.patient_ids.unique()).assign(**{COHORT: name})


def _targets(first: Target, second: Target) -> Target:
    return replace(
        first,
        labels=pd.concat([first.labels, second.labels]),
        dates=pd.concat([first.dates, second.dates]),
        reader_labels=pd.concat([first.reader_labels, second.reader_labels]),
        exclusions=pd.concat([first.exclusions, second.exclusions], ignore_index=True),
    )
