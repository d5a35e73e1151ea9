"""The work of one outer fold: search, refit, predict, write down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from radiomics_hcc.domain.patient_table import CONTEXT_PREFIX, Column
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.calibrators import make_calibrator
from radiomics_hcc.modelling.candidates import Candidate
from radiomics_hcc.modelling.classifiers.no_information import NoInformation
from radiomics_hcc.modelling.coefficients import coefficients
from radiomics_hcc.modelling.column_counts import column_counts
from radiomics_hcc.modelling.harmonise import harmonised_columns
from radiomics_hcc.modelling.pipeline import NOTHING_SHARED, build_pipeline, selected_features
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.search import Search, Training, mean_log_loss, search, set_seed
from radiomics_hcc.modelling.selection import NoColumnLeftError
from radiomics_hcc.modelling.shared_stages import StageMemory
from radiomics_hcc.modelling.splits import Split, derive_seed, inner_pairs
from radiomics_hcc.modelling.thresholds import two_class_threshold
from radiomics_hcc.modelling.validation import Validation

PLACE: Final = ("model", "repeat", "fold")
TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "predictions": ("patient_id", "repeat", "fold", "label"),
    "selected": (*PLACE, "feature"),
    "parameters": (*PLACE, "parameter", "value", "lowest", "highest"),
    "scores": (*PLACE, "train_log_loss", "train_auc", "inner_log_loss", "threshold"),
    "coefficients": (*PLACE, "feature", "class", "value"),
    "column_counts": (*PLACE, "step", "columns"),
}
THRESHOLD: Final = "threshold"
"""Last column of the predictions."""

CONTROL_STREAM: Final = 990_003
"""Keeps the labels of the negative control apart from the seeds of folds."""

FoldTables: TypeAlias = dict[str, pd.DataFrame]
"""The tables of one candidate in one fold, by the names of `TABLES`."""


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """What the folds share, as plain tables that travel to worker processes.

    Parameters
    ----------
    rows
        Columns of all candidates and context columns, index `patient_id`, one or more rows per
        patient.
    labels
        Class of each patient.
    classes
        Names of the classes, best first.
    origins
        Where each column comes from.
    preparation
        What the pipelines share.
    """

    rows: pd.DataFrame
    labels: pd.Series
    classes: tuple[str, ...]
    origins: Mapping[str, Column] = field(default_factory=dict)
    preparation: Preparation = NOTHING_SHARED

    def codes(self, rows: pd.DataFrame) -> NDArray[np.int64]:
        """Class of each of these rows as 0..K-1."""
        place = {name: code for code, name in enumerate(self.classes)}
        return np.asarray(self.labels.loc[rows.index].map(place), dtype=np.int64)

    def columns_of(self, candidate: Candidate) -> list[str]:
        """The candidate's columns, and the context that harmonises those that can be."""
        own = {name: self.origins[name] for name in candidate.columns if name in self.origins}
        is_harmonised = self.preparation.harmonise is not None and harmonised_columns(own)
        context = self.preparation.context_columns if is_harmonised else ()
        return [*candidate.columns, *(CONTEXT_PREFIX + name for name in context)]

    def with_dealt_labels(self, patients: pd.Index, seed: int) -> LabelledRows:
        """The same with the labels of these patients dealt anew among them."""
        names = patients.unique().sort_values()
        dealt = np.random.default_rng(seed).permutation(self.labels.loc[names].to_numpy(object))
        labels = self.labels.copy()
        labels.loc[names] = dealt
        return replace(self, labels=labels)


@dataclass(frozen=True)
class Plan:
    """How a training fold is searched.

    Parameters
    ----------
    inner
        Inner folds.
    threshold
        Rule of the decision threshold.
    seed
        Seed of everything random within the fold.
    """

    inner: int
    threshold: str
    seed: int

    @classmethod
    def of(cls, validation: Validation, seed: int) -> Plan:
        """The plan of a validation for one fold."""
        return cls(validation.inner, validation.threshold, seed)


@dataclass(frozen=True, eq=False)
class Fitted:
    """A candidate fitted to a training fold.

    Parameters
    ----------
    found
        Pipeline, chosen parameters, inner predictions.
    codes
        The classes that it learned from, one per row.
    threshold
        Probability from which the positive class is called; NaN without a two-class view.
    """

    found: Search
    codes: NDArray[np.int64]
    threshold: float


def run_fold(
    candidates: Sequence[Candidate],
    data: LabelledRows,
    *,
    split: Split,
    validation: Validation,
) -> list[FoldTables]:
    """Run all candidates in one outer fold, on one thread so that sums have one order."""
    plan = Plan.of(validation, split.seed(validation.seed))
    train, test = data.rows.iloc[split.train_rows], data.rows.iloc[split.test_rows]
    memory = StageMemory()
    results = []
    with threadpool_limits(1):
        for candidate in candidates:
            fitted = fit_candidate(candidate, data, train, plan=plan, memory=memory)
            place = {"model": candidate.name, "repeat": split.repeat, "fold": split.fold}
            columns = data.columns_of(candidate)
            tables = _describe(fitted, data.classes, place)
            tables["column_counts"] = _counts(fitted, columns, place)
            tested = test[columns]
            tables["predictions"] = _predictions(fitted, data, tested, place)
            results.append(tables)
    return results


