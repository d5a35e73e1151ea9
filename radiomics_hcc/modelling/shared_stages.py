"""Stages before the model, fitted once for all candidates of a fold that share them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import Pipeline

from radiomics_hcc.modelling.splits import RowNumbers

SELECTION: Final = "selection"
"""The only stage before the model that looks at the labels."""

Stages: TypeAlias = tuple[tuple[str, BaseEstimator], ...]
Key: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class FittedStages:
    """Stages fitted on some rows, and what they make of those and of others.

    Parameters
    ----------
    stages
        Names and fitted stages; empty where the model takes the rows as they are.
    train, test
        The columns that reach the model.
    """

    stages: Stages
    train: pd.DataFrame
    test: pd.DataFrame


@dataclass(frozen=True, eq=False)
class StageMemory:
    """Remembers fitted stages by what they are and what they learned from.

    Equal stages that are fitted on equal rows and labels give equal results, so that it changes
    the time and nothing else. One memory serves one table of rows: columns of the same name must
    hold the same values whenever it is asked.
    """

    _known: dict[Key, FittedStages] = field(default_factory=dict)

    def fit(
        self,
        stages: Stages,
        rows: pd.DataFrame,
        codes: NDArray[np.int64],
        *,
        pair: tuple[RowNumbers, RowNumbers],
    ) -> FittedStages:
        """Fit stages on the first row numbers of a pair and transform the second with them.

        Parameters
        ----------
        stages
            Unfitted; they are copied before the fit.
        codes : array of shape (rows,)
            The classes; only the stage `selection` and those behind it see them.
        """
        train, test = pair
        names = [name for name, _ in stages]
        place = names.index(SELECTION) if SELECTION in names else len(names)
        around: Key = (tuple(rows.columns), train.tobytes(), test.tobytes())
        blind: Key = (*around, joblib.hash(stages[:place]))
        known = self._remember(
            blind, lambda: _fit(stages[:place], rows.iloc[train], rows.iloc[test], None)
        )
        if place == len(names):
            return known
        learned = codes[train]
        seeing: Key = (*blind, joblib.hash(stages[place:]), learned.tobytes())
        chosen = self._remember(
            seeing, lambda: _fit(stages[place:], known.train, known.test, learned)
        )
        return FittedStages((*known.stages, *chosen.stages), chosen.train, chosen.test)

    def _remember(self, key: Key, fit: Callable[[], FittedStages]) -> FittedStages:
        if key not in self._known:
            self._known[key] = fit()
        return self._known[key]


def _fit(
    stages: Stages,
    train: pd.DataFrame,
    test: pd.DataFrame,
    codes: NDArray[np.int64] | None,
) -> FittedStages:
    """Fit copies of the stages one behind the other; no test rows stay no test rows."""
    if not stages:
        return FittedStages((), train, test)
    pipeline = clone(Pipeline(list(stages)))
    fitted = pipeline.fit_transform(train, codes)
    others = pipeline.transform(test) if len(test) else fitted.iloc[:0]
    return FittedStages(tuple(pipeline.steps), fitted, others)
