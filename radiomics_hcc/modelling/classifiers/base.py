"""What every classifier of the package offers: its parameters and its search grid."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, fields
from typing import Final, TypeAlias

from sklearn.base import BaseEstimator

from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import InputError, Problem

SearchGrid: TypeAlias = dict[str, list[float]] | dict[str, list[int]]
"""Values to try by parameter name of the estimator."""

MAX_GRID_POINTS: Final = 30
"""A larger grid would choose among noise at about 100 patients."""


@dataclass(frozen=True)
class ClassifierStep(Step):
    """A kind of model: frozen parameters that make a scikit-learn classifier and its grid.

    Raises
    ------
    InputError
        Where a whole number is below 1.
    """

    def __post_init__(self) -> None:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        problems = [
            Problem(f"{self.kind}.{name}", f"is {value}", "use 1 or more")
            for name, value in values.items()
            if isinstance(value, int) and value < 1
        ]
        if problems:
            raise InputError(problems)

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
