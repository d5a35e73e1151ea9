"""Each check: what sets it off, and what leaves it calm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.checks.beyond_prior import BeyondPrior
from radiomics_hcc.evaluation.checks.beyond_size import BeyondSize
from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.class_size import ClassSize
from radiomics_hcc.evaluation.checks.events_per_feature import (
    EventsPerFeature,
    limiting_sample_size,
)
from radiomics_hcc.evaluation.checks.single_feature import SingleFeature
from radiomics_hcc.evaluation.checks.size_in_disguise import SizeInDisguise, rank_correlation
from radiomics_hcc.evaluation.checks.train_gap import TrainGap
from radiomics_hcc.evaluation.evaluate import evaluate_predictions


@pytest.fixture(scope="module")
def given(drawn):
    models = [
        drawn(model="elastic_net", effect=2.5, seed=1),
        drawn(model="size_only", effect=0.3, seed=2),
        drawn(model="guess", effect=0.0, seed=3),
    ]
    metrics, comparisons = evaluate_predictions(models, resamples=200)
    first = models[0].frame
    labels = first[first["repeat"] == 0].set_index("patient_id")["label"]
    generator = np.random.default_rng(0)
    features = pd.DataFrame(
        generator.normal(size=(60, 4)), index=labels.index, columns=["size", "a", "b", "c"]
    )
    selected = pd.DataFrame(
        {"model": "elastic_net", "feature": ["a", "b"], "frequency": [0.9, 0.6]}
    )
    trained = pd.DataFrame({"model": "elastic_net", "repeat": 0, "fold": range(5)})
    return CheckInput(
        primary="elastic_net",
        predictions={each.model: each for each in models},
        metrics=metrics,
        comparisons=comparisons,
        labels=labels,
        selected=selected,
        features=features,
        size_column="size",
        train_scores=trained.assign(train_auc=0.95),
    )


def labelled(**counts: int) -> pd.Series:
    return pd.Series([name for name, count in counts.items() for _ in range(count)])


@pytest.mark.parametrize(
    ("small", "severity"), [(4, "serious"), (5, "warning"), (9, "warning"), (10, "ok")]
)
def test_small_class(given, small, severity):
    finding = ClassSize()(replace(given, labels=labelled(OR=small, nonOR=50)))
    assert finding.severity == severity
    assert f"OR {small}" in finding.sentence


def test_class_without_any_patient_is_serious(given):
    finding = ClassSize()(replace(given, labels=labelled(OR=50)))
    assert finding.severity == "serious"
    assert "Class nonOR has 0 patients" in finding.sentence


@pytest.mark.parametrize(
    ("frequency", "severity"), [(1.0, "ok"), (2.0, "warning"), (8.0, "serious")]
)
def test_events_for_each_selected_feature(given, frequency, severity):
    # 30 patients in the smaller class, 2 features: 15, 7.5 and 3.75 events for each.
    selected = given.selected.assign(frequency=frequency)
    assert EventsPerFeature()(replace(given, selected=selected)).severity == severity


def test_model_that_selects_nothing_uses_every_column(given):
    wide = pd.DataFrame(np.zeros((60, 40)), index=given.labels.index)
    without = replace(given, selected=None, features=wide, size_column=None)
    assert "30 events for 40.0 features" in EventsPerFeature()(without).sentence


def test_four_equal_classes_count_nearly_all_patients():
    labels = labelled(CR=25, PR=25, SD=25, PD=25)
    assert limiting_sample_size(labels) == pytest.approx(100 - 4 * 25**3 / 100**2)


def test_better_than_size_is_fine(given):
    finding = BeyondSize()(given)
    assert finding.severity == "ok"
    assert "elastic_net is better than size alone" in finding.sentence


def test_not_better_than_size_is_a_warning(given):
    finding = BeyondSize()(replace(given, primary="guess"))
    assert finding.severity == "warning"
    assert "not shown to be better than size alone" in finding.sentence


def test_worse_than_the_reference_is_serious(given):
    flipped = given.comparisons.assign(
        difference=-given.comparisons["difference"],
        low=-given.comparisons["high"],
        high=-given.comparisons["low"],
    )
    assert BeyondSize()(replace(given, comparisons=flipped)).severity == "serious"


def test_guessing_is_no_better_than_the_prior(given):
    assert BeyondPrior()(replace(given, primary="guess")).severity == "serious"
    assert BeyondPrior()(given).severity == "ok"


def test_good_ranking_with_bad_probabilities_is_a_warning(given):
    metrics = given.metrics.copy()
    metrics.loc[metrics["metric"] == "scaled_brier", "estimate"] = -0.1
    assert BeyondPrior()(replace(given, metrics=metrics)).severity == "warning"


@pytest.mark.parametrize("sign", [1, -1])
def test_feature_that_is_the_label_is_found_in_either_direction(given, sign):
    leak = sign * (given.labels == "OR").astype(float)
    finding = SingleFeature()(replace(given, features=given.features.assign(leak=leak)))
    assert finding.severity == "serious"
    assert "leak (AUC 1.00)" in finding.sentence


def test_missingness_that_is_the_label_is_found(given):
    texture = pd.Series(1.0, index=given.labels.index).where(given.labels == "nonOR")
    finding = SingleFeature()(replace(given, features=given.features.assign(texture=texture)))
    assert "texture being empty (AUC 1.00)" in finding.sentence


def test_column_of_words_is_mentioned(given):
    finding = SingleFeature()(replace(given, features=given.features.assign(bclc="B")))
    assert finding.severity == "ok"
    assert "columns of words (1)" in finding.sentence


def test_honest_features_tell_nothing_by_themselves(given):
    assert SingleFeature()(given).severity == "ok"


def test_selected_feature_that_follows_size_is_found(given):
    features = given.features.assign(a=-(given.features["size"] ** 3))
    finding = SizeInDisguise()(replace(given, features=features))
    assert finding.severity == "warning"
    assert finding.sentence == "1 of 2 selected features follow size: a (rho -1.00)."
    assert SizeInDisguise()(given).severity == "ok"


def test_rank_correlation_agrees_with_scipy_where_both_are_known():
    generator = np.random.default_rng(6)
    first, second = np.round(generator.normal(size=(2, 30)), 1)
    first[:5] = np.nan
    expected = stats.spearmanr(first[5:], second[5:]).statistic
    assert rank_correlation(pd.Series(first), pd.Series(second)) == pytest.approx(expected)


def test_constant_feature_does_not_follow_size(given):
    constant = replace(given, features=given.features.assign(a=1.0))
    assert SizeInDisguise()(constant).severity == "ok"


def test_size_column_itself_is_no_disguise(given):
    sized = replace(given, selected=given.selected.assign(feature=["size", "size"]))
    assert SizeInDisguise()(sized).severity == "note"


def test_feature_that_is_rarely_selected_is_not_held_against_the_model(given):
    features = given.features.assign(a=given.features["size"])
    rare = given.selected.assign(frequency=[0.1, 0.9])
    assert SizeInDisguise()(replace(given, features=features, selected=rare)).severity == "ok"


@pytest.mark.parametrize(("gap", "severity"), [(0.05, "ok"), (0.15, "warning"), (0.30, "serious")])
def test_gap_between_training_and_other_patients(given, gap, severity):
    metrics = given.metrics.copy()
    metrics.loc[metrics["metric"] == "auc", "estimate"] = 0.95 - gap
    assert TrainGap()(replace(given, metrics=metrics)).severity == severity


def test_unknown_primary_model_and_size_column_are_refused_together(given):
    with pytest.raises(InputError) as caught:
        replace(given, primary="elastic", size_column="siz")
    assert len(caught.value.problems) == 2
