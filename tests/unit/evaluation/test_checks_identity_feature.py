"""HCC018: an identity among the features."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.identity_feature import IdentityFeature

NAMES = [f"HCC_{number:03d}" for number in range(1, 41)]
SHUFFLED = np.random.default_rng(2).permutation(NAMES)


def judged(column, names=NAMES, measured: pd.DataFrame | None = None):
    rows = pd.DataFrame({"column": column}, index=pd.Index(names, name="patient_id"))
    return IdentityFeature()(CheckInput(rows=rows, measured=measured))


@pytest.mark.parametrize("sign", [1, -1])
def test_whole_numbers_in_the_order_of_the_identities_are_serious(sign):
    finding = judged(sign * np.cumsum(np.random.default_rng(0).integers(1, 90, 40)))
    assert finding.severity == "serious"
    assert "column (follows the order of the identities)" in finding.sentence


def test_the_number_in_the_identity_is_found_where_identities_sort_otherwise():
    names = [f"P{number}" for number in range(5, 45)]  # P10 sorts before P5
    assert judged(np.arange(5, 45), names).severity == "serious"


def test_the_order_of_the_rows_is_found_where_identities_are_shuffled():
    measured = pd.DataFrame({"patient_id": SHUFFLED})
    assert judged(np.arange(40), SHUFFLED).severity == "ok"
    assert judged(np.arange(40), SHUFFLED, measured).severity == "serious"


def test_a_column_of_words_that_is_the_identity_is_found():
    assert "is the identity" in judged(NAMES).sentence


@pytest.mark.parametrize(
    "column",
    [
        np.random.default_rng(1).integers(100, 9000, 40),  # voxels
        np.arange(40) + 0.5,  # no whole numbers
        np.arange(40) // 2,  # not all different
        ["A", "B"] * 20,
    ],
)
def test_ordinary_columns_are_fine(column):
    assert judged(column).severity == "ok"


def test_a_mostly_empty_column_is_not_held_against_the_order():
    assert judged([*range(20), *[np.nan] * 20]).severity == "ok"


def test_lesions_of_a_patient_count_once():
    rows = pd.DataFrame({"column": np.repeat(np.arange(40), 2)}, index=np.repeat(NAMES, 2))
    assert IdentityFeature()(CheckInput(rows=rows)).severity == "serious"
