"""Choosing a model's parameters in inner folds, and the refit with the chosen ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import Pipeline

from radiomics_hcc.modelling.calibrators import CalibratedClassifier
from radiomics_hcc.modelling.classifiers.base import SearchGrid
from radiomics_hcc.modelling.pipeline import MODEL, SCALING
from radiomics_hcc.modelling.shared_stages import StageMemory
from radiomics_hcc.modelling.splits import RowNumbers


@dataclass(frozen=True, eq=False)
class Training:
    """What a search learns from; n rows.

    Parameters
    ----------
    rows
        Index `patient_id`.
    codes : array of shape (n,)
        The classes as 0..K-1.
    pairs
        Inner folds: row numbers to learn from and to judge on; every row is judged once.
    """

    rows: pd.DataFrame
    codes: NDArray[np.int64]
    pairs: Sequence[tuple[RowNumbers, RowNumbers]]

    @property
    def patient_weights(self) -> NDArray[np.float64]:
        """Weight of each row, so that every patient counts as one: shape (n,)."""
        sizes = self.rows.index.value_counts()
        return np.asarray(1.0 / sizes.loc[self.rows.index].to_numpy(dtype=np.float64))


@dataclass(frozen=True, eq=False)
class Search:
    """A pipeline refitted with the parameters that inner folds chose; n rows, k classes.

    Parameters
    ----------
    pipeline
        Fitted on all rows that the search was given; with a calibrator it predicts calibrated
        probabilities.
    parameters
        The chosen values of the grid; empty where there was nothing to choose.
    grid
        The values that were tried.
    inner_log_loss
        Mean log loss of the chosen parameters over the inner folds.
    inner_probabilities
        Shape (n, k), index `patient_id`: what the chosen parameters predict for every row in the
        inner fold that judges it, calibrated where there is a calibrator.
    train_probabilities : array of shape (n, k)
        What the pipeline predicts for the rows that it was fitted on.
    """

    pipeline: Pipeline
    parameters: Mapping[str, float]
    grid: SearchGrid
    inner_log_loss: float
    inner_probabilities: pd.DataFrame
    train_probabilities: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Tried:
    """What one grid point predicts in the inner folds, after its calibrator."""

    probabilities: NDArray[np.float64]
    log_loss: float
    calibrator: BaseEstimator | None


def search(
    pipeline: Pipeline,
    grid: SearchGrid,
    training: Training,
    *,
    calibrator: BaseEstimator | None = None,
    memory: StageMemory | None = None,
) -> Search:
    """Choose the grid point with the smallest mean log loss and refit it on all rows.

    Gives what `GridSearchCV(scoring="neg_log_loss")` gives, but fits the stages before the model
    once per inner fold instead of once per grid point: no grid changes them. Of equal points the
    earlier one wins.

    Parameters
    ----------
    calibrator
        Unfitted; learns from the inner predictions of all rows, every patient counted as one,
        and the grid is judged by the calibrated probabilities. It is the pipeline's last part.
    memory
        Of stages that other searches on the same rows have fitted.
    """
    known = memory or StageMemory()
    points = list(ParameterGrid(grid))
    inner = _inner_probabilities(pipeline, points, training, known)
    tried = [_judge(each, training, calibrator) for each in inner]
    best = int(np.argmin([each.log_loss for each in tried]))
    chosen = tried[best]
    every = np.arange(len(training.rows), dtype=np.intp)
    fitted = known.fit(
        tuple(pipeline.steps[:-1]), training.rows, training.codes, pair=(every, every[:0])
    )
    model = clone(pipeline.named_steps[MODEL]).set_params(**points[best])
    model.fit(fitted.train, training.codes)
    if chosen.calibrator is not None:
        model = CalibratedClassifier(model, chosen.calibrator)
    return Search(
        Pipeline([*fitted.stages, (MODEL, model)]),
        points[best],
        grid,
        chosen.log_loss,
        pd.DataFrame(chosen.probabilities, index=training.rows.index),
        model.predict_proba(fitted.train),
    )


def _inner_probabilities(
    pipeline: Pipeline,
    points: Sequence[Mapping[str, float]],
    training: Training,
    memory: StageMemory,
) -> NDArray[np.float64]:
    """What every grid point predicts for the rows that its fit did not see.

    Returns
    -------
    array of shape (points, n, k)
    """
    classes = int(training.codes.max()) + 1
    inner = np.full((len(points), len(training.codes), classes), np.nan)
    stages = tuple(pipeline.steps[:-1])
    for train, test in training.pairs:
        fitted = memory.fit(stages, training.rows, training.codes, pair=(train, test))
        known, new = fitted.train, fitted.test
        if SCALING in pipeline.named_steps:  # all numbers: arrays are quicker to check than tables
            known, new = known.to_numpy(), new.to_numpy()
        for number, point in enumerate(points):
            model = clone(pipeline.named_steps[MODEL]).set_params(**point)
            inner[number, test] = model.fit(known, training.codes[train]).predict_proba(new)
    return inner


def _judge(
    probabilities: NDArray[np.float64], training: Training, calibrator: BaseEstimator | None
) -> _Tried:
    """Log loss of one grid point, the mean over the inner folds."""
    fitted = None
    if calibrator is not None:
        weights = training.patient_weights
        fitted = clone(calibrator).fit(probabilities, training.codes, sample_weight=weights)
        probabilities = fitted.transform(probabilities)
    losses = [
        mean_log_loss(probabilities[test], training.codes[test]) for _, test in training.pairs
    ]
    return _Tried(probabilities, float(np.mean(losses)), fitted)


def mean_log_loss(probability: NDArray[np.float64], codes: NDArray[np.int64]) -> float:
    """Mean of -log p of the true class; a probability of 0 counts as the smallest step above it.

    Parameters
    ----------
    probability : array of shape (rows, classes)
        Columns in the order of the codes 0..K-1.
    codes : array of shape (rows,)
        The true classes.
    """
    smallest = np.finfo(np.float64).eps
    own = probability[np.arange(len(codes)), codes]
    return float(-np.log(np.clip(own, smallest, 1.0 - smallest)).mean())


def set_seed(pipeline: Pipeline, seed: int) -> Pipeline:
    """Seed every stage that is random, and what it is made of; returns a copy."""
    seeded = clone(pipeline)
    random = [name for name in seeded.get_params() if name.endswith("random_state")]
    return seeded.set_params(**dict.fromkeys(random, seed))
