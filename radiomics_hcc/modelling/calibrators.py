"""Calibrators: maps from a model's probabilities to ones that come true as often as they say.

A calibrator is fitted on probabilities of rows that the model was not fitted on. Both kinds keep
the order of ordered classes: they multiply and raise the ratios p_k / p_j, so that a row whose
classes lie lower than another's before still does so after (monotone likelihood ratio).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Final, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import assert_all_finite
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_is_fitted, column_or_1d

from radiomics_hcc.modelling.cross_fitting import cross_fitted, patient_pairs, patients_of
from radiomics_hcc.modelling.log_pool import LogPool, fit_log_pool, log_ratios

TEMPERATURES: Final = (0.1, 20.0)
"""Bounds of the temperature: below, probabilities are nearly 0 and 1, above nearly equal."""

CROSS_FITTING_FOLDS: Final = 4

NO_CALIBRATION: Final = "none"


class Calibrator(BaseEstimator):
    """Base of the calibrators.

    It takes probabilities, not features; scikit-learn's checks of transformers do not apply.
    """

    @abstractmethod
    def fit(
        self, probabilities: ArrayLike, codes: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Learn the map.

        Parameters
        ----------
        probabilities : array of shape (rows, classes)
            Of rows that the model was not fitted on.
        codes : array of shape (rows,)
            True classes as 0..K-1.
        sample_weight : array of shape (rows,), optional
            Such as 1 / number of the patient's rows.
        """

    @abstractmethod
    def transform(self, probabilities: ArrayLike) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (rows, classes); each row adds up to 1."""


class SigmoidCalibrator(Calibrator):
    """One slope for the log-probabilities and one shift per class.

    For two classes P = expit(slope * log-odds + shift) with the targets of Platt (Advances in
    Large Margin Classifiers, 1999). For more, P(k) is proportional to p_k^slope exp(shift_k),
    which has K numbers where one sigmoid per class has 2K, needs no normalising afterwards, and
    keeps ordered classes in order (bias-corrected temperature scaling, Alexandari, Kundaje and
    Shrikumar, ICML 2020). The slope stays above 0: the order of two patients is never turned
    round. With a single class in `codes` it changes nothing.

    Attributes
    ----------
    slope_ : float
        Below 1 where the model was too sure.
    shifts_ : array of shape (classes,)
        The first is 0.

    Examples
    --------
    >>> SigmoidCalibrator().fit([[0.9, 0.1], [0.1, 0.9]] * 20, [0, 1] * 20).slope_ > 1
    True
    """

    def fit(
        self, probabilities: ArrayLike, codes: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Learn slope and shifts; see `Calibrator.fit`."""
        given, classes, weights = _checked(probabilities, codes, sample_weight)
        pool = fit_log_pool([given], classes, weights)
        self.slope_, self.shifts_ = float(pool.weights[0]), pool.shifts
        return self

    def transform(self, probabilities: ArrayLike) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (rows, classes)."""
        check_is_fitted(self)
        pool = LogPool(np.array([self.slope_]), self.shifts_)
        return pool([np.asarray(probabilities, dtype=np.float64)])


class TemperatureCalibrator(Calibrator):
    """One temperature T for all classes: P(k) is proportional to p_k^(1/T).

    T minimises the log loss (Guo et al., ICML 2017). The most probable class stays the same, so
    that it cannot undo class weights. Where every row's own class is the most probable one, or
    there is a single class, the log loss has no minimum and T stays 1.

    Attributes
    ----------
    temperature_ : float
        Above 1 where the model was too sure; between 0.1 and 20.

    Examples
    --------
    >>> sure = [[0.99, 0.01], [0.01, 0.99], [0.99, 0.01]] * 10
    >>> TemperatureCalibrator().fit(sure, [0, 1, 1] * 10).temperature_ > 1
    True
    """

    def fit(
        self, probabilities: ArrayLike, codes: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Learn the temperature; see `Calibrator.fit`."""
        given, classes, weights = _checked(probabilities, codes, sample_weight)
        own = np.arange(given.shape[1])[None, :] == classes[:, None]
        is_separated = bool(np.all(given[own] > np.where(own, -np.inf, given).max(axis=1)))
        if is_separated or len(np.unique(classes)) < 2:
            self.temperature_ = 1.0
            return self
        logs = log_ratios([given])[0]

        def loss(log_temperature: float) -> float:
            scaled = log_softmax(logs / np.exp(log_temperature), axis=1)
            return float(-(weights @ scaled[own]))

        found = minimize_scalar(
            loss, bounds=np.log(TEMPERATURES), method="bounded", options={"xatol": 1e-6}
        )
        self.temperature_ = float(np.exp(found.x))
        return self

    def transform(self, probabilities: ArrayLike) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (rows, classes)."""
        check_is_fitted(self)
        logs = log_ratios([np.asarray(probabilities, dtype=np.float64)])[0]
        return np.asarray(softmax(logs / self.temperature_, axis=1))


class CalibratedClassifier(ClassifierMixin, BaseEstimator):
    """A classifier whose probabilities pass through a calibrator.

    Made of a fitted model and a fitted calibrator it predicts at once; so the nested search uses
    it, with its own out-of-fold probabilities. `fit` learns both anew: the calibrator from
    probabilities that are cross-fitted by patient (the index of a DataFrame), the model from all
    rows. What the model knows of itself (`coef_`, `classes_`, ...) is found here too.

    Parameters
    ----------
    model
        A classifier with probabilities, fitted or not.
    calibrator
        Of `CALIBRATORS`, fitted or not.
    folds
        Folds of the cross-fitting.
    random_state
        Seed of the folds.
    """

    def __init__(
        self,
        model: BaseEstimator,
        calibrator: Calibrator,
        folds: int = CROSS_FITTING_FOLDS,
        random_state: int = 0,
    ) -> None:
        self.model = model
        self.calibrator = calibrator
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit copies of model and calibrator.

        Raises
        ------
        InputError
            Where a class has a single patient.
        """
        rows = X if isinstance(X, pd.DataFrame) else check_array(X, dtype=None)
        labels = column_or_1d(y, warn=True)
        assert_all_finite(labels)
        check_classification_targets(labels)
        self.model_ = clone(self.model).fit(rows, labels)
        codes = np.searchsorted(self.classes_, labels)
        apart = self.model_.predict_proba(rows)
        if len(self.classes_) > 1:
            patients = patients_of(rows)
            pairs = patient_pairs(patients, codes, folds=self.folds, seed=self.random_state)
            apart = cross_fitted(self.model, rows, codes, pairs)
        self.calibrator_ = clone(self.calibrator).fit(apart, codes)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Calibrated probability of every class, shape (rows, classes)."""
        check_is_fitted(self)
        calibrator = self.calibrator_ if hasattr(self, "calibrator_") else self.calibrator
        return np.asarray(calibrator.transform(self.fitted_model.predict_proba(X)))

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Most probable class of each row, after calibration."""
        best = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[best])

    @property
    def fitted_model(self) -> BaseEstimator:
        """The model beneath the calibrator."""
        return getattr(self, "model_", self.model)

    @property
    def classes_(self) -> NDArray[np.generic]:
        """The classes in sorted order."""
        return np.asarray(self.fitted_model.classes_)

    @property
    def coef_(self) -> NDArray[np.float64]:
        """Slopes of the model beneath; an AttributeError where it has none."""
        return np.asarray(self.fitted_model.coef_)

    @property
    def used_features_(self) -> list[str]:
        """Features of a model that chooses its own; an AttributeError elsewhere."""
        return list(self.fitted_model.used_features_)

    @property
    def n_features_in_(self) -> int:
        """Columns that the model was fitted on."""
        return int(self.fitted_model.n_features_in_)

    def __sklearn_is_fitted__(self) -> bool:
        """Whether the model beneath is."""
        try:
            check_is_fitted(self.fitted_model)
        except NotFittedError:
            return False
        return True


