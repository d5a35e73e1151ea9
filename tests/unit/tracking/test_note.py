from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.tracking.note import SOFTWARE, model_note, plain_markdown, run_note


@pytest.fixture
def record() -> RunRecord:
    return RunRecord(
        run_id="20261120T101500-abcd",
        name="tace-ct",
        question="Is it <b>so</b>?",
        intent="pretreatment_prediction",
        status=RunStatus.COMPLETED,
        started="2026-11-20T10:15:00+00:00",
        config={"models": [{"kind": "elastic_net"}]},
        summary={"verdict": "AUC 0.60, not better than size."},
        tables={"metrics": pd.DataFrame({"model": ["elastic_net", "size_only"]})},
        findings=(
            Finding("HCC005", "warning", "17 events for 7 features"),
            Finding("HCC001", "ok", "nothing to say"),
        ),
    )


def test_note_has_question_verdict_warnings_and_that_it_is_research_software(
    record: RunRecord,
) -> None:
    note = run_note(record)
    assert note.startswith("**Is it &lt;b>so&lt;/b>?**")
    assert "AUC 0.60, not better than size." in note
    assert "- warning HCC005: 17 events for 7 features" in note
    assert "HCC001" not in note
    assert SOFTWARE in note
    assert f"rhcc report {record.run_id}" in note


@pytest.mark.parametrize(
    ("status", "words"),
    [(RunStatus.STARTED, "Started and not completed"), (RunStatus.FAILED, "Failed: nothing here")],
)
def test_note_of_a_run_without_a_result_says_so(
    record: RunRecord, status: RunStatus, words: str
) -> None:
    broke = dataclasses.replace(record, status=status, summary={"failure": "no label"})
    assert words in run_note(broke)
    assert "no label" in run_note(broke)
    assert words in model_note(broke, "elastic_net")


def test_note_of_a_model_says_what_it_is_there_for(record: RunRecord) -> None:
    assert "the model that answers the question" in model_note(record, "elastic_net")
    assert "a baseline or control" in model_note(record, "size_only")


def test_markdown_and_html_of_a_record_are_shown_as_they_are() -> None:
    shown = plain_markdown("a_b *c* [d](e) <script> & `f`\ng")
    assert shown == r"a\_b \*c\* \[d\](e) &lt;script> &amp; \`f\` g"
