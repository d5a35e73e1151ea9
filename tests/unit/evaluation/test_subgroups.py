"""Scores by subgroup, and how columns become groups."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.intervals import patient_bootstrap
from radiomics_hcc.evaluation.metrics import score_repeats
from radiomics_hcc.evaluation.outcomes import read_outcomes
from radiomics_hcc.evaluation.subgroup_levels import group_levels
from radiomics_hcc.evaluation.subgroups import SUBGROUP_COLUMNS, TOO_FEW, subgroup_table

PATIENTS = [f"p{place:03d}" for place in range(60)]


def column(values, name="site") -> pd.DataFrame:
    return pd.DataFrame({name: values}, index=pd.Index(PATIENTS[: len(values)], name="patient_id"))


@pytest.fixture
def sites() -> pd.DataFrame:
    """Site A the first 24, B the next 26, C the last 10: two of three have enough."""
    return column(["A"] * 24 + ["B"] * 26 + ["C"] * 10)


def test_all_patients_come_first_and_have_the_usual_interval(drawn, sites):
    row = subgroup_table(drawn(), sites, resamples=50, seed=2).iloc[0]
    expected = patient_bootstrap(drawn(), "auc", resamples=50, seed=2)
    assert row["level"] == "all patients"
    assert (row["estimate"], row["low"], row["high"]) == (
        expected.estimate,
        expected.low,
        expected.high,
    )
    assert np.isnan(row["difference"])


def test_score_of_a_level_is_that_of_its_patients_alone(drawn, sites):
    table = subgroup_table(drawn(), sites, metrics=["auc", "brier"], resamples=20)
    inside = sites.index[sites["site"] == "B"]
    frame = drawn().frame
    alone = read_outcomes(replace(drawn(), frame=frame[frame["patient_id"].isin(inside)]))
    for metric in ("auc", "brier"):
        found = table[(table["level"] == "B") & (table["metric"] == metric)].iloc[0]
        assert found["estimate"] == pytest.approx(score_repeats(alone, metric).mean())
        assert (found["patients"], found["positives"]) == (26, 13)


def test_difference_is_from_all_other_patients_and_mirrors_between_two_levels(drawn):
    table = subgroup_table(drawn(), column(["a", "b"] * 30 + []), resamples=50)
    halves = column(["a"] * 30 + ["b"] * 30)
    table = subgroup_table(drawn(), halves, resamples=50).set_index("level")
    assert table.loc["a", "difference"] == pytest.approx(
        table.loc["a", "estimate"] - table.loc["b", "estimate"]
    )
    assert table.loc["a", "difference_low"] == pytest.approx(-table.loc["b", "difference_high"])


def test_small_level_keeps_its_row_without_a_score(drawn, sites):
    table = subgroup_table(drawn(), sites, resamples=20).set_index("level")
    assert tuple(subgroup_table(drawn(), sites, resamples=20).columns) == SUBGROUP_COLUMNS
    assert table.loc["C", "note"] == TOO_FEW
    assert np.isnan(table.loc["C", "estimate"])
    assert table.loc["A", "note"].startswith("exploratory")


def test_level_whose_others_are_too_few_has_a_score_and_no_difference(drawn):
    table = subgroup_table(drawn(), column(["A"] * 50 + ["B"] * 10), resamples=20)
    row = table.set_index("level").loc["A"]
    assert np.isfinite(row["estimate"])
    assert np.isnan(row["difference"])
    assert "the others have fewer than 10" in row["note"]


def test_patients_without_a_group_are_a_level(drawn, sites):
    sites.loc["p000":"p021", "site"] = None
    table = subgroup_table(drawn(), sites.iloc[:55], resamples=20).set_index("level")
    assert table.loc["unknown", "patients"] == 22 + 5
    assert table.loc["unknown", "estimate"] > 0


def test_four_classes_are_counted_as_objective_response(drawn):
    table = subgroup_table(
        drawn(classes=("CR", "PR", "SD", "PD")), column(["a"] * 30 + ["b"] * 30), resamples=20
    )
    assert table["positives"].tolist() == [30, 16, 14]


def test_same_seed_gives_the_same_table(drawn, sites):
    first, second = (subgroup_table(drawn(), sites, resamples=20, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_numbers_become_tertiles():
    levels = group_levels(column(np.arange(60.0), "age"))["age"]
    assert levels.value_counts(sort=False).tolist() == [20, 20, 20]
    assert levels.cat.categories.tolist() == [
        "below 19.67",
        "from 19.67 to below 39.33",
        "from 39.33",
    ]


def test_declared_cut_begins_the_upper_level():
    levels = group_levels(column([64.9, 65.0, 80.0, np.nan], "age"), {"age": [65]})["age"]
    assert levels.tolist() == ["below 65", "from 65", "from 65", "unknown"]


def test_scale_of_few_numbers_keeps_its_values_in_order():
    levels = group_levels(column([2.0, 0.0, 1.0, 0.0], "ecog"))["ecog"]
    assert levels.cat.categories.tolist() == ["0", "1", "2"]


def test_true_and_false_are_words():
    assert group_levels(column([True, False], "pvt"))["pvt"].tolist() == ["True", "False"]


def test_levels_made_before_keep_their_order(drawn):
    ages = group_levels(column(np.r_[np.full(30, 9.0), np.full(30, 70.0)], "age"), {"age": [65]})
    assert group_levels(ages)["age"].cat.categories.tolist() == ["below 65", "from 65"]
    assert subgroup_table(drawn(), ages, resamples=5)["level"].tolist()[1:] == [
        "below 65",
        "from 65",
    ]


def test_all_problems_of_the_groups_are_told():
    twice = pd.concat([column(["A", "B"]), column(["A"])])
    with pytest.raises(InputError) as caught:
        group_levels(twice, {"site": [3], "sit": [1], "age": [2, 1]})
    message = str(caught.value)
    assert "patient p000: has two rows" in message
    assert "cuts of site: the column holds words" in message
    assert "did you mean 'site'" in message
    assert "cuts of age: must be different numbers in ascending order" in message


def test_widening_spreads_the_auc_and_its_difference_around_the_same_estimate(drawn, sites):
    plain = subgroup_table(drawn(), sites, resamples=50, seed=2)
    wide = subgroup_table(drawn(), sites, resamples=50, seed=2, auc_widening=1.25)
    assert wide["estimate"].equals(plain["estimate"])
    for low, high in (("low", "high"), ("difference_low", "difference_high")):
        ratio = ((wide[high] - wide[low]) / (plain[high] - plain[low])).dropna()
        assert ratio.tolist() == pytest.approx([1.25] * len(ratio))
        assert len(ratio)
