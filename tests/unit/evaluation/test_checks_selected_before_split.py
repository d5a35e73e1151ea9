"""HCC015: features that were selected on all patients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as drawn_by
from hypothesis import settings
from hypothesis import strategies as st
from scipy import stats

from radiomics_hcc.evaluation.checks.association import rank_p_values, unrepeated
from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.selected_before_split import SelectedBeforeSplit

LABELS = pd.Series(["OR"] * 40 + ["nonOR"] * 60, index=[f"p{number}" for number in range(100)])
RESPONDS = (LABELS == "OR").to_numpy()


def columns(count: int, seed: int = 0) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(100, count))
    return pd.DataFrame(values, index=LABELS.index).rename(columns="f{}".format)


def best(count: int, of: int) -> pd.DataFrame:
    """The columns of noise that go best with the label of all patients."""
    noise = columns(of)
    difference = (noise[RESPONDS].mean() - noise[~RESPONDS].mean()).abs()
    return noise[difference.nlargest(count).index]


@pytest.fixture
def given() -> CheckInput:
    return CheckInput(labels=LABELS, class_names=("OR", "nonOR"), features=columns(30))


@pytest.mark.parametrize("count", [10, 30])
def test_the_best_columns_of_noise_are_found(given, count):
    finding = SelectedBeforeSplit()(replace(given, features=best(count, of=500)))
    assert finding.severity == "warning"
    assert "as if they had been picked on all patients" in finding.sentence


def test_all_columns_of_noise_are_fine(given):
    assert SelectedBeforeSplit()(given).severity == "ok"


def test_a_table_with_true_signal_and_unrelated_columns_is_fine(given):
    features = columns(30)
    features.iloc[:, :10] += RESPONDS[:, np.newaxis]
    assert SelectedBeforeSplit()(replace(given, features=features)).severity == "ok"


def test_copies_of_one_good_column_count_once(given):
    features = columns(12)
    copies = {f"copy{n}": 3.0 * n * RESPONDS + n * features["f0"] for n in range(1, 30)}
    features = features.assign(**copies)
    assert (
        "of 13 different columns"
        in SelectedBeforeSplit()(replace(given, features=features)).sentence
    )


def test_unrelated_clinical_columns_do_not_hide_selected_radiomic_ones(given):
    picked = best(20, of=500)
    mixed = picked.join(columns(8, seed=3).add_prefix("clinical_"))
    known = replace(given, features=mixed, timepoints=dict.fromkeys(picked, "pre"))
    assert SelectedBeforeSplit()(known).severity == "warning"


def test_fewer_than_ten_columns_are_not_judged(given):
    finding = SelectedBeforeSplit()(replace(given, features=best(9, of=500)))
    assert finding.severity == "note"


def test_features_that_only_the_sidecar_names_make_it_serious(given):
    picked = replace(given, features=best(20, of=500), left_out=("a", "b"))
    finding = SelectedBeforeSplit()(picked)
    assert finding.severity == "serious"
    assert "names 2 more features (a, b)" in finding.sentence


def test_features_that_only_the_sidecar_names_are_a_note_by_themselves(given):
    assert SelectedBeforeSplit()(replace(given, left_out=("a",))).severity == "note"


@settings(max_examples=10, deadline=None)
@drawn_by(st.integers(0, 10**6))
def test_the_finding_does_not_depend_on_a_rising_change_of_scale(seed):
    features = columns(15, seed)
    one = CheckInput(labels=LABELS, class_names=("OR", "nonOR"), features=features)
    other = replace(one, features=np.exp(features))
    assert SelectedBeforeSplit()(one) == SelectedBeforeSplit()(other)


def test_p_values_are_those_of_kruskal_and_wallis():
    table, codes = columns(3), np.repeat([0, 1, 2], [40, 30, 30])
    table.iloc[5, 0] = np.nan
    table["constant"] = 1.0
    found = rank_p_values(table, codes)
    parts = [table["f0"].to_numpy()[codes == code] for code in range(3)]
    expected = stats.kruskal(*parts, nan_policy="omit").pvalue
    assert found[0] == pytest.approx(expected)
    assert np.isnan(found[3])


def test_a_column_that_repeats_an_earlier_one_goes():
    table = columns(3).assign(again=lambda frame: -np.exp(frame["f1"]), constant=2.0)
    assert unrepeated(table) == ["f0", "f1", "f2"]
