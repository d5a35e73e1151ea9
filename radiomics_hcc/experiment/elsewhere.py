"""Tests on other patients than those of the training: sites, later patients, a second cohort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding, Predictions
from radiomics_hcc.evaluation.evaluate import evaluate_predictions
from radiomics_hcc.experiment.attempt import attempt
from radiomics_hcc.experiment.gather import Talk
from radiomics_hcc.experiment.judge import Judged, training_auc
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.planned_tests import PlannedTest
from radiomics_hcc.experiment.procedure import preparation_of, validation_of
from radiomics_hcc.experiment.tables import out_of_fold
from radiomics_hcc.modelling.testing import tested_groups, validate_elsewhere
from radiomics_hcc.modelling.testing_designs import LeaveOneOut

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
    experiment: Experiment, judged: Judged, planned: Sequence[PlannedTest], talk: Talk
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Carry out every test on other patients that the experiment asks for.

    Returns
    -------
    dict
        Empty without one, else `external_groups`, `external_metrics` (of all tested patients
        and of each group by itself), `external_comparisons` and `external_out_of_fold`, each
        with the column `design`.
    list of Finding
        One for every test that failed; the others are kept.
    """
    tables: dict[str, list[pd.DataFrame]] = {}
    findings = []
    for test in planned:
        talk.say(f"testing elsewhere: {test.name}")
        nothing: dict[str, pd.DataFrame] = {}
        carried_out = partial(_tables, experiment, judged, test, talk)
        found, failed = attempt(f"The test {test.name}", carried_out, nothing)
        findings += failed
        for name, frame in found.items():
            tables.setdefault(name, []).append(frame)
    joined = {name: pd.concat(frames, ignore_index=True) for name, frames in tables.items()}
    return joined, findings


def _tables(
    experiment: Experiment, judged: Judged, test: PlannedTest, talk: Talk
) -> dict[str, pd.DataFrame]:
    done = _carried_out(experiment, judged, test, talk)
    resamples = experiment.config.validation.resamples
    metrics, comparisons = _scored(done, judged, resamples, experiment.config.seed)
    return {
        "external_groups": done.groups.assign(design=done.name),
        "external_metrics": metrics,
        "external_comparisons": comparisons,
        "external_out_of_fold": out_of_fold(done.predictions).assign(design=done.name),
    }


def _carried_out(
    experiment: Experiment, judged: Judged, test: PlannedTest, talk: Talk
) -> Elsewhere:
    validation = validation_of(experiment)
    runs = validate_elsewhere(
        [run.candidate for run in judged.runs],
        test.table,
        target=test.target,
        design=test.design,
        validation=validation,
        preparation=preparation_of(experiment, test.table),
        jobs=experiment.config.execution.jobs,
        progress=lambda done, total: talk.say(f"{test.name}: {done} of {total} trainings"),
    )
    groups = tested_groups(test.design, test.table, test.target, validation=validation)
    trains_others = isinstance(test.design, LeaveOneOut)
    return Elsewhere(
        test.name,
        tuple(run.predictions for run in runs),
        groups,
        training_auc(runs) if trains_others else {},
    )


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