CALIBRATORS: Final[Mapping[str, type[Calibrator]]] = {
    "sigmoid": SigmoidCalibrator,
    "temperature": TemperatureCalibrator,
}
CALIBRATIONS: Final = (NO_CALIBRATION, *CALIBRATORS)


def make_calibrator(word: str) -> Calibrator | None:
    """The unfitted calibrator of a word of `CALIBRATIONS`; None for `none`."""
    return None if word == NO_CALIBRATION else CALIBRATORS[word]()


def _checked(
    probabilities: ArrayLike, codes: ArrayLike, sample_weight: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.float64]]:
    """The three arrays of a fit.

    Raises
    ------
    ValueError
        Where they do not fit together, or rows do not add up to 1.
    """
    given = np.asarray(probabilities, dtype=np.float64)
    classes = np.asarray(codes, dtype=np.intp)
    weights = np.ones(len(classes)) if sample_weight is None else np.asarray(sample_weight, float)
    if given.ndim != 2 or given.shape[1] < 2 or classes.shape != (len(given),):
        raise ValueError(f"probabilities {given.shape} and codes {classes.shape} do not fit")
    if weights.shape != classes.shape or not np.all(weights >= 0) or weights.sum() == 0:
        raise ValueError("sample_weight needs one weight per row, 0 or more, not all 0")
    if not np.allclose(given.sum(axis=1), 1.0) or given.min() < 0:
        raise ValueError("the probabilities of a row must be 0 or more and add up to 1")
    if classes.min() < 0 or classes.max() >= given.shape[1]:
        raise ValueError(f"codes must lie in 0..{given.shape[1] - 1}")
    return given, classes, weights
