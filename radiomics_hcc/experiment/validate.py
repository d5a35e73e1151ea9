"""Everything that can be known of an experiment before a voxel is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import pandas as pd

from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import ConfigError, InputError, Problem
from radiomics_hcc.experiment import inputs
from radiomics_hcc.experiment.feasible import check_feasible
from radiomics_hcc.experiment.feature_source import (
    cases_needed,
    check_changes,
    read_settings,
    read_table_of,
)
from radiomics_hcc.experiment.labels import read_labels
from radiomics_hcc.experiment.load import Experiment, load_experiments
from radiomics_hcc.experiment.matching import check_labels, matched
from radiomics_hcc.experiment.planned_tests import Labelled
from radiomics_hcc.experiment.procedure import preparation_of, validation_of
from radiomics_hcc.features.engines import find_engine

Found = TypeVar("Found")


def validate_experiment(path: Path | str, settings: Sequence[str] = ()) -> list[str]:
    """Check an experiment file, its tables and the headers of its images.

    Returns
    -------
    list of str
        One sentence per experiment of the file that can be run.

    Raises
    ------
    ConfigError
        Where the file breaks the schema.
    InputError
        Lists every problem of every table and image.
    """
    problems: list[Problem] = []
    told = []
    for experiment in load_experiments(path, settings):
        found = _problems(experiment)
        problems += [problem for problem in found if problem not in problems]
        told.append(f"{experiment.name}: {experiment.config.question}")
    if problems:
        raise InputError(problems, str(path))
    return told


def _problems(experiment: Experiment) -> list[Problem]:
    cohort, problems = _try(lambda: inputs.read_cohort(experiment, check="headers"))
    table, in_table = _try(lambda: _named_table(experiment))
    problems += in_table
    for check in _checks(experiment, cohort, table):
        problems += _try(check)[1]
    return list(dict.fromkeys(problems))


def _named_table(experiment: Experiment) -> FeatureTable | None:
    return read_table_of(experiment) if experiment.config.features.table else None


def _checks(
    experiment: Experiment, cohort: Cohort | None, table: FeatureTable | None
) -> Iterator[Callable[[], object]]:
    """What can be looked at, given what could be read."""
    config = experiment.config
    patients = pd.DataFrame() if cohort is None else cohort.clinical_frame()
    yield partial(read_settings, experiment)
    if config.features.table is None:
        yield partial(find_engine, config.features.engine)
    if cohort is not None or config.target.measurements:
        yield partial(_check_labels, experiment, patients)
    if config.reliability is not None and table is None:
        yield partial(preparation_of, experiment, PatientTable(pd.DataFrame(), {}, pd.DataFrame()))
    if cohort is not None:
        yield partial(inputs.subgroup_columns, experiment, patients)
        yield partial(_check_feasible, experiment, table, patients)
    if cohort is not None and config.features.table is None:
        yield partial(cases_needed, experiment, cohort)
        yield partial(check_changes, experiment, cohort)


def _check_labels(experiment: Experiment, patients: pd.DataFrame) -> None:
    """Read the labels, and refuse those that cannot be learned from."""
    check_labels(read_labels(experiment, patients).target, validation_of(experiment))


def _check_feasible(
    experiment: Experiment, table: FeatureTable | None, patients: pd.DataFrame
) -> None:
    """Look at folds, harmonisation, subgroups and tests elsewhere, without a fit."""
    first = _labelled(experiment, table, patients)
    check_feasible(experiment, first, patients, read=_second)


def _second(experiment: Experiment) -> Labelled:
    """What is known of a second cohort before its images are measured."""
    patients = inputs.read_cohort(experiment, check="headers").clinical_frame()
    return _labelled(experiment, _named_table(experiment), patients)


def _labelled(
    experiment: Experiment, table: FeatureTable | None, patients: pd.DataFrame
) -> Labelled:
    """Table and target of the same patients; without features only what the patients table has."""
    if table is not None:
        known = inputs.patient_table(experiment, table, patients)
    else:
        nothing = pd.DataFrame(index=patients.index)
        clinical = inputs.clinical_columns(experiment, patients)
        known = PatientTable(nothing, {}, nothing).with_clinical(clinical)
        known = known.with_context(inputs.context_columns(experiment, patients))
    return matched(known, read_labels(experiment, patients).target)


def _try(check: Callable[[], Found]) -> tuple[Found | None, list[Problem]]:
    try:
        return check(), []
    except (InputError, ConfigError) as error:
        return None, list(error.problems)
