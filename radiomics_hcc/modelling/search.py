"""Choosing a model's parameters in inner folds, and the refit with the chosen ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import Pipeline

from radiomics_hcc.modelling.classifiers.base import SearchGrid
from radiomics_hcc.modelling.pipeline import MODEL
from radiomics_hcc.modelling.splits import RowNumbers


@dataclass(frozen=True, eq=False)
class Search:
    """A pipeline refitted with the parameters that inner folds chose.

    Parameters
    ----------
    pipeline
        Fitted on all rows that the search was given.
    parameters
        The chosen values of the grid; empty where there was nothing to choose.
    inner_log_loss
        Mean log loss of the chosen parameters over the inner folds; NaN without a choice.
    """

    pipeline: Pipeline
    parameters: Mapping[str, float]
    inner_log_loss: float


def search(
    pipeline: Pipeline,
    grid: SearchGrid,
    *,
    rows: pd.DataFrame,
    codes: NDArray[np.int64],
    pairs: Sequence[tuple[RowNumbers, RowNumbers]],
) -> Search:
    """Choose the grid point with the smallest mean log loss and refit it on all rows.

    Gives what `GridSearchCV(scoring="neg_log_loss")` gives, but fits the stages before the model
    once per inner fold instead of once per grid point: no grid changes them. Of equal points the
    earlier one wins.
    """
    points = list(ParameterGrid(grid))
    losses = np.full((len(pairs), len(points)), np.nan)
    if len(points) > 1:
        losses = np.array([_fold_losses(pipeline, points, rows, codes, pair) for pair in pairs])
    means = losses.mean(axis=0)
    best = int(np.argmin(means)) if len(points) > 1 else 0
    final = clone(pipeline)
    final[-1].set_params(**points[best])
    return Search(final.fit(rows, codes), points[best], float(means[best]))


def _fold_losses(
    pipeline: Pipeline,
    points: Sequence[Mapping[str, float]],
    rows: pd.DataFrame,
    codes: NDArray[np.int64],
    pair: tuple[RowNumbers, RowNumbers],
) -> list[float]:
    """Log loss of every grid point on one inner fold."""
    train, test = pair
    before = clone(pipeline)[:-1]
    train_columns = before.fit_transform(rows.iloc[train], codes[train]).to_numpy()
    test_columns = before.transform(rows.iloc[test]).to_numpy()
    model = pipeline.named_steps[MODEL]
    fitted = (clone(model).set_params(**point).fit(train_columns, codes[train]) for point in points)
    return [mean_log_loss(one.predict_proba(test_columns), codes[test]) for one in fitted]


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
    """Seed the model where it is random; returns a copy."""
    seeded = clone(pipeline)
    if "random_state" in seeded[-1].get_params():
        seeded[-1].set_params(random_state=seed)
    return seeded
