"""The final model: the whole search refitted on all patients, and the card that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.patient_table import PatientTable
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.card import NESTED_SENTENCE, ModelCard, column_card
from radiomics_hcc.modelling.crossval import labelled_rows
from radiomics_hcc.modelling.outer_fold import fit_candidate
from radiomics_hcc.modelling.pipeline import EMPTY, selected_features
from radiomics_hcc.modelling.search import Search
from radiomics_hcc.modelling.splits import derive_seed, inner_pairs
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
    findings: Sequence[Finding] = (),
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
    findings
        Findings to stamp on the card, such as an allowed incorporation.

    Raises
    ------
    InputError
        As `cross_validate` does.
    """
    validation.check(target.labels)
    data = labelled_rows([candidate], table, target)
    seed = derive_seed(validation.seed, FINAL_STREAM)
    pairs = inner_pairs(data.rows.index, data.labels, splits=validation.inner, seed=seed)
    with threadpool_limits(1):
        found = fit_candidate(candidate, data.rows, data.codes(data.rows), pairs=pairs, seed=seed)
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
    )
    return FinalModel(found.pipeline, card)


def _plain(found: Search) -> dict[str, float]:
    return {str(name): value for name, value in found.parameters.items()}
