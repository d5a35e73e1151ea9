"""Agreement of the readers of an experiment's labels, from columns and from measurements."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from radiomics_hcc.evaluation.agreement import AGREEMENT_COLUMNS
from radiomics_hcc.experiment.gather import Talk, gather
from radiomics_hcc.experiment.load import load_experiments
from radiomics_hcc.experiment.reader_agreement_table import (
    OF_CLASSES,
    OF_WORDS,
    reader_agreement_table,
)

TWO_READERS = "target={columns: {A: first, B: second}, merge: {OR: [1, 2], nonOR: [3, 4]}}"
MEASURED = "target={measurements: measurements.csv, merge: {OR: [CR, PR], nonOR: [SD, PD]}}"


def table_of(study, *settings):
    experiment = load_experiments(study.config, settings)[0]
    return reader_agreement_table(experiment, gather(experiment, Talk()))


def value(table, what, statistic, weights="identity", readers="A, B"):
    rows = table[
        (table["of"] == what)
        & (table["statistic"] == statistic)
        & (table["weights"] == weights)
        & (table["readers"] == readers)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.fixture
def read_twice(study):
    """Reader B says 2 where A says 1 in 6 of 24 patients: other words, the same class."""
    patients = study.table("patients.csv").drop(columns="responder")
    first = np.where(np.arange(24) % 2, 1, 4)
    second = np.where((first == 1) & (np.arange(24) < 12), 2, first)
    study.write("patients.csv", patients.assign(first=first, second=second))
    return study


def test_words_and_classes_are_told_apart(read_twice) -> None:
    table = table_of(read_twice, TWO_READERS)
    assert value(table, OF_WORDS, "percent agreement")["estimate"] == pytest.approx(0.75)
    assert value(table, OF_CLASSES, "percent agreement")["estimate"] == 1.0
    assert value(table, OF_CLASSES, "Cohen's kappa", "quadratic")["estimate"] == pytest.approx(1)


def test_weighted_kappa_is_that_of_scikit_learn(read_twice) -> None:
    table = table_of(read_twice, TWO_READERS)
    patients = read_twice.table("patients.csv")
    expected = cohen_kappa_score(
        patients["first"], patients["second"], weights="quadratic", labels=[1, 2, 3, 4]
    )
    found = value(table, OF_WORDS, "Cohen's kappa", "quadratic")
    assert found["estimate"] == pytest.approx(expected)
    assert found["low"] < expected < found["high"]


def test_patients_whom_the_models_do_not_see_count(read_twice) -> None:
    features = read_twice.table("features.csv")
    read_twice.write("features.csv", features[features["patient_id"] != "001"])
    table = table_of(read_twice, TWO_READERS)
    assert value(table, OF_WORDS, "percent agreement")["patients"] == 24
    assert value(table, OF_CLASSES, "percent agreement")["patients"] == 24


def test_empty_cell_was_not_read(read_twice) -> None:
    patients = read_twice.table("patients.csv")
    patients["second"] = patients["second"].where(patients["patient_id"] != "001")
    read_twice.write("patients.csv", patients)
    table = table_of(read_twice, TWO_READERS)
    assert value(table, OF_WORDS, "percent agreement")["patients"] == 23


def test_one_column_has_no_readers(study) -> None:
    table = table_of(study)
    assert table.empty
    assert list(table.columns) == ["of", *AGREEMENT_COLUMNS]


def measured(study, readers) -> None:
    rows = [
        {"patient_id": f"{number:03d}", "reader": reader, "assessment": day, "lesion_id": "L1",
         "role": "target", "longest_mm": 50, "viable_mm": size}
        for number in range(1, 25)
        for reader in readers
        for day, size in ((0, 40), (60, 10 if number % 2 else 40))
    ]  # fmt: skip
    study.write("measurements.csv", pd.DataFrame(rows))


def test_measurements_tell_of_responses_sums_and_classes(study) -> None:
    measured(study, ["R1", "R2"])
    table = table_of(study, MEASURED)
    assert table["of"].unique().tolist() == [
        "response, first follow-up",
        "best overall response",
        "baseline sum, first follow-up",
        "change from baseline, %, first follow-up",
        OF_CLASSES,
    ]
    same = table[table["statistic"] == "percent agreement"]
    assert (same["estimate"] == 1.0).all()


def test_one_reader_of_measurements_agrees_with_nobody(study) -> None:
    measured(study, ["R1"])
    assert table_of(study, MEASURED).empty
