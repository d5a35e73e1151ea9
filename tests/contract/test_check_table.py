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
    finding = CHECKS[code]()(least_known())
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
