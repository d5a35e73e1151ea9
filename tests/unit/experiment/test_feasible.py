"""What cannot be carried out is told before any fit, and what fails late loses nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.checks.table import CHECKS
from radiomics_hcc.experiment import elsewhere, trust_tables
from radiomics_hcc.experiment.attempt import NOT_MADE, attempt
from radiomics_hcc.experiment.validate import validate_experiment


@pytest.fixture
def sites(study):
    """The small study with two sites of twelve patients, and the day of treatment."""
    patients = study.table("patients.csv")
    days = pd.date_range("2020-01-01", periods=24, freq="D").strftime("%Y-%m-%d")
    site = np.repeat(["A", "B"], 12)
    study.write("patients.csv", patients.assign(site=site, one="x", treatment_date=days))
    return study


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ("harmonise={batch: site}", "training patients of the 10 that are needed"),
        ("harmonise={batch: site, covariates: [site]}", "name every column once"),
        ("harmonise={batch: site, smallest_batch: 2, reference: C}", "known: A, B"),
        ("harmonise={batch: scanner}", "harmonise.batch: scanner: no such column"),
        ("reliability={table: nowhere.csv}", "nowhere.csv: cannot be read"),
        ("subgroups=[bclc]", "subgroups: bclc: no such column"),
        ("testing=[{kind: leave_one_out, column: one}]", "testing.0 leave_one_out: column 'one'"),
        ("testing=[{kind: leave_one_out, column: centre}]", "testing.0.column: centre"),
        ("testing=[{kind: held_out, column: site, values: [C]}]", "has no 'C'"),
        ("testing=[{kind: temporal, start: 2030-01-01}]", "every patient before 2030-01-01"),
        ("testing=[{kind: second_cohort}]", "names neither images nor table"),
        (
            "testing=[{kind: second_cohort, patients: patients.csv, table: features.csv}]",
            "patient 001: is in both cohorts",
        ),
    ],
)
def test_what_would_stop_a_run_is_told_by_validate_and_before_any_fit(
    sites, monkeypatch, setting: str, what: str
) -> None:
    with pytest.raises(InputError) as told:
        validate_experiment(sites.config, [setting])
    assert what in str(told.value)
    monkeypatch.setattr("radiomics_hcc.experiment.run.judge", None)
    with pytest.raises(InputError) as refused:
        sites.run(setting)
    assert what in str(refused.value)


def test_every_infeasible_part_is_told_at_once(sites) -> None:
    tests = "[{kind: held_out, column: site, values: [C]}, {kind: leave_one_out, column: one}]"
    with pytest.raises(InputError) as told:
        validate_experiment(sites.config, [f"testing={tests}", "subgroups=[bclc]"])
    places = [problem.where for problem in told.value.problems]
    assert [place.split(":")[0] for place in places] == [
        "subgroups",
        "testing.0 held_out",
        "testing.1 leave_one_out",
    ]


def test_harmonisation_that_never_saw_a_tested_site_is_told(sites) -> None:
    folds = "validation={outer: 3, repeats: 1, inner: 3}"
    by_site = "harmonise={batch: site, smallest_batch: 2}"
    elsewhere_too = "testing=[{kind: leave_one_out, column: site}]"
    assert validate_experiment(sites.config, [folds, by_site])
    with pytest.raises(InputError, match=r"testing\.0 leave_one_out: batch 'A'"):
        validate_experiment(sites.config, [folds, by_site, elsewhere_too])


def test_failing_parts_are_named_and_lose_nothing(sites, monkeypatch) -> None:
    def fails(*_given, **_more):
        raise ValueError("did not converge")

    monkeypatch.setattr(elsewhere, "validate_elsewhere", fails)
    monkeypatch.setattr(trust_tables, "explain", fails)
    record = sites.run("validation.importance=2", "testing=[{kind: leave_one_out, column: site}]")
    assert record.models
    assert {"metrics", "errors", "stability", "decision_curve"} <= set(record.tables)
    assert {"importance", "external_metrics"}.isdisjoint(record.tables)
    told = [finding.sentence for finding in record.findings if finding.code == NOT_MADE]
    assert len(told) == 2
    assert all("did not converge" in sentence for sentence in told)
    assert "importance" in told[0]
    assert "leave_one_out(site)" in told[1]


@pytest.mark.parametrize(
    ("part", "what"), [("fit_final", "refitted"), ("figures", "figures"), ("montages", "pictures")]
)
def test_run_whose_last_steps_fail_is_kept(study, monkeypatch, part: str, what: str) -> None:
    def fails(*_given, **_more):
        raise ValueError("did not converge")

    monkeypatch.setattr(f"radiomics_hcc.experiment.run.{part}", fails)
    record = study.run()
    assert record.is_completed
    assert len(record.tables["metrics"])
    told = [finding.sentence for finding in record.findings if finding.code == NOT_MADE]
    assert len(told) == 1
    assert what in told[0]
    assert bool(record.models) == (part != "fit_final")


def test_attempt_gives_what_was_made_and_lets_mistakes_of_the_program_pass() -> None:
    assert attempt("The table", lambda: 3, 0) == (3, [])
    assert NOT_MADE not in CHECKS
    with pytest.raises(KeyError):
        attempt("The table", lambda: {}["missing"], 0)
