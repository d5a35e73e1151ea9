"""Models and baselines judged together: nested cross-validation, metrics, comparisons, checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from radiomics_hcc.domain.evaluation import Evaluation, Finding
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.domain.response import ResponseTable
from radiomics_hcc.errors import LeakageError
from radiomics_hcc.evaluation.checks.table import run_checks
from radiomics_hcc.evaluation.evaluate import evaluate_predictions
from radiomics_hcc.evaluation.stability import selection_frequency
from radiomics_hcc.evaluation.widening import WIDENED_METRIC, widening_factor
from radiomics_hcc.experiment.before_fit import Beside, check_input, findings_before
from radiomics_hcc.experiment.matching import matched
from radiomics_hcc.modelling.baselines import NO_INFORMATION, SIZE_ONLY, baseline_candidates
from radiomics_hcc.modelling.candidates import Candidate, model_candidates
from radiomics_hcc.modelling.classifiers.base import ClassifierStep
from radiomics_hcc.modelling.crossval import ModelRun, cross_validate
from radiomics_hcc.modelling.harmonise import Harmonise
from radiomics_hcc.modelling.leakage import Intent, check_intent
from radiomics_hcc.modelling.merging import Merge
from radiomics_hcc.modelling.pipeline import NOTHING_SHARED
from radiomics_hcc.modelling.preparation import Preparation
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
    reference
        The baseline that decides the verdict.
    preparation
        Harmonisation and reliability that all of them share.
    """

    evaluation: Evaluation
    runs: tuple[ModelRun, ...]
    reference: str
    preparation: Preparation

    @property
    def auc_widening(self) -> float:
        """By how much intervals of the primary model's AUC are wider than the bootstrap's."""
        rows = self.evaluation.metrics
        own = rows[(rows["model"] == self.primary.name) & (rows["metric"] == WIDENED_METRIC)]
        if own.empty:
            return 1.0
        trained = training_auc(self.runs)[self.primary.name]
        return widening_factor(float(own["estimate"].iloc[0]), trained)

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
    preparation: Preparation = NOTHING_SHARED,
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
    preparation
        Harmonisation and reliability, fitted inside the folds.
    resamples
        Resamples of the patient bootstrap.
    """
    candidates = candidates_of(steps, table)
    runs = cross_validate(
        candidates,
        table,
        target=target,
        validation=validation,
        preparation=preparation,
        jobs=jobs,
        progress=progress,
    )
    predictions = {run.predictions.model: run.predictions for run in runs}
    reference = SIZE_ONLY if SIZE_ONLY in predictions else NO_INFORMATION
    metrics, comparisons = evaluate_predictions(
        list(predictions.values()),
        reference=reference,
        baselines=[each.name for each in candidates if each.is_baseline],
        primary=candidates[0].name,
        training_auc=training_auc(runs),
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
    judged = Judged(evaluation, tuple(runs), reference, preparation)
    found = findings_after(judged, table, target)
    return replace(judged, evaluation=replace(evaluation, findings=found))


def candidates_of(steps: Sequence[ClassifierStep], table: PatientTable) -> tuple[Candidate, ...]:
    """The models, the primary one first, and the baselines that go with it."""
    return (*model_candidates(steps, table), *baseline_candidates(table, steps[0]))


def training_auc(runs: Sequence[ModelRun]) -> dict[str, float]:
    """Mean AUC of each model on the patients it learned from; NaN with more than two classes.

    It tells by how much the interval of the out-of-fold AUC must be wider than that of patients
    who train no model.
    """
    return {run.candidate.name: float(run.scores["train_auc"].mean()) for run in runs}


def evaluate(
    model: ClassifierStep | Sequence[ClassifierStep],
    table: PatientTable,
    response: Target | ResponseTable | pd.DataFrame,
    *,
    cv: PatientKFold | None = None,
    merge: Merge | None = None,
    intent: str | None = None,
    treatment_dates: pd.Series | None = None,
    harmonise: Harmonise | None = None,
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
    harmonise
        ComBat over a column of the table's context, see `PatientTable.with_context`.

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
    beside = Beside(
        None if intent is None else Intent.parse(intent, "intent"),
        treatment_dates,
        batch=harmonise.batch if harmonise else "",
        covariates=harmonise.covariates if harmonise else (),
    )
    allowed = _intent_findings(both, target, beside)
    before = findings_before(both, target, beside, known=allowed)
    judged = judge(
        steps,
        both,
        target=target,
        validation=validation,
        preparation=Preparation(harmonise),
        jobs=jobs,
    )
    return replace(judged.evaluation, findings=(*before, *judged.evaluation.findings))


def as_target(response: Target | ResponseTable | pd.DataFrame, merge: Merge | None) -> Target:
    """One class per patient from what `assess` returned, or the target as it is."""
    if isinstance(response, Target):
        return response
    readings = response.frame() if isinstance(response, ResponseTable) else response
    return target_from_readings(readings, merge=merge)


def _intent_findings(table: PatientTable, target: Target, beside: Beside) -> list[Finding]:
    if beside.intent is not None:
        dates = beside.treatment_dates
        return check_intent(table, target, treatment_dates=dates, intent=beside.intent)
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


def findings_after(judged: Judged, table: PatientTable, target: Target) -> tuple[Finding, ...]:
    """One finding of every check that looks at what the models did."""
    primary, evaluation = judged.runs[0], judged.evaluation
    known = check_input(table, target, Beside())
    reliability = judged.preparation.reliability
    return run_checks(
        replace(
            known,
            primary=primary.candidate.name,
            predictions=evaluation.predictions,
            metrics=evaluation.metrics,
            comparisons=evaluation.comparisons,
            selected=selection_frequency(primary.selected, len(primary.scores)),
            train_scores=primary.scores,
            parameters=primary.parameters,
            reference=judged.reference,
            reliability=None if reliability is None else dict(reliability.values),
        ),
        stage="after",
    )
