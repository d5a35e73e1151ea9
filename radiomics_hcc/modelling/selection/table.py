"""The ways of selecting features, by the word that a model's `selection` names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.modelling.selection.column_selector import ColumnSelector
from radiomics_hcc.modelling.selection.false_discovery import FdrSelection
from radiomics_hcc.modelling.selection.minimum_redundancy import MinimumRedundancySelection
from radiomics_hcc.modelling.selection.stability import StabilitySelection
from radiomics_hcc.modelling.selection.univariate import UnivariateSelection

SelectorMaker: TypeAlias = Callable[[int], ColumnSelector]

NO_SELECTION: Final = "none"
SELECTIONS: Final[Mapping[str, SelectorMaker | None]] = {
    NO_SELECTION: None,
    "univariate": UnivariateSelection,
    "fdr": FdrSelection,
    "mrmr": MinimumRedundancySelection,
    "stability": StabilitySelection,
}
"""Makers of unfitted selectors from the number of features; None keeps every column."""


def make_selection(name: str, features: int, seed: int = 0) -> ColumnSelector | None:
    """Make the selection stage of a pipeline; None where every column is kept.

    Parameters
    ----------
    name
        A word of `SELECTIONS`.
    features
        At most this many features are kept.
    seed
        For selectors that are random; the others have no seed.

    Raises
    ------
    InputError
        For an unknown word.

    Examples
    --------
    >>> make_selection("mrmr", 5)
    MinimumRedundancySelection(features=5)
    """
    if name not in SELECTIONS:
        remedy = did_you_mean(name, list(SELECTIONS))
        raise InputError([Problem("selection", f"unknown {name!r}", remedy)])
    maker = SELECTIONS[name]
    if maker is None:
        return None
    selector = maker(features)
    is_random = "random_state" in selector.get_params()
    return selector.set_params(random_state=seed) if is_random else selector
