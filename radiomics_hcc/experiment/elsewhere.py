"""Tests on other patients than those of the training: sites, later patients, a second cohort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.evaluation.evaluate import evaluate_predictions
from radiomics_hcc.experiment.config import SecondCohortSection, TestingSection
from radiomics_hcc.experiment.gather import Material, Talk, gather
from radiomics_hcc.experiment.judge import Judged, training_auc
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.procedure import design_of, preparation_of, validation_of
from radiomics_hcc.experiment.tables import out_of_fold
from radiomics_hcc.modelling.second_cohort import with_second_cohort
from radiomics_hcc.modelling.targets import Target
from radiomics_hcc.modelling.testing import tested_groups, validate_elsewhere
from radiomics_hcc.modelling.testing_designs import Design, LeaveOneOut, SecondCohort

EVERY_GROUP: Final = "all tested"


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """One test on other patients.

    Parameters
    ----------
    name
        What tables call it.
    predictions
        One per model and baseline; `fold` is the tested group.
    groups
        As `tested_groups` returns it.
    training_auc
        Of each model, where the tested patients train the models of other groups; else empty.
    """

    name: str
    predictions: tuple[Predictions, ...]
    groups: pd.DataFrame
    training_auc: Mapping[str, float]


def tested_elsewhere(
    experiment: Experiment, material: Material, judged: Judged, talk: Talk
) -> dict[str, pd.DataFrame]:
    """Carry out every test on other patients that the experiment asks for.

    Returns
    -------
    dict
        Empty without one, else `external_groups`, `external_metrics` (of all tested patients
        and of each group by itself), `external_comparisons` and `external_out_of_fold`, each
        with the column `design`.
    """
    done = [
        _carried_out(experiment, material, judged, section, talk)
        for section in experiment.config.testing
    ]
    if not done:
        return {}
    resamples = experiment.config.validation.resamples
    scored = [_scored(each, judged, resamples, experiment.config.seed) for each in done]
    parts = {
        "external_groups": [each.groups.assign(design=each.name) for each in done],
        "external_metrics": [metrics for metrics, _ in scored],
        "external_comparisons": [comparisons for _, comparisons in scored],
        "external_out_of_fold": [
            out_of_fold(each.predictions).assign(design=each.name) for each in done
        ],
    }
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}


def _carried_out(
    experiment: Experiment,
    material: Material,
    judged: Judged,
    section: TestingSection,
    talk: Talk,
) -> Elsewhere:
    design = design_of(section)
    name = _name_of(section)
    talk.say(f"testing elsewhere: {name}")
    table, target = material.table, material.target
    if isinstance(section, SecondCohortSection) and isinstance(design, SecondCohort):
        second = gather(of_second_cohort(experiment, section), talk, is_trained_on=False)
        table, target = with_second_cohort(
            (table, target), (second.table, second.target), design=design
        )
    return _validated(experiment, judged, table, target, design, name)


def _validated(
    experiment: Experiment,
    judged: Judged,
    table: PatientTable,
    target: Target,
    design: Design,
    name: str,
) -> Elsewhere:
    validation = validation_of(experiment)
    runs = validate_elsewhere(
        [run.candidate for run in judged.runs],
        table,
        target=target,
        design=design,
        validation=validation,
        preparation=preparation_of(experiment, table),
        jobs=experiment.config.execution.jobs,
    )
    groups = tested_groups(design, table, target, validation=validation)
    trains_others = isinstance(design, LeaveOneOut)
    return Elsewhere(
        name,
        tuple(run.predictions for run in runs),
        groups,
        training_auc(runs) if trains_others else {},
    )


def of_second_cohort(experiment: Experiment, section: SecondCohortSection) -> Experiment:
    """The same experiment on the second cohort's files."""
    config = experiment.config
    files = {
        "cohort": config.cohort.model_copy(
            update={"images": section.images, "patients": section.patients}
        ),
        "features": config.features.model_copy(update={"table": section.table}),
        "target": config.target.model_copy(update={"measurements": section.measurements}),
    }
    if section.table is not None:
        files["features"] = files["features"].model_copy(update={"params": None})
    return replace(experiment, config=config.model_copy(update=files))


def _name_of(section: TestingSection) -> str:
    if isinstance(section, SecondCohortSection):
        return section.name
    return f"{section.kind}({section.column})"


def _scored(
    done: Elsewhere, judged: Judged, resamples: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Metrics of all tested patients and of each group, comparisons of all."""
    evaluation = judged.evaluation
    names = [run.candidate.name for run in judged.runs if run.candidate.is_baseline]
    metrics, comparisons = evaluate_predictions(
        done.predictions,
        reference=judged.reference,
        baselines=names,
        primary=judged.primary.name,
        training_auc=done.training_auc or None,
        metrics=list(dict.fromkeys(evaluation.metrics["metric"])),
        resamples=resamples,
        seed=seed,
    )
    parts = [metrics.assign(group=EVERY_GROUP)]
    for group, predictions in _by_group(done.predictions):
        own, _ = evaluate_predictions(predictions, reference=None, resamples=resamples, seed=seed)
        parts.append(own.assign(group=group))
    told = pd.concat(parts, ignore_index=True).assign(design=done.name)
    return told, comparisons.assign(design=done.name)


def _by_group(predictions: Sequence[Predictions]) -> Iterator[tuple[str, list[Predictions]]]:
    """The predictions of each tested group with more than one class, where there are several."""
    groups = predictions[0].frame.groupby("fold", sort=True)["label"].nunique()
    if len(groups) < 2:
        return
    for group in groups.index[groups > 1]:
        yield (
            str(group),
            [replace(each, frame=each.frame[each.frame["fold"] == group]) for each in predictions],
        )
