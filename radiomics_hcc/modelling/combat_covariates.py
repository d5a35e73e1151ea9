"""Covariates of ComBat: what may differ between batches and is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from radiomics_hcc.errors import Problem

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NumberCode:
    """A covariate of numbers: standardised, empty cells at the median of training.

    Parameters
    ----------
    median, mean, deviation
        Of the training rows, in the covariate's unit; the deviation is infinite where all rows
        are the same, so that the covariate has no effect.
    """

    median: float
    mean: float
    deviation: float

    @property
    def width(self) -> int:
        """Number of columns."""
        return 1

    def encode(self, values: pd.Series) -> FloatArray:
        """Bring the values to shape (rows, 1)."""
        filled = values.astype(np.float64).fillna(self.median).to_numpy()
        return np.asarray((filled - self.mean) / self.deviation)[:, np.newaxis]


@dataclass(frozen=True, eq=False)
class WordCode:
    """A covariate of words: one column per level but the first, less its share in training.

    An empty cell is a level of its own. A level that training never saw counts as the average
    patient of training.

    Parameters
    ----------
    levels
        Of training, in alphabetical order.
    shares
        Share of the training rows at each level.
    """

    levels: tuple[str, ...]
    shares: tuple[float, ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.levels) - 1

    def encode(self, values: pd.Series) -> FloatArray:
        """Bring the values to shape (rows, levels - 1)."""
        words = _words(values)
        is_level = words[:, np.newaxis] == np.array(self.levels, dtype=object)
        centred = is_level - np.array(self.shares)
        centred[~is_level.any(axis=1)] = 0.0
        return np.asarray(centred[:, 1:], dtype=np.float64)


CovariateCode: TypeAlias = NumberCode | WordCode


def learn_code(values: pd.Series) -> CovariateCode:
    """Learn how a covariate is written as columns; numbers and yes/no count as numbers."""
    if not is_numeric_dtype(values.dtype):
        levels, counts = np.unique(_words(values).astype(str), return_counts=True)
        shares = counts / counts.sum()
        return WordCode(tuple(map(str, levels)), tuple(map(float, shares)))
    numbers = values.astype(np.float64)
    median = float(numbers.median()) if numbers.notna().any() else 0.0
    filled = numbers.fillna(median)
    deviation = float(filled.std(ddof=0)) if filled.nunique() > 1 else float("inf")
    return NumberCode(median, float(filled.mean()), deviation)


def design_problems(batches: FloatArray, encoded: Mapping[str, FloatArray]) -> list[Problem]:
    """Covariates whose effect cannot be told from that of the batch or of other covariates.

    A covariate that is the same in all rows has no effect and is no problem.

    Parameters
    ----------
    batches : array of shape (rows, batches)
        One column of 0 and 1 per batch.
    encoded
        Columns of each covariate by its name, shape (rows, width).
    """
    problems = []
    design = batches
    for name, columns in encoded.items():
        varying = columns[:, np.ptp(columns, axis=0) > 0]
        wider = np.hstack([design, varying])
        if not _is_full(np.hstack([batches, varying])):
            what = "cannot be told from the batch: it changes with the batch alone"
            problems.append(Problem(f"covariate {name!r}", what, "leave it out"))
        elif not _is_full(wider):
            what = "follows from the batch and the covariates before it"
            problems.append(Problem(f"covariate {name!r}", what, "leave it out"))
        else:
            design = wider
    if len(design) <= design.shape[1] and encoded and not problems:
        what = f"{len(design)} rows are too few for {design.shape[1]} effects"
        problems.append(Problem("covariates", what, "use fewer covariates or larger batches"))
    return problems


def _is_full(design: FloatArray) -> bool:
    """Whether no column follows from the others."""
    return bool(np.linalg.matrix_rank(design) == design.shape[1])


def _words(values: pd.Series) -> NDArray[np.object_]:
    """Cells as words, empty ones as the empty word."""
    filled = values.astype(object).where(values.notna(), "")
    return np.asarray(filled.astype(str).astype(object))
