"""Metrics of the decided class: the most probable one, the better one of equals.

Of two classes with a threshold that was chosen in training, the class at that threshold: what the
functions then get as probabilities is the decision itself, 1 for the decided class.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from radiomics_hcc.evaluation.outcomes import FloatArray, IntArray, Outcomes
from radiomics_hcc.evaluation.ranking import ratio

HIGHEST_CUT: Final = 1.0 - 1e-6  # a threshold of 1 would weigh a false positive infinitely


def decided(outcomes: Outcomes) -> FloatArray:
    """Decisions of a two-class view: 1 for the class called, shape (r, n, 2)."""
    called = outcomes.called_positive().astype(float)
    return np.stack([called, 1.0 - called], axis=2)


def gains(outcomes: Outcomes) -> FloatArray:
    """What each decision gains if the patient is positive, and if not, shape (r, n, 2).

    A patient called positive at the threshold t gains 1 if positive and loses t / (1 - t) if not;
    who is not called gains nothing.
    """
    called = outcomes.called_positive().astype(float)
    cuts = np.minimum(outcomes.cut_points(), HIGHEST_CUT)
    return np.stack([called, -called * cuts / (1.0 - cuts)], axis=2)


def confusion_counts(
    labels: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Weight of patients by true class (rows) and decided class (columns).

    Returns
    -------
    numpy.ndarray
        Shape (b, k, k).
    """
    classes = probabilities.shape[1]
    cells = labels * classes + probabilities.argmax(axis=1)
    membership = (cells[:, np.newaxis] == np.arange(classes**2)).astype(float)
    return np.asarray(weights @ membership).reshape(-1, classes, classes)


def sensitivity(labels: IntArray, probabilities: FloatArray, weights: FloatArray) -> FloatArray:
    """Share of positive patients called positive; NaN without one."""
    counts = confusion_counts(labels, probabilities, weights)
    return ratio(counts[:, 0, 0], counts[:, 0].sum(axis=1))


def specificity(labels: IntArray, probabilities: FloatArray, weights: FloatArray) -> FloatArray:
    """Share of the other patients not called positive; NaN without one."""
    counts = confusion_counts(labels, probabilities, weights)
    return ratio(counts[:, 1, 1], counts[:, 1].sum(axis=1))


def positive_predictive_value(
    labels: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Share of the patients called positive who are; NaN where nobody is called so."""
    counts = confusion_counts(labels, probabilities, weights)
    return ratio(counts[:, 0, 0], counts[:, :, 0].sum(axis=1))


def negative_predictive_value(
    labels: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Share of the patients not called positive who are not; NaN where everybody is called so."""
    counts = confusion_counts(labels, probabilities, weights)
    return ratio(counts[:, 1, 1], counts[:, :, 1].sum(axis=1))


def net_benefit(labels: IntArray, gained: FloatArray, weights: FloatArray) -> FloatArray:
    """True positives / n - false positives / n x t / (1 - t), from `gains`.

    Treating nobody is 0; the best that can be reached is the share of positive patients.

    References
    ----------
    .. [1] Vickers, Elkin. Medical Decision Making 26 (2006) 565-574.
    """
    own = gained[np.arange(len(labels)), labels]
    return ratio(weights @ own, weights.sum(axis=1))


def balanced_accuracy(
    labels: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Mean share of each class that is decided rightly.

    Classes that no label has are left out; NaN where a class that some label has is without
    weight.
    """
    counts = confusion_counts(labels, probabilities, weights)[:, np.unique(labels)]
    right = counts[:, np.arange(counts.shape[1]), np.unique(labels)]
    return np.asarray(ratio(right, counts.sum(axis=2)).mean(axis=1))


def matthews_correlation(
    labels: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Matthews' correlation of true and decided class, for any number of classes.

    0 where every patient is decided alike; NaN where only one true class has weight.

    References
    ----------
    .. [1] Gorodkin. Computational Biology and Chemistry 28 (2004) 367-374.
    """
    counts = confusion_counts(labels, probabilities, weights)
    true, decided = counts.sum(axis=2), counts.sum(axis=1)
    total = true.sum(axis=1)
    right = np.trace(counts, axis1=1, axis2=2)
    shared = right * total - (true * decided).sum(axis=1)
    true_spread = total**2 - (true**2).sum(axis=1)
    decided_spread = total**2 - (decided**2).sum(axis=1)
    correlation = ratio(shared, np.sqrt(true_spread * decided_spread))
    return np.where((true_spread > 0) & (decided_spread == 0), 0.0, correlation)


def quadratic_kappa(labels: IntArray, probabilities: FloatArray, weights: FloatArray) -> FloatArray:
    """Agreement of true and decided class beyond chance, errors weighted by squared distance.

    References
    ----------
    .. [1] Cohen. Psychological Bulletin 70 (1968) 213-220.
    """
    counts = confusion_counts(labels, probabilities, weights)
    places = np.arange(counts.shape[1])
    distance = (places[:, np.newaxis] - places) ** 2.0
    by_chance = counts.sum(axis=2)[:, :, np.newaxis] * counts.sum(axis=1)[:, np.newaxis]
    observed = (counts * distance).sum(axis=(1, 2)) * counts.sum(axis=(1, 2))
    return 1.0 - ratio(observed, (by_chance * distance).sum(axis=(1, 2)))


def mean_absolute_class_error(
    labels: IntArray, probabilities: FloatArray, weights: FloatArray
) -> FloatArray:
    """Mean distance, in classes, between true and decided class."""
    distance = np.abs(labels - probabilities.argmax(axis=1)).astype(float)
    return ratio(weights @ distance, weights.sum(axis=1))
