"""Support vector machine with a Gaussian kernel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from sklearn.base import BaseEstimator

from radiomics_hcc.modelling.classifiers.base import ClassifierStep, SearchGrid
from radiomics_hcc.modelling.classifiers.margin import MarginClassifier
from radiomics_hcc.modelling.selection import FEATURES


@dataclass(frozen=True)
class RbfSvm(ClassifierStep):
    """Support vector machine with a Gaussian kernel, always calibrated; see `MarginClassifier`.

    Parameters
    ----------
    features
        Features that the selection keeps before the model.
    calibration
        `sigmoid` or `temperature`; `none` is refused.

    Examples
    --------
    >>> RbfSvm(calibration="temperature").calibrator
    'temperature'
    """

    kind: ClassVar[str] = "rbf_svm"
    has_probabilities: ClassVar[bool] = False
    features: int = FEATURES
    calibration: str = field(default="sigmoid", kw_only=True)

    def search_space(self) -> tuple[BaseEstimator, SearchGrid]:
        """Weight of the errors times the width of the kernel: 12 combinations."""
        model = MarginClassifier(kernel="rbf", class_weight=self.balanced)
        return model, {"C": [0.1, 1.0, 10.0], "gamma": [0.01, 0.03, 0.1, 0.3]}

    @property
    def selected_features(self) -> int | None:
        """Features that the selection keeps."""
        return self.features
