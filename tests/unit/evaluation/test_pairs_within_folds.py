"""Metrics of order compare patients of the same fold only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from radiomics_hcc.evaluation.curves import roc_curve
from radiomics_hcc.evaluation.metrics import score_repeats
from radiomics_hcc.evaluation.outcomes import read_outcomes


def shifted_by_fold(predictions):
    """The same ranking within every fold, at another level in each."""
    frame = predictions.frame
    chance = 0.1 * frame["p_OR"] + 0.15 * frame["fold"]
    return replace(predictions, frame=frame.assign(p_OR=chance, p_nonOR=1 - chance))


def test_the_level_of_a_fold_does_not_count(drawn):
    first = drawn(patients=50)
    plain, shifted = (
        score_repeats(read_outcomes(each), "auc") for each in (first, shifted_by_fold(first))
    )
    np.testing.assert_allclose(plain, shifted)


def test_it_is_the_mean_of_the_folds_by_their_pairs(drawn):
    predictions = drawn(patients=47)
    expected = []
    for _, repeat in predictions.frame.groupby("repeat"):
        won = pairs = 0.0
        for _, fold in repeat.groupby("fold"):
            is_positive = fold["label"] == "OR"
            held = is_positive.sum() * (~is_positive).sum()
            won += held * roc_auc_score(is_positive, fold["p_OR"])
            pairs += held
        expected.append(won / pairs)
    scored = score_repeats(read_outcomes(predictions), "auc")[0]
    np.testing.assert_allclose(scored, expected)


def test_a_fold_with_one_class_holds_no_pair(from_arrays):
    chance = np.array([0.9, 0.1, 0.8, 0.2, 0.7, 0.6])
    predictions = from_arrays(
        [0, 1, 0, 1, 0, 0], np.stack([chance, 1 - chance], axis=1)[np.newaxis]
    )
    frame = predictions.frame.assign(fold=[0, 0, 0, 0, 1, 1])
    assert score_repeats(read_outcomes(replace(predictions, frame=frame)), "auc")[0, 0] == 1.0


def test_the_area_under_the_curve_is_the_metric(drawn):
    predictions = shifted_by_fold(drawn(patients=400))
    curve = roc_curve(predictions, resamples=3)
    area = np.trapezoid(curve["sensitivity"], curve["false_positive_rate"])
    assert area == pytest.approx(score_repeats(read_outcomes(predictions), "auc").mean(), abs=0.01)


def test_models_that_learned_nothing_score_one_half_on_average(from_arrays):
    """A noise feature, its direction learned in the other folds: pooled it falls below 0.5."""
    generator = np.random.default_rng(5)
    labels = np.repeat([0, 1], 20)
    pooled, within = [], []
    for _ in range(200):
        feature, fold = generator.normal(size=40), generator.permutation(np.arange(40)) % 5
        score = np.empty(40)
        for each in range(5):
            train, test = fold != each, fold == each
            means = [feature[train & (labels == code)].mean() for code in (0, 1)]
            level = (labels[train] == 0).mean()
            score[test] = level + 0.05 * (means[0] - means[1]) * feature[test]
        chance = np.stack([score, 1 - score], axis=1)[np.newaxis]
        predictions = from_arrays(labels, chance)
        told = replace(predictions, frame=predictions.frame.assign(fold=fold))
        pooled.append(roc_auc_score(labels == 0, score))
        within.append(score_repeats(read_outcomes(told), "auc")[0, 0])
    assert abs(np.mean(within) - 0.5) < 3 * np.std(within) / np.sqrt(len(within))
    assert np.mean(pooled) < 0.5 - 3 * np.std(pooled) / np.sqrt(len(pooled))
