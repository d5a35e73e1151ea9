"""Logistic regression with an elastic net penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

from radiomics_hcc.modelling.classifiers.base import ClassifierStep, SearchGrid
from radiomics_hcc.modelling.selection import FEATURES

MAX_ITERATIONS: Final = 20_000


@dataclass(frozen=True)
class ElasticNet(ClassifierStep):
    """Logistic regression with an elastic net penalty; multinomial for more than two classes.

    The penalty is `((1 - r) |w|^2 / 2 + r |w|_1) / C`, Zou and Hastie, J R Stat Soc B 2005.

    Parameters
    ----------
    features
        Features that the selection keeps before the model.

    Examples
    --------
    >>> ElasticNet(features=6, class_weight="balanced").calibrator
    'sigmoid'
    """

    kind: ClassVar[str] = "elastic_net"
    features: int = FEATURES

    def search_space(self) -> tuple[BaseEstimator, SearchGrid]:
        """Strength of the penalty times the share of its absolute part: 15 combinations."""
        model = LogisticRegression(
            solver="saga", max_iter=MAX_ITERATIONS, tol=1e-4, class_weight=self.balanced
        )
        return model, {"C": [0.01, 0.03, 0.1, 0.3, 1.0], "l1_ratio": [0.0, 0.5, 1.0]}

    @property
    def selected_features(self) -> int | None:
        """Features that the selection keeps."""
        return self.features
