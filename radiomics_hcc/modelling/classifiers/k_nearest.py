"""Shares of the classes among the nearest training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.neighbors import KNeighborsClassifier
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from radiomics_hcc.modelling.classifiers.base import ClassifierStep, SearchGrid
from radiomics_hcc.modelling.selection import FEATURES


class NearestShares(ClassifierMixin, BaseEstimator):
    """Classes among the nearest training rows, with one row of every class added.

    P(k) = (c_k + 1) / (n + K) for c_k of n neighbours in class k (Laplace's rule), so that no
    class has the probability 0. Distances are Euclidean.

    Parameters
    ----------
    neighbours
        Rows that are looked at; all of them where training has fewer.

    Attributes
    ----------
    classes_ : array of shape (classes,)
        The classes in sorted order.
    """

    def __init__(self, neighbours: int = 9) -> None:
        self.neighbours = neighbours

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Remember the training rows."""
        values, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.looked_at_ = min(self.neighbours, len(values))
        self.model_ = KNeighborsClassifier(self.looked_at_, algorithm="brute")
        self.model_.fit(values, labels)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probability of every class, shape (rows, classes)."""
        check_is_fitted(self)
        values = validate_data(self, X, dtype=np.float64, reset=False)
        counts = self.model_.predict_proba(values) * self.looked_at_
        return np.asarray((counts + 1.0) / (self.looked_at_ + len(self.classes_)))

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Most frequent class among the neighbours of each row."""
        best = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[best])


@dataclass(frozen=True)
class KNearest(ClassifierStep):
    """Nearest neighbours: a sanity check without a model of the data, Cover and Hart 1967.

    A model that does not do better has found nothing that plain likeness does not show.

    Parameters
    ----------
    features
        Features that the selection keeps before the model.

    Examples
    --------
    >>> KNearest(features=4).features
    4
    """

    kind: ClassVar[str] = "k_nearest"
    is_weightable: ClassVar[bool] = False
    features: int = FEATURES

    def search_space(self) -> tuple[BaseEstimator, SearchGrid]:
        """Number of neighbours: 5 values."""
        return NearestShares(), {"neighbours": [3, 5, 9, 15, 25]}

    @property
    def selected_features(self) -> int | None:
        """Features that the selection keeps."""
        return self.features
