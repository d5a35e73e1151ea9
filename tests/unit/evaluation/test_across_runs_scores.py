"""Paired differences and ranks of models of different runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.across_runs import (
    Compared,
    comparable_groups,
    pairs_of,
    pairs_to_compare,
    words_behind,
)
from radiomics_hcc.evaluation.across_runs_scores import (
    PAIRED_COLUMNS,
    metrics_of,
    paired_table,
    rank_table,
    score_models,
)
from radiomics_hcc.evaluation.compare import compare_predictions
from radiomics_hcc.evaluation.evaluate import evaluate_predictions
from radiomics_hcc.evaluation.metrics import METRICS

RESAMPLES = 100


def compared(label, predictions, training_auc=0.9, **known):
    words = words_behind(predictions.classes, None)
    return Compared(label, predictions, words, training_auc, **known)


def judged(models, resamples=RESAMPLES, seed=0):
    """Paired table, ranks, scores of models."""
    pairs = pairs_of(models)
    groups = comparable_groups(models, pairs)
    tested = pairs_to_compare(models, pairs)
    needed = [(name, pair.view) for pair in tested for name in (pair.left, pair.right)]
    needed += [(each.label, "all") for each in models]
    scores = score_models(models, needed, resamples=resamples, seed=seed)
    return paired_table(tested, scores), rank_table(groups, scores), scores


def test_an_identical_run_differs_in_nothing_and_shares_the_place(drawn):
    paired, ranks, _ = judged([compared("a", drawn()), compared("b", drawn())])
    assert (paired[["difference", "low", "high"]] == 0.0).all(axis=None)
    assert (paired[["p_value", "p_holm", "p_corrected_t"]] == 1.0).all(axis=None)
    assert (ranks[["rank", "low", "high"]] == 1.5).all(axis=None)
    assert (ranks["best"] == 0.5).all()


def test_two_models_of_one_run_are_compared_as_the_run_compares_them(drawn):
    models = [drawn(model="net", effect=1.5), drawn(model="forest", effect=0.8, seed=4)]
    trained = {"net": 0.95, "forest": float("nan")}
    metrics, own = evaluate_predictions(
        models, reference=None, primary="net", training_auc=trained, resamples=RESAMPLES, seed=9
    )
    entries = [compared(each.model, each, trained[each.model]) for each in models]
    paired, _, scores = judged(entries, seed=9)
    told = paired.rename(columns={"left": "model", "right": "reference"})
    pd.testing.assert_frame_equal(told[own.columns], own)
    again = pd.concat([metrics_of(each, scores) for each in entries], ignore_index=True)
    pd.testing.assert_frame_equal(again, metrics)


def test_a_difference_does_not_depend_on_the_numbers_of_the_folds(drawn):
    frame = drawn(seed=1).frame.assign(fold=lambda rows: 7 - rows["fold"])
    other = replace(drawn(seed=1), frame=frame)
    left = compared("a", drawn())
    there, _, _ = judged([left, compared("b", drawn(seed=1))])
    numbered, _, _ = judged([left, compared("b", other)])
    pd.testing.assert_frame_equal(there, numbered)


def test_without_the_same_splits_there_is_no_corrected_t_but_a_difference(drawn):
    frame = drawn(seed=1).frame
    other = replace(drawn(seed=1), frame=frame.assign(fold=(frame["fold"] + frame.index) % 5))
    paired, _, _ = judged([compared("a", drawn()), compared("b", other)])
    assert paired["p_corrected_t"].isna().all()
    assert paired["p_corrected_t_holm"].isna().all()
    assert paired["p_value"].notna().all()


def test_a_run_that_mends_one_patient_is_better_by_that_patient():
    labels = np.tile(["OR", "nonOR"], 20)
    chance = np.where(labels == "OR", 0.8, 0.2)
    chance[0] = 0.1  # an OR called nonOR

    def predictions(values):
        known = {"patient_id": [f"p{n:02d}" for n in range(40)], "repeat": 0}
        frame = pd.DataFrame({**known, "fold": np.arange(40) // 2 % 4, "label": labels})
        return frame.assign(p_OR=values, p_nonOR=1 - values)

    wrong = Predictions("m", ("OR", "nonOR"), predictions(chance))
    right = Predictions("m", ("OR", "nonOR"), predictions(np.where(labels == "OR", 0.8, 0.2)))
    paired, ranks, _ = judged([compared("right", right), compared("wrong", wrong)])
    by_metric = paired.set_index("metric")["difference"]
    assert by_metric["sensitivity"] == pytest.approx(1 / 20)
    assert by_metric["specificity"] == 0.0
    assert by_metric["brier"] == pytest.approx((0.2**2 - 0.9**2) / 40)
    places = ranks.set_index(["metric", "label"])["rank"]
    assert places["sensitivity", "right"] == 1.0
    assert places["brier", "right"] == 1.0  # lower is better
    assert places["specificity", "right"] == places["specificity", "wrong"] == 1.5


def test_holm_counts_every_pair_of_a_metric(drawn):
    models = [compared(name, drawn(effect=e, seed=e)) for name, e in (("a", 3), ("b", 1), ("c", 0))]
    paired, _, _ = judged(models)
    of_auc = paired[paired["metric"] == "auc"]
    smallest = of_auc["p_value"].min()
    assert len(of_auc) == 3
    assert of_auc["p_holm"].min() == pytest.approx(min(1.0, 3 * smallest))


def test_paired_rows_agree_with_the_comparison_of_two_predictions(drawn):
    one, other = drawn(effect=2.0), drawn(effect=0.5, seed=3)
    paired, _, _ = judged([compared("a", one), compared("b", other)], seed=5)
    row = paired[paired["metric"] == "brier"].iloc[0]
    direct = compare_predictions(one, other, "brier", resamples=RESAMPLES, seed=5)
    found = direct.interval
    assert row[["difference", "low", "high"]].tolist() == [found.estimate, found.low, found.high]
    assert row["p_value"] == direct.p_value
    assert row["p_corrected_t"] == direct.p_corrected_t


def test_shares_of_first_places_add_up_to_one(drawn):
    models = [compared(str(seed), drawn(seed=seed)) for seed in range(4)]
    _, ranks, _ = judged(models)
    totals = ranks.groupby("metric")["best"].sum()
    assert totals.to_numpy() == pytest.approx(1.0)
    assert (ranks["low"] <= ranks["high"]).all()
    assert ranks["among"].unique().tolist() == [4]
    sums = ranks.groupby("metric")["rank"].sum()
    assert (sums == 10.0).all()


def test_a_much_better_model_is_first_in_nearly_every_resample(drawn):
    models = [compared("good", drawn(effect=4.0)), compared("poor", drawn(effect=0.0, seed=1))]
    _, ranks, _ = judged(models)
    auc = ranks[ranks["metric"] == "auc"].set_index("label")
    assert auc.loc["good", ["rank", "low", "high"]].tolist() == [1.0, 1.0, 1.0]
    assert auc.loc["good", "best"] > 0.99


def test_four_classes_against_two_are_judged_by_metrics_of_two_classes(drawn):
    four = drawn(classes=("CR", "PR", "SD", "PD"))
    frame = four.frame[["patient_id", "repeat", "fold"]].assign(
        label=np.where(four.frame["label"].isin(["CR", "PR"]), "OR", "nonOR"),
        p_OR=(four.frame["p_CR"] + four.frame["p_PR"]).clip(0, 1).round(12),
    )
    frame["p_nonOR"] = 1.0 - frame["p_OR"]
    two = replace(four, classes=("OR", "nonOR"), frame=frame)
    models = [compared("four", four), compared("two", two)]
    pairs = pairs_of(models)
    scores = score_models(models, [("four", "two"), ("two", "two")], resamples=50, seed=0)
    paired = paired_table(pairs, scores)
    assert {METRICS[name].view for name in paired["metric"]} <= {"two", "two_if_possible"}
    assert (paired["difference"].abs() < 1e-12).all()
    assert paired["metric"].tolist()[0] == "auc"


def test_a_score_that_nobody_has_gives_no_place(drawn):
    frame = drawn().frame.assign(p_OR=0.1, p_nonOR=0.9)  # nobody is called positive
    never = compared("never", replace(drawn(), frame=frame))
    _, ranks, _ = judged([never, compared("net", drawn(effect=3.0))])
    ppv = ranks[ranks["metric"] == "ppv"].set_index("label")
    assert ppv.loc["never", ["rank", "low", "high", "best"]].isna().all()
    assert ppv.loc["net", "rank"] == 1.0


def test_nothing_to_compare_gives_empty_tables_with_their_columns(drawn):
    paired, ranks, _ = judged([compared("alone", drawn())])
    assert paired.empty
    assert list(paired.columns) == list(PAIRED_COLUMNS)
    assert ranks.empty
    assert "best" in ranks
