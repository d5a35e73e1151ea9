"""One experiment from the question to the tracked record, in reading order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from radiomics_hcc.domain.cohort import Cohort
from radiomics_hcc.domain.digest import digest_json
from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.record import ModelFile, RunRecord, RunStatus
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError, ModelFileError, Problem, TrackingError
from radiomics_hcc.evaluation.verdict import verdict
from radiomics_hcc.experiment import inputs, tables
from radiomics_hcc.experiment.inputs import Labels
from radiomics_hcc.experiment.judge import Judged, judge
from radiomics_hcc.experiment.load import Experiment, load_experiments
from radiomics_hcc.experiment.pictures import montages
from radiomics_hcc.experiment.words import INTENT_NOTES, SOFTWARE, target_sentence
from radiomics_hcc.features.progress import Progress
from radiomics_hcc.modelling.classifiers.table import make_classifier
from radiomics_hcc.modelling.final import FinalModel, fit_final
from radiomics_hcc.modelling.leakage import check_intent
from radiomics_hcc.modelling.model_file import save_model
from radiomics_hcc.modelling.permutation import permutation_test
from radiomics_hcc.modelling.targets import Target, match
from radiomics_hcc.modelling.validation import Validation
from radiomics_hcc.report.figures.gallery import figures
from radiomics_hcc.report.html import write_report
from radiomics_hcc.tracking.folder_tracker import FolderTracker
from radiomics_hcc.tracking.open import open_tracker
from radiomics_hcc.tracking.provenance import collect

Say: TypeAlias = Callable[[str], None]
RESCUE_FOLDER = Path("runs")


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


def run(
    path: Path | str,
    settings: Sequence[str] = (),
    *,
    variant: str | None = None,
    talk: Talk | None = None,
) -> RunRecord:
    """Run one experiment file, tracked.

    Parameters
    ----------
    path
        The YAML file.
    settings
        `key.path=value`, replacing what the file says.
    variant
        Which variant, where the file has several.
    talk
        Where to tell how far the run is.

    Raises
    ------
    RadiomicsHCCError
        Where the configuration, an input or the tracker is at fault; the run is then kept as
        failed.
    """
    experiments = chosen(path, settings, variant)
    if len(experiments) > 1:
        remedy = f"name one: {', '.join(each.variant for each in experiments)}"
        raise InputError([Problem(str(path), "holds several variants", remedy)])
    return run_experiment(experiments[0], talk or Talk())


def run_experiments(
    path: Path | str,
    settings: Sequence[str] = (),
    *,
    variant: str | None = None,
    talk: Talk | None = None,
) -> Iterator[RunRecord]:
    """Run every variant of an experiment file, or the one that is named; see `run`."""
    for experiment in chosen(path, settings, variant):
        yield run_experiment(experiment, talk or Talk())


def chosen(path: Path | str, settings: Sequence[str], variant: str | None) -> list[Experiment]:
    """The experiments of a file, or the one variant that is named."""
    experiments = load_experiments(path, settings)
    named = [each for each in experiments if variant in (None, each.variant)]
    if not named:
        there = ", ".join(each.variant for each in experiments if each.variant)
        remedy = f"there are: {there}" if there else "the file has no variants"
        raise InputError([Problem(str(path), f"has no variant {variant!r}", remedy)])
    return named


def run_experiment(experiment: Experiment, talk: Talk) -> RunRecord:
    """Run one checked experiment; a run that breaks is kept as failed with its reason."""
    tracker = open_tracker(experiment.config.execution.tracker)
    record = started(experiment)
    tracker.start(record)
    try:
        record = carry_out(experiment, record, talk)
        _keep(tracker.complete, record)
    finally:
        broke = sys.exception()
        if broke is not None and not isinstance(broke, TrackingError):
            tracker.fail(record, f"{type(broke).__name__}: {broke}")
    if experiment.config.execution.report:
        path = write_report(record, experiment.config.execution.report)
        talk.say(f"report: {path}")
    return record


def started(experiment: Experiment) -> RunRecord:
    """The record of a run that has just begun."""
    now = datetime.now(UTC)
    config, digest = experiment.resolved(), experiment.digest()
    return RunRecord(
        run_id=f"{now:%Y%m%dT%H%M%S%f}-{digest[:8]}",
        name=experiment.name,
        question=experiment.config.question,
        intent=experiment.config.intent,
        status=RunStatus.STARTED,
        started=now.isoformat(timespec="seconds"),
        config=config,
        config_sha256=digest,
        provenance=collect(
            experiment.file.parent, started=now.isoformat(timespec="seconds"), arguments=sys.argv
        ),
    )


def carry_out(experiment: Experiment, record: RunRecord, talk: Talk) -> RunRecord:
    """Gather, judge, refit, and write everything down."""
    material = gather(experiment, talk)
    config, validation = experiment.config, validation_of(experiment)
    talk.say(_sizes(material))
    judged = judge(
        [make_classifier(model) for model in config.models],
        material.table,
        target=material.target,
        validation=validation,
        resamples=config.validation.resamples,
        jobs=config.execution.jobs,
        progress=talk.folds,
    )
    findings = (*material.findings, *judged.evaluation.findings)
    talk.say("refitting the primary model on all patients")
    final = fit_final(
        judged.primary,
        material.table,
        target=material.target,
        validation=validation,
        findings=material.findings,
    )
    models, unsaved = saved(final)
    files = inputs.input_files(experiment, material.features)
    completed = replace(
        record,
        status=RunStatus.COMPLETED,
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        inputs=files,
        data_sha256=digest_json(sorted((file.name, file.file, file.sha256) for file in files)),
        summary=summary(experiment, material, judged),
        tables=record_tables(experiment, material, judged),
        findings=(*findings, *unsaved),
        models=models,
    )
    return replace(
        completed, figures=figures(completed) | montages(_pictured(experiment, material.cohort))
    )


def saved(final: FinalModel) -> tuple[tuple[ModelFile, ...], tuple[Finding, ...]]:
    """The model's file; a finding instead where its type is none that may be saved."""
    try:
        return (save_model(final),), ()
    except ModelFileError as error:
        return (), (Finding("MODEL", "warning", f"The model was not saved: {error}."),)


