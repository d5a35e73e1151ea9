"""Small versions of the simulations of null cohorts and of a planted signal."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import mannwhitneyu
from statsmodels.stats.proportion import proportion_confint

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks" / "validity"))

import planted_signal
from null_cohorts import errors, judge_null, permute_null, summary
from planted_signal import coverage, judge_planted, selection
from shares import share, wilson
from simulated_cohorts import BLOCK, Plan, column_name, simulate

from radiomics_hcc.modelling.validation import Validation

FEW_FOLDS = Validation(outer=2, repeats=1, inner=2)
LARGE = Plan(3000, radiomic=10, planted=1, effect=1.0)


def test_limits_of_a_share_are_those_of_statsmodels() -> None:
    assert wilson(186, 200) == pytest.approx(proportion_confint(186, 200, method="wilson"))


def test_a_share_says_how_sure_it_is() -> None:
    assert share([True] * 186 + [False] * 14) == "93.0 % (88.6 to 95.8)"


def test_the_same_seed_makes_the_same_study() -> None:
    (first, labels), (again, same) = simulate(Plan(), 5), simulate(Plan(), 5)
    pd.testing.assert_frame_equal(first.data, again.data)
    pd.testing.assert_series_equal(labels.labels, same.labels)
    assert not first.data.equals(simulate(Plan(), 6)[0].data)


def test_columns_correlate_within_a_block_and_lesions_within_a_patient() -> None:
    data = simulate(replace(LARGE, planted=0), 1)[0].data
    values = data[[column_name(number) for number in (0, 1, BLOCK)]]
    patients = values.groupby(level=0).first()
    related = np.corrcoef(patients, rowvar=False)
    assert related[0, 1] == pytest.approx(0.6 * 0.7, abs=0.05)
    assert related[0, 2] == pytest.approx(0.0, abs=0.05)
    second = values.groupby(level=0).nth(1)[column_name(0)]
    first = patients.loc[second.index, column_name(0)]
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.7, abs=0.05)


def test_null_labels_have_fixed_numbers_and_follow_nothing() -> None:
    table, target = simulate(replace(LARGE, planted=0), 2)
    assert target.labels.value_counts().to_dict() == {"OR": 1200, "nonOR": 1800}
    patients = table.data.groupby(level=0).first().select_dtypes("number")
    is_first = (target.labels == "OR").reindex(patients.index)
    p_values = mannwhitneyu(patients[is_first], patients[~is_first], nan_policy="omit").pvalue
    assert p_values.min() > 0.05 / patients.shape[1] / 10


def test_planted_labels_follow_the_planted_column_most() -> None:
    table, target = simulate(LARGE, 3)
    patients = table.data.groupby(level=0).first().select_dtypes("number")
    is_first = (target.labels == "OR").reindex(patients.index)
    related = patients.corrwith(is_first.astype(float), method="spearman").abs()
    assert related.idxmax() == LARGE.planted_columns[0]


def test_intervals_of_null_cohorts_hold_one_half() -> None:
    studies = [judge_null(Plan(60, radiomic=5), study, FEW_FOLDS) for study in range(2)]
    judged = pd.concat(studies, ignore_index=True)
    primary = judged[judged["model"] == "ordinal_logistic"]
    assert primary["estimate"].mean() == pytest.approx(0.5, abs=0.17)
    assert ((primary["low"] <= 0.5) & (primary["high"] >= 0.5)).all()
    assert summary(judged).loc[0, "studies"] == 2
    told = errors(judged, pd.DataFrame({"patients": [60, 60], "p_value": [0.05, 0.5]}))
    assert told.loc[0, "permutation test p <= 0.05"].startswith("50.0 %")


def test_a_planted_signal_is_found_and_its_size_told(monkeypatch) -> None:
    monkeypatch.setattr(planted_signal, "NEW_PATIENTS", 400)
    plan = Plan(90, radiomic=20, planted=2, effect=3.0, most_lesions=1)
    found = judge_planted(plan, 1, FEW_FOLDS)
    assert found["own"] > 0.75
    assert found["low"] < found["own"] < found["high"]
    assert found["planted"] > 2 * found["others"]
    assert found["stability"] > found["stability_control"]


def test_coverage_counts_the_intervals_that_hold_each_truth() -> None:
    studies = pd.DataFrame(
        {
            "patients": 60,
            "estimate": [0.7, 0.7],
            "low": [0.6, 0.72],
            "high": [0.8, 0.9],
            "nb_low": 0.5,
            "nb_high": 0.9,
            "own": [0.7, 0.7],
            "fold_size": [0.55, 0.65],
        }
    )
    table = coverage(studies).set_index("truth")
    assert table["mean truth"].tolist() == ["0.700", "0.700", "0.600"]
    assert table.loc["procedure", "bootstrap covers"].startswith("50.0 %")
    assert table.loc["fold size", "Nadeau-Bengio covers"].startswith("100.0 %")


def test_selection_is_told_by_size() -> None:
    study = {"planted": 0.9, "mates": 0.4, "others": 0.1, "stability": 0.5}
    studies = pd.DataFrame(
        [
            {**study, "patients": size, "stability_control": 0.0, "beats_size": True}
            for size in (6, 9)
        ]
    )
    assert selection(studies)["planted selected"].tolist() == ["0.900", "0.900"]


@pytest.mark.slow
def test_the_permutation_test_of_null_cohorts_keeps_its_level() -> None:
    rejected = sum(permute_null(40, study) <= 0.05 for study in range(40))
    assert rejected <= 6  # 40 studies at 5 %: more than 6 in 0.3 % of the runs
