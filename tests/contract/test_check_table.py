"""What every check of the table keeps to."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Finding, Predictions
from radiomics_hcc.evaluation.checks.check import CheckInput
from radiomics_hcc.evaluation.checks.table import CHECKS, run_checks
from radiomics_hcc.evaluation.evaluate import evaluate_predictions

PAGES = Path(__file__).parents[2] / "docs" / "checks"
SEVERITIES = ["ok", "note", "warning", "serious"]


def least_known() -> CheckInput:
    """One model of ten patients, and nothing that may be left out."""
    rows = [(f"p{i}", 0, i % 5, "AB"[i < 5], 0.3 + 0.04 * i) for i in range(10)]
    frame = pd.DataFrame(rows, columns=["patient_id", "repeat", "fold", "label", "p_A"])
    only = Predictions("only", ("A", "B"), frame.assign(p_B=1.0 - frame["p_A"]))
    metrics, comparisons = evaluate_predictions([only], reference=None, resamples=20)
    labels = frame.set_index("patient_id")["label"]
    return CheckInput("only", {"only": only}, metrics, comparisons, labels)


@pytest.mark.parametrize("code", CHECKS)
def test_check_names_itself(code):
    check = CHECKS[code]
    assert check.code == code
    assert re.fullmatch(r"HCC\d{3}", code)
    assert check.severity in SEVERITIES[2:]
    assert check.title
    assert check.kind in check.__module__


@pytest.mark.parametrize("code", CHECKS)
def test_check_gives_a_finding_when_little_is_known(code):
    finding = CHECKS[code]()(least_known())
    assert isinstance(finding, Finding)
    assert finding.code == code
    assert SEVERITIES.index(finding.severity) <= SEVERITIES.index(CHECKS[code].severity)
    assert finding.sentence.endswith(".")


@pytest.mark.parametrize("code", [code for code, check in CHECKS.items() if check.needs])
def test_check_says_what_it_would_need(code):
    finding = CHECKS[code]()(CheckInput())
    assert finding.severity == "note"
    assert finding.sentence.startswith("Not checked")
    assert CHECKS[code].needs[0].replace("_", " ") in finding.sentence


@pytest.mark.parametrize("code", CHECKS)
def test_check_goes_to_configuration_and_back(code):
    check = CHECKS[code]()
    assert CHECKS[code].from_config(check.to_config()) == check


@pytest.mark.parametrize("code", CHECKS)
def test_check_has_a_page_with_its_title(code):
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code}: {CHECKS[code].title}\n")
    for heading in ("## What", "## Why", "## Example", "## How to mend"):
        assert heading in page


def test_checks_run_in_the_order_of_their_codes():
    codes = [finding.code for finding in run_checks(least_known())]
    assert codes == sorted(CHECKS)


def test_every_check_runs_in_one_of_two_stages():
    before, after = (run_checks(least_known(), stage=stage) for stage in ("before", "after"))
    assert sorted(finding.code for finding in (*before, *after)) == sorted(CHECKS)
    assert {finding.code for finding in before} == {
        code for code, check in CHECKS.items() if check.stage == "before"
    }


def test_nothing_known_gives_notes_and_no_error():
    assert {finding.severity for finding in run_checks(CheckInput())} == {"note"}


STRANGE = {
    "empty": pd.DataFrame(index=pd.Index([], name="patient_id")),
    "one patient": pd.DataFrame({"a": [1.0], "w": ["x"]}, index=["p1"]),
    "constant": pd.DataFrame({"a": 1.0, "b": None, "w": "x"}, index=[f"p{n}" for n in range(30)]),
    "infinite": pd.DataFrame({"a": [float("inf")] * 30}, index=[f"p{n}" for n in range(30)]),
    "several rows": pd.DataFrame(
        {"a": range(40), "b": range(40)}, index=[f"p{n // 2}" for n in range(40)]
    ),
}


@pytest.mark.parametrize("code", [code for code, each in CHECKS.items() if each.stage == "before"])
@pytest.mark.parametrize("name", STRANGE)
def test_no_table_makes_a_check_raise(code, name):
    rows = STRANGE[name]
    labels = pd.Series(["A", "B"] * 15, index=[f"p{n}" for n in range(30)])
    by_patient = rows[~rows.index.duplicated()]
    given = CheckInput(
        labels=labels,
        class_names=("A", "B"),
        rows=rows,
        features=by_patient.select_dtypes("number"),
        context=by_patient,
        measured=rows.rename_axis("patient_id").reset_index(),
        phases=pd.DataFrame(columns=["patient_id", "timepoint", "phase"]),
        files=pd.DataFrame(columns=["patient_id", "part", "sha256"]),
        order=pd.DataFrame(columns=["columns", "where", "proof", "what"]),
        other_rows=rows,
        harmonise_covariates=("a", "nowhere"),
    )
    assert CHECKS[code]()(given).code == code
