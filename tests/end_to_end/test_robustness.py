"""Which features hold, from the command line, on two synthetic patients."""

from __future__ import annotations

import pandas as pd
import pytest

from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort

PARAMETERS = "featureClass: {shape: [MeshVolume], firstorder: [Mean]}\nsetting: {binOrigin: -100}\n"


@pytest.fixture
def cohort(place):
    synthesise_cohort(place.folder / "cohort", SyntheticSettings.small(2))
    place.write("params.yaml", PARAMETERS)
    return place


def test_a_cohort_is_perturbed_and_its_features_judged(cohort):
    words = ("--params", "params.yaml", "--variants", 3, "--kinds", "volume,rotation", "--seed", 2)
    several = cohort.rhcc("robustness", "cohort/cohort.csv", *words, "-o", "out/r.csv")
    assert several.code == 1
    assert "choose one of arterial, portal" in several.err
    chosen = (*words, "--phase", "arterial")
    answer = cohort.rhcc("robustness", "cohort/cohort.csv", *chosen, "-o", "out/r.csv")
    assert answer.code == 0, answer.err
    assert "pre (4 lesions): " in answer.out
    assert answer.out.splitlines()[-1] == "0 failed: out/r.csv"
    table = cohort.table("out/r.csv")
    assert set(table["kind"]) >= {"single", "delta_relative"}
    again = cohort.rhcc("robustness", "cohort/cohort.csv", *chosen, "-o", "out/s.csv")
    assert again.code == 0
    assert cohort.text("out/r.csv") == cohort.text("out/s.csv")
    values = pd.read_parquet(cohort.folder / "out/r_values.parquet")
    assert len(values) == 4 * 8  # four variants of eight scans of a lesion
    wrong = cohort.rhcc("robustness", "cohort/cohort.csv", "--kinds", "noize", "-o", "out/t.csv")
    assert wrong.code == 1
    assert "did you mean 'noise'?" in wrong.err


def test_a_reader_who_draws_the_same_agrees_wholly(cohort):
    readers = ("--reader", "anna=cohort/cohort.csv", "--reader", "ben=cohort/cohort.csv")
    words = ("--params", "params.yaml", "--phase", "arterial", "-o", "out/r.csv")
    answer = cohort.rhcc("robustness", *readers, *words)
    assert answer.code == 0, answer.err
    assert set(cohort.table("out/r.csv").query("kind == 'single'")["icc_a1"]) == {"1"}
