"""Whether the batches of a cohort agree in their features more exactly than chance allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from radiomics_hcc.evaluation.checks.association import levels_of
from radiomics_hcc.evaluation.outcomes import FloatArray

FEWEST_OF_A_BATCH: Final = 5
"""Patients of smaller batches do not count."""

PERMUTATIONS: Final = 999
BY_CHANCE: Final = 1.0  # mean F of batches that mean nothing; from here on nobody is too equal
SMALLEST_SIZE: Final = 1e-8  # of a direction that batches add to the classes
SEED: Final = 17  # the check must say the same every time


@dataclass(frozen=True)
class Agreement:
    """How equal batches are.

    Parameters
    ----------
    p_value
        Share of permuted batches that agree as well or better; small where the features were
        adjusted to the batch, 1 where batches differ as much as by chance or more.
    difference
        Mean F of the batch over the columns: 1 by chance, more where batches differ.
    """

    p_value: float
    difference: float


def batch_agreement(
    features: pd.DataFrame, batch: pd.Series, codes: pd.Series, *, at_equal_label: bool
) -> Agreement | None:
    """Mean F of the batch over the columns, against batches permuted among the patients.

    Parameters
    ----------
    features
        Numbers, one row per patient; an empty cell counts as the column's mean.
    batch
        Of these patients.
    codes
        Class of each patient, -1 without a label.
    at_equal_label
        Whether patients of the same class are compared and permuted, else all.

    Returns
    -------
    Agreement or None
        None with fewer than two batches of 5 patients, or without a column that varies.
    """
    levels, codes = levels_of(batch.reindex(features.index)), codes.reindex(features.index)
    kept = (levels.map(levels.value_counts()) >= FEWEST_OF_A_BATCH).to_numpy() & (codes >= 0)
    values = features[kept].fillna(features[kept].mean())
    values = values.loc[:, values.std() > 0]
    places = pd.factorize(levels[kept], sort=True)[0]
    if values.empty or len(np.unique(places)) < 2:
        return None
    classes = codes[kept].to_numpy() if at_equal_label else np.zeros(len(values), dtype=int)
    base, left = _beside(_indicators(classes), values.to_numpy(float))
    reached = _mean_f(left, base, places)
    if not np.isfinite(reached):
        return None
    if reached >= BY_CHANCE:
        return Agreement(1.0, reached)
    generator = np.random.default_rng(SEED)
    shuffled = [
        _mean_f(left, base, _permuted(places, classes, generator)) for _ in range(PERMUTATIONS)
    ]
    p_value = (1 + int((np.array(shuffled) <= reached).sum())) / (PERMUTATIONS + 1)
    return Agreement(p_value, reached)


def _indicators(places: NDArray[np.intp]) -> FloatArray:
    return np.asarray(places[:, np.newaxis] == np.unique(places), dtype=float)


def _beside(design: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """An orthonormal basis of a design, and what it leaves of the values."""
    basis = np.linalg.qr(design)[0]
    return basis, values - basis @ (basis.T @ values)


def _permuted(
    places: NDArray[np.intp], classes: NDArray[np.intp], generator: np.random.Generator
) -> NDArray[np.intp]:
    """Batches dealt anew among the patients of each class."""
    dealt = places.copy()
    for one in np.unique(classes):
        members = np.flatnonzero(classes == one)
        dealt[members] = places[generator.permutation(members)]
    return dealt


def _mean_f(left: FloatArray, base: FloatArray, places: NDArray[np.intp]) -> float:
    """Mean F over the columns of the batch beyond the base; NaN where it adds nothing."""
    indicators = _indicators(places)
    added = indicators - base @ (base.T @ indicators)
    basis, sizes, _ = np.linalg.svd(added, full_matrices=False)
    basis = basis[:, sizes > SMALLEST_SIZE]
    degrees = len(left) - base.shape[1] - basis.shape[1]
    if not basis.shape[1] or degrees < 1:
        return float("nan")
    gained = ((basis.T @ left) ** 2).sum(axis=0)
    rest = (left**2).sum(axis=0) - gained
    is_left = rest > 0
    if not is_left.any():
        return float("nan")
    return float(((gained / basis.shape[1]) / (rest / degrees))[is_left].mean())
