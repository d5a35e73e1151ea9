"""`rhcc compare` on real runs: tables, page, and numbers that are those of the runs."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import radiomics_hcc as rh


@pytest.fixture(scope="module")
def second(study):
    """A run of the same study with other folds, in the folder `second`."""
    answer = study.rhcc(
        "run",
        "study.yaml",
        "--set",
        "seed=12",
        "--set",
        "execution.tracker=two",
        "--set",
        "validation.repeats=1",
    )
    assert answer.code == 0, answer.err
    (folder,) = (study.folder / "two").iterdir()
    return folder


def test_models_of_a_real_run_are_compared_as_the_run_compares_them(study):
    run = rh.load_run(str(study.folder / "run"))
    own = run.tables["comparisons"]
    compared = rh.compare(study.folder / "run")
    ours = compared.paired.rename(columns={"left": "model", "right": "reference"})
    keys = ["metric", "model", "reference"]
    both = (table.set_index(keys).sort_index() for table in (ours[own.columns], own))
    pd.testing.assert_frame_equal(*both)
    metrics = compared.metrics.rename(columns={"label": "model"})
    pd.testing.assert_frame_equal(metrics, run.tables["metrics"][metrics.columns])


def test_two_runs_give_a_page_and_a_file_per_table(study, second):
    answer = study.rhcc("compare", "run", second, "-o", "out/compare.html", "--csv", "out/tables")
    assert answer.code == 0, answer.err
    assert "note METHOD" in answer.out
    assert "SPLITS" in answer.out
    assert "not a medical device" in answer.out
    assert answer.out.count("AUC") == 2
    assert "<html" in study.text("out/compare.html")
    words = json.loads(study.text("out/tables/comparison.json"))
    assert all((study.folder / "out/tables" / name).is_file() for name in words["tables"])
    differences = study.table("out/tables/differences.csv")
    assert differences.loc[differences["key"] == "seed"].iloc[0, 2:].tolist() == ["11", "12"]


def test_an_experiment_is_named_by_an_option(study, second):
    answer = study.rhcc("compare", "--experiment", "study", "--tracker", "two", "-o", "one.html")
    assert answer.code == 0, answer.err
    assert "size_only" in answer.out
    assert (study.folder / "one.html").is_file()


def test_nothing_named_is_told_in_one_message(place):
    answer = place.rhcc("compare")
    assert answer.code == 1
    assert answer.err == "rhcc: runs: none is named; name runs, or an experiment\n"
