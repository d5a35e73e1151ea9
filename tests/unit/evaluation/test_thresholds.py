"""Decisions at the threshold that was chosen inside training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as oracle

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.curves import confusion
from radiomics_hcc.evaluation.evaluate import evaluate_predictions
from radiomics_hcc.evaluation.metrics import score_repeats
from radiomics_hcc.evaluation.outcomes import read_outcomes
from radiomics_hcc.evaluation.readers import score_readers
from radiomics_hcc.evaluation.threshold_summary import threshold_summary

FOUR = ("CR", "PR", "SD", "PD")


def at(predictions, threshold):
    return replace(predictions, frame=predictions.frame.assign(threshold=threshold))


@pytest.fixture(scope="module")
def varied(drawn):
    """A threshold of its own for every fold of every repeat."""
    frame = drawn(patients=80).frame
    return at(drawn(patients=80), 0.3 + 0.05 * frame["fold"] + 0.02 * frame["repeat"])


def score(predictions, metric):
    return score_repeats(read_outcomes(predictions), metric)[0]


def test_decisions_are_those_at_each_patients_own_threshold(varied):
    for repeat, frame in varied.frame.groupby("repeat"):
        truth, called = frame["label"] == "OR", frame["p_OR"] >= frame["threshold"]
        expected = {
            "sensitivity": oracle.recall_score(truth, called),
            "specificity": oracle.recall_score(~truth, ~called),
            "ppv": oracle.precision_score(truth, called),
            "npv": oracle.precision_score(~truth, ~called),
            "balanced_accuracy": oracle.balanced_accuracy_score(truth, called),
            "mcc": oracle.matthews_corrcoef(truth, called),
            "quadratic_kappa": oracle.cohen_kappa_score(truth, called),
        }
        for metric, value in expected.items():
            assert score(varied, metric)[repeat] == pytest.approx(value), metric


def test_net_benefit_weighs_each_false_positive_by_its_own_threshold(varied):
    frame = varied.frame[varied.frame["repeat"] == 0]
    called, truth = frame["p_OR"] >= frame["threshold"], frame["label"] == "OR"
    odds = frame["threshold"] / (1 - frame["threshold"])
    expected = ((called & truth) - (called & ~truth) * odds).mean()
    assert score(varied, "net_benefit")[0] == pytest.approx(expected)


def test_threshold_of_one_half_changes_nothing(drawn):
    for metric in ("sensitivity", "mcc", "npv", "net_benefit", "auc", "brier"):
        np.testing.assert_allclose(score(at(drawn(), 0.5), metric), score(drawn(), metric))


def test_fold_without_a_threshold_calls_the_most_probable_class(drawn):
    frame = drawn().frame
    partly = at(drawn(), np.where(frame["fold"] == 0, np.nan, 0.5))
    np.testing.assert_allclose(score(partly, "sensitivity"), score(drawn(), "sensitivity"))


def test_calling_everybody_positive_has_full_sensitivity_and_no_npv(drawn):
    everybody = at(drawn(), 0.0)
    assert (score(everybody, "sensitivity") == 1).all()
    assert (score(everybody, "specificity") == 0).all()
    assert np.isnan(score(everybody, "npv")).all()
    np.testing.assert_allclose(score(everybody, "ppv"), 0.5)


def test_probabilities_are_judged_without_the_threshold(drawn):
    for metric in ("auc", "brier", "log_loss", "calibration_slope"):
        np.testing.assert_array_equal(score(at(drawn(), 0.2), metric), score(drawn(), metric))


def test_four_classes_use_it_in_the_two_class_view_alone(drawn):
    plain = drawn(classes=FOUR)
    low = at(plain, 0.2)
    assert (score(low, "sensitivity") > score(plain, "sensitivity")).all()
    np.testing.assert_array_equal(
        score(low, "balanced_accuracy"), score(plain, "balanced_accuracy")
    )


def test_metrics_table_says_at_which_threshold_patients_were_called(drawn):
    models = [at(drawn(model="chosen"), 0.4), drawn(model="unchosen")]
    metrics, _ = evaluate_predictions(models, reference=None, resamples=20)
    method = metrics.set_index(["model", "metric"])["method"]
    assert method["chosen", "sensitivity"].endswith("at the threshold chosen in training")
    assert method["unchosen", "sensitivity"].endswith("at the most probable class")
    assert method["chosen", "auc"] == "patient bootstrap"


def test_confusion_of_two_classes_is_that_of_the_calls(varied):
    table, frame = confusion(varied), varied.frame
    called = (frame["p_OR"] >= frame["threshold"]) & (frame["label"] == "OR")
    assert table.loc["OR", "OR"] == pytest.approx(called.sum() / 4)


def test_readers_are_scored_at_the_threshold_too(varied):
    frame = varied.frame
    labels = frame[frame["repeat"] == 0].set_index("patient_id")["label"]
    read = labels.where(labels.index > "p019").to_frame("anna")
    table = score_readers(varied, read, metrics=["sensitivity"], resamples=20)
    seen = frame[frame["patient_id"] > "p019"]
    is_positive = seen["label"] == "OR"
    expected = (seen["p_OR"] >= seen["threshold"])[is_positive].groupby(seen["repeat"]).mean()
    assert table["estimate"][0] == pytest.approx(expected.mean())


@pytest.mark.parametrize("wrong", [-0.1, np.inf, "half"])
def test_threshold_that_is_none_is_refused_and_the_patient_named(drawn, wrong):
    frame = drawn().frame.assign(threshold=0.5).astype({"threshold": object})
    frame.loc[3, "threshold"] = wrong
    with pytest.raises(InputError, match="threshold: is no number from 0 on for patients p003"):
        read_outcomes(replace(drawn(), frame=frame))


def test_summary_counts_every_fold_once(varied):
    row = threshold_summary([varied], rule="youden").iloc[0]
    each = varied.frame.drop_duplicates(["repeat", "fold"])["threshold"]
    assert (row["rule"], row["folds"], row["note"]) == ("youden", 20, "")
    found = [row[name] for name in ("mean", "sd", "minimum", "maximum")]
    assert found == pytest.approx([each.mean(), each.std(), each.min(), each.max()])


def test_summary_keeps_models_without_a_threshold_and_says_what_decides(drawn, varied):
    partly = at(drawn(), np.where(drawn().frame["fold"] == 0, np.nan, 0.4))
    table = threshold_summary([drawn(), partly], rule="half")
    assert table["folds"].tolist() == [0, 16]
    assert "most probable class decides" in table["note"][0]
    assert table["note"][1] == "4 of 20 folds chose none"
    assert np.isnan(table["mean"][0])
