"""What holds for every metric, whatever the predictions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.evaluation.metrics import METRICS
from radiomics_hcc.evaluation.ranking import auc, concordance

RANGES = {
    "auc": (0, 1),
    "average_precision": (0, 1),
    "balanced_accuracy": (0, 1),
    "sensitivity": (0, 1),
    "specificity": (0, 1),
    "mcc": (-1, 1),
    "brier": (0, 2),
    "scaled_brier": (-np.inf, 1),
    "log_loss": (0, np.inf),
    "quadratic_kappa": (-1, 1),
    "ordinal_c_index": (0, 1),
    "ranked_probability_score": (0, 1),
    "mean_absolute_class_error": (0, 3),
}
ANY_CLASSES = [name for name in RANGES if METRICS[name].view != "two"]


@st.composite
def predicted(draw: st.DrawFn, classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels with every class, probabilities with ties, counts that leave no class empty."""
    extra = draw(st.lists(st.integers(0, classes - 1), max_size=12))
    labels = np.array([*range(classes), *extra])
    cells = st.integers(0, 4)
    rows = st.lists(cells, min_size=classes, max_size=classes)
    parts = draw(st.lists(rows, min_size=len(labels), max_size=len(labels)))
    odds = np.array(parts, dtype=float) + 0.25
    counts = draw(st.lists(st.integers(0, 3), min_size=len(labels), max_size=len(labels)))
    weights = np.array(counts, dtype=float)
    weights[:classes] += 1
    return labels, odds / odds.sum(axis=1, keepdims=True), weights[np.newaxis]


@pytest.mark.parametrize("name", RANGES)
@given(case=predicted(2))
@settings(deadline=None, max_examples=40)
def test_score_of_two_classes_stays_in_its_range(name, case):
    labels, chance, weights = case
    low, high = RANGES[name]
    assert low - 1e-9 <= METRICS[name].function(labels, chance, weights)[0] <= high + 1e-9


@pytest.mark.parametrize("name", ANY_CLASSES)
@given(case=predicted(4))
@settings(deadline=None, max_examples=40)
def test_score_of_four_classes_stays_in_its_range(name, case):
    labels, chance, weights = case
    low, high = RANGES[name]
    assert low - 1e-9 <= METRICS[name].function(labels, chance, weights)[0] <= high + 1e-9


@pytest.mark.parametrize("name", ANY_CLASSES)
@given(case=predicted(3))
@settings(deadline=None, max_examples=40)
def test_counting_a_patient_twice_is_having_the_patient_twice(name, case):
    labels, chance, weights = case
    rows = np.repeat(np.arange(len(labels)), weights[0].astype(int))
    once = np.ones((1, len(rows)))
    counted = METRICS[name].function(labels, chance, weights)
    repeated = METRICS[name].function(labels[rows], chance[rows], once)
    np.testing.assert_allclose(counted, repeated, atol=1e-12)


@pytest.mark.parametrize("name", ANY_CLASSES)
@given(case=predicted(3))
@settings(deadline=None, max_examples=40)
def test_weights_of_all_patients_may_be_multiplied(name, case):
    labels, chance, weights = case
    np.testing.assert_allclose(
        METRICS[name].function(labels, chance, weights),
        METRICS[name].function(labels, chance, 7.0 * weights),
        atol=1e-12,
    )


@given(case=predicted(2))
@settings(deadline=None)
def test_exchanging_the_labels_mirrors_the_auc(case):
    labels, chance, weights = case
    mirrored = auc(1 - labels, chance, weights)
    np.testing.assert_allclose(auc(labels, chance, weights) + mirrored, 1.0, atol=1e-12)


@given(case=predicted(4), power=st.sampled_from([1, 3]))
@settings(deadline=None)
def test_concordance_depends_on_the_order_of_the_scores_alone(case, power):
    labels, chance, weights = case
    scores = np.round(4 * chance[:, 0])
    stretched = 2.0 * scores**power + 5.0
    np.testing.assert_array_equal(
        concordance(labels, scores, weights), concordance(labels, stretched, weights)
    )
