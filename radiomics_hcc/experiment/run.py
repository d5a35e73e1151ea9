"""One experiment from the question to the tracked record, in reading order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

from radiomics_hcc.domain.cohort import Cohort, Phase
from radiomics_hcc.domain.digest import digest_json
from radiomics_hcc.domain.evaluation import SEVERITIES, Finding
from radiomics_hcc.domain.record import InputFile, ModelFile, RunRecord, RunStatus
from radiomics_hcc.errors import InputError, ModelFileError, Problem
from radiomics_hcc.experiment import inputs
from radiomics_hcc.experiment.attempt import attempt
from radiomics_hcc.experiment.elsewhere import tested_elsewhere
from radiomics_hcc.experiment.feasible import check_feasible
from radiomics_hcc.experiment.gather import Material, Talk, gather
from radiomics_hcc.experiment.judge import Judged, judge
from radiomics_hcc.experiment.keep import KeptRun
from radiomics_hcc.experiment.load import Experiment, load_experiments
from radiomics_hcc.experiment.material_audit import audit_material
from radiomics_hcc.experiment.pictures import montages
from radiomics_hcc.experiment.planned_tests import Labelled, second_cohorts
from radiomics_hcc.experiment.procedure import preparation_of, validation_of
from radiomics_hcc.experiment.record import record_tables, started, summary
from radiomics_hcc.experiment.trust_tables import trust_tables
from radiomics_hcc.modelling.classifiers.table import make_classifier
from radiomics_hcc.modelling.final import FinalModel, fit_final
from radiomics_hcc.modelling.model_file import save_model
from radiomics_hcc.report.figures.gallery import figures
from radiomics_hcc.report.html import write_report
from radiomics_hcc.tracking.open import default_tracker_uri, open_tracker

Models: TypeAlias = tuple[tuple[ModelFile, ...], tuple[Finding, ...]]
"""Refitted models, and what must be said of those that could not be kept."""

NO_MODEL: Final[Models] = ((), ())
MOSTLY: Final = 0.5
WORST_SHOWN: Final = 2
"""Pictures of patients called wrongly; with those of the first ones the report stays small."""


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
    uri = experiment.config.execution.tracker or default_tracker_uri()
    with KeptRun(open_tracker(uri), started(experiment)) as kept:
        record = carry_out(experiment, kept.record, talk)
        kept.complete(record)
    path = report_path(experiment)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        talk.say(f"report: {write_report(record, path)}")
    return record


def report_path(experiment: Experiment) -> Path | None:
    """Where the report is written: variants have a file each.

    `{name}` stands for the experiment and its variant; without it `<stem>.<variant>.html`.
    """
    named = experiment.config.execution.report
    if named is None:
        return None
    path = Path(named.replace("{name}", experiment.name))
    is_shared = "{name}" not in named and experiment.variant
    return path.with_stem(f"{path.stem}.{experiment.variant}") if is_shared else path


def carry_out(experiment: Experiment, record: RunRecord, talk: Talk) -> RunRecord:
    """Gather, judge, refit, and write everything down."""
    material = gather(experiment, talk)
    config, validation = experiment.config, validation_of(experiment)
    preparation = preparation_of(experiment, material.table)
    talk.say(_sizes(material))
    seconds = SecondCohorts(talk)
    planned = check_feasible(
        experiment, (material.table, material.target), material.patients, read=seconds.read
    )
    before = audited(experiment, material, seconds.read_so_far)
    _tell(before, talk)
    judged = judge(
        [make_classifier(model) for model in config.models],
        material.table,
        target=material.target,
        validation=validation,
        preparation=preparation,
        resamples=config.validation.resamples,
        jobs=config.execution.jobs,
        progress=talk.folds,
    )
    findings = (*before, *judged.evaluation.findings)
    talk.say("refitting the primary model on all patients")
    (models, unsaved), unfitted = attempt(
        "The model refitted on all patients",
        lambda: refitted(experiment, material, judged),
        NO_MODEL,
    )
    talk.say("tables of calibration, utility and stability")
    trusted, unmade = trust_tables(experiment, material, judged, talk)
    elsewhere, untested = tested_elsewhere(experiment, judged, planned, talk)
    files = files_read(experiment, material, seconds.read_so_far)
    completed = replace(
        record,
        status=RunStatus.COMPLETED,
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        inputs=files,
        data_sha256=digest_json(sorted((file.name, file.file, file.sha256) for file in files)),
        summary=summary(experiment, material, judged),
        tables={
            **record_tables(experiment, material, judged),
            **trusted,
            **elsewhere,
        },
        findings=(*findings, *unfitted, *unsaved, *unmade, *untested),
        models=models,
    )
    return illustrated(completed, _pictured(experiment, material.cohort))


def files_read(
    experiment: Experiment, material: Material, seconds: Sequence[Material]
) -> tuple[InputFile, ...]:
    """Every file that the run read; those of a second cohort carry its name in their role."""
    files = inputs.input_files(experiment, material.cohort, material.features)
    for (name, other), second in zip(second_cohorts(experiment), seconds, strict=True):
        read = inputs.input_files(other, second.cohort, second.features)
        files += tuple(replace(file, name=f"{name}.{file.name}") for file in read)
    return files


def refitted(experiment: Experiment, material: Material, judged: Judged) -> Models:
    """The primary model's file, refitted on all patients."""
    final = fit_final(
        judged.primary,
        material.table,
        target=material.target,
        validation=validation_of(experiment),
        preparation=judged.preparation,
        findings=material.findings,
        intent=str(experiment.config.intent),
    )
    return saved(final)


