"""Reporting guidelines answered from a run that was really made, of a table of features."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from radiomics_hcc.cli.app import app
from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import InputError
from radiomics_hcc.report.checklists.checklist import (
    Answer,
    State,
    all_checklists,
    answer,
    read_checklist,
)
from radiomics_hcc.report.checklists.evidence import place_of
from radiomics_hcc.report.checklists.places import EITHER, look
from radiomics_hcc.tracking.folder_tracker import FolderTracker

WITHOUT_IMAGES = {"22", "23", "24", "25", "26", "28"}
"""Items of CLEAR about the extraction, which a run of a finished table does not know."""
FROM_ANY_RUN = {"15", "27", "30", "32", "33", "34", "35", "37", "38", "40", "41", "42", "44"} | {
    *("45", "47", "48"),
}


def clear_of(record: RunRecord) -> dict[str, Answer]:
    return {each.number: each for each in answer(read_checklist("clear"), record)}


def with_site(study) -> None:
    """Give the patients two sites, by turns of two, so that both classes are in each."""
    patients = study.table("patients.csv")
    study.write("patients.csv", patients.assign(site=np.arange(len(patients)) // 2 % 2))


def test_run_of_a_table_documents_all_but_the_extraction(study) -> None:
    record = study.run("clinical=[age]", "validation.importance=0")
    found = clear_of(record)
    documented = {number for number, each in found.items() if each.state is State.DOCUMENTED}
    assert documented >= FROM_ANY_RUN
    assert {found[number].state for number in WITHOUT_IMAGES} == {State.AUTHOR}
    assert "1 × 2 outer folds with 2 inner folds, over 24 patients, seed 3" in found["15"].sentence
    unchecked = look(record, "findings.HCC008")  # needs reliability, which is not asked for
    assert unchecked is not None
    assert not unchecked.is_there


def test_columns_that_are_asked_for_are_columns_of_a_run(study) -> None:
    with_site(study)
    record = study.run("testing=[{kind: leave_one_out, column: site}]", "validation.importance=1")
    wrong = [
        f"{name} {item.number}: {place}"
        for name in all_checklists()
        for item in read_checklist(name).items
        for evidence in (*item.evidence, *item.quotes)
        for place in map(str.strip, place_of(evidence).split(EITHER))
        if place.startswith("tables.") and not has_column(record, *place.split(".")[1:])
    ]
    assert wrong == []
    found = clear_of(record)["38"]
    assert (found.state, "leave_one_out(site)" in found.sentence) == (State.DOCUMENTED, True)


def has_column(record: RunRecord, table: str, column: str = "") -> bool:
    """Whether a table has the column, as far as this run made the table."""
    return not column or table not in record.tables or column in record.tables[table]


def test_command_writes_one_guideline_or_all(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    begun = RunRecord("one", "small", "?", "early_response", RunStatus.STARTED, "now")
    tracker = FolderTracker(tmp_path / "runs")
    tracker.start(begun)
    tracker.complete(replace(begun, status=RunStatus.COMPLETED, finished="later"))
    call = ["checklist", "one", "--tracker", "runs"]
    one = CliRunner().invoke(app, [*call, "clear", "-o", "clear.csv"])
    assert (one.exit_code, one.stdout) == (0, "clear.csv\n")
    every = CliRunner().invoke(app, [*call, "-o", "lists"])
    assert every.stdout.splitlines()[:2] == ["lists/clear.csv", "lists/clear.md"]
    with pytest.raises(InputError, match="strobe: is no checklist"):
        CliRunner().invoke(app, [*call, "strobe"], catch_exceptions=False)
