"""Which models are compared with which, and what their differences are called."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.evaluate import evaluate_predictions
from radiomics_hcc.evaluation.pairing import compared_pairs
from radiomics_hcc.evaluation.verdict import (
    differences_in_words,
    negative_control_warning,
    verdict,
)

MODELS = ["net", "forest", "no_information", "size_only"]
BASELINES = ["no_information", "size_only"]


@pytest.fixture(scope="module")
def tables(drawn):
    models = [
        drawn(model="net", effect=2.0, seed=1),
        drawn(model="forest", effect=1.8, seed=3),
        drawn(model="no_information", effect=0.0, seed=2),
        drawn(model="size_only", effect=0.2, seed=4),
    ]
    return evaluate_predictions(
        models, baselines=BASELINES, primary="net", metrics=["auc", "brier"], resamples=500
    )


def test_every_model_meets_every_baseline_and_the_primary_the_other_models():
    pairs = compared_pairs(MODELS, reference="size_only", baselines=BASELINES, primary="net")
    assert pairs == (
        ("net", "size_only"),
        ("forest", "size_only"),
        ("net", "no_information"),
        ("forest", "no_information"),
        ("net", "forest"),
    )


def test_without_baselines_everything_meets_the_reference():
    pairs = compared_pairs(MODELS, reference="size_only")
    assert pairs == tuple((name, "size_only") for name in MODELS[:3])


def test_primary_baseline_is_compared_with_the_other_baselines_once():
    pairs = compared_pairs(MODELS, reference="size_only", baselines=BASELINES, primary="size_only")
    assert ("size_only", "no_information") in pairs
    assert len({frozenset(pair) for pair in pairs}) == len(pairs)


def test_without_reference_and_baselines_there_is_nothing_to_compare():
    assert compared_pairs(MODELS, reference=None) == ()


def test_all_unknown_names_are_told_at_once():
    with pytest.raises(InputError) as caught:
        compared_pairs(MODELS, reference="size", baselines=["prior"], primary="net1")
    assert len(caught.value.problems) == 3


def test_holm_counts_all_pairs_of_one_metric(tables):
    _, comparisons = tables
    for _, rows in comparisons.groupby("metric"):
        assert len(rows) == 5
        for raw, corrected in (("p_value", "p_holm"), ("p_corrected_t", "p_corrected_t_holm")):
            expected = multipletests(rows[raw], method="holm")[1]
            np.testing.assert_allclose(rows[corrected], expected)


def test_difference_is_that_of_the_scores(tables):
    metrics, comparisons = tables
    estimate = metrics.set_index(["model", "metric"])["estimate"]
    for row in comparisons.itertuples():
        expected = estimate[row.model, row.metric] - estimate[row.reference, row.metric]
        assert row.difference == pytest.approx(expected)


def test_verdict_compares_with_size_first_and_then_with_the_others(tables):
    metrics, comparisons = tables
    sentence = verdict(comparisons, metrics, primary="net")
    assert sentence.startswith("Net reaches AUC")
    assert "is better than size alone (0." in sentence
    assert "In AUC net is better than the class shares alone by 0." in sentence
    assert "it is not shown to differ from forest (difference 0." in sentence
    assert "no proof that the models are equal" in sentence
    assert "Among the other models, better than size alone: forest." in sentence


def rows(*told: tuple[str, float, float, float]) -> pd.DataFrame:
    """Comparisons of the net: reference, low, high, Holm-corrected p."""
    return pd.DataFrame(
        [
            ("net", name, "auc", (low + high) / 2, low, high, p_holm)
            for name, low, high, p_holm in told
        ],
        columns=["model", "reference", "metric", "difference", "low", "high", "p_holm"],
    )


def test_each_difference_is_told_under_how_it_stands():
    table = rows(("a", 0.1, 0.3, 0.001), ("b", -0.3, -0.1, 0.002), ("c", -0.1, 0.1, 1.0))
    assert differences_in_words(table, "net") == (
        "In AUC net is better than a by 0.20 (0.10 to 0.30, Holm-corrected p = 0.001); "
        "it is worse than b by 0.20 (-0.30 to -0.10, Holm-corrected p = 0.002); "
        "it is not shown to differ from c (difference 0.00, -0.10 to 0.10, "
        "Holm-corrected p = 1.00). "
        "A difference that is not shown is no proof that the models are equal."
    )


def test_where_all_differences_stand_nothing_is_said_of_equality():
    assert "equal" not in differences_in_words(rows(("a", 0.1, 0.3, 0.001)), "net")


def test_model_that_was_compared_with_nothing_has_no_sentence():
    assert differences_in_words(rows(("a", 0.1, 0.3, 0.001)), "forest") == ""


def control(low: float, high: float) -> pd.DataFrame:
    row = ("negative_control", "auc", (low + high) / 2, low, high, 60)
    return pd.DataFrame([row], columns=["model", "metric", "estimate", "low", "high", "patients"])


def test_control_that_holds_chance_is_not_mentioned():
    assert negative_control_warning(control(0.42, 0.58)) == ""


@pytest.mark.parametrize("limits", [(0.55, 0.7), (0.2, 0.45)])
def test_control_that_leaves_out_chance_is_warned_of(limits):
    assert negative_control_warning(control(*limits)).startswith("Warning: the negative control")


def test_control_is_read_as_auc_where_the_metric_has_no_fixed_chance():
    assert "AUC 0.62" in negative_control_warning(control(0.55, 0.7), "brier")


def test_verdict_ends_with_the_warning(tables):
    metrics, comparisons = tables
    more = pd.concat([metrics, control(0.55, 0.7)], ignore_index=True)
    assert "Warning: the negative control" in verdict(comparisons, more, primary="net")


def test_undefined_score_is_said_in_words(tables):
    metrics, comparisons = tables
    empty = metrics.assign(estimate=np.nan, low=np.nan, high=np.nan)
    sentence = verdict(comparisons, empty, primary="net")
    assert sentence.startswith("Net has no AUC (60 patients: it is undefined for them)")
