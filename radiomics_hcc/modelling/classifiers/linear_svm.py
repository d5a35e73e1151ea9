"""Linear support vector machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from sklearn.base import BaseEstimator

from radiomics_hcc.modelling.classifiers.base import ClassifierStep, SearchGrid
from radiomics_hcc.modelling.classifiers.margin import MarginClassifier
from radiomics_hcc.modelling.selection import FEATURES


@dataclass(frozen=True)
class LinearSvm(ClassifierStep):
    """Linear support vector machine, always calibrated; see `MarginClassifier`.

    Parameters
    ----------
    features
        Features that the selection keeps before the model.
    calibration
        `sigmoid` or `temperature`; `none` is refused.

    Examples
    --------
    >>> LinearSvm().calibrator
    'sigmoid'
    """

    kind: ClassVar[str] = "linear_svm"
    has_probabilities: ClassVar[bool] = False
    features: int = FEATURES
    calibration: str = field(default="sigmoid", kw_only=True)

    def search_space(self) -> tuple[BaseEstimator, SearchGrid]:
        """Weight of the errors: 5 values."""
        model = MarginClassifier(kernel="linear", class_weight=self.balanced)
        return model, {"C": [0.001, 0.01, 0.1, 1.0, 10.0]}

    @property
    def selected_features(self) -> int | None:
        """Features that the selection keeps."""
        return self.features
