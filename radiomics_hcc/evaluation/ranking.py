"""Metrics of order: does a better outcome get the higher probability?

Every metric of this package has the same form: it takes the labels (shape (n,), places in the
classes, best first), the probabilities (shape (n, k)) and weights (shape (b, n): how often each
patient counts, one row per resample), and returns b scores, NaN where the metric has no meaning.
"""

from __future__ import annotations

import numpy as np

from radiomics_hcc.domain.positive_class import SUM_DECIMALS
from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray


def ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Divide, and give NaN where the denominator is not above zero."""
    result = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result


def class_totals(labels: IntArray, weights: FloatArray) -> FloatArray:
    """Weight of each class that occurs, shape (b, classes that occur)."""
    members = labels[:, np.newaxis] == np.unique(labels)
    return np.asarray(weights @ members.astype(float))


def pair_weight(labels: IntArray, weights: FloatArray) -> FloatArray:
    """Weight of the pairs of patients with different labels, shape (b,)."""
    totals = class_totals(labels, weights)
    return np.asarray((totals.sum(axis=1) ** 2 - (totals**2).sum(axis=1)) / 2.0)


def concordance(labels: IntArray, scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Share of pairs with different labels in which the better label has the higher score.

    Equal scores count one half. With two classes this is the rank-sum AUC [1]_, with more the
    ordinal C-index [2]_. The comparison of all pairs is made once and serves every resample.

    Parameters
    ----------
    labels
        Shape (n,): 0 is the best class.
    scores
        Shape (n,): higher should mean better.
    weights
        Shape (b, n).

    Returns
    -------
    numpy.ndarray
        Shape (b,); NaN where only one class has weight.

    References
    ----------
    .. [1] Hanley, McNeil. Radiology 143 (1982) 29-36.
    .. [2] Harrell, Lee, Mark. Statistics in Medicine 15 (1996) 361-387.
    """
    is_better = labels[:, np.newaxis] < labels
    wins = np.where(is_better, (1.0 + np.sign(scores[:, np.newaxis] - scores)) / 2.0, 0.0)
    better, worse = is_better.any(axis=1), is_better.any(axis=0)
    won = (weights[:, better] @ wins[np.ix_(better, worse)] * weights[:, worse]).sum(axis=1)
    return ratio(won, pair_weight(labels, weights))


def auc(labels: IntArray, probabilities: FloatArray, weights: FloatArray) -> FloatArray:
    """Area under the ROC curve; of more than two classes the mean of one-against-the-rest."""
    if probabilities.shape[1] == 2:
        return concordance(labels, probabilities[:, 0], weights)
    each = [
        concordance(np.where(labels == code, 0, 1).astype(np.intp), chance, weights)
        for code, chance in enumerate(probabilities.T)
    ]
    return np.asarray(np.mean(each, axis=0))


def ordinal_c_index(labels: IntArray, probabilities: FloatArray, weights: FloatArray) -> FloatArray:
    """C-index of the expected class: sum over k of k P(class k), against the ordered labels."""
    places = np.arange(probabilities.shape[1], dtype=float)
    expected = np.asarray(np.round(probabilities @ places, SUM_DECIMALS), dtype=float)
    return concordance(labels, -expected, weights)


def average_precision(
    labels: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Sum over thresholds of precision times the gain in recall, positive class first.

    Equal probabilities are one threshold. NaN without a positive patient; its value for a model
    that knows nothing is the share of positive patients, not 0.5.
    """
    order = np.argsort(-probabilities[:, 0], kind="stable")
    chance = probabilities[order, 0]
    is_last_of_ties = np.append(chance[1:] != chance[:-1], True)
    counted = weights[:, order]
    hits = np.cumsum(counted * (labels[order] == 0), axis=1)[:, is_last_of_ties]
    called = np.cumsum(counted, axis=1)[:, is_last_of_ties]
    precision = hits / np.where(called > 0, called, 1.0)
    gained = np.diff(hits, axis=1, prepend=0.0)
    return ratio((precision * gained).sum(axis=1), hits[:, -1])
