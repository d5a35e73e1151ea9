"""Random forest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier

from radiomics_hcc.modelling.classifiers.base import ClassifierStep, SearchGrid
from radiomics_hcc.modelling.selection import FEATURES


@dataclass(frozen=True)
class RandomForest(ClassifierStep):
    """Random forest, Breiman, Mach Learn 2001; probabilities are averaged leaf frequencies.

    Parameters
    ----------
    features
        Features that the selection keeps before the model.
    trees
        Number of trees.

    Examples
    --------
    >>> RandomForest(trees=500).trees
    500
    """

    kind: ClassVar[str] = "random_forest"
    features: int = FEATURES
    trees: int = 200

    def search_space(self) -> tuple[BaseEstimator, SearchGrid]:
        """Smallest leaf, from fine to coarse: 2 combinations."""
        model = RandomForestClassifier(n_estimators=self.trees, class_weight=self.balanced)
        return model, {"min_samples_leaf": [5, 15]}

    @property
    def selected_features(self) -> int | None:
        """Features that the selection keeps."""
        return self.features
