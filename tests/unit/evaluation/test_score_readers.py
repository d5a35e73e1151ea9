"""Predictions against each reader."""

from __future__ import annotations

import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.intervals import patient_bootstrap
from radiomics_hcc.evaluation.readers import READER_COLUMNS, score_readers


@pytest.fixture
def labels(drawn):
    frame = drawn().frame
    return frame[frame["repeat"] == 0].set_index("patient_id")["label"]


def test_reader_who_agrees_with_the_labels_gives_the_same_score(drawn, labels):
    table = score_readers(drawn(), labels.to_frame("anna"), metrics=["auc"], resamples=50)
    expected = patient_bootstrap(drawn(), "auc", resamples=50)
    assert tuple(table.columns) == READER_COLUMNS
    assert table.loc[0, ["estimate", "low", "high"]].tolist() == [
        expected.estimate,
        expected.low,
        expected.high,
    ]


def test_reader_who_says_the_opposite_mirrors_the_auc(drawn, labels):
    opposite = labels.map({"OR": "nonOR", "nonOR": "OR"})
    both = pd.DataFrame({"anna": labels, "bert": opposite})
    table = score_readers(drawn(), both, metrics=["auc"], resamples=20)
    assert table["estimate"].sum() == pytest.approx(1.0)


def test_patients_whom_a_reader_left_out_are_counted(drawn, labels):
    partly = labels.where(labels.index > "p009")
    row = score_readers(drawn(), partly.to_frame("anna"), metrics=["auc"], resamples=20).iloc[0]
    assert (row["patients"], row["unread"]) == (50, 10)


def test_patients_without_prediction_are_left_aside(drawn, labels):
    more = pd.concat([labels, pd.Series({"other": "OR"})])
    row = score_readers(drawn(), more.to_frame("anna"), metrics=["auc"], resamples=20).iloc[0]
    assert (row["patients"], row["unread"]) == (60, 0)


def test_reader_who_saw_one_class_only_has_no_auc(drawn, labels):
    table = score_readers(
        drawn(), labels.where(labels == "OR").to_frame("anna"), metrics=["auc"], resamples=20
    )
    assert table["estimate"].isna().all()
    assert table["low"].isna().all()


def test_all_unusable_labels_are_named(drawn, labels):
    labels = labels.astype(object)
    labels["p000"] = "NE"
    table = pd.DataFrame({"anna": labels, "bert": None})
    with pytest.raises(InputError) as caught:
        score_readers(drawn(), table)
    assert "reader anna, patient p000: label 'NE'" in str(caught.value)
    assert "reader bert: labelled no patient" in str(caught.value)


def test_only_the_interval_of_the_auc_is_widened(drawn, labels):
    plain, wide = (
        score_readers(
            drawn(), labels.to_frame("anna"), metrics=["auc", "brier"], resamples=50, **how
        ).set_index("metric")
        for how in ({}, {"auc_widening": 1.5})
    )
    gain = wide["high"] - wide["low"]
    assert gain["auc"] == pytest.approx(1.5 * (plain["high"] - plain["low"])["auc"])
    assert wide["estimate"].equals(plain["estimate"])
    assert wide.loc["brier"].equals(plain.loc["brier"])
