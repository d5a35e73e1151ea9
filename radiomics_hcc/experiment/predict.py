"""Predictions of a tracked model for a cohort or a feature table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.datasets.manifest import load_cohort
from radiomics_hcc.datasets.patients import read_patients
from radiomics_hcc.datasets.rows import read_csv_table
from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, ModelFileError, Problem
from radiomics_hcc.experiment import inputs
from radiomics_hcc.experiment.config import ExperimentConfig
from radiomics_hcc.experiment.feature_source import (
    cases_needed,
    read_feature_table,
    with_functional_asked,
)
from radiomics_hcc.experiment.history import load_run
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.matching import check_listed
from radiomics_hcc.experiment.predicted import NewPredictions, Question, about
from radiomics_hcc.experiment.tables import has_no_value
from radiomics_hcc.features.extract import Extraction
from radiomics_hcc.features.parameters import make_parameters
from radiomics_hcc.features.progress import Progress
from radiomics_hcc.modelling.applicability import OUTSIDE
from radiomics_hcc.modelling.conformal import Conformal, PredictionSets, calibrate
from radiomics_hcc.modelling.final import FinalModel
from radiomics_hcc.modelling.intended_use import PatientDays, agreed_intent, check_use
from radiomics_hcc.modelling.model_file import load_model
from radiomics_hcc.modelling.predict import predict as predict_patients

COHORT_COLUMNS: Final = ("image", "Image")
NO_FEATURES: Final = "no features at the time points and in the phase of the model"
TRAINED: Final = "a patient of this identity was in the training data"
NO_VALUE: Final = "none of the features has a value"


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
    allow_outside
        Whether image paths may lead outside the folder of the cohort's table.
    """

    jobs: int = 1
    cache: Path | None = None
    progress: Progress | None = None
    allow_outside: bool = False


def predict(
    model: RunRecord | str,
    data: Path | str,
    *,
    patients: Path | str | None = None,
    tracker: str | None = None,
    work: Work | None = None,
    question: Question | None = None,
) -> pd.DataFrame:
    """Predict the class of every patient of a cohort or of a feature table.

    The table of `predict_with_notes`, without what is said about it.
    """
    return predict_with_notes(
        model, data, patients=patients, tracker=tracker, work=work, question=question
    ).frame


def predict_with_notes(
    model: RunRecord | str,
    data: Path | str,
    *,
    patients: Path | str | None = None,
    tracker: str | None = None,
    work: Work | None = None,
    question: Question | None = None,
) -> NewPredictions:
    """Predict the class of every patient of a cohort or of a feature table, and say how to read it.

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
    question
        Intent and prediction sets.

    Returns
    -------
    NewPredictions
        Its frame has one row for every patient of the feature table, or of the cohort and its
        patients table, with the columns of `modelling.predict.predict`: `patient_id, predicted,
        p_<class>..., called, applicability, applicability_word, features_inside,
        prediction_set` (where asked for), `warnings`. Without any feature there is no
        prediction, and the warning says so.

    Raises
    ------
    LeakageError
        Where the model was made for another intent, or scans are later than its intent allows.
    RadiomicsHCCError
        Where the model cannot be trusted or the data do not fit it.
    """
    question = question or Question()
    work = work or Work()
    record = load_run(model, tracker) if isinstance(model, str) else model
    final = trusted_model(record)
    intent = agreed_intent(record.intent, question.intent)
    sets = _sets(record, final, question.conformal)
    config = ExperimentConfig.model_validate(dict(record.config))
    config = config.model_copy(update={"context": (), "subgroups": (), "testing": ()})
    experiment = Experiment(config, Path(data).resolve())
    features, cohort = _new_patients(experiment, record, data, patients, work)
    clinical = _with_empty_columns(config, cohort)
    table = inputs.patient_table(experiment, features, clinical)
    check_listed(table, clinical)
    unproved = check_use(table, intent, _days_of(clinical, config))
    imaged = cohort.patients if cohort.cases else ()
    everyone = [*dict.fromkeys([*features.data["patient_id"], *imaged])]
    frame = _told_of_training(_for_everyone(final, table, everyone, sets), record)
    told = [*unproved, *_far_notes(frame), *([] if sets is None else sets.sentences())]
    return NewPredictions(frame, about(record, final, intent, told))


def _far_notes(frame: pd.DataFrame) -> list[str]:
    """What it means that some patients lie outside the training data."""
    far = int((frame["applicability_word"] == OUTSIDE).sum())
    if not far:
        return []
    counted = f"{far} patient{'s lie' if far > 1 else ' lies'}"
    return [
        f"{counted} farther from the training data than every training patient: neither "
        "probabilities nor sets can be relied on there, however sure they look"
    ]


def _new_patients(
    experiment: Experiment,
    record: RunRecord,
    data: Path | str,
    patients: Path | str | None,
    work: Work,
) -> tuple[FeatureTable, Cohort]:
    """The features of the new patients, and what is known of them."""
    path = Path(data)
    if is_cohort(path):
        cohort = load_cohort(path, patients, allow_outside=work.allow_outside)
        return _measured(experiment, cohort, record, work), cohort
    features = read_feature_table(path, experiment.config.features)
    return features, _patients_of(experiment.config, path, patients)


