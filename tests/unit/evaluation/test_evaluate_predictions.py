"""The tables of an evaluation, and the verdict in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.compare import COMPARISON_COLUMNS
from radiomics_hcc.evaluation.evaluate import METRIC_COLUMNS, evaluate_predictions
from radiomics_hcc.evaluation.intervals import patient_bootstrap
from radiomics_hcc.evaluation.metrics import METRICS, score_repeats
from radiomics_hcc.evaluation.outcomes import read_outcomes
from radiomics_hcc.evaluation.verdict import verdict

FOUR = ("CR", "PR", "SD", "PD")


@pytest.fixture(scope="module")
def models(drawn):
    return [
        drawn(model="elastic_net", effect=1.8, seed=1),
        drawn(model="size_only", effect=0.3, seed=2),
        drawn(model="forest", effect=0.4, seed=3),
    ]


@pytest.fixture(scope="module")
def tables(models):
    return evaluate_predictions(models, resamples=300, seed=5)


def test_tables_have_the_agreed_columns(tables):
    metrics, comparisons = tables
    assert tuple(metrics.columns) == METRIC_COLUMNS
    assert tuple(comparisons.columns) == COMPARISON_COLUMNS


def test_every_model_has_every_metric_that_applies(tables):
    metrics, _ = tables
    assert len(metrics) == 3 * 15
    assert (metrics["patients"] == 60).all()
    assert (metrics["repeats"] == 4).all()
    assert (metrics["low"] <= metrics["estimate"]).all()
    assert (metrics["estimate"] <= metrics["high"]).all()


def test_estimate_is_the_mean_over_the_repeats(models, tables):
    metrics, _ = tables
    row = metrics[(metrics["model"] == "forest") & (metrics["metric"] == "brier")].iloc[0]
    expected = score_repeats(read_outcomes(models[2]), "brier").mean()
    assert row["estimate"] == pytest.approx(expected, rel=1e-12)


def test_interval_is_that_of_the_patient_bootstrap(models, tables):
    metrics, _ = tables
    row = metrics[(metrics["model"] == "forest") & (metrics["metric"] == "auc")].iloc[0]
    alone = patient_bootstrap(models[2], "auc", resamples=300, seed=5)
    assert (row["low"], row["high"], row["method"]) == (alone.low, alone.high, alone.method)


def test_calibration_has_no_fold_interval_and_says_so(tables):
    metrics, _ = tables
    row = metrics[metrics["metric"] == "calibration_slope"].iloc[0]
    assert np.isnan(row["nb_low"])
    assert row["method"].endswith("Nadeau-Bengio on 0 of 20 folds")


def test_metrics_with_a_target_are_not_compared(tables):
    _, comparisons = tables
    compared = set(comparisons["metric"])
    assert all(METRICS[name].direction != "target" for name in compared)
    assert set(comparisons["model"]) == {"elastic_net", "forest"}


def test_holm_counts_the_models_of_one_metric(tables):
    _, comparisons = tables
    auc = comparisons[comparisons["metric"] == "auc"]
    assert auc["p_holm"].min() == pytest.approx(2 * auc["p_value"].min())


def test_same_seed_gives_the_same_tables(models, tables):
    again = evaluate_predictions(models, resamples=300, seed=5)
    for first, second in zip(tables, again, strict=True):
        pd.testing.assert_frame_equal(first, second)


def test_four_classes_get_ordinal_metrics(drawn):
    models = [drawn(model=name, classes=FOUR) for name in ("size_only", "ordinal")]
    metrics, comparisons = evaluate_predictions(models, resamples=50)
    assert {"quadratic_kappa", "ranked_probability_score"} <= set(metrics["metric"])
    assert (comparisons["difference"] == 0).all()
    assert (comparisons["p_holm"] == 1).all()


def test_class_shares_of_the_training_patients_rank_nobody(from_arrays):
    labels = np.repeat([0, 1], [23, 41])
    predictions = from_arrays(labels, np.zeros((1, 64, 2)), model="no_information")
    fold = predictions.frame["fold"].to_numpy()
    shares = np.array([(labels[fold != each] == 0).mean() for each in range(5)])[fold]
    frame = predictions.frame.assign(p_OR=shares, p_nonOR=1 - shares)
    metrics, _ = evaluate_predictions(
        [replace(predictions, frame=frame)], reference=None, resamples=50
    )
    table = metrics.set_index("metric")
    assert table.loc["auc", ["estimate", "low", "high"]].tolist() == [0.5, 0.5, 0.5]
    assert table.loc["mcc", "estimate"] == 0.0
    assert -0.02 < table.loc["scaled_brier", "estimate"] < 0.0


def test_without_reference_nothing_is_compared(models):
    _, comparisons = evaluate_predictions(models, reference=None, metrics=["auc"], resamples=20)
    assert comparisons.empty
    assert tuple(comparisons.columns) == COMPARISON_COLUMNS


def test_unknown_reference_is_met_with_a_suggestion(models):
    with pytest.raises(InputError, match="did you mean 'size_only'"):
        evaluate_predictions(models, reference="size", metrics=["auc"], resamples=20)


def test_two_models_of_one_name_are_refused(models):
    with pytest.raises(InputError, match="model forest: appears more than once"):
        evaluate_predictions([*models, models[2]], resamples=20)


def test_problems_of_all_models_come_together(models):
    broken = [replace(each, frame=each.frame.iloc[1:]) for each in models]
    with pytest.raises(InputError) as caught:
        evaluate_predictions(broken, resamples=20)
    assert len(caught.value.problems) == 3


def test_verdict_says_that_a_strong_model_beats_size(tables):
    metrics, comparisons = tables
    sentence = verdict(comparisons, metrics, primary="elastic_net")
    assert sentence.startswith("Elastic net reaches AUC 0.")
    assert "60 patients) and is better than size alone (0." in sentence
    assert sentence.endswith("Among the other models, none is shown to differ from size alone.")


def test_verdict_speaks_of_the_declared_model_and_not_of_the_best(tables):
    metrics, comparisons = tables
    sentence = verdict(comparisons, metrics, primary="forest")
    assert sentence.startswith("Forest reaches AUC")
    assert "is not shown to be better than size alone (0.73): difference" in sentence
    assert sentence.endswith("better than size alone: elastic net.")


def test_verdict_on_the_reference_makes_no_claim_about_itself(tables):
    metrics, comparisons = tables
    first = verdict(comparisons, metrics, primary="size_only").split(". ")[0]
    assert first.endswith("60 patients)")


def test_verdict_on_an_unknown_model_lists_the_known(tables):
    metrics, comparisons = tables
    with pytest.raises(InputError, match="models: elastic_net, size_only, forest"):
        verdict(comparisons, metrics, primary="svm")
