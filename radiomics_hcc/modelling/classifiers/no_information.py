"""The model that knows the class frequencies and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier

from radiomics_hcc.modelling.classifiers.base import ClassifierStep, SearchGrid


@dataclass(frozen=True)
class NoInformation(ClassifierStep):
    """Predict the class frequencies of the training patients for everyone."""

    kind: ClassVar[str] = "no_information"
    is_weightable: ClassVar[bool] = False

    def search_space(self) -> tuple[BaseEstimator, SearchGrid]:
        """Nothing to choose."""
        return DummyClassifier(strategy="prior"), {}

    @property
    def selected_features(self) -> int | None:
        """It looks at no feature."""
        return 0
