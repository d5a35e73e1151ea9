"""Ordered classes: every boundary, and the metrics of order against brute force."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from sklearn import metrics as oracle

from radiomics_hcc.evaluation import probability, ranking
from radiomics_hcc.evaluation.boundaries import AT_BOUNDARIES, BOUNDARY_COLUMNS, boundaries
from radiomics_hcc.evaluation.intervals import patient_bootstrap
from radiomics_hcc.evaluation.metrics import score_repeats
from radiomics_hcc.evaluation.outcomes import read_outcomes

FOUR = ("CR", "PR", "SD", "PD")
NAMES = ["CR | PR+SD+PD", "CR+PR | SD+PD", "CR+PR+SD | PD"]


def drawn_classes(seed: int, patients: int = 30) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.arange(patients) % 4)
    odds = np.round(generator.dirichlet(np.ones(4), size=patients), 1) + 0.05
    return labels, odds / odds.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("seed", range(3))
def test_ordinal_c_index_is_the_share_of_pairs_in_the_right_order(seed):
    labels, chance = drawn_classes(seed)
    expected = chance @ np.arange(4)
    won = [
        0.5
        if np.isclose(expected[a], expected[b], atol=0)
        else float((expected[a] < expected[b]) == (labels[a] < labels[b]))
        for a, b in combinations(range(len(labels)), 2)
        if labels[a] != labels[b]
    ]
    found = ranking.ordinal_c_index(labels, chance, np.ones((1, len(labels))))
    assert found[0] == pytest.approx(np.mean(won))


@pytest.mark.parametrize("seed", range(3))
def test_ranked_probability_score_is_the_mean_brier_score_of_the_boundaries(seed):
    labels, chance = drawn_classes(seed)
    each = [
        oracle.brier_score_loss(labels <= place, np.clip(chance[:, : place + 1].sum(axis=1), 0, 1))
        for place in range(3)
    ]
    found = probability.ranked_probability_score(labels, chance, np.ones((1, len(labels))))
    assert found[0] == pytest.approx(np.mean(each))


def test_every_boundary_has_every_metric(drawn):
    table = boundaries(drawn(classes=FOUR), resamples=20)
    assert tuple(table.columns) == BOUNDARY_COLUMNS
    assert list(dict.fromkeys(table["boundary"])) == NAMES
    assert len(table) == 3 * len(AT_BOUNDARIES)
    assert table.drop_duplicates("boundary")["positives"].tolist() == [15, 30, 45]


def test_boundary_of_objective_response_is_the_two_class_view(drawn):
    table = boundaries(drawn(classes=FOUR), metrics=["auc"], resamples=50, seed=3)
    expected = score_repeats(read_outcomes(drawn(classes=FOUR)), "auc").mean()
    assert table["estimate"][1] == pytest.approx(expected)


def test_auc_of_a_boundary_is_that_of_the_cumulated_probability(from_arrays):
    labels, chance = drawn_classes(5)
    table = boundaries(
        from_arrays(labels, chance[np.newaxis], classes=FOUR, folds=1), metrics=["auc"], resamples=5
    )
    expected = [
        oracle.roc_auc_score(labels <= place, chance[:, : place + 1].sum(axis=1).round(12))
        for place in range(3)
    ]
    assert table["estimate"].tolist() == pytest.approx(expected)


def test_two_classes_have_one_boundary_with_the_interval_of_the_metric(drawn):
    row = boundaries(drawn(), metrics=["auc"], resamples=50, seed=4).iloc[0]
    alone = patient_bootstrap(drawn(), "auc", resamples=50, seed=4)
    assert row["boundary"] == "OR | nonOR"
    assert (row["estimate"], row["low"], row["high"]) == (alone.estimate, alone.low, alone.high)


def test_classes_without_response_words_have_boundaries_too(drawn):
    table = boundaries(drawn(classes=("low", "middle", "high")), metrics=["auc"], resamples=5)
    assert table["boundary"].tolist() == ["low | middle+high", "low+middle | high"]
    assert table["estimate"].notna().all()


def test_boundary_with_nobody_on_one_side_stays_and_says_so(drawn):
    frame = drawn(classes=FOUR).frame
    without = replace(drawn(classes=FOUR), frame=frame[frame["label"] != "CR"])
    table = boundaries(without, metrics=["auc", "brier"], resamples=5)
    assert len(table) == 6
    assert table["note"][0] == "no patient on one side of the boundary"
    assert table["estimate"].isna().tolist() == [True, True, False, False, False, False]


def test_sums_that_differ_by_rounding_alone_are_ties(from_arrays):
    thirds = np.array([[0.1, 0.2, 0.3, 0.4], [0.3, 0.0, 0.3, 0.4], [0.2, 0.1, 0.3, 0.4]])
    assert thirds[0, :2].sum() != thirds[1, :2].sum()
    table = boundaries(
        from_arrays([0, 2, 3], thirds[np.newaxis], classes=FOUR, folds=1),
        metrics=["auc"],
        resamples=5,
    )
    assert table["estimate"][1] == 0.5
