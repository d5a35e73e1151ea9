"""Answered guidelines on the page of a run and as files."""

import csv
import io
from dataclasses import replace

import pandas as pd
import pytest

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import InputError
from radiomics_hcc.features.parameters import make_parameters
from radiomics_hcc.report.blocks import Download, Fold, Paragraph, Table
from radiomics_hcc.report.checklists.checklist import all_checklists, read_checklist
from radiomics_hcc.report.checklists.writing import write_checklists
from radiomics_hcc.report.private import private
from radiomics_hcc.report.sections.checklists import checklists
from radiomics_hcc.report.sections.source import Source

LARGEST_CSV_BYTES = 100_000


def section_of(record):
    return checklists(Source(record, {}))


def folds(section):
    return [block for block in section.blocks if isinstance(block, Fold)]


def tables(fold):
    return [block for block in fold.blocks if isinstance(block, Table)]


@pytest.fixture(scope="module")
def run(run):
    """The run with settings as the extraction writes them."""
    asked = {"setting": {"binWidth": 25, "resampledPixelSpacing": [1, 1, 1]}}
    return replace(run, summary={**run.summary, "settings": make_parameters(asked).to_json()})


@pytest.fixture(scope="module")
def section(run):
    return section_of(run)


def test_every_guideline_has_a_row_of_counts_and_a_fold(section):
    counts = next(block for block in section.blocks if isinstance(block, Table))
    names = [read_checklist(name).full_name for name in all_checklists()]
    assert [row[0] for row in counts.rows] == names
    assert [fold.summary.startswith(name) for fold, name in zip(folds(section), names, strict=True)]
    for row in counts.rows:
        assert sum(map(int, row[1:-1])) == int(row[-1])


def test_every_item_of_every_guideline_is_shown_once(section):
    for fold, name in zip(folds(section), all_checklists(), strict=True):
        shown = [row[0] for table in tables(fold) for row in table.rows]
        assert shown == [item.number for item in read_checklist(name).items]


def test_summary_of_a_fold_counts_what_is_documented(section):
    for fold in folds(section):
        states = [row[2] for table in tables(fold) for row in table.rows]
        done = states.count("documented")
        assert fold.summary.endswith(f"{done} of {len(states)} items documented")


def test_evidence_is_quoted_from_the_run(section):
    rows = {row[0]: row for table in tables(folds(section)[0]) for row in table.rows}
    assert rows["23"][2:] == (
        "documented",
        "Fixed bin width 25, from the multiple of it at or below the lowest intensity of the "
        "region on, where an image type has no width or origin of its own; settings by image "
        "type: Original.",
    )
    assert "1, 1, 1 mm" in rows["22"][3]
    assert rows["8"][2:] == ("author to complete", "")


def test_score_is_told_as_a_range_and_for_metrics_alone(section):
    told = [
        block.text
        for fold in folds(section)
        for block in fold.blocks
        if isinstance(block, Paragraph) and block.text.startswith("At least")
    ]
    assert len(told) == 1
    assert "This is no final score" in told[0]


def test_downloads_are_small(section):
    files = [
        block for fold in folds(section) for block in fold.blocks if isinstance(block, Download)
    ]
    assert [file.name for file in files] == [f"{name}.csv" for name in all_checklists()]
    assert sum(len(file.uri) for file in files) < LARGEST_CSV_BYTES


@pytest.mark.parametrize("status", [RunStatus.STARTED, RunStatus.FAILED])
def test_run_without_results_has_no_checklists(status):
    assert section_of(RunRecord("id", "n", "?", "", status, "now")).blocks == ()


def test_private_edition_documents_no_more_than_the_run(run):
    def documented(record):
        return {
            (fold.summary.split(":")[0], row[0])
            for fold in folds(section_of(record))
            for table in tables(fold)
            for row in table.rows
            if row[2] == "documented"
        }

    assert documented(private(run)) <= documented(run)


def test_one_guideline_is_written_as_csv_with_all_places(run, tmp_path):
    (file,) = write_checklists(run, tmp_path / "mine.csv", "metrics")
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert len(rows) == read_checklist("metrics").items_expected
    assert rows[12]["evidence"] == "summary.settings; tables.features"
    assert rows[12]["section"] == "Image processing and feature extraction"


def test_folders_of_a_file_are_made(run, tmp_path):
    (file,) = write_checklists(run, tmp_path / "new" / "deep" / "clear.md", "clear")
    assert file.read_text(encoding="utf-8").startswith("# CLEAR")


@pytest.mark.parametrize("name", ["clear.md", "folder"])
def test_a_place_that_cannot_be_written_is_told(run, tmp_path, name):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match="choose a place to write to"):
        write_checklists(run, tmp_path / "file" / name, "clear")


def test_a_run_that_did_not_complete_is_told_in_the_file(run, tmp_path):
    failed = replace(run, status=RunStatus.FAILED)
    (file,) = write_checklists(failed, tmp_path / "clear.md", "clear")
    text = file.read_text(encoding="utf-8")
    assert "The run did not complete" in text
    assert "| documented |" not in text


def test_markdown_escapes_what_the_record_says(run, tmp_path):
    hostile = replace(run, question="<script>|x|</script>")
    (file,) = write_checklists(hostile, tmp_path / "clear.md", "clear")
    text = file.read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "&lt;script&gt;\\|x\\|" in text
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in lines} == {5}


def test_folder_gets_all_guidelines_and_the_same_bytes_again(run, tmp_path):
    files = write_checklists(run, tmp_path / "all")
    assert [file.name for file in files][:2] == ["clear.csv", "clear.md"]
    assert len(files) == 2 * len(all_checklists())
    again = write_checklists(run, tmp_path / "again")
    assert [file.read_bytes() for file in files] == [file.read_bytes() for file in again]


def test_wrong_file_is_told_with_everything_at_once(run, tmp_path):
    with pytest.raises(InputError) as caught:
        write_checklists(run, tmp_path / "all.docx")
    assert ".docx is no format of a checklist" in str(caught.value)
    assert "is one file for 6 checklists" in str(caught.value)


def test_empty_table_is_no_evidence(run):
    bare = replace(run, tables={**run.tables, "metrics": pd.DataFrame()})
    rows = {row[0]: row for table in tables(folds(section_of(bare))[0]) for row in table.rows}
    assert rows["47"][2:] == (
        "author to complete",
        "Not in this record: table metrics (estimate).",
    )
