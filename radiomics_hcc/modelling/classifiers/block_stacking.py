"""A radiomic and a clinical model, combined into one classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.pipeline import Pipeline
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.cross_fitting import patient_pairs
from radiomics_hcc.modelling.log_pool import PROBABILITY_FLOOR, LogPool, fit_log_pool
from radiomics_hcc.modelling.splits import RowNumbers

CROSS_FITTING_FOLDS: Final = 4
BLOCKS: Final = ("radiomic", "clinical")
PENALTIES: Final = (3.0, 10.0, 30.0)


class BlockStacking(ClassifierMixin, BaseEstimator):
    """One pipeline per block of columns, combined by a logarithmic pool.

    Probabilities are cross-fitted by patient. They choose the penalty of each block by their log
    loss, and from those of the chosen penalties the pool learns one weight per block and one
    shift per class (Wolpert, Neural Networks 1992; weights not below 0 as in Breiman, Mach Learn
    1996). Then both blocks are fitted on all rows. For two classes the pool is logistic
    regression on two log-odds.

    It takes a DataFrame whose index is the patient. Columns of no block are ignored.

    Parameters
    ----------
    radiomic_model, clinical_model
        Pipeline of each block; its last stage has a `penalty`.
    radiomic, clinical
        Names of the columns of each block.
    penalties
        What is tried for the last stage of both pipelines.
    class_weight
        `balanced` or None, for the pool; the pipelines have their own.
    random_state
        Seed of the cross-fitting.

    Attributes
    ----------
    classes_ : array of shape (classes,)
        The classes in sorted order.
    penalties_ : array of shape (2,)
        Penalty of the radiomic and of the clinical model.
    weights_ : array of shape (2,)
        Weight of the radiomic and of the clinical log-probabilities.
    shifts_ : array of shape (classes,)
        Shift of each class; the first is 0.
    used_features_ : list of str
        Features that reach the models of the blocks.
    """

    def __init__(
        self,
        radiomic_model: Pipeline | None = None,
        clinical_model: Pipeline | None = None,
        *,
        radiomic: list[str] | None = None,
        clinical: list[str] | None = None,
        penalties: Sequence[float] = PENALTIES,
        class_weight: str | None = None,
        random_state: int = 0,
    ) -> None:
        self.radiomic_model = radiomic_model
        self.clinical_model = clinical_model
        self.radiomic = radiomic
        self.clinical = clinical
        self.penalties = penalties
        self.class_weight = class_weight
        self.random_state = random_state

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> Self:
        """Fit both blocks and the pool.

        Raises
        ------
        InputError
            Where a block is empty, columns are missing, or a class has a single patient.
        """
        check_classification_targets(y)
        blocks = self._blocks(X)
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        folds, seed = CROSS_FITTING_FOLDS, self.random_state
        pairs = patient_pairs(X.index, codes, folds=folds, seed=seed)
        models = [clone(getattr(self, f"{block}_model")) for block in BLOCKS]
        tried = [
            self._cross_fitted(model, rows, codes, pairs)
            for model, rows in zip(models, blocks, strict=True)
        ]
        best = [int(np.argmin(_log_losses(each, codes))) for each in tried]
        self.penalties_ = np.asarray(self.penalties)[best]
        apart = [each[place] for each, place in zip(tried, best, strict=True)]
        weights = compute_sample_weight(self.class_weight, codes)
        pool = fit_log_pool(apart, codes, weights)
        self.weights_, self.shifts_ = pool.weights, pool.shifts
        for model, penalty in zip(models, self.penalties_, strict=True):
            model[-1].set_params(penalty=penalty)
        self.models_ = [model.fit(rows, codes) for model, rows in zip(models, blocks, strict=True)]
        self.used_features_ = [
            str(name) for model in self.models_ for name in model[:-1].get_feature_names_out()
        ]
        return self

    def predict_proba(self, X: pd.DataFrame) -> NDArray[np.float64]:
        """Probability of every class, shape (rows, classes)."""
        check_is_fitted(self)
        sources = [
            model.predict_proba(block)
            for model, block in zip(self.models_, self._blocks(X), strict=True)
        ]
        return LogPool(self.weights_, self.shifts_)(sources)

    def predict(self, X: pd.DataFrame) -> NDArray[np.generic]:
        """Most probable class of each row."""
        best = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def _blocks(self, rows: pd.DataFrame) -> list[pd.DataFrame]:
        """The columns of each block."""
        if not isinstance(rows, pd.DataFrame):
            raise TypeError("stacking takes a DataFrame with named columns, index patient_id")
        problems = []
        for block in BLOCKS:
            names = getattr(self, block) or []
            missing = [name for name in names if name not in rows.columns]
            if not names:
                remedy = "give both kinds of columns, or use another model than stacking"
                problems.append(Problem("stacking", f"there is no {block} column", remedy))
            problems += [Problem(f"{block} column {name!r}", "is missing") for name in missing]
        if problems:
            raise InputError(problems, "radiomic and clinical columns cannot be stacked")
        return [rows[list(getattr(self, block))] for block in BLOCKS]

    def _cross_fitted(
        self,
        model: Pipeline,
        rows: pd.DataFrame,
        codes: NDArray[np.intp],
        pairs: Sequence[tuple[RowNumbers, RowNumbers]],
    ) -> NDArray[np.float64]:
        """Probabilities by penalty, shape (penalties, rows, classes); stages are fitted once."""
        found = np.empty((len(self.penalties), len(rows), len(self.classes_)))
        for train, test in pairs:
            stages = clone(model[:-1])
            known = stages.fit_transform(rows.iloc[train], codes[train])
            new = stages.transform(rows.iloc[test])
            for place, penalty in enumerate(self.penalties):
                last = clone(model[-1]).set_params(penalty=penalty).fit(known, codes[train])
                found[place, test] = last.predict_proba(new)
        return found


def _log_losses(tried: NDArray[np.float64], codes: NDArray[np.intp]) -> NDArray[np.float64]:
    """Mean log loss by penalty."""
    own = np.clip(tried[:, np.arange(len(codes)), codes], PROBABILITY_FLOOR, 1.0)
    return np.asarray(-np.log(own).mean(axis=1))
