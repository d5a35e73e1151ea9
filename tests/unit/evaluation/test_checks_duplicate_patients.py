"""HCC003: one patient under two identities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.duplicate_patients import DuplicatePatients
from radiomics_hcc.evaluation.checks.identities import same_patient

COLUMNS = ["pre.a", "pre.b", "pre.c", "post.a", "post.b", "post.c"]
TIMEPOINTS = {name: name.split(".")[0] for name in COLUMNS}


def rows(names: list[str], seed: int = 0) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(len(names), len(COLUMNS)))
    return pd.DataFrame(values, index=pd.Index(names, name="patient_id"), columns=COLUMNS)


def judged(table: pd.DataFrame, **known):
    return DuplicatePatients()(CheckInput(rows=table, timepoints=TIMEPOINTS, **known))


@pytest.mark.parametrize(
    "pair",
    [
        ("P001", "p001"),
        ("P001", "P001 "),
        ("P001", "P1"),
        ("HCC_001", "HCC-001"),
        ("P001_L1", "P001_L2"),
        ("P001_lesion1", "P001"),
        ("17 tumor 1", "17 tumor 2"),
    ],
)
def test_identities_that_differ_in_writing_or_lesion_only_are_one_patient(pair):
    assert same_patient([*pair, "P002"]) == [pair]
    assert judged(rows([*pair, "P002"])).severity == "serious"


@pytest.mark.parametrize(
    "names",
    [
        ["HCC_001", "HCC_002", "HCC_010"],
        ["HCC_T001", "HCC_T002", "HCC_T003"],
        ["A1", "B1", "C1"],
        ["1", "10", "100"],
        [f"SITE1_T{number}" for number in range(1, 30)],
    ],
)
def test_ordinary_identities_are_different_patients(names):
    assert same_patient(names) == []


def test_equal_rows_of_one_time_point_are_found_whatever_the_other_says():
    table = rows(["A1", "B2", "C3", "D4"])
    table.loc["D4", ["pre.a", "pre.b", "pre.c"]] = table.loc["A1", ["pre.a", "pre.b", "pre.c"]]
    finding = judged(table)
    assert finding.severity == "serious"
    assert "equal rows of features: A1 = D4" in finding.sentence


def test_rows_written_with_fewer_digits_are_still_equal():
    table = rows(["A1", "B2", "C3", "D4"])
    table.loc["D4"] = table.loc["A1"] * (1 + 1e-9)
    assert "A1 = D4" in judged(table).sentence


def test_patients_who_agree_in_a_few_whole_numbers_are_different():
    table = pd.DataFrame(
        {"sex": [0, 1, 0, 1] * 3, "grade": [1, 2, 1, 2] * 3, "side": [0, 0, 0, 0] * 3},
        index=[f"p{number}" for number in range(1, 13)],
    )
    assert judged(table).severity == "ok"


def test_two_lesions_of_one_patient_with_equal_rows_are_no_second_patient():
    table = rows(["A1", "A1", "B2", "C3"])
    table.iloc[1] = table.iloc[0]
    assert judged(table).severity == "ok"


def files(*entries: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(entries), columns=["patient_id", "part", "sha256"])


@pytest.mark.parametrize("part", ["image", "mask"])
def test_a_file_of_two_patients_is_found(part):
    shared = files(("A1", part, "x"), ("B2", part, "x"), ("C3", part, "y"))
    assert (
        f"the same {part} file: A1 = B2" in judged(rows(["A1", "B2", "C3"]), files=shared).sentence
    )


def test_a_file_that_one_patient_uses_twice_is_fine():
    twice = files(("A1", "image", "x"), ("A1", "image", "x"), ("B2", "image", "y"))
    finding = judged(rows(["A1", "B2"]), files=twice)
    assert finding.severity == "ok"
    assert "files" in finding.sentence


def test_a_second_cohort_is_searched_for_the_same_patients_rows_and_files():
    table, other = rows(["A1", "B2", "C3"]), rows(["a-1", "X7", "Y8"], seed=1)
    other.loc["X7"] = table.loc["B2"]
    told = judged(
        table,
        other_rows=other,
        files=files(("C3", "image", "x")),
        other_files=files(("Y8", "image", "x")),
    ).sentence
    assert "identities that the other cohort has too: a-1" in told
    assert "rows of features that the other cohort has too: B2 = X7" in told
    assert "files that the other cohort has too: Y8" in told


def test_an_honest_second_cohort_is_fine():
    assert judged(rows(["A1", "B2"]), other_rows=rows(["X7", "Y8"], seed=1)).severity == "ok"
