"""Gradient boosting of small trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier

from radiomics_hcc.modelling.classifiers.base import ClassifierStep, SearchGrid
from radiomics_hcc.modelling.selection import FEATURES

LEARNING_RATE: Final = 0.05
SMALLEST_LEAF: Final = 5
"""Patients in a leaf; the library's 20 leaves next to no split of 60 to 80 patients."""


@dataclass(frozen=True)
class GradientBoosting(ClassifierStep):
    """Gradient boosting, Friedman, Ann Stat 2001, of trees with one or two levels.

    Trees are few and shallow: at about 80 patients and 8 features more of them only raise the
    log loss. Its probabilities are too sure all the same; `calibration: sigmoid` mends that.

    Parameters
    ----------
    features
        Features that the selection keeps before the model.

    Examples
    --------
    >>> GradientBoosting(calibration="sigmoid").calibrator
    'sigmoid'
    """

    kind: ClassVar[str] = "gradient_boosting"
    features: int = FEATURES

    def search_space(self) -> tuple[BaseEstimator, SearchGrid]:
        """Number of trees times their levels: 6 combinations."""
        model = HistGradientBoostingClassifier(
            learning_rate=LEARNING_RATE,
            min_samples_leaf=SMALLEST_LEAF,
            early_stopping=False,
            class_weight=self.balanced,
        )
        return model, {"max_depth": [1, 2], "max_iter": [15, 30, 60]}

    @property
    def selected_features(self) -> int | None:
        """Features that the selection keeps."""
        return self.features
