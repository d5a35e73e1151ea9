"""What an experiment reads: patients, features, labels, and the digest of every file."""

from __future__ import annotations

from collections.abc import Sequence
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
from radiomics_hcc.domain.table import FeatureTable, complete_keys
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.config import FeatureSection
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.features.extract import Extraction
from radiomics_hcc.features.parameters import Parameters, default_parameters, read_parameters
from radiomics_hcc.features.progress import Progress
from radiomics_hcc.modelling.merging import Merge
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
        return load_cohort(experiment.path(section.images), patients, check=check)
    if patients is None:
        return Cohort((), {})
    known, problems = read_patients(patients, identity=section.patient_id)
    if problems:
        raise InputError(problems, str(patients))
    return Cohort((), known, (patients,))


def read_settings(experiment: Experiment) -> Parameters:
    """Read the parameter file of the features, or take the defaults."""
    params = experiment.config.features.params
    return read_parameters(experiment.path(params)) if params else default_parameters()


def measure_features(
    experiment: Experiment, cohort: Cohort, progress: Progress | None = None
) -> FeatureTable:
    """Extract the features that the experiment needs, or read the table that it names."""
    section, execution = experiment.config.features, experiment.config.execution
    if section.table is not None:
        return read_feature_table(experiment.path(section.table), section)
    extraction = Extraction(
        read_settings(experiment),
        engine=section.engine,
        jobs=execution.jobs,
        cache=Path(execution.cache) if execution.cache else None,
    )
    return extraction(cases_needed(experiment, cohort), progress)


def cases_needed(experiment: Experiment, cohort: Cohort) -> Cohort:
    """The cases at the time points and in the phase that the experiment uses."""
    section, phase = experiment.config.features, experiment.config.cohort.phase
    timepoints = set(section.timepoints) | (set(section.between) if section.delta else set())
    return cohort.select(timepoints=timepoints, phases=[phase] if phase else None)


def read_feature_table(path: Path, section: FeatureSection) -> FeatureTable:
    """Read a feature table, long or with one row per patient, as the section describes it.

    Raises
    ------
    InputError
        Where a column is missing or a feature is not a number.
    """
    if section.patient_id == "patient_id" and not section.prefix and not section.exclude:
        return FeatureTable.read(path)
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else _read_csv(path, section)
    if section.patient_id not in frame.columns:
        remedy = did_you_mean(section.patient_id, [str(name) for name in frame.columns])
        raise InputError([Problem(str(path), f"has no column {section.patient_id!r}", remedy)])
    table = FeatureTable(complete_keys(frame.rename(columns={section.patient_id: "patient_id"})))
    wanted = [
        name
        for name in table.features
        if name.startswith(section.prefix) and name not in section.exclude
    ]
    words = [name for name in wanted if not pd.api.types.is_numeric_dtype(table.data[name])]
    problems = [Problem(f"{path}: {name}", "is not a column of numbers") for name in words]
    if not wanted:
        problems.append(Problem(str(path), f"no feature begins with {section.prefix!r}"))
    if problems:
        raise InputError(problems, "feature table")
    keys = [name for name in table.data.columns if name not in table.features]
    return FeatureTable(table.data[[*keys, *wanted]], {"engine": "table", "file": path.name})


def patient_table(
    experiment: Experiment, features: FeatureTable, patients: pd.DataFrame
) -> PatientTable:
    """Bring features, changes and clinical columns to what a model may learn from."""
    section = experiment.config.features
    chosen = [features.delta(*section.between, kind=kind) for kind in section.delta]
    if section.timepoints:
        chosen.insert(0, _at(features, section.timepoints))
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
        For a column that the patients table does not have.
    """
    names = [str(name) for name in patients.columns]
    unknown = [name for name in experiment.config.clinical if name not in names]
    if unknown:
        raise InputError(
            (
                Problem(f"clinical: {name}", "no such column", did_you_mean(name, names))
                for name in unknown
            ),
            "patients table",
        )
    return patients[list(experiment.config.clinical)]


def read_labels(experiment: Experiment, patients: pd.DataFrame) -> Labels:
    """Read or assess the class of every patient, as the experiment's target says."""
    section = experiment.config.target
    merge: Merge | None = {
        name: [str(value) for value in values] for name, values in section.merge.items()
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


def input_files(experiment: Experiment, features: FeatureTable) -> tuple[InputFile, ...]:
    """Digest every file that the experiment reads, images and masks included."""
    config = experiment.config
    named = {
        "cohort.images": config.cohort.images,
        "cohort.patients": config.cohort.patients,
        "features.params": config.features.params,
        "features.table": config.features.table,
        "target.measurements": config.target.measurements,
    }
    paths = {role: experiment.path(text) for role, text in named.items() if text}
    tables = [InputFile(role, path.name, digest_file(path)) for role, path in paths.items()]
    return (*tables, *_image_files(features))


def _image_files(features: FeatureTable) -> Sequence[InputFile]:
    digests = features.metadata.get("files_sha256", {})
    assert isinstance(digests, dict)
    return [
        InputFile(role, case, sha256)
        for case, files in digests.items()
        for role, sha256 in files.items()
    ]


def _at(features: FeatureTable, timepoints: Sequence[str]) -> FeatureTable:
    there = set(features.data["timepoint"])
    missing = [name for name in timepoints if name not in there]
    if missing:
        found = ", ".join(sorted(there))
        raise InputError(
            Problem(f"features.timepoints: {name}", "has no row", f"found: {found}")
            for name in missing
        )
    return features.select(timepoint=list(timepoints))


def _read_csv(path: Path, section: FeatureSection) -> pd.DataFrame:
    if not path.is_file():
        raise InputError([Problem(str(path), "no such feature table")])
    return pd.read_csv(path, dtype={section.patient_id: str})
