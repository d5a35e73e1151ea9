"""The model that knows the class frequencies and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier
from sklearn.utils.validation import _check_sample_weight

from radiomics_hcc.modelling.classifiers.base import ClassifierStep, SearchGrid
from radiomics_hcc.modelling.cross_fitting import patients_of


class PatientShares(DummyClassifier):
    """Class shares among the patients of training, the index of a DataFrame.

    A patient counts as one, however many rows (lesions) there are; every row of an array is a
    patient.
    """

    def __init__(self) -> None:
        super().__init__(strategy="prior")

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn the shares; weights of rows are shared out among the rows of a patient."""
        patients = pd.Series(patients_of(X))
        weights = _check_sample_weight(sample_weight, X, dtype=float)
        rows = patients.groupby(patients).transform("size").to_numpy(dtype=float)
        super().fit(X, y, weights / rows)
        return self


@dataclass(frozen=True)
class NoInformation(ClassifierStep):
    """Predict the class frequencies of the training patients for everyone."""

    kind: ClassVar[str] = "no_information"
    is_weightable: ClassVar[bool] = False

    def search_space(self) -> tuple[BaseEstimator, SearchGrid]:
        """Nothing to choose."""
        return PatientShares(), {}

    @property
    def selected_features(self) -> int | None:
        """It looks at no feature."""
        return 0
