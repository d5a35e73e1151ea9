"""Every metric that scikit-learn has too gives scikit-learn's number, also with counts."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as oracle

from radiomics_hcc.evaluation import decisions, probability, ranking


def cases(classes: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Labels, probabilities with many ties, and how often each of 40 patients counts."""
    result = []
    for seed in range(5):
        generator = np.random.default_rng([seed, classes])
        labels = np.concatenate(
            [np.arange(classes), generator.integers(classes, size=40 - classes)]
        )
        odds = np.round(generator.dirichlet(np.ones(classes), size=40), 1) + 0.05
        chance = odds / odds.sum(axis=1, keepdims=True)
        counts = generator.integers(0, 4, size=40).astype(float)
        counts[:classes] += 1
        result.append((labels, chance, counts))
    return result


def repeat_patients(*arrays: np.ndarray, counts: np.ndarray) -> list[np.ndarray]:
    return [np.repeat(array, counts.astype(int), axis=0) for array in arrays]


@pytest.mark.parametrize(("labels", "chance", "counts"), cases(2))
def test_two_class_metrics_agree(labels, chance, counts):
    y, p = repeat_patients(labels, chance, counts=counts)
    positive, called = y == 0, p.argmax(axis=1) == 0
    expected = {
        ranking.auc: oracle.roc_auc_score(positive, p[:, 0]),
        ranking.average_precision: oracle.average_precision_score(positive, p[:, 0]),
        decisions.sensitivity: oracle.recall_score(positive, called),
        decisions.specificity: oracle.recall_score(~positive, ~called),
        decisions.positive_predictive_value: oracle.precision_score(positive, called),
        decisions.negative_predictive_value: oracle.precision_score(~positive, ~called),
        probability.brier: oracle.brier_score_loss(positive, p[:, 0]),
        ranking.ordinal_c_index: oracle.roc_auc_score(positive, p[:, 0]),
    }
    for metric, value in expected.items():
        assert metric(labels, chance, counts[np.newaxis]) == pytest.approx([value]), metric


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("case", range(5))
def test_metrics_of_any_number_of_classes_agree(classes, case):
    labels, chance, counts = cases(classes)[case]
    y, p = repeat_patients(labels, chance, counts=counts)
    decided = p.argmax(axis=1)
    expected = {
        decisions.balanced_accuracy: oracle.balanced_accuracy_score(y, decided),
        decisions.matthews_correlation: oracle.matthews_corrcoef(y, decided),
        decisions.quadratic_kappa: oracle.cohen_kappa_score(y, decided, weights="quadratic"),
        decisions.mean_absolute_class_error: oracle.mean_absolute_error(y, decided),
        probability.log_loss: oracle.log_loss(y, p, labels=range(classes)),
        probability.brier: oracle.brier_score_loss(y, p, labels=range(classes)),
    }
    for metric, value in expected.items():
        assert metric(labels, chance, counts[np.newaxis]) == pytest.approx([value]), metric


@pytest.mark.parametrize(("labels", "chance", "counts"), cases(4))
def test_auc_of_classes_without_a_positive_one_is_the_mean_against_the_rest(labels, chance, counts):
    y, p = repeat_patients(labels, chance, counts=counts)
    each = [oracle.roc_auc_score(y == place, p[:, place]) for place in range(4)]
    assert ranking.auc(labels, chance, counts[np.newaxis]) == pytest.approx([np.mean(each)])
