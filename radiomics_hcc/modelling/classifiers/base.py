"""What every classifier of the package offers: its parameters and its search grid."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Final, TypeAlias

from sklearn.base import BaseEstimator

from radiomics_hcc.domain.step import Step

SearchGrid: TypeAlias = dict[str, list[float]] | dict[str, list[int]]
"""Values to try by parameter name of the estimator."""

MAX_GRID_POINTS: Final = 30
"""A larger grid would choose among noise at about 100 patients."""


@dataclass(frozen=True)
class ClassifierStep(Step):
    """A kind of model: frozen parameters that make a scikit-learn classifier and its grid."""

    @abstractmethod
    def search_space(self) -> tuple[BaseEstimator, SearchGrid]:
        """Make an unfitted classifier and the values to try (at most 30 combinations).

        The classifier learns integer codes 0..K-1, best response first. An empty grid means
        that there is nothing to choose.
        """

    @property
    @abstractmethod
    def selected_features(self) -> int | None:
        """How many features the selection keeps; None keeps all, 0 leaves out every stage."""
