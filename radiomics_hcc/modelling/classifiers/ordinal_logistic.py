"""Cumulative logit model for ordered classes, with an L2 penalty."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Tags
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from radiomics_hcc.modelling.classifiers.base import ClassifierStep, SearchGrid
from radiomics_hcc.modelling.classifiers.cumulative_logit import (
    PenalisedLikelihood,
    class_bounds,
    log_interval,
    thresholds,
)
from radiomics_hcc.modelling.selection import FEATURES

MAX_ITERATIONS: Final = 5_000
LOOSE: Final = 100.0
"""A gradient within this factor of the tolerance counts as converged: the value's own rounding
can stop the search that close to the optimum."""


class OrdinalLogisticClassifier(ClassifierMixin, BaseEstimator):
    """Cumulative logit (proportional odds) with an L2 penalty on the slopes.

    logit P(y <= k | x) = t_k - x.w with t_0 < t_1 < ... (McCullagh, J R Stat Soc B 1980). The
    minimised function is sum(-log P) + penalty |w|^2 / 2; the thresholds are not penalised.
    They are written as t_0 and logarithms of the increments, so that their order always holds.
    With two classes this is logistic regression with C = 1 / penalty.

    Parameters
    ----------
    penalty
        Strength of the L2 penalty, 0 or more.
    max_iter
        Most iterations of L-BFGS.
    class_weight
        None, `balanced` (n / (K n_k) for every row of class k) or a weight by class.
    tol
        Largest element of the gradient at the end, relative to the sum of the weights.

    Attributes
    ----------
    classes_ : array of shape (classes,)
        The classes in sorted order, which is taken as their order.
    coef_ : array of shape (columns,)
        w; a positive slope moves towards the later classes.
    thresholds_ : array of shape (classes - 1,)
        t, increasing.
    n_iter_ : int
        Iterations used.

    Examples
    --------
    >>> model = OrdinalLogisticClassifier(penalty=0.1)
    >>> model.fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 2]).predict([[0.0], [3.0]])
    array([0, 2])
    """

    def __init__(
        self,
        penalty: float = 1.0,
        class_weight: str | Mapping[object, float] | None = None,
        max_iter: int = MAX_ITERATIONS,
        tol: float = 1e-7,
    ) -> None:
        self.penalty = penalty
        self.class_weight = class_weight
        self.max_iter = max_iter
        self.tol = tol

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit slopes and thresholds.

        Raises
        ------
        ValueError
            For fewer than two classes or a negative penalty.

        Warns
        -----
        ConvergenceWarning
            Where L-BFGS stops before the gradient is small.
        """
        values, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        weights = _check_sample_weight(sample_weight, values, dtype=np.float64)
        weights = weights * compute_sample_weight(self.class_weight, labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("only one class in y; an ordinal model needs at least 2 classes")
        if self.penalty < 0:
            raise ValueError(f"penalty is {self.penalty}; it must be 0 or more")
        found = self._minimise(PenalisedLikelihood(values, codes, weights, self.penalty))
        self.coef_, free = np.split(found, [values.shape[1]])
        self.thresholds_ = thresholds(free)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probability of every class, shape (rows, classes), in the order of `classes_`."""
        check_is_fitted(self)
        values = validate_data(self, X, dtype=np.float64, reset=False)
        lower, upper = class_bounds(self.thresholds_, values @ self.coef_)
        probability = np.exp(log_interval(lower, upper))
        return np.asarray(probability / probability.sum(axis=1, keepdims=True))

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Most probable class of each row."""
        probability = self.predict_proba(X)
        return np.asarray(self.classes_[probability.argmax(axis=1)])

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        # One slope per column cannot separate classes that have no order, such as blobs.
        tags.classifier_tags.poor_score = True
        return tags

    def _minimise(self, likelihood: PenalisedLikelihood) -> NDArray[np.float64]:
        found = minimize(
            likelihood,
            likelihood.start(),
            method="L-BFGS-B",
            jac=True,
            bounds=likelihood.bounds(),
            options={"maxiter": self.max_iter, "gtol": self.tol, "ftol": 1e-15, "maxls": 50},
        )
        self.n_iter_ = max(int(found.nit), 1)
        largest = float(np.abs(found.jac).max())
        if largest > LOOSE * self.tol:
            warnings.warn(
                f"the ordinal model did not converge (gradient {largest:.1e}): {found.message}",
                ConvergenceWarning,
                stacklevel=3,
            )
        return np.asarray(found.x)


@dataclass(frozen=True)
class OrdinalLogistic(ClassifierStep):
    """Cumulative logit model for ordered classes; logistic regression for two.

    Parameters
    ----------
    features
        Features that the selection keeps before the model.

    Examples
    --------
    >>> OrdinalLogistic(features=5, selection="mrmr").features
    5
    """

    kind: ClassVar[str] = "ordinal_logistic"
    features: int = FEATURES

    def search_space(self) -> tuple[BaseEstimator, SearchGrid]:
        """Strength of the penalty, from weak to strong: 6 combinations."""
        model = OrdinalLogisticClassifier(class_weight=self.balanced)
        return model, {"penalty": [1.0, 3.0, 10.0, 30.0, 100.0, 300.0]}

    @property
    def selected_features(self) -> int | None:
        """Features that the selection keeps."""
        return self.features
