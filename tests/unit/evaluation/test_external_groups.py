"""Predictions of groups that were tested whole: sites, one repeat, groups of one class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.evaluation.boundaries import boundaries
from radiomics_hcc.evaluation.calibration_smooth import calibration_errors, smooth_calibration
from radiomics_hcc.evaluation.curves import calibration_curve, roc_curve
from radiomics_hcc.evaluation.evaluate import evaluate_predictions
from radiomics_hcc.evaluation.instability import instability_summary
from radiomics_hcc.evaluation.intervals import fold_interval, split_ratio
from radiomics_hcc.evaluation.metrics import score_repeats
from radiomics_hcc.evaluation.net_benefit import decision_curve
from radiomics_hcc.evaluation.outcomes import read_outcomes

SITES = ("Basel",) * 30 + ("Lyon",) * 20 + ("Turin",) * 6 + ("Vienna",) * 4


def by_site(predictions: Predictions, sites: tuple[str, ...] = SITES) -> Predictions:
    """One repeat whose folds are sites of unequal size; the last one has one class."""
    frame = predictions.frame[predictions.frame["repeat"] == 0].assign(fold=list(sites))
    is_last = frame["fold"] == "Vienna"
    return replace(predictions, frame=frame.assign(label=frame["label"].mask(is_last, "nonOR")))


@pytest.fixture(scope="module")
def models(drawn):
    return [
        by_site(drawn(model="net", effect=2.0, seed=1)),
        by_site(drawn(model="size_only", effect=0.2, seed=2)),
    ]


def test_sites_give_metrics_and_comparisons_without_fold_intervals(models):
    metrics, comparisons = evaluate_predictions(
        models, baselines=["size_only"], primary="net", resamples=100
    )
    auc = metrics[metrics["metric"] == "auc"]
    assert np.isfinite(auc[["estimate", "low", "high"]]).all(axis=None)
    assert metrics[["nb_low", "nb_high"]].isna().all(axis=None)
    assert metrics["method"].str.contains("the folds are groups, not random splits").all()
    assert comparisons["p_corrected_t"].isna().all()
    assert comparisons["p_holm"].notna().any()


def test_auc_is_that_of_the_sites_weighted_by_their_pairs(models):
    frame = models[0].frame
    won = pairs = 0.0
    for _, site in frame.groupby("fold"):
        inside = replace(models[0], frame=site)
        positives = int((site["label"] == "OR").sum())
        held = positives * (len(site) - positives)
        if held:
            won += held * score_repeats(read_outcomes(inside), "auc")[0, 0]
            pairs += held
    assert score_repeats(read_outcomes(models[0]), "auc")[0, 0] == pytest.approx(won / pairs)


def test_numbered_folds_are_random_splits_and_named_ones_are_groups(drawn, models):
    assert split_ratio(read_outcomes(drawn())) == pytest.approx(0.25)
    assert np.isnan(split_ratio(read_outcomes(models[0])))
    assert np.isnan(fold_interval(read_outcomes(models[0]), "auc").low)


def test_one_held_out_group_is_judged(models):
    alone = [replace(each, frame=each.frame[each.frame["fold"] == "Basel"]) for each in models]
    metrics, comparisons = evaluate_predictions(alone, resamples=100)
    assert np.isfinite(metrics.set_index("metric").loc["auc", "low"]).all()
    assert len(comparisons) > 0


def test_group_with_one_class_keeps_its_rows_without_an_auc(models):
    alone = replace(models[0], frame=models[0].frame[models[0].frame["fold"] == "Vienna"])
    metrics, _ = evaluate_predictions([alone], reference=None, resamples=20)
    table = metrics.set_index("metric")
    assert np.isnan(table.loc["auc", "estimate"])
    assert np.isfinite(table.loc["brier", "estimate"])


def test_curves_of_sites_are_drawn(models):
    assert roc_curve(models[0], resamples=20)["sensitivity"].iloc[-1] == 1.0
    for table in (
        calibration_curve(models[0], resamples=20),
        decision_curve(models[0], resamples=20),
        smooth_calibration(models[0], resamples=20),
        calibration_errors(models[0], resamples=20),
        boundaries(models[0], resamples=20),
    ):
        assert len(table)
    assert "cannot be seen" in instability_summary(models[0])["note"][0]


def test_sites_of_one_class_each_have_an_empty_roc_curve(from_arrays):
    chance = np.linspace(0.1, 0.9, 20)
    apart = from_arrays([0] * 10 + [1] * 10, np.stack([chance, 1 - chance], axis=1)[np.newaxis])
    frame = apart.frame.assign(fold=["Basel"] * 10 + ["Lyon"] * 10)
    curve = roc_curve(replace(apart, frame=frame), resamples=20)
    assert curve["sensitivity"].iloc[1:].isna().all()
    assert isinstance(curve, pd.DataFrame)
