from __future__ import annotations

import pandas as pd

from radiomics_hcc.domain.evaluation import Finding, findings_html, metrics_html
from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import InputError

METRICS = pd.DataFrame(
    {
        "model": ["elastic_net", "elastic_net", "size_only"],
        "metric": ["auc", "brier", "auc"],
        "estimate": [0.8123, 0.2, 0.6],
        "low": [0.7, 0.1, 0.5],
        "high": [0.9, 0.3, 0.7],
    }
)


def test_metrics_are_shown_one_row_per_model_with_their_limits() -> None:
    page = metrics_html(METRICS)
    assert "0.81 (0.70 to 0.90)" in page
    assert page.index("elastic_net") < page.index("size_only")
    assert page.count("size_only") == page.count("elastic_net") == 1
    assert "NaN" not in page


def test_the_most_severe_finding_comes_first() -> None:
    findings = [Finding("HCC007", "ok", "fine"), Finding("HCC001", "serious", "looks <ahead>")]
    page = findings_html(findings)
    assert page.index("HCC001") < page.index("HCC007")
    assert "&lt;ahead&gt;" in page


def test_a_run_shows_question_verdict_and_what_it_is_not() -> None:
    summary = {"verdict": "Size alone does as well.", "software": "Not a medical device."}
    record = RunRecord(
        "r1",
        "demo",
        "Is a < b?",
        "response_reading",
        RunStatus.COMPLETED,
        "2026-01-01",
        summary=summary,
        tables={"metrics": METRICS},
    )
    page = record._repr_html_()
    assert "Is a &lt; b?" in page
    assert "Size alone does as well." in page
    assert "Not a medical device." in page
    assert "0.81 (0.70 to 0.90)" in page


def test_a_run_that_failed_shows_why() -> None:
    summary = {"failure": "no such file"}
    record = RunRecord("r1", "demo", "Why?", "x", RunStatus.FAILED, "", summary=summary)
    assert "no such file" in record._repr_html_()


def test_an_error_without_a_title_is_its_problems() -> None:
    assert str(InputError(["a", "b"])) == "a\nb"
