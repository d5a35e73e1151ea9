"""Everything that can be known of an experiment before a voxel is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import pandas as pd

from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import ConfigError, InputError, Problem
from radiomics_hcc.experiment import inputs
from radiomics_hcc.experiment.feature_source import (
    cases_needed,
    check_changes,
    read_settings,
    read_table_of,
)
from radiomics_hcc.experiment.labels import read_labels
from radiomics_hcc.experiment.load import Experiment, load_experiments
from radiomics_hcc.experiment.matching import check_labels
from radiomics_hcc.experiment.procedure import validation_of
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
    return problems


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
    if cohort is not None and table is not None:
        yield partial(inputs.patient_table, experiment, table, patients)
    elif cohort is not None:
        yield partial(inputs.clinical_columns, experiment, patients)
    if cohort is not None and config.features.table is None:
        yield partial(cases_needed, experiment, cohort)
        yield partial(check_changes, experiment, cohort)


def _check_labels(experiment: Experiment, patients: pd.DataFrame) -> None:
    """Read the labels, and refuse those that cannot be learned from."""
    check_labels(read_labels(experiment, patients).target, validation_of(experiment))


def _try(check: Callable[[], Found]) -> tuple[Found | None, list[Problem]]:
    try:
        return check(), []
    except (InputError, ConfigError) as error:
        return None, list(error.problems)