def gather(experiment: Experiment, talk: Talk) -> Material:
    """Read, measure and label; refuse columns that the intent forbids."""
    config = experiment.config
    cohort = inputs.read_cohort(experiment)
    patients = cohort.clinical_frame()
    labels = inputs.read_labels(experiment, patients)
    features = inputs.measure_features(experiment, cohort, talk.extraction)
    table = inputs.patient_table(experiment, features, patients)
    unmeasured = tables.has_no_value(table).intersection(labels.target.labels.index)
    target = labels.target.exclude(unmeasured, "none of the features has a value")
    table, target = match(table, target)
    findings = check_intent(
        table,
        target,
        treatment_dates=patients.get("treatment_date"),
        intent=config.intent,
        allow_incorporation=config.allow_incorporation,
    )
    return Material(cohort, patients, features, table, labels, target, findings)


def validation_of(experiment: Experiment) -> Validation:
    """The nested cross-validation that the experiment asks for."""
    section = experiment.config.validation
    return Validation(
        section.outer,
        section.repeats,
        section.inner,
        section.permutations,
        experiment.config.seed,
    )


def summary(experiment: Experiment, material: Material, judged: Judged) -> dict[str, object]:
    """What the report says in words."""
    config, evaluation = experiment.config, judged.evaluation
    metadata = material.features.metadata
    metric = "auc" if (evaluation.metrics["metric"] == "auc").any() else "ordinal_c_index"
    return {
        "verdict": verdict(
            evaluation.comparisons,
            evaluation.metrics,
            primary=judged.primary.name,
            metric=metric,
        ),
        "headline_model": judged.primary.name,
        "classes": list(material.target.classes),
        "target": target_sentence(config),
        "intent": INTENT_NOTES[config.intent],
        "engine": " ".join(str(metadata.get(k, "")) for k in ("engine", "engine_version")).strip(),
        "settings": metadata.get("settings", {}),
        "incorporation_justification": config.allow_incorporation if material.findings else None,
        "software": SOFTWARE,
    }


def record_tables(
    experiment: Experiment, material: Material, judged: Judged
) -> dict[str, pd.DataFrame]:
    """Every table of the record."""
    table, target = material.table, material.target
    clinical = inputs.clinical_columns(experiment, material.patients)
    found = {
        "cohort_flow": tables.cohort_flow(material.patients, material.features, table, target),
        "table_one": tables.table_one(clinical, target),
        "labels": target.frame(),
        "label_counts": tables.label_counts(target),
        "exclusions": target.exclusions,
        "features": tables.feature_summary(table),
        "missing": tables.missing_cells(table),
        **tables.model_tables(judged, table, target),
    }
    if material.labels.response is not None:
        found["response"] = material.labels.response.frame()
    if experiment.config.validation.permutations:
        found["permutation"] = _permutation(experiment, material, judged)
    return found


def _permutation(experiment: Experiment, material: Material, judged: Judged) -> pd.DataFrame:
    """The primary model among the same procedure on permuted labels."""
    test = permutation_test(
        judged.primary,
        material.table,
        target=material.target,
        validation=validation_of(experiment),
        score=tables.headline_score,
        jobs=experiment.config.execution.jobs,
    )
    return pd.DataFrame(
        {
            "model": [test.model],
            "observed": [test.observed],
            "permutations": [len(test.permuted)],
            "p_value": [test.p_value],
        }
    )


def _pictured(experiment: Experiment, cohort: Cohort) -> Cohort:
    """The cases of the experiment's phase, at every time point."""
    phase = experiment.config.cohort.phase
    return cohort.select(phases=[phase]) if phase else cohort


def _keep(complete: Callable[[RunRecord], str], record: RunRecord) -> None:
    """Hand the record to the tracker; where that fails, keep it in a folder."""
    try:
        complete(record)
    except TrackingError as error:
        rescue = FolderTracker(RESCUE_FOLDER)
        rescue.start(replace(record, status=RunStatus.STARTED))
        place = rescue.complete(record)
        raise TrackingError(f"{error}; the whole run was kept in {place}") from error


def _sizes(material: Material) -> str:
    counts = material.target.labels.value_counts()
    classes = ", ".join(f"{name} {counts.get(name, 0)}" for name in material.target.classes)
    left_out = len(material.target.exclusions)
    return (
        f"{len(material.target.labels)} patients ({classes}), {len(material.table.columns)} "
        f"columns, {left_out} left out"
    )
