"""What would stop a run only after hours of fits, looked for before the first one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pandas as pd

from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment import inputs
from radiomics_hcc.experiment.judge import candidates_of
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.planned_tests import Labelled, PlannedTest, Reader, planned_tests
from radiomics_hcc.experiment.procedure import preparation_of, validation_of
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.classifiers.table import make_classifier
from radiomics_hcc.modelling.crossval import checked_folds

Found = TypeVar("Found")


def check_feasible(
    experiment: Experiment, first: Labelled, patients: pd.DataFrame, *, read: Reader
) -> tuple[PlannedTest, ...]:
    """Refuse an experiment whose folds, harmonisation, subgroups or tests cannot be had.

    Parameters
    ----------
    first
        Table and target of the same patients; a table without radiomic columns where features
        are not measured yet, and then models are not looked at.
    patients
        The patients table.
    read
        Reads table and target of a second cohort.

    Returns
    -------
    tuple of PlannedTest
        The tests on other patients.

    Raises
    ------
    InputError
        With every problem.
    """
    candidates, problems = _try(lambda: _candidates(experiment, first[0]))
    _, in_groups = _try(lambda: inputs.subgroup_columns(experiment, patients))
    _, in_folds = _try(lambda: _check_folds(experiment, first, candidates or ()))
    tests: tuple[PlannedTest, ...] | None = ()
    in_tests: list[Problem] = []
    if not in_folds:
        tests, in_tests = _try(
            lambda: planned_tests(experiment, first, candidates=candidates or (), read=read)
        )
    problems = [*problems, *in_groups, *in_folds, *in_tests]
    if problems:
        raise InputError(dict.fromkeys(problems), experiment.name)
    return tests or ()


def _candidates(experiment: Experiment, table: PatientTable) -> Sequence[Candidate]:
    if not table.names("radiomic"):
        return ()
    return candidates_of([make_classifier(each) for each in experiment.config.models], table)


def _check_folds(experiment: Experiment, first: Labelled, candidates: Sequence[Candidate]) -> None:
    table, target = first
    checked_folds(
        candidates,
        table,
        target=target,
        validation=validation_of(experiment),
        preparation=preparation_of(experiment, table if candidates else None),
    )


def _try(check: Callable[[], Found]) -> tuple[Found | None, list[Problem]]:
    try:
        return check(), []
    except InputError as error:
        return None, list(error.problems)
