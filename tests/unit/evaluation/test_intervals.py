"""Bootstrap and corrected t intervals: formulas, edge cases, coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.intervals import (
    bootstrap_p_value,
    corrected_t_p_value,
    fold_interval,
    nadeau_bengio,
    patient_bootstrap,
    split_ratio,
)
from radiomics_hcc.evaluation.metrics import METRICS, score_folds
from radiomics_hcc.evaluation.outcomes import read_outcomes
from radiomics_hcc.evaluation.resampling import draw_resamples

EFFECT = 1.2
TRUE_AUC = float(stats.norm.cdf(EFFECT / np.sqrt(2)))  # two normals one effect apart


def test_nadeau_bengio_equals_its_formula():
    scores = np.array([0.7, 0.8, 0.75, 0.9, 0.65])
    interval = nadeau_bengio(scores, 0.25)
    half = stats.t.ppf(0.975, 4) * np.sqrt((1 / 5 + 0.25) * scores.var(ddof=1))
    assert (interval.low, interval.high) == pytest.approx(
        (scores.mean() - half, scores.mean() + half)
    )


def test_without_the_correction_it_is_the_ordinary_t_test():
    differences = np.array([0.1, 0.2, -0.05, 0.15, 0.02])
    expected = stats.ttest_1samp(differences, 0.0).pvalue
    assert corrected_t_p_value(differences, 0.0) == pytest.approx(expected)


def test_folds_without_a_score_are_left_out_and_counted():
    interval = nadeau_bengio(np.array([0.7, np.nan, 0.8, 0.9]), 0.25)
    assert interval.estimate == pytest.approx(0.8)
    assert interval.method == "Nadeau-Bengio on 3 of 4 folds"
    assert interval.undefined == 1


def test_too_few_folds_with_a_score_give_no_interval_and_no_p_value():
    scores = np.array([0.7, 0.8, np.nan, np.nan, np.nan])
    assert np.isnan(nadeau_bengio(scores, 0.25).low)
    assert np.isnan(corrected_t_p_value(scores, 0.25))


def test_five_folds_test_a_quarter_of_what_they_train_on(drawn):
    assert split_ratio(read_outcomes(drawn(patients=60))) == pytest.approx(0.25)


def test_one_fold_of_external_patients_has_no_training_ratio(from_arrays):
    chance = np.array([[[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.4, 0.6]]])
    external = from_arrays([0, 1, 0, 1], chance, folds=1)
    assert np.isnan(split_ratio(read_outcomes(external)))


def test_same_seed_gives_the_same_interval(drawn):
    first, second = (patient_bootstrap(drawn(), "auc", resamples=50, seed=3) for _ in range(2))
    assert first == second
    assert first != patient_bootstrap(drawn(), "auc", resamples=50, seed=4)


def test_perfect_separation_has_an_interval_without_width(from_arrays):
    chance = np.linspace(0.95, 0.05, 20)
    perfect = from_arrays([0] * 10 + [1] * 10, np.stack([chance, 1 - chance], axis=1)[np.newaxis])
    interval = patient_bootstrap(perfect, "auc", resamples=100)
    assert (interval.estimate, interval.low, interval.high) == (1.0, 1.0, 1.0)


def test_every_resample_has_every_class():
    labels = np.array([0] * 2 + [1] * 50)
    counts = draw_resamples(labels, 500, seed=1)
    assert (counts[:, :2].sum(axis=1) > 0).all()
    assert (counts.sum(axis=1) == 52).all()


def test_class_shares_vary_between_resamples():
    labels = np.repeat([0, 1], 20)
    assert draw_resamples(labels, 50, seed=1)[:, :20].sum(axis=1).std() > 1.0


def test_undefined_resamples_are_counted_in_the_method(from_arrays):
    chance = np.array([0.9, 0.8, 0.7, 0.4, 0.6, 0.3, 0.2, 0.1])
    nearly = from_arrays([0] * 4 + [1] * 4, np.stack([chance, 1 - chance], axis=1)[np.newaxis])
    interval = patient_bootstrap(nearly, "calibration_slope", resamples=200)
    assert interval.undefined > 0
    assert interval.method.endswith(f"({interval.undefined} of 200 resamples undefined)")


def test_no_resamples_are_refused(drawn):
    with pytest.raises(InputError, match="resamples"):
        patient_bootstrap(drawn(), "auc", resamples=0)


def test_patient_bootstrap_covers_the_truth_and_the_naive_interval_does_not(from_arrays):
    covered, naive_covered, studies = 0, 0, 200
    labels = np.repeat([0, 1], 30)
    for study in range(studies):
        generator = np.random.default_rng([7, study])
        scores = generator.normal(size=60) + EFFECT * (labels == 0)
        refits = scores + generator.normal(scale=0.05, size=(5, 60))
        chance = 1.0 / (1.0 + np.exp(-refits))
        predictions = from_arrays(labels, np.stack([chance, 1 - chance], axis=2))
        interval = patient_bootstrap(predictions, "auc", resamples=300, seed=study)
        covered += interval.low <= TRUE_AUC <= interval.high
        folds = score_folds(read_outcomes(predictions), "auc")
        half = stats.t.ppf(0.975, len(folds) - 1) * folds.std(ddof=1) / np.sqrt(len(folds))
        naive_covered += abs(folds.mean() - TRUE_AUC) <= half
    assert 0.89 <= covered / studies <= 0.99
    assert naive_covered / studies < 0.75


def test_limits_of_the_fold_interval_stay_within_the_metrics_range(drawn):
    outcomes = read_outcomes(drawn(patients=24))
    for metric in ("auc", "mcc", "brier", "log_loss"):
        found, free = fold_interval(outcomes, metric), fold_limits(outcomes, metric)
        assert found.low == max(free.low, METRICS[metric].lowest)
        assert found.high == min(free.high, METRICS[metric].highest)


def fold_limits(outcomes, metric):
    return nadeau_bengio(score_folds(outcomes, metric), split_ratio(outcomes))


def test_bootstrap_p_counts_the_resamples_beyond_zero_twice():
    differences = np.array([0.2, *[-0.1] * 3, *[0.1] * 96])
    assert bootstrap_p_value(differences) == pytest.approx(2 * 4 / 100)


def test_bootstrap_p_of_no_difference_is_one_and_of_a_sure_one_is_never_zero():
    assert bootstrap_p_value(np.zeros(100)) == 1.0
    assert bootstrap_p_value(np.full(1000, -0.3)) == pytest.approx(2 / 1000)
    assert np.isnan(bootstrap_p_value(np.full(10, np.nan)))
