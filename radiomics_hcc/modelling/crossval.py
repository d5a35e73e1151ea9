"""Nested cross-validation of several models on the same patients and folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.domain.patient_table import CONTEXT_PREFIX, PatientTable
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.outer_fold import TABLES, FoldTables, LabelledRows, run_fold
from radiomics_hcc.modelling.pipeline import NOTHING_SHARED, prepare
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.splits import RowNumbers, Split, inner_pairs
from radiomics_hcc.modelling.targets import Target
from radiomics_hcc.modelling.validation import Progress, Validation


@dataclass(frozen=True, eq=False)
class ModelRun:
    """What nested cross-validation says of one candidate.

    Parameters
    ----------
    candidate
        The model and its columns.
    predictions
        Out of fold, one row per patient and repeat, with the `threshold` of the patient's
        training fold.
    selected
        `model, repeat, fold, feature`: the features that each fold's model used.
    parameters
        `model, repeat, fold, parameter, value, lowest, highest`: what the inner folds chose, and
        the ends of the values that were tried.
    scores
        `model, repeat, fold, train_log_loss, train_auc, inner_log_loss, threshold`: how well the
        refitted model fits the labels it learned from (AUC with two classes only), how well the
        chosen parameters did in the inner folds, and the decision threshold that they chose.
    coefficients
        `model, repeat, fold, feature, class, value`: slopes per training standard deviation;
        empty where the model has none.
    column_counts
        `model, repeat, fold, step, columns`: columns that were left after each stage.
    """

    candidate: Candidate
    predictions: Predictions
    selected: pd.DataFrame
    parameters: pd.DataFrame
    scores: pd.DataFrame
    coefficients: pd.DataFrame
    column_counts: pd.DataFrame


def cross_validate(
    candidates: Sequence[Candidate],
    table: PatientTable,
    *,
    target: Target,
    validation: Validation,
    preparation: Preparation = NOTHING_SHARED,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[ModelRun]:
    """Judge every candidate by nested cross-validation with patients as units.

    Outer folds are dealt once and are the same for every candidate. Within a training fold the
    pipeline is fitted, its grid searched in inner folds of the same patients, and refitted; the
    rows of a test patient are predicted and averaged. The result does not depend on `jobs`, nor
    on the order of the rows of single-row patients.

    Parameters
    ----------
    candidates
        Models and baselines, each with a name of its own.
    table, target
        Of the same patients, see `match`.
    preparation
        Harmonisation and reliability, fitted inside every training fold, inner ones too.
    jobs
        Worker processes; each uses one thread.
    progress
        Told after every outer fold.

    Returns
    -------
    list of ModelRun
        In the order of `candidates`.

    Raises
    ------
    InputError
        Where table and target differ in patients, names repeat, columns are missing or not
        finite, or a class is too small for the folds.
    """
    validation.check(target.labels)
    data, splits = checked_folds(
        candidates, table, target=target, validation=validation, preparation=preparation
    )
    return run_splits(
        candidates, data, splits=splits, validation=validation, jobs=jobs, progress=progress
    )


def checked_folds(
    candidates: Sequence[Candidate],
    table: PatientTable,
    *,
    target: Target,
    validation: Validation,
    preparation: Preparation = NOTHING_SHARED,
) -> tuple[LabelledRows, list[Split]]:
    """Deal the outer folds, and refuse before any fit what `cross_validate` cannot carry out.

    Raises
    ------
    InputError
        As `cross_validate` does.
    """
    data = labelled_rows(candidates, table, target, preparation=preparation)
    splits = list(validation.folds.split(data.rows.index, data.labels))
    check_harmonisation(data, table, splits, validation)
    return data, splits


def run_splits(
    candidates: Sequence[Candidate],
    data: LabelledRows,
    *,
    splits: Sequence[Split],
    validation: Validation,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[ModelRun]:
    """Search, refit and predict every candidate in every split, in worker processes."""
    tasks = (
        delayed(run_fold)(candidates, data, split=split, validation=validation) for split in splits
    )
    done: list[list[FoldTables]] = []
    for result in Parallel(n_jobs=jobs, return_as="generator")(tasks):
        done.append(result)
        if progress is not None:
            progress(len(done), len(splits))
    return [
        _collect(candidate, data.classes, [fold[place] for fold in done])
        for place, candidate in enumerate(candidates)
    ]


def labelled_rows(
    candidates: Sequence[Candidate],
    table: PatientTable,
    target: Target,
    *,
    preparation: Preparation = NOTHING_SHARED,
) -> LabelledRows:
    """Check candidates, table and target against each other and bring them to plain tables.

    Rows are sorted by patient, so that a fit does not depend on their order in the file. The
    columns of the context that harmonisation needs travel with them.
    """
    problems = [
        *_name_problems(candidates, table),
        *_patient_problems(table, target),
        *_context_problems(table, preparation),
    ]
    if problems:
        raise InputError(problems, "models, features and labels do not fit together")
    used = dict.fromkeys(name for candidate in candidates for name in candidate.columns)
    data = table.data[list(used)].join(_context(table, preparation).add_prefix(CONTEXT_PREFIX))
    rows = prepare(data, list(data.columns)).sort_index(kind="stable")
    return LabelledRows(rows, target.labels, target.classes, table.columns, preparation)


def check_harmonisation(
    data: LabelledRows, table: PatientTable, splits: Sequence[Split], validation: Validation
) -> None:
    """Refuse batches that are too small, or unknown, in some training set, inner ones too.

    Raises
    ------
    InputError
        Before any fit.
    """
    harmonise = data.preparation.harmonise
    if harmonise is None:
        return
    trainings = [rows for split in splits for rows in _training_sets(data, split, validation)]
    context = _context(table, data.preparation).reindex(data.rows.index)
    harmonise.check(context, trainings)


def _training_sets(data: LabelledRows, split: Split, validation: Validation) -> list[RowNumbers]:
    """Row numbers that something is fitted on in one split."""
    outer = split.train_rows
    seed = split.seed(validation.seed)
    pairs = inner_pairs(data.rows.index[outer], data.labels, splits=validation.inner, seed=seed)
    return [outer, *(outer[train] for train, _ in pairs)]


def _context(table: PatientTable, preparation: Preparation) -> pd.DataFrame:
    return table.context.reindex(columns=list(preparation.context_columns))


def _context_problems(table: PatientTable, preparation: Preparation) -> list[Problem]:
    known = [str(name) for name in table.context.columns]
    return [
        Problem(f"harmonise: column {name!r}", "is not there", did_you_mean(name, known))
        for name in preparation.context_columns
        if name not in known
    ]


def _name_problems(candidates: Sequence[Candidate], table: PatientTable) -> list[Problem]:
    names = [candidate.name for candidate in candidates]
    problems = [
        Problem(f"model {name!r}", "is there more than once")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    for candidate in candidates:
        missing = [name for name in candidate.columns if name not in table.data.columns]
        if missing:
            shown = ", ".join(missing[:5])
            problems.append(
                Problem(f"model {candidate.name!r}", f"{len(missing)} columns missing: {shown}")
            )
    numbers = table.data.select_dtypes("number")
    infinite = numbers.columns[np.isinf(numbers.to_numpy(dtype=np.float64)).any(axis=0)]
    return problems + [
        Problem(f"column {name!r}", "has infinite values", "leave the cell empty")
        for name in infinite
    ]


def _patient_problems(table: PatientTable, target: Target) -> list[Problem]:
    rows, labels = table.patient_ids.unique(), target.labels.index
    told = [
        (rows.difference(labels), "has features but no label"),
        (labels.difference(rows), "has a label but no features"),
    ]
    return [
        Problem(f"patient {patient}", what, "use match(table, target) first")
        for patients, what in told
        for patient in patients
    ]


def _collect(
    candidate: Candidate, classes: tuple[str, ...], folds: Sequence[FoldTables]
) -> ModelRun:
    """Put the folds of one candidate together."""
    tables = {name: pd.concat([fold[name] for fold in folds], ignore_index=True) for name in TABLES}
    ordered = tables["predictions"].sort_values(["repeat", "patient_id"], ignore_index=True)
    return ModelRun(
        candidate,
        Predictions(candidate.name, classes, ordered),
        tables["selected"],
        tables["parameters"],
        tables["scores"],
        tables["coefficients"],
        tables["column_counts"],
    )
