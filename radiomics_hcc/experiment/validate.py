"""Everything that can be known of an experiment before a voxel is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pandas as pd

from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.errors import ConfigError, InputError, Problem
from radiomics_hcc.experiment import inputs
from radiomics_hcc.experiment.load import Experiment, load_experiments
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
    patients = cohort.clinical_frame() if cohort else pd.DataFrame()
    checks: list[Callable[[], object]] = [lambda: inputs.read_settings(experiment)]
    if experiment.config.features.table:
        table = experiment.path(experiment.config.features.table)
        checks.append(lambda: inputs.read_feature_table(table, experiment.config.features))
    else:
        checks.append(lambda: find_engine(experiment.config.features.engine))
    if cohort:
        checks.append(lambda: inputs.clinical_columns(experiment, patients))
        checks.append(lambda: _check_cases(experiment, cohort))
    if cohort or experiment.config.target.measurements:
        checks.append(lambda: inputs.read_labels(experiment, patients))
    for check in checks:
        problems += _try(check)[1]
    return problems


def _check_cases(experiment: Experiment, cohort: Cohort) -> None:
    """Refuse a cohort that has no lesion at the time points and in the phase asked for."""
    if experiment.config.cohort.images is None:
        return
    needed = inputs.cases_needed(experiment, cohort).select(regions=["lesion"])
    if not needed.cases:
        phases = ", ".join(sorted({case.phase for case in cohort.cases}))
        found = f"time points {', '.join(cohort.timepoints)}; phases {phases}"
        raise InputError([Problem("cohort", "no lesion at the time points and phase", found)])


def _try(check: Callable[[], Found]) -> tuple[Found | None, list[Problem]]:
    try:
        return check(), []
    except (InputError, ConfigError) as error:
        return None, list(error.problems)
