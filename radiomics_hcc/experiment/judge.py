"""Models and baselines judged together: nested cross-validation, metrics, comparisons, checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from radiomics_hcc.domain.evaluation import Evaluation, Finding
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.response import ResponseTable
from radiomics_hcc.errors import LeakageError
from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.table import run_checks
from radiomics_hcc.evaluation.evaluate import evaluate_predictions
from radiomics_hcc.evaluation.stability import selection_frequency
from radiomics_hcc.experiment.matching import matched
from radiomics_hcc.modelling.baselines import NO_INFORMATION, SIZE_ONLY, baseline_candidates
from radiomics_hcc.modelling.candidates import Candidate, model_candidates
from radiomics_hcc.modelling.classifiers.base import ClassifierStep
from radiomics_hcc.modelling.crossval import ModelRun, cross_validate
from radiomics_hcc.modelling.leakage import Intent, check_intent
from radiomics_hcc.modelling.merging import Merge
from radiomics_hcc.modelling.readings import target_from_readings
from radiomics_hcc.modelling.splits import PatientKFold
from radiomics_hcc.modelling.targets import Target
from radiomics_hcc.modelling.validation import Progress, Validation


@dataclass(frozen=True, eq=False)
class Judged:
    """An evaluation and the runs that it was made from.

    Parameters
    ----------
    evaluation
        Metrics, comparisons, findings.
    runs
        Models first, then baselines.
    """

    evaluation: Evaluation
    runs: tuple[ModelRun, ...]

    @property
    def primary(self) -> Candidate:
        """The model that was declared first."""
        return self.runs[0].candidate


def judge(
    steps: Sequence[ClassifierStep],
    table: PatientTable,
    *,
    target: Target,
    validation: Validation,
    resamples: int = 2000,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Judged:
    """Judge models and baselines on the same patients and folds.

    Parameters
    ----------
    steps
        The models; the first is the primary one, declared before any result is seen.
    table, target
        Of the same patients, see `matched`.
    resamples
        Resamples of the patient bootstrap.
    """
    candidates = (*model_candidates(steps, table), *baseline_candidates(table))
    runs = cross_validate(
        candidates, table, target=target, validation=validation, jobs=jobs, progress=progress
    )
    predictions = {run.predictions.model: run.predictions for run in runs}
    reference = SIZE_ONLY if SIZE_ONLY in predictions else NO_INFORMATION
    metrics, comparisons = evaluate_predictions(
        list(predictions.values()),
        reference=reference,
        resamples=resamples,
        seed=validation.seed,
    )
    evaluation = Evaluation(
        predictions,
        metrics,
        comparisons,
        _selected(runs, validation),
        validation.folds.frame(target.labels),
        (),
    )
    evaluation = replace(
        evaluation, findings=_findings(runs[0], evaluation, table, target, reference)
    )
    return Judged(evaluation, tuple(runs))


def evaluate(
    model: ClassifierStep | Sequence[ClassifierStep],
    table: PatientTable,
    response: Target | ResponseTable | pd.DataFrame,
    *,
    cv: PatientKFold | None = None,
    merge: Merge | None = None,
    intent: str | None = None,
    treatment_dates: pd.Series | None = None,
    jobs: int = 1,
) -> Evaluation:
    """Judge one model, or several, by nested cross-validation beside the baselines.

    Parameters
    ----------
    model
        Such as `ElasticNet()`; of several the first is the primary one.
    table
        One row per patient (or lesion).
    response
        What `assess` returned, its frame, or a `Target`.
    cv
        Outer folds; by default 5 folds, 20 repeats.
    merge
        New class -> response classes, best first, such as
        `{"OR": ["CR", "PR"], "nonOR": ["SD", "PD"]}`; None keeps CR, PR, SD, PD.
    intent
        `pretreatment_prediction`, `early_response` or `response_reading`, enforced on the dates
        of scans and labels. Without it columns that come from the label's own scan are allowed,
        and a serious finding says so.
    treatment_dates
        Day of treatment, index `patient_id`, such as `cohort.clinical_frame()["treatment_date"]`;
        without it only the time point `pre` passes as made before treatment.

    Returns
    -------
    Evaluation
        Metrics with intervals, comparisons with size alone, findings.

    Raises
    ------
    LeakageError
        Where a stated intent forbids columns.
    InputError
        Where table and response have too few patients in common.
    """
    folds = cv or PatientKFold()
    validation = Validation(folds.splits, folds.repeats, seed=folds.seed)
    steps = (model,) if isinstance(model, ClassifierStep) else tuple(model)
    both, target = matched(table, as_target(response, merge))
    found = _intent_findings(both, target, intent, treatment_dates)
    judged = judge(steps, both, target=target, validation=validation, jobs=jobs)
    return replace(judged.evaluation, findings=(*found, *judged.evaluation.findings))


def as_target(response: Target | ResponseTable | pd.DataFrame, merge: Merge | None) -> Target:
    """One class per patient from what `assess` returned, or the target as it is."""
    if isinstance(response, Target):
        return response
    readings = response.frame() if isinstance(response, ResponseTable) else response
    return target_from_readings(readings, merge=merge)


def _intent_findings(
    table: PatientTable, target: Target, intent: str | None, treatment_dates: pd.Series | None
) -> list[Finding]:
    if intent is not None:
        stated = Intent.parse(intent, "intent")
        return check_intent(table, target, treatment_dates=treatment_dates, intent=stated)
    try:
        return check_intent(table, target, treatment_dates=None, intent=Intent.EARLY_RESPONSE)
    except LeakageError as error:
        told = " | ".join(f"{problem.where}: {problem.what}" for problem in error.problems)
        sentence = (
            f"No intent was stated, and columns are not known to precede the label: {told}. "
            "The result describes the response, it does not predict it."
        )
        return [Finding("HCC001", "serious", sentence)]


def _selected(runs: Sequence[ModelRun], validation: Validation) -> pd.DataFrame:
    selected = pd.concat([run.selected for run in runs], ignore_index=True)
    return selection_frequency(selected, validation.outer * validation.repeats)


def _findings(
    primary: ModelRun, evaluation: Evaluation, table: PatientTable, target: Target, reference: str
) -> tuple[Finding, ...]:
    by_patient = table.data.groupby(level=0).first()
    return run_checks(
        CheckInput(
            primary.candidate.name,
            evaluation.predictions,
            evaluation.metrics,
            evaluation.comparisons,
            labels=target.labels,
            selected=selection_frequency(primary.selected, len(primary.scores)),
            features=by_patient.select_dtypes("number"),
            size_column=table.size_column(),
            train_scores=primary.scores,
            reference=reference,
        )
    )
