"""Stacking of radiomics and clinical columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sklearn.base import BaseEstimator

from radiomics_hcc.modelling.classifiers.base import ClassifierStep, SearchGrid
from radiomics_hcc.modelling.classifiers.block_stacking import BlockStacking
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.selection import FEATURES


@dataclass(frozen=True)
class Stacking(ClassifierStep):
    """A radiomic and a clinical (ordinal) logistic model, combined; see `BlockStacking`.

    It needs columns of both kinds.

    Parameters
    ----------
    features
        Features that the selection keeps in each block.

    Examples
    --------
    >>> Stacking(features=4, selection="mrmr").features
    4
    """

    kind: ClassVar[str] = "stacking"
    features: int = FEATURES

    def search_space(self) -> tuple[BaseEstimator, SearchGrid]:
        """Nothing: it chooses the penalty of each block itself."""
        return BlockStacking(class_weight=self.balanced), {}

    @property
    def block_step(self) -> ClassifierStep:
        """The (ordinal) logistic model of each block."""
        return OrdinalLogistic(
            self.features, selection=self.selection, class_weight=self.class_weight
        )

    @property
    def selected_features(self) -> int | None:
        """0: it prepares and selects by block, and takes the columns as they are."""
        return 0
