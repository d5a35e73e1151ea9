"""How much predictions change from repeat to repeat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.instability import (
    INSTABILITY_COLUMNS,
    SUMMARY_COLUMNS,
    instability,
    instability_summary,
)


@pytest.fixture
def known(from_arrays):
    """Three patients in four repeats: steady, spread within a call, and turning once in four."""
    chance = np.array([[0.8, 0.1, 0.6], [0.8, 0.2, 0.6], [0.8, 0.3, 0.6], [0.8, 0.4, 0.4]])
    return from_arrays([0, 1, 0], np.stack([chance, 1 - chance], axis=2), folds=3)


def test_spread_of_each_patient_by_hand(known):
    table = instability(known).set_index("patient_id")
    assert tuple(instability(known).columns) == INSTABILITY_COLUMNS
    assert table["mean"].to_dict() == pytest.approx({"p001": 0.25, "p002": 0.55, "p000": 0.8})
    assert table.loc["p001", "sd"] == pytest.approx(np.std([0.1, 0.2, 0.3, 0.4], ddof=1))
    assert table["mean_absolute_deviation"].to_dict() == pytest.approx(
        {"p001": 0.1, "p002": 0.075, "p000": 0.0}
    )
    assert table["share_called_otherwise"].to_dict() == {"p001": 0.0, "p002": 0.25, "p000": 0.0}


def test_patients_are_in_the_order_of_their_mean(known):
    assert instability(known)["mean"].is_monotonic_increasing


def test_summary_is_one_row_over_the_patients(known):
    table = instability_summary(known)
    assert tuple(table.columns) == SUMMARY_COLUMNS
    row = table.iloc[0]
    assert row["mean_absolute_prediction_instability"] == pytest.approx(0.175 / 3)
    assert row["classification_instability"] == pytest.approx(0.25 / 3)
    assert (row["patients"], row["repeats"], row["patients_ever_called_otherwise"]) == (3, 4, 1)


def test_calls_are_those_at_the_threshold(known):
    low = replace(known, frame=known.frame.assign(threshold=0.15))
    table = instability(low).set_index("patient_id")
    assert table["share_called_otherwise"].to_dict() == {"p001": 0.25, "p002": 0.0, "p000": 0.0}


def test_one_repeat_shows_no_instability_and_says_so(known):
    once = replace(known, frame=known.frame[known.frame["repeat"] == 0])
    assert instability(once)[list(INSTABILITY_COLUMNS[4:])].isna().all(axis=None)
    assert instability_summary(once)["note"][0] == "one repeat: instability cannot be seen"


def test_four_classes_are_seen_as_objective_response(drawn):
    table = instability(drawn(classes=("CR", "PR", "SD", "PD")))
    assert set(table["label"]) == {"CR+PR", "other"}


def test_classes_without_a_positive_one_are_refused(drawn):
    with pytest.raises(InputError, match="merge them into two"):
        instability(drawn(classes=("low", "middle", "high")))
