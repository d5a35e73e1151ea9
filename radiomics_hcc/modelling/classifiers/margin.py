"""Support vector machines whose scores follow a single fit."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.svm import SVC
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data


class MarginClassifier(ClassifierMixin, BaseEstimator):
    """Support vector machine (Cortes and Vapnik, Mach Learn 1995), one class against the rest.

    P = expit(f) for two classes and softmax(f) for more, f the signed distance to the margin.
    These are scores between 0 and 1, not shares: a calibrator must follow. scikit-learn's own
    `SVC(probability=True)` calibrates in folds of rows, which splits patients, and is deprecated
    since 1.9.

    Parameters
    ----------
    C
        Weight of the errors against the width of the margin.
    kernel
        `linear` or `rbf`.
    gamma
        The kernel is exp(-gamma |x - x'|^2); `scale` is 1 / (columns * variance).
    class_weight
        None or `balanced`.

    Attributes
    ----------
    classes_ : array of shape (classes,)
        The classes in sorted order.
    coef_ : array of shape (1 or classes, columns)
        Slopes of f; the linear kernel only.
    """

    def __init__(
        self,
        C: float = 1.0,
        kernel: Literal["linear", "rbf"] = "linear",
        gamma: float | Literal["scale"] = "scale",
        class_weight: str | None = None,
    ) -> None:
        self.C = C
        self.kernel = kernel
        self.gamma = gamma
        self.class_weight = class_weight

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit one machine for two classes, one per class for more.

        Raises
        ------
        ValueError
            For a single class.
        """
        values, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            raise ValueError("only one class in y; a margin needs at least 2 classes")
        weights = compute_sample_weight(self.class_weight, labels)
        positive = self.classes_[1:] if len(self.classes_) == 2 else self.classes_
        self.machines_ = [
            SVC(C=self.C, kernel=self.kernel, gamma=self.gamma).fit(
                values, (labels == name).astype(np.intp), sample_weight=weights
            )
            for name in positive
        ]
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Signed distance f, shape (rows,) for two classes, else (rows, classes)."""
        check_is_fitted(self)
        values = validate_data(self, X, dtype=np.float64, reset=False)
        found = np.column_stack([machine.decision_function(values) for machine in self.machines_])
        return found[:, 0] if len(self.machines_) == 1 else found

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Uncalibrated scores between 0 and 1, shape (rows, classes)."""
        found = self.decision_function(X)
        if found.ndim == 2:
            return np.asarray(softmax(found, axis=1))
        return np.column_stack([expit(-found), expit(found)])

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Class on whose side each row lies farthest."""
        found = self.decision_function(X)
        best = found.argmax(axis=1) if found.ndim == 2 else (found > 0).astype(np.intp)
        return np.asarray(self.classes_[best])

    @property
    def coef_(self) -> NDArray[np.float64]:
        """Slopes of f; an AttributeError for the `rbf` kernel."""
        return np.vstack([machine.coef_ for machine in self.machines_])
