"""The model among the readers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.reader_ceiling import CEILING_COLUMNS, reader_ceiling

FOUR = ("CR", "PR", "SD", "PD")


@pytest.fixture(scope="module")
def readers(drawn):
    frame = drawn(classes=FOUR).frame
    labels = frame[frame["repeat"] == 0].set_index("patient_id")["label"]
    generator = np.random.default_rng(2)
    read = {}
    for name, share in (("anna", 0.1), ("bert", 0.3)):
        other = pd.Series(generator.choice(FOUR, len(labels)), index=labels.index)
        read[name] = labels.where(generator.random(len(labels)) > share, other)
    return pd.DataFrame(read).assign(bert=lambda table: table["bert"].where(table.index > "p009"))


@pytest.fixture(scope="module")
def table(drawn, readers):
    return reader_ceiling(drawn(classes=FOUR), readers, resamples=100)


def as_codes(words: pd.Series) -> list[int]:
    return [FOUR.index(word) for word in words]


def test_kappas_are_those_of_sklearn(drawn, readers, table):
    both = readers.dropna()
    between = cohen_kappa_score(as_codes(both["anna"]), as_codes(both["bert"]), weights="quadratic")
    assert table["estimate"][2] == pytest.approx(between)
    frame = drawn(classes=FOUR).frame
    probabilities = frame[[f"p_{name}" for name in FOUR]].to_numpy()
    decided = frame.assign(code=probabilities.argmax(axis=1))
    truth = as_codes(readers["anna"])
    each = [
        cohen_kappa_score(truth, rows.sort_values("patient_id")["code"], weights="quadratic")
        for _, rows in decided.groupby("repeat")
    ]
    assert table["estimate"][0] == pytest.approx(np.mean(each))


def test_rows_are_model_pairs_means_and_their_difference(table):
    assert tuple(table.columns) == CEILING_COLUMNS
    assert table[["first", "second"]].to_numpy().tolist() == [
        ["model", "anna"],
        ["model", "bert"],
        ["anna", "bert"],
        ["model", "readers (mean)"],
        ["readers (mean)", "readers (mean)"],
        ["difference", "of the means"],
    ]
    assert table["patients"][:3].tolist() == [60, 50, 50]
    assert table["estimate"][5] == pytest.approx(table["estimate"][3] - table["estimate"][4])
    assert (table["low"] <= table["estimate"]).all()
    assert (table["estimate"] <= table["high"]).all()


def test_readers_who_agree_wholly_have_kappa_one(drawn, readers):
    twins = pd.DataFrame({"anna": readers["anna"], "twin": readers["anna"]})
    found = reader_ceiling(drawn(classes=FOUR), twins, resamples=20)
    assert found.loc[2, ["estimate", "low", "high"]].tolist() == [1.0, 1.0, 1.0]


def test_one_reader_gives_no_ceiling_and_says_so(drawn, readers):
    found = reader_ceiling(drawn(classes=FOUR), readers[["anna"]], resamples=20)
    assert "how well readers agree is not known" in found["note"].iloc[-1]
    assert np.isfinite(found["estimate"][0])


def test_readers_who_read_nobody_in_common_have_no_kappa(drawn, readers):
    apart = pd.DataFrame(
        {
            "anna": readers["anna"].where(readers.index < "p030"),
            "carl": readers["anna"].where(readers.index >= "p030"),
        }
    )
    found = reader_ceiling(drawn(classes=FOUR), apart, resamples=20)
    assert np.isnan(found["estimate"][2])
    assert found["patients"][2] == 0
    assert "nobody was read by both" in found["note"][2]


def test_unusable_labels_are_refused(drawn):
    with pytest.raises(InputError, match="label 'NE' is none of"):
        reader_ceiling(drawn(), pd.DataFrame({"anna": ["NE"]}, index=["p000"]))