def illustrated(record: RunRecord, pictured: Cohort) -> RunRecord:
    """The run with its figures and pictures; those that cannot be drawn are a finding."""
    nothing: dict[str, bytes] = {}
    drawn, undrawn = attempt("The figures", lambda: figures(record), nothing)
    shown, unseen = attempt(
        "The pictures of lesions",
        lambda: montages(pictured, chosen=worst_patients(record)),
        nothing,
    )
    return replace(record, figures=drawn | shown, findings=(*record.findings, *undrawn, *unseen))


def worst_patients(record: RunRecord) -> list[str]:
    """Patients whom the primary model calls wrongly in most repeats, the worst first."""
    errors = record.tables.get("errors")
    if errors is None:
        return []
    wrong = errors.loc[errors["share_wrong"] > MOSTLY, "patient_id"]
    return [str(patient) for patient in wrong.head(WORST_SHOWN)]


@dataclass
class SecondCohorts:
    """Reads second cohorts, which nothing is learned from, and keeps what was read.

    Parameters
    ----------
    talk
        Where to tell how far the work is.
    read_so_far
        In the order in which they were asked for.
    """

    talk: Talk
    read_so_far: list[Material] = field(default_factory=list)

    def read(self, experiment: Experiment) -> Labelled:
        """Table and target of a second cohort, given the experiment on its files."""
        material = gather(experiment, self.talk, is_trained_on=False)
        self.read_so_far.append(material)
        return material.table, material.target


def audited(
    experiment: Experiment, material: Material, seconds: Sequence[Material]
) -> tuple[Finding, ...]:
    """The checks before the fit; the worse word of each where there are second cohorts."""
    found = audit_material(experiment, material)
    for second in seconds:
        beside = audit_material(
            experiment, material, other_table=second.table, other_features=second.features
        )
        pairs = zip(found, beside, strict=True)
        found = tuple(max(pair, key=lambda each: SEVERITIES.index(each.severity)) for pair in pairs)
    return found


def saved(final: FinalModel) -> Models:
    """The model's file; a finding instead where its type is none that may be saved."""
    try:
        return (save_model(final),), ()
    except ModelFileError as error:
        return (), (Finding("MODEL", "warning", f"The model was not saved: {error}."),)


def _pictured(experiment: Experiment, cohort: Cohort) -> Cohort:
    """The cases of the experiment's phase, and the unenhanced ones that tell what is viable."""
    phase = experiment.config.cohort.phase
    beside = [Phase.UNENHANCED] if phase == Phase.ARTERIAL else []
    return cohort.select(phases=[phase, *beside]) if phase else cohort


def _tell(findings: Sequence[Finding], talk: Talk) -> None:
    """Say before any fit what is serious; the run goes on and carries it."""
    for finding in findings:
        if finding.severity == "serious":
            talk.say(f"{finding.code} {finding.severity}: {finding.sentence}")


def _sizes(material: Material) -> str:
    counts = material.target.labels.value_counts()
    classes = ", ".join(f"{name} {counts.get(name, 0)}" for name in material.target.classes)
    left_out = len(material.target.exclusions)
    return (
        f"{len(material.target.labels)} patients ({classes}), {len(material.table.columns)} "
        f"columns, {left_out} left out"
    )
