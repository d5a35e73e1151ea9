"""Predictions of a tracked model for a cohort or a feature table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.datasets.patients import read_patients
from radiomics_hcc.datasets.rows import read_csv_table
from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, ModelFileError
from radiomics_hcc.experiment import inputs
from radiomics_hcc.experiment.config import ExperimentConfig
from radiomics_hcc.experiment.history import load_run
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.tables import has_no_value
from radiomics_hcc.features.extract import Extraction
from radiomics_hcc.features.parameters import make_parameters
from radiomics_hcc.features.progress import Progress
from radiomics_hcc.modelling.final import FinalModel
from radiomics_hcc.modelling.model_file import load_model
from radiomics_hcc.modelling.predict import predict as predict_patients

COHORT_COLUMNS: Final = ("image", "Image")


@dataclass(frozen=True)
class Work:
    """How features of new images are extracted.

    Parameters
    ----------
    jobs
        Worker processes.
    cache
        Folder of the feature cache.
    progress
        Told of every case.
    """

    jobs: int = 1
    cache: Path | None = None
    progress: Progress | None = None


def predict(
    model: RunRecord | str,
    data: Path | str,
    *,
    patients: Path | str | None = None,
    tracker: str | None = None,
    work: Work | None = None,
) -> pd.DataFrame:
    """Predict the class of every patient of a cohort or of a feature table.

    The features are extracted, changed and brought to patients as in the run that made the
    model.

    Parameters
    ----------
    model
        A run with its model, or how to find it: a run folder, a run's identity, or the name of an
        experiment (its newest completed run).
    data
        `cohort.csv`, or a feature table as the run's configuration describes it.
    patients
        Table with the clinical columns, where the model needs any; by default `patients.csv`
        beside a cohort, and the feature table itself.
    tracker
        Where the run is kept.
    work
        How new images are measured.

    Returns
    -------
    DataFrame
        `patient_id, predicted, p_<class>..., warnings`. A patient without any feature has no
        prediction, and the warning says so.

    Raises
    ------
    RadiomicsHCCError
        Where the model cannot be trusted or the data do not fit it.
    """
    record = load_run(model, tracker) if isinstance(model, str) else model
    final = trusted_model(record)
    config = ExperimentConfig.model_validate(dict(record.config))
    experiment = Experiment(config, Path(data).resolve())
    path = Path(data)
    if is_cohort(path):
        cohort = load_cohort(path, patients)
        features = _measured(experiment, cohort, record, work or Work())
    else:
        features = inputs.read_feature_table(path, config.features)
        cohort = _patients_of(config, Path(patients) if patients else path)
    table = inputs.patient_table(experiment, features, cohort.clinical_frame())
    empty = has_no_value(table)
    predicted = predict_patients(final, table.restrict(table.patient_ids.difference(empty)))
    unpredicted = pd.DataFrame(
        {"patient_id": empty, "warnings": "none of the features has a value"}
    )
    return pd.concat([predicted, unpredicted], ignore_index=True)[list(predicted.columns)]


def trusted_model(record: RunRecord) -> FinalModel:
    """Load the model of a run after its digest and its types were checked.

    Raises
    ------
    ModelFileError
        Where the run has no model, or it cannot be trusted.
    """
    if not record.models:
        raise ModelFileError(f"run {record.run_id} ({record.status}) has no model")
    return load_model(record.models[0].content, record.models[0].sha256)


def is_cohort(path: Path) -> bool:
    """Whether a table names images, rather than features.

    Raises
    ------
    InputError
        Where the table cannot be read.
    """
    if path.suffix == ".parquet":
        return False
    return any(name in COHORT_COLUMNS for name in read_csv_table(path).columns)


def _measured(
    experiment: Experiment, cohort: Cohort, record: RunRecord, work: Work
) -> FeatureTable:
    """Extract as the run did: its settings, its time points, its phase."""
    section, settings = experiment.config.features, record.summary["settings"]
    assert isinstance(settings, Mapping)
    extraction = Extraction(
        make_parameters(settings), engine=section.engine, jobs=work.jobs, cache=work.cache
    )
    return extraction(inputs.cases_needed(experiment, cohort), work.progress)


def _patients_of(config: ExperimentConfig, path: Path) -> Cohort:
    if not config.clinical:
        return Cohort((), {})
    known, problems = read_patients(path, identity=config.cohort.patient_id)
    if problems:
        raise InputError(problems, str(path))
    return Cohort((), known)
