"""What an experiment reads: patients, features, labels, and the digest of every file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from radiomics_hcc.datasets.manifest import CheckLevel, load_cohort
from radiomics_hcc.datasets.patients import read_patients
from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.domain.digest import digest_file
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.record import InputFile
from radiomics_hcc.domain.response import ResponseTable
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, Problem, RadiomicsHCCError
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.features.parameters import read_parameters
from radiomics_hcc.modelling.merging import Merge, word_of
from radiomics_hcc.modelling.readings import target_from_readings
from radiomics_hcc.modelling.targets import Target, target_from_column
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.criteria import criterion_class
from radiomics_hcc.response.measurements import read_measurements


@dataclass(frozen=True, eq=False)
class Labels:
    """The target, and the readings that it was taken from where there are any."""

    target: Target
    response: ResponseTable | None = None


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
    return joined.with_clinical(clinical_columns(experiment, patients))


def clinical_columns(experiment: Experiment, patients: pd.DataFrame) -> pd.DataFrame:
    """The clinical columns that the experiment names.

    Raises
    ------
    InputError
        For a column that the patients table does not have, or that holds days.
    """
    wanted = experiment.config.clinical
    problems = list(_column_problems(wanted, [str(name) for name in patients.columns]))
    if problems:
        raise InputError(problems, "patients table")
    return patients[list(wanted)]


def _column_problems(wanted: Sequence[str], there: list[str]) -> Iterator[Problem]:
    for name in wanted:
        if name not in there:
            what = "no such column, or it is empty for everyone"
            yield Problem(f"clinical: {name}", what, did_you_mean(name, there))
        elif name.endswith("_date"):
            what = "is a day, which tells nothing about another patient"
            yield Problem(f"clinical: {name}", what, "give an age or an interval instead")


def read_labels(experiment: Experiment, patients: pd.DataFrame) -> Labels:
    """Read or assess the class of every patient, as the experiment's target says."""
    section = experiment.config.target
    merge: Merge | None = {
        name: [word_of(value) for value in values] for name, values in section.merge.items()
    } or None
    if section.column is not None:
        order = [word for words in (merge or {}).values() for word in words]
        return Labels(target_from_column(patients, section.column, merge=merge, order=order))
    assert section.measurements is not None, "the schema asks for measurements or a column"
    criterion = criterion_class(section.criterion).from_config(dict(section.parameters))
    response = assess(read_measurements(experiment.path(section.measurements)), criterion)
    target = target_from_readings(
        response.frame(), merge=merge, readers=section.readers, name=section.criterion
    )
    return Labels(target, response)


def input_files(
    experiment: Experiment, cohort: Cohort, features: FeatureTable
) -> tuple[InputFile, ...]:
    """Digest every file that the experiment reads, images and masks included."""
    config = experiment.config
    named = {
        "cohort.images": config.cohort.images,
        "features.params": config.features.params,
        "features.table": config.features.table,
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
