"""Predictions for training rows by models that did not see the row's patient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.splits import RowNumbers, inner_pairs


def patients_of(rows: ArrayLike) -> pd.Index:
    """Whose each row is: the index of a DataFrame; every row of an array is a patient."""
    if isinstance(rows, pd.DataFrame):
        return rows.index
    return pd.RangeIndex(_num_samples(rows))


def patient_pairs(
    patients: pd.Index, codes: NDArray[np.intp], *, folds: int, seed: int
) -> list[tuple[RowNumbers, RowNumbers]]:
    """Deal patients into folds, stratified by the class of each patient's first row.

    Parameters
    ----------
    patients
        Patient of each row.
    codes : array of shape (rows,)
        Classes as 0..K-1.
    folds
        Fewer are dealt where a class has fewer patients.

    Raises
    ------
    InputError
        Where a class has a single patient: some fold would be predicted by a model that does not
        know the class.
    """
    labels = pd.Series(codes, index=patients)
    labels = labels[~labels.index.duplicated()]
    smallest = int(labels.value_counts().min())
    if smallest < 2:
        what = f"one class has {smallest} patient here, which cannot be left out in turn"
        raise InputError([Problem("cross-fitting", what, "merge the class with its neighbour")])
    return inner_pairs(patients, labels, splits=min(folds, smallest), seed=seed)


def cross_fitted(
    model: BaseEstimator,
    rows: ArrayLike,
    codes: NDArray[np.intp],
    pairs: Sequence[tuple[RowNumbers, RowNumbers]],
) -> NDArray[np.float64]:
    """Probabilities of every row, by a copy of the model fitted without the row's patient.

    Parameters
    ----------
    rows : table of shape (rows, columns)
        What the model learns from.
    codes : array of shape (rows,)
        Classes as 0..K-1; every training side has all of them.
    pairs
        Training and test row numbers; every row is tested once.

    Returns
    -------
    array of shape (rows, classes)
    """
    found = np.empty((len(codes), int(codes.max()) + 1))
    for train, test in pairs:
        fitted = clone(model).fit(_safe_indexing(rows, train), codes[train])
        found[test] = fitted.predict_proba(_safe_indexing(rows, test))
    return found
