"""From the sections of an experiment file to the steps that carry them out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from radiomics_hcc.domain.patient_table import Column, PatientTable
from radiomics_hcc.domain.table import EXACT_NUMBERS
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.config import (
    HarmoniseSection,
    HeldOutSection,
    LeaveOneOutSection,
    ReliabilitySection,
    TemporalSection,
    TestingSection,
)
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.modelling.harmonise import Harmonise
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.selection.reliability import ReliabilityRule, reliability_rule
from radiomics_hcc.modelling.testing_designs import (
    Design,
    HeldOut,
    LeaveOneOut,
    SecondCohort,
    Temporal,
)
from radiomics_hcc.modelling.validation import Validation


def validation_of(experiment: Experiment) -> Validation:
    """The nested cross-validation that the experiment asks for."""
    section = experiment.config.validation
    return Validation(
        section.outer,
        section.repeats,
        section.inner,
        section.permutations,
        experiment.config.seed,
        section.threshold,
    )


def preparation_of(experiment: Experiment, table: PatientTable | None) -> Preparation:
    """Harmonisation and reliability filter that the experiment asks for.

    Without a table, because features are not measured yet, there is no reliability filter.

    Raises
    ------
    InputError
        Where a setting is at fault, or the table of reliability cannot be used.
    """
    config = experiment.config
    section = config.reliability
    rule = None
    if section is not None and table is not None:
        rule = read_reliability(experiment.path(section.table), section, table)
    return Preparation(harmonise_of(config.harmonise), rule)


def harmonise_of(section: HarmoniseSection | None) -> Harmonise | None:
    """ComBat with the section's settings."""
    return None if section is None else Harmonise(**section.model_dump())


def read_reliability(
    path: Path, section: ReliabilitySection, table: PatientTable
) -> ReliabilityRule:
    """Read what `rhcc robustness` wrote, for the columns of a patient table.

    Raises
    ------
    InputError
        Where the file cannot be read or knows none of the columns.
    """
    try:
        frame = pd.read_csv(path, dtype={"timepoint": str}, **EXACT_NUMBERS)
    except (OSError, ValueError) as error:
        remedy = "write it with `rhcc robustness`"
        raise InputError([Problem(str(path), f"cannot be read: {error}", remedy)]) from error
    columns: dict[str, Column] = dict(table.columns)
    rule = reliability_rule(
        frame, columns, statistic=section.statistic, bound=section.bound, limit=section.limit
    )
    return replace(rule, unknown=section.unknown)


def design_of(section: TestingSection) -> Design:
    """How patients are divided into those trained on and those tested."""
    if isinstance(section, LeaveOneOutSection):
        return LeaveOneOut(section.column)
    if isinstance(section, HeldOutSection):
        return HeldOut(section.column, tuple(map(str, section.values)))
    if isinstance(section, TemporalSection):
        return Temporal(section.column, section.start)
    return SecondCohort(section.name)