def fit_candidate(
    candidate: Candidate,
    data: LabelledRows,
    train: pd.DataFrame,
    *,
    plan: Plan,
    memory: StageMemory | None = None,
) -> Fitted:
    """Search one candidate's grid in inner folds of these rows and refit it on them.

    A negative control learns from labels that are dealt anew among the patients of these rows. A
    baseline whose columns are all constant or empty here knows the class shares and no more.

    Parameters
    ----------
    train
        Rows of `data.rows`, all rows of each patient.
    memory
        Of stages that other candidates have fitted on the same rows.

    Raises
    ------
    InputError
        Where no column of a model is fit to learn from in some fold.
    """
    if candidate.is_negative_control:
        data = data.with_dealt_labels(train.index, derive_seed(plan.seed, CONTROL_STREAM))
    pairs = inner_pairs(train.index, data.labels, splits=plan.inner, seed=plan.seed)
    training = Training(train[data.columns_of(candidate)], data.codes(train), pairs)
    found = _search(candidate, data, training, plan=plan, memory=memory)
    threshold = two_class_threshold(
        plan.threshold, found.inner_probabilities, training.codes, data.classes
    )
    return Fitted(found, training.codes, threshold)


def _search(
    candidate: Candidate,
    data: LabelledRows,
    training: Training,
    *,
    plan: Plan,
    memory: StageMemory | None,
) -> Search:
    reliability = data.preparation.reliability if candidate.reliable_only else None
    preparation = replace(data.preparation, reliability=reliability)
    pipeline, grid = build_pipeline(
        candidate.step, training.rows, preparation=preparation, origins=data.origins
    )
    calibrator = make_calibrator(candidate.step.calibrator)
    try:
        seeded = set_seed(pipeline, plan.seed)
        return search(seeded, grid, training, calibrator=calibrator, memory=memory)
    except NoColumnLeftError as error:
        if candidate.is_baseline:
            pipeline, grid = build_pipeline(NoInformation(), training.rows)
            return search(pipeline, grid, training)
        where = f"model {candidate.name!r}"
        remedy = "leave it out or give it other columns"
        raise InputError([Problem(where, str(error), remedy)]) from error


def _describe(fitted: Fitted, classes: Sequence[str], place: Mapping[str, object]) -> FoldTables:
    """Which features and parameters were chosen, and the fit to the training patients."""
    found = fitted.found
    probabilities = found.train_probabilities
    score: dict[str, object] = {
        "train_log_loss": mean_log_loss(probabilities, fitted.codes),
        "train_auc": _auc(probabilities, fitted.codes),
        "inner_log_loss": found.inner_log_loss,
        THRESHOLD: fitted.threshold,
    }
    records: dict[str, list[dict[str, object]]] = {
        "selected": [{"feature": name} for name in selected_features(found.pipeline)],
        "parameters": [
            {
                "parameter": name,
                "value": value,
                "lowest": min(found.grid[name]),
                "highest": max(found.grid[name]),
            }
            for name, value in found.parameters.items()
        ],
        "scores": [score],
        "coefficients": coefficients(found.pipeline, classes),
    }
    return {
        name: pd.DataFrame([{**place, **row} for row in rows], columns=list(TABLES[name]))
        for name, rows in records.items()
    }


def _counts(fitted: Fitted, columns: Sequence[str], place: Mapping[str, object]) -> pd.DataFrame:
    rows = column_counts(fitted.found.pipeline, columns)
    names = list(TABLES["column_counts"])
    return pd.DataFrame([{**place, **row} for row in rows], columns=names)


def _auc(probabilities: NDArray[np.float64], codes: NDArray[np.int64]) -> float:
    """AUC of two classes; NaN for more."""
    if probabilities.shape[1] != 2:
        return float("nan")
    return float(roc_auc_score(codes == 0, probabilities[:, 0]))


def _predictions(
    fitted: Fitted, data: LabelledRows, test: pd.DataFrame, place: Mapping[str, object]
) -> pd.DataFrame:
    """Mean probabilities of each test patient's rows."""
    names = [f"p_{name}" for name in data.classes]
    probabilities = fitted.found.pipeline.predict_proba(test)
    by_row = pd.DataFrame(probabilities, index=test.index, columns=names)
    table = by_row.groupby(level=0, sort=True).mean().rename_axis("patient_id").reset_index()
    table = table.assign(
        repeat=place["repeat"],
        fold=place["fold"],
        label=table["patient_id"].map(data.labels),
        threshold=fitted.threshold,
    )
    return table[[*TABLES["predictions"], *names, THRESHOLD]]
