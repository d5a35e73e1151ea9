"""From an experiment file to everything that its models are judged on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import pandas as pd

from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.experiment import inputs, tables
from radiomics_hcc.experiment.feature_source import measure_features
from radiomics_hcc.experiment.labels import Labels, read_labels
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.matching import check_labels, check_listed, matched
from radiomics_hcc.experiment.procedure import validation_of
from radiomics_hcc.features.progress import Progress
from radiomics_hcc.modelling.leakage import check_intent
from radiomics_hcc.modelling.targets import Target

Say: TypeAlias = Callable[[str], None]


def _silent(_sentence: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Talk:
    """Where a run tells how far it is.

    Parameters
    ----------
    say
        Takes a sentence per step.
    extraction
        Told of every case that is measured.
    folds
        Told of every outer fold: done, all.
    """

    say: Say = _silent
    extraction: Progress | None = None
    folds: Callable[[int, int], None] | None = None


@dataclass(frozen=True, eq=False)
class Material:
    """Everything that the models are judged on."""

    cohort: Cohort
    patients: pd.DataFrame
    features: FeatureTable
    table: PatientTable
    labels: Labels
    target: Target
    findings: list[Finding]


def gather(experiment: Experiment, talk: Talk, *, is_trained_on: bool = True) -> Material:
    """Read, measure and label; refuse columns that the intent forbids.

    Parameters
    ----------
    is_trained_on
        Whether folds are dealt of these patients, so that every class must be large enough.
    """
    config = experiment.config
    cohort = inputs.read_cohort(experiment)
    patients = cohort.clinical_frame()
    labels = read_labels(experiment, patients)
    if is_trained_on:
        check_labels(labels.target, validation_of(experiment))
    features = measure_features(experiment, cohort, talk.extraction)
    table = inputs.patient_table(experiment, features, patients)
    unmeasured = tables.has_no_value(table).intersection(labels.target.labels.index)
    target = labels.target.exclude(unmeasured, "none of the features has a value")
    table, target = matched(table, target)
    check_listed(table, patients)
    findings = check_intent(
        table,
        target,
        treatment_dates=patients.get("treatment_date"),
        intent=config.intent,
        allow_incorporation=config.allow_incorporation,
    )
    return Material(cohort, patients, features, table, labels, target, findings)