def _days_of(clinical: pd.DataFrame, config: ExperimentConfig) -> PatientDays:
    """Days of treatment and of the label, as far as the new patients' table has them."""
    labels = [f"{name}{inputs.DATE_SUFFIX}" for name in config.target.label_columns]
    there = [name for name in labels if name in clinical.columns]
    days = PatientDays()
    if "treatment_date" in clinical.columns:
        days = replace(days, treatment=pd.to_datetime(clinical["treatment_date"]))
    if there:
        days = replace(days, label=clinical[there].apply(pd.to_datetime).min(axis=1))
    return days


def _sets(
    record: RunRecord, final: FinalModel, conformal: Conformal | None
) -> PredictionSets | None:
    """Limits from the run's out-of-fold predictions of its final model.

    Raises
    ------
    ModelFileError
        Where the run does not hold them.
    """
    if conformal is None:
        return None
    table = record.tables.get("out_of_fold", pd.DataFrame(columns=["model"]))
    own = table[table["model"] == final.card["model"]]
    if own.empty:
        raise ModelFileError(
            f"run {record.run_id} holds no out-of-fold predictions of {final.card['model']}, on "
            "which prediction sets rest; leave --conformal out, or run the experiment again"
        )
    return calibrate(own, final.card["classes"], conformal)


def _told_of_training(predicted: pd.DataFrame, record: RunRecord) -> pd.DataFrame:
    """Warn where a patient has the identity of one whom the model learned from."""
    labels = record.tables.get("labels", pd.DataFrame(columns=["patient_id"]))
    known = predicted["patient_id"].isin(labels["patient_id"])
    apart = predicted["warnings"].where(predicted["warnings"] == "", predicted["warnings"] + "; ")
    warnings = predicted["warnings"].where(~known, apart + TRAINED)
    return predicted.assign(warnings=warnings)


def _for_everyone(
    final: FinalModel, table: PatientTable, everyone: list[str], sets: PredictionSets | None
) -> pd.DataFrame:
    """One row per patient; who has no features has a warning in the place of a prediction."""
    without = {name: NO_FEATURES for name in everyone if name not in table.patient_ids}
    without |= dict.fromkeys(has_no_value(table), NO_VALUE)
    known = table.restrict(table.patient_ids.difference(pd.Index(list(without))))
    if not len(known):
        raise InputError(
            (Problem(f"patient {name}", why) for name, why in without.items()),
            "nobody can be predicted",
        )
    predicted = predict_patients(final, known, sets=sets)
    unpredicted = pd.DataFrame({"patient_id": without.keys(), "warnings": without.values()})
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
    settings = record.summary.get("settings")
    if not isinstance(settings, Mapping) or not settings:
        what = "its run read features from a table that does not say how they were extracted"
        raise InputError([Problem(f"model {record.name}", what, "give a feature table")])
    extraction = Extraction(
        make_parameters(settings),
        engine=experiment.config.features.engine,
        jobs=work.jobs,
        cache=work.cache,
    )
    table = extraction(cases_needed(experiment, cohort), work.progress)
    return with_functional_asked(table, experiment, cohort, jobs=work.jobs)


def _patients_of(config: ExperimentConfig, features: Path, patients: Path | str | None) -> Cohort:
    """The patients beside a feature table: the named table, or the same file where it is needed."""
    is_needed = bool(config.clinical) or config.harmonise is not None
    if patients is None and not is_needed:
        return Cohort((), {})
    path = features if patients is None else Path(patients)
    if path.suffix == ".parquet":
        what = "the model needs columns of the patients, and this is no table of patients"
        raise InputError([Problem(str(path), what, "name a CSV file with --patients")])
    if patients is None:
        _check_holds_patients(config, path)
    known, problems = read_patients(path, identity=config.cohort.patient_id)
    if problems:
        raise InputError(problems, str(path))
    return Cohort((), known, (path,))


def _check_holds_patients(config: ExperimentConfig, features: Path) -> None:
    """Refuse a feature table that has none of the patients' columns that the model needs."""
    harmonise = config.harmonise
    of_harmonise = (harmonise.batch, *harmonise.covariates) if harmonise else ()
    needed = list(dict.fromkeys([*config.clinical, *of_harmonise]))
    if set(needed).isdisjoint(read_csv_table(features).columns):
        what = f"has none of the patients' columns that the model needs ({', '.join(needed)})"
        raise InputError([Problem(str(features), what, "name their table with --patients")])


def _with_empty_columns(config: ExperimentConfig, cohort: Cohort) -> pd.DataFrame:
    """The patients, with the clinical columns that the file has and that are empty for all."""
    frame, file = cohort.clinical_frame(), inputs.patients_file(cohort)
    header = read_csv_table(file).columns if file else ()
    empty = [name for name in config.clinical if name in header and name not in frame.columns]
    return frame.assign(**dict.fromkeys(empty, float("nan")))
