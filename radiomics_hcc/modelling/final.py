"""The final model: the whole search refitted on all patients, and the card that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from math import isnan
from typing import Final

from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.patient_table import CONTEXT_PREFIX, PatientTable
from radiomics_hcc.modelling.applicability import applicability_card
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.card import (
    NESTED_SENTENCE,
    HarmonisationCard,
    ModelCard,
    column_card,
)
from radiomics_hcc.modelling.crossval import labelled_rows
from radiomics_hcc.modelling.merging import word_of
from radiomics_hcc.modelling.outer_fold import LabelledRows, Plan, fit_candidate
from radiomics_hcc.modelling.pipeline import EMPTY, NOTHING_SHARED, selected_features
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.search import Search
from radiomics_hcc.modelling.splits import derive_seed
from radiomics_hcc.modelling.targets import Target
from radiomics_hcc.modelling.validation import Validation

FINAL_STREAM: Final = 990_002
"""Keeps the seed of the final search apart from those of folds."""


@dataclass(frozen=True, eq=False)
class FinalModel:
    """A fitted pipeline and what a reader must know to use it.

    Parameters
    ----------
    pipeline
        Fitted on all patients; its classes are codes 0..K-1 in the order of the card's classes.
    card
        JSON values.
    """

    pipeline: Pipeline
    card: ModelCard


def fit_final(
    candidate: Candidate,
    table: PatientTable,
    *,
    target: Target,
    validation: Validation,
    preparation: Preparation = NOTHING_SHARED,
    findings: Sequence[Finding] = (),
    intent: str = "",
) -> FinalModel:
    """Repeat the whole search on all patients.

    Parameters
    ----------
    candidate
        The model and its columns.
    table, target
        Of the same patients, see `match`.
    validation
        Gives the inner folds and the seed.
    preparation
        Harmonisation and reliability, as in the cross-validation.
    findings
        Findings to stamp on the card, such as an allowed incorporation.
    intent
        What the experiment declares; a prediction for another intent is refused.

    Raises
    ------
    InputError
        As `cross_validate` does.
    """
    validation.check(target.labels)
    data = labelled_rows([candidate], table, target, preparation=preparation)
    plan = Plan.of(validation, derive_seed(validation.seed, FINAL_STREAM))
    with threadpool_limits(1):
        fitted = fit_candidate(candidate, data, data.rows, plan=plan)
    found = fitted.found
    columns = {
        name: column_card(data.rows[name], table.columns[name], EMPTY) for name in candidate.columns
    }
    counts = target.labels.value_counts()
    card = ModelCard(
        model=candidate.name,
        step=candidate.step.to_config(),
        target=target.name,
        classes=list(target.classes),
        patients={name: int(counts[name]) for name in target.classes},
        rows=len(data.rows),
        columns=columns,
        parameters=_plain(found),
        selected=selected_features(found.pipeline),
        seed=validation.seed,
        versions={name: version(name) for name in ("radiomics-hcc", "scikit-learn", "skops")},
        note=NESTED_SENTENCE,
        warnings=[finding.sentence for finding in findings],
        intent=intent,
        threshold=None if isnan(fitted.threshold) else fitted.threshold,
        threshold_rule=validation.threshold,
        calibration=candidate.step.calibrator,
        harmonisation=_harmonisation(candidate, data),
        applicability=applicability_card(found.pipeline, data.rows[data.columns_of(candidate)]),
    )
    return FinalModel(found.pipeline, card)


def _harmonisation(candidate: Candidate, data: LabelledRows) -> HarmonisationCard | None:
    """How the candidate's columns are harmonised; None where none is."""
    harmonise = data.preparation.harmonise
    if harmonise is None or data.columns_of(candidate) == list(candidate.columns):
        return None
    batches = {word_of(cell) for cell in data.rows[CONTEXT_PREFIX + harmonise.batch]}
    return HarmonisationCard(
        batch=harmonise.batch,
        covariates=list(harmonise.covariates),
        unseen=harmonise.unseen,
        batches=sorted(batches),
    )


def _plain(found: Search) -> dict[str, float]:
    return {str(name): value for name, value in found.parameters.items()}
