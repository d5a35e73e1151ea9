"""What every classifier of the package offers: its parameters and its search grid."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from typing import ClassVar, Final, TypeAlias

from sklearn.base import BaseEstimator

from radiomics_hcc.domain.step import Step, did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.calibrators import CALIBRATIONS, NO_CALIBRATION
from radiomics_hcc.modelling.selection.table import SELECTIONS

SearchGrid: TypeAlias = dict[str, list[float]] | dict[str, list[int]]
"""Values to try by parameter name of the estimator."""

MAX_GRID_POINTS: Final = 30
"""A larger grid would choose among noise at about 100 patients."""

BALANCED: Final = "balanced"
CLASS_WEIGHTS: Final = ("none", BALANCED)
WEIGHTED_CALIBRATION: Final = "sigmoid"
"""Weights shift the probabilities of classes, which a temperature cannot shift back."""


@dataclass(frozen=True)
class ClassifierStep(Step):
    """A kind of model: frozen parameters that make a scikit-learn classifier and its grid.

    Parameters
    ----------
    selection
        How features are selected before the model: `none`, `univariate`, `fdr`, `mrmr` or
        `stability`.
    class_weight
        `none`, or `balanced`: every class counts alike, whatever its size.
    calibration
        `none`, `sigmoid` or `temperature`, learned inside the training fold.

    Raises
    ------
    InputError
        Lists every whole number below 1, every unknown word, and what the kind cannot do.
    """

    is_weightable: ClassVar[bool] = True
    """Whether class weights mean anything to the kind."""

    has_probabilities: ClassVar[bool] = True
    """Whether the kind gives probabilities; one that gives scores is always calibrated."""

    _: KW_ONLY
    selection: str = "univariate"
    class_weight: str = "none"
    calibration: str = "none"

    @property
    def calibrator(self) -> str:
        """The calibration in use: probabilities of a weighted model are always recalibrated."""
        is_weighted = self.balanced is not None and self.calibration == NO_CALIBRATION
        return WEIGHTED_CALIBRATION if is_weighted else self.calibration

    @property
    def balanced(self) -> str | None:
        """The class weight as scikit-learn writes it: `balanced` or None."""
        return BALANCED if self.class_weight == BALANCED else None

    def __post_init__(self) -> None:
        problems = [*self._number_problems(), *self._word_problems(), *self._kind_problems()]
        if problems:
            raise InputError(problems)

    @abstractmethod
    def search_space(self) -> tuple[BaseEstimator, SearchGrid]:
        """Make an unfitted classifier and the values to try (at most 30 combinations).

        The classifier learns integer codes 0..K-1, best response first. An empty grid means
        that there is nothing to choose.
        """

    @property
    def block_step(self) -> ClassifierStep | None:
        """The kind of model of each block of columns; None where there are no blocks."""
        return None

    @property
    @abstractmethod
    def selected_features(self) -> int | None:
        """How many features the selection keeps; None keeps all, 0 leaves out every stage."""

    def _number_problems(self) -> Iterator[Problem]:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, int) and value < 1:
                yield Problem(f"{self.kind}.{field.name}", f"is {value}", "use 1 or more")

    def _word_problems(self) -> Iterator[Problem]:
        known: Mapping[str, Sequence[str]] = {
            "selection": list(SELECTIONS),
            "class_weight": CLASS_WEIGHTS,
            "calibration": CALIBRATIONS,
        }
        for name, words in known.items():
            word = str(getattr(self, name))
            if word not in words:
                remedy = did_you_mean(word, list(words))
                yield Problem(f"{self.kind}.{name}", f"unknown {word!r}", remedy)

    def _kind_problems(self) -> Iterator[Problem]:
        if self.balanced and not self.is_weightable:
            remedy = "leave class_weight out, or use another kind"
            yield Problem(f"{self.kind}.class_weight", "this kind knows no weights", remedy)
        if self.calibration == NO_CALIBRATION and not self.has_probabilities:
            remedy = "use sigmoid or temperature"
            yield Problem(f"{self.kind}.calibration", "its scores are no probabilities", remedy)
