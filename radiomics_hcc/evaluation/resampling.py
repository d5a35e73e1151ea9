"""Resamples of patients, shared by all models and metrics so that differences are paired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.evaluation.metrics import score_repeats
from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray, Outcomes

LEVEL: Final = 0.95
REDRAWS: Final = 1000  # with two patients in a class one resample in seven lacks it


def draw_resamples(labels: IntArray, resamples: int, seed: int) -> FloatArray:
    """Draw patients with replacement, as how often each of them counts.

    A resample that lacks a class which the patients have is drawn again: the result is the
    ordinary bootstrap on the condition that every class occurs. It is not stratified, so the
    class shares vary as they would in new patients.

    Parameters
    ----------
    labels
        Shape (n,).
    resamples
        How many, b.
    seed
        Same seed, same resamples.

    Returns
    -------
    numpy.ndarray
        Shape (b, n), whole numbers, each row adds up to n.
    """
    if resamples < 1:
        raise InputError([Problem("resamples", f"{resamples} is below 1")])
    generator = np.random.default_rng(seed)
    patients = len(labels)
    even = np.full(patients, 1.0 / patients)
    members = (labels[:, np.newaxis] == np.unique(labels)).astype(float)
    counts = generator.multinomial(patients, even, size=resamples).astype(float)
    for _ in range(REDRAWS):
        lacks_class = (counts @ members == 0).any(axis=1)
        if not lacks_class.any():
            return counts
        counts[lacks_class] = generator.multinomial(patients, even, size=int(lacks_class.sum()))
    raise InputError([Problem("labels", f"no resample of {patients} patients has every class")])


def bootstrap_scores(outcomes: Outcomes, metric: str, counts: FloatArray) -> FloatArray:
    """Score averaged over the repeats: of the patients as they are, then of each resample.

    Returns
    -------
    numpy.ndarray
        Shape (1 + b,); NaN where the metric has no meaning in some repeat.
    """
    as_they_are = np.ones((1, counts.shape[1]))
    weights = np.concatenate([as_they_are, counts])
    return np.asarray(score_repeats(outcomes, metric, weights).mean(axis=1))


def resample_weights(outcomes: Outcomes, resamples: int, seed: int) -> FloatArray:
    """Every patient once, then the resamples, shape (1 + b, n)."""
    counts = draw_resamples(outcomes.labels, resamples, seed)
    return np.concatenate([np.ones((1, len(outcomes.labels))), counts])


def banded(curves: FloatArray, name: str, given: Mapping[str, FloatArray]) -> pd.DataFrame:
    """A curve with its 95 % band, from curves (1 + b, points): first the estimate.

    Points where no resample has a value are empty, as are those without an estimate.
    """
    limits = np.array([percentile_limits(column) for column in curves[1:].T]).reshape(-1, 2)
    limits[np.isnan(curves[0])] = np.nan
    return pd.DataFrame({**given, name: curves[0], "low": limits[:, 0], "high": limits[:, 1]})


def percentile_limits(resampled: FloatArray) -> tuple[float, float]:
    """Percentiles 2.5 and 97.5 of the resamples that have a score; NaN where none has."""
    defined = resampled[np.isfinite(resampled)]
    if len(defined) == 0:
        return float("nan"), float("nan")
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(defined, [tail, 1.0 - tail])
    return float(low), float(high)
