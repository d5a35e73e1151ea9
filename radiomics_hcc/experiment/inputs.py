"""What an experiment reads: patients, features, labels, and the digest of every file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.datasets.manifest import CheckLevel, load_cohort
from radiomics_hcc.datasets.patients import read_patients
from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.domain.digest import digest_file
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.record import InputFile
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, LeakageError, Problem, RadiomicsHCCError
from radiomics_hcc.experiment.config import ExperimentConfig
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.features.parameters import read_parameters

DATE_SUFFIX: Final = "_date"
"""`afp_date` is the day on which `afp` was measured."""

SITE_COLUMNS: Final = ("site", "center", "centre", "scanner", "manufacturer")
SUBGROUP_COLUMNS: Final = ("site", "sex", "bclc", "treatment")


def read_cohort(experiment: Experiment, check: CheckLevel = "voxels") -> Cohort:
    """Read the patients and, where the experiment names them, their images' table.

    Raises
    ------
    InputError
        With every problem of the tables and, by `check`, of the images.
    """
    section = experiment.config.cohort
    patients = experiment.path(section.patients) if section.patients else None
    if section.images is not None:
        return load_cohort(
            experiment.path(section.images),
            patients,
            check=check,
            allow_outside=section.allow_outside,
            allow_other_grids=_allows_other_grids(experiment),
        )
    if patients is None:
        return Cohort((), {})
    known, problems = read_patients(patients, identity=section.patient_id)
    if problems:
        raise InputError(problems, str(patients))
    return Cohort((), known, (patients,))


def _allows_other_grids(experiment: Experiment) -> bool:
    """Whether the parameter file resamples masks; its mistakes are told where it is used."""
    params = experiment.config.features.params
    if params is None:
        return False
    try:
        return read_parameters(experiment.path(params)).brings_grids_together
    except RadiomicsHCCError:
        return False


def patient_table(
    experiment: Experiment, features: FeatureTable, patients: pd.DataFrame
) -> PatientTable:
    """Bring features, changes and clinical columns to what a model may learn from.

    Raises
    ------
    InputError
        Where the table has no row in the phase or at a time point, the patients table lacks a
        clinical column, or changes of anchor-dependent features or between different phases are
        asked for and not allowed.
    """
    section, phase = experiment.config.features, experiment.config.cohort.phase
    rows = _at(features, "phase", [phase], "cohort.phase") if phase else features
    chosen = [
        rows.delta(
            *section.between,
            kind=kind,
            allow_anchor_dependent=section.allow_anchor_dependent,
            allow_other_phase=section.allow_other_phase,
        )
        for kind in section.delta
    ]
    if section.timepoints:
        chosen.insert(0, _at(rows, "timepoint", section.timepoints, "features.timepoints"))
    tables = [table.per_patient(section.per_patient) for table in chosen]
    joined = tables[0]
    for table in tables[1:]:
        joined = joined.join(table)
    clinical = clinical_columns(experiment, patients)
    harmonise = experiment.config.harmonise
    used = [*clinical.columns, *(harmonise.covariates if harmonise else ())]
    dated = joined.with_clinical(clinical, days_of(used, patients))
    return dated.with_context(context_columns(experiment, patients))


def days_of(columns: Sequence[str], patients: pd.DataFrame) -> pd.DataFrame:
    """The days on which clinical columns were measured, where `<column>_date` gives them."""
    dated = [name for name in dict.fromkeys(columns) if f"{name}{DATE_SUFFIX}" in patients.columns]
    days = patients[[f"{name}{DATE_SUFFIX}" for name in dated]].set_axis(dated, axis="columns")
    return days.apply(pd.to_datetime)


def context_columns(experiment: Experiment, patients: pd.DataFrame) -> pd.DataFrame:
    """What is known of the patients and never learned from.

    The columns that the experiment names, those of its harmonisation and of its tests elsewhere;
    where it names none, the site and the scanner as far as they are there.

    Raises
    ------
    InputError
        For a column that the patients table does not have.
    LeakageError
        Where the label is a covariate of the harmonisation.
    """
    config = experiment.config
    there = [str(name) for name in patients.columns]
    named: dict[str, Sequence[str]] = {}
    named["context"] = config.context or [name for name in SITE_COLUMNS if name in there]
    if config.harmonise is not None:
        _refuse_labels(config, [config.harmonise.batch], "harmonise.batch")
        _refuse_labels(config, config.harmonise.covariates, "harmonise.covariates")
        named["harmonise.batch"] = [config.harmonise.batch]
        named["harmonise.covariates"] = config.harmonise.covariates
    named |= {
        f"testing.{number}.column": [each.column]
        for number, each in enumerate(config.testing)
        if each.kind != "second_cohort"
    }
    problems = [
        problem for key, names in named.items() for problem in column_problems(names, there, key)
    ]
    if problems:
        raise InputError(problems, "patients table")
    return patients[list(dict.fromkeys(name for names in named.values() for name in names))]


def subgroup_columns(experiment: Experiment, patients: pd.DataFrame) -> pd.DataFrame:
    """The columns by which results are shown.

    Raises
    ------
    InputError
        For a column that the patients table does not have.
    """
    there = [str(name) for name in patients.columns]
    named = experiment.config.subgroups or [
        name
        for wanted in SUBGROUP_COLUMNS
        for name in there
        if name.lower() == wanted and patients[name].nunique() > 1
    ]
    problems = list(column_problems(named, there, "subgroups"))
    if problems:
        raise InputError(problems, "patients table")
    return patients[list(named)]


def clinical_columns(experiment: Experiment, patients: pd.DataFrame) -> pd.DataFrame:
    """The clinical columns that the experiment names.

    Raises
    ------
    InputError
        For a column that the patients table does not have, or that holds days.
    """
    wanted = experiment.config.clinical
    problems = list(column_problems(wanted, [str(name) for name in patients.columns], "clinical"))
    labels = experiment.config.target.label_columns
    told = [
        Problem(f"clinical: {name}", "is the label itself") for name in wanted if name in labels
    ]
    if told:
        raise LeakageError(told)
    problems += [
        Problem(
            f"clinical: {name}",
            "is a day, which tells nothing about another patient",
            "give an age or an interval instead",
        )
        for name in wanted
        if name in patients.columns and name.endswith(DATE_SUFFIX)
    ]
    if problems:
        raise InputError(problems, "patients table")
    return patients[list(wanted)]


def _refuse_labels(config: ExperimentConfig, wanted: Sequence[str], key: str) -> None:
    labels = config.target.label_columns
    what = "is the label itself"
    told = [Problem(f"{key}: {name}", what, "leave it out") for name in wanted if name in labels]
    if told:
        raise LeakageError(told)


def column_problems(wanted: Sequence[str], there: list[str], key: str) -> Iterator[Problem]:
    """Columns that the patients table does not have, told under the key that names them."""
    for name in wanted:
        if name not in there:
            what = "no such column, or it is empty for everyone"
            yield Problem(f"{key}: {name}", what, did_you_mean(name, there))


def input_files(
    experiment: Experiment, cohort: Cohort, features: FeatureTable
) -> tuple[InputFile, ...]:
    """Digest every file that the experiment reads, images and masks included."""
    config = experiment.config
    named = {
        "cohort.images": config.cohort.images,
        "features.params": config.features.params,
        "features.table": config.features.table,
        "reliability.table": config.reliability.table if config.reliability else None,
        "target.measurements": config.target.measurements,
    }
    paths = {role: experiment.path(text) for role, text in named.items() if text}
    patients = patients_file(cohort)
    if patients is not None:
        paths["cohort.patients"] = patients
    tables = [InputFile(role, path.name, digest_file(path)) for role, path in paths.items()]
    return (*tables, *_image_files(features))


def patients_file(cohort: Cohort) -> Path | None:
    """The table of patients, also where it was found beside the images' table."""
    tables = cohort.sources[1:] if cohort.cases else cohort.sources
    return tables[0] if tables else None


def _image_files(features: FeatureTable) -> Sequence[InputFile]:
    digests = features.metadata.get("files_sha256", {})
    assert isinstance(digests, dict)
    return [
        InputFile(role, case, sha256)
        for case, files in digests.items()
        for role, sha256 in files.items()
    ]


def _at(features: FeatureTable, key: str, wanted: Sequence[str], setting: str) -> FeatureTable:
    there = set(features.data[key])
    missing = [name for name in wanted if name not in there]
    if missing:
        found = ", ".join(sorted(word or "(empty)" for word in there))
        raise InputError(
            Problem(f"{setting}: {name}", "has no row in the features", f"found: {found}")
            for name in missing
        )
    return features.select(**{key: list(wanted)})
