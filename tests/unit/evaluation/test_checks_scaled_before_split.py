"""HCC016: columns that were scaled on all patients."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.scaled_before_split import ScaledBeforeSplit


def raw(rows: int = 50) -> pd.DataFrame:
    values = np.random.default_rng(3).gamma(2.0, 5.0, size=(rows, 6))
    return pd.DataFrame(values, index=[f"p{n}" for n in range(rows)], columns=list("abcdef"))


def judged(rows: pd.DataFrame, measured: pd.DataFrame | None = None):
    return ScaledBeforeSplit()(CheckInput(rows=rows, measured=measured))


@pytest.mark.parametrize(
    ("scaler", "words"),
    [
        (StandardScaler(), "mean 0 and SD 1 in 6 columns"),
        (MinMaxScaler(), "minimum 0 and maximum 1 in 6 columns"),
        (RobustScaler(), "median 0 and IQR 1 in 6 columns"),
    ],
)
def test_scaled_columns_are_serious(scaler, words):
    finding = judged(scaler.set_output(transform="pandas").fit_transform(raw()))
    assert finding.severity == "serious"
    assert words in finding.sentence


@pytest.mark.parametrize("lost", [0, 1])
def test_either_standard_deviation_and_rounded_numbers_are_found(lost):
    table = raw()
    scaled = ((table - table.mean()) / table.std(ddof=lost)).round(5)
    assert judged(scaled).severity == "serious"


def test_measured_columns_are_fine():
    assert judged(raw()).severity == "ok"


def test_a_sample_of_a_standard_normal_variable_is_fine():
    values = np.random.default_rng(0).normal(size=(50, 200))
    assert judged(pd.DataFrame(values)).severity == "ok"


def test_a_column_or_two_from_0_to_1_are_shares():
    table = raw()
    table[["a", "b"]] = (table[["a", "b"]] - table[["a", "b"]].min()) / np.ptp(table[["a", "b"]], 0)
    assert judged(table).severity == "ok"


def test_yes_and_no_are_not_scaled():
    is_so = np.random.default_rng(1).integers(0, 2, (50, 8)).astype(float)
    assert judged(pd.DataFrame(is_so)).severity == "ok"


def test_scaling_over_patients_who_were_left_out_later_is_found_in_what_was_measured():
    scaled = StandardScaler().set_output(transform="pandas").fit_transform(raw())
    analysed = scaled.iloc[:40]
    assert judged(analysed).severity == "ok"
    assert judged(analysed, measured=scaled.reset_index()).severity == "serious"
