"""Metrics of the probabilities themselves: Brier score and its relatives."""

from __future__ import annotations

from typing import Final

import numpy as np

from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray
from radiomics_hcc.evaluation.ranking import class_totals, ratio

SMALLEST_PROBABILITY: Final = float(np.finfo(float).eps)  # so that log(0) stays a number


def _truth(labels: IntArray, probabilities: FloatArray) -> FloatArray:
    return np.eye(probabilities.shape[1])[labels]


def brier(labels: IntArray, probabilities: FloatArray, weights: FloatArray) -> FloatArray:
    """Mean squared error of the probabilities.

    Of two classes (p - y)^2, between 0 and 1; of more the sum over the classes, between 0 and 2.

    References
    ----------
    .. [1] Brier. Monthly Weather Review 78 (1950) 1-3.
    """
    loss = ((probabilities - _truth(labels, probabilities)) ** 2).sum(axis=1)
    half = 0.5 if probabilities.shape[1] == 2 else 1.0
    return half * ratio(weights @ loss, weights.sum(axis=1))


def scaled_brier(labels: IntArray, probabilities: FloatArray, weights: FloatArray) -> FloatArray:
    """1 - Brier / Brier of the class shares: 1 is perfect, 0 knows the shares and no more.

    NaN where only one class has weight.
    """
    shares = ratio(class_totals(labels, weights), weights.sum(axis=1, keepdims=True))
    half = 0.5 if probabilities.shape[1] == 2 else 1.0
    of_shares = half * (1.0 - (shares**2).sum(axis=1))
    return 1.0 - ratio(brier(labels, probabilities, weights), of_shares)


def ranked_probability_score(
    labels: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Mean squared error of the cumulated probabilities, divided by k - 1: between 0 and 1.

    Probability on a neighbouring class costs less than on a far one. With two classes it is the
    Brier score.

    References
    ----------
    .. [1] Epstein. Journal of Applied Meteorology 8 (1969) 985-987.
    """
    gaps = np.cumsum(probabilities - _truth(labels, probabilities), axis=1)[:, :-1]
    return ratio(weights @ (gaps**2).mean(axis=1), weights.sum(axis=1))


def log_loss(labels: IntArray, probabilities: FloatArray, weights: FloatArray) -> FloatArray:
    """Mean of -ln P(true class); probabilities below 2.2e-16 count as that."""
    chance = probabilities[np.arange(len(labels)), labels]
    return ratio(weights @ -np.log(np.maximum(chance, SMALLEST_PROBABILITY)), weights.sum(axis=1))
