from __future__ import annotations

import json
from pathlib import Path

import pytest

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.folder_tracker import FolderTracker
from radiomics_hcc.tracking.sync import run_folders, sync


def completed(run_id: str) -> RunRecord:
    return RunRecord(
        run_id=run_id,
        name="tace-ct",
        question="Is it so?",
        intent="response_reading",
        status=RunStatus.COMPLETED,
        started="2026-11-20T10:15:00+00:00",
    )


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder with three runs."""
    for run_id in ("a", "b", "c"):
        FolderTracker(tmp_path / "made").complete(completed(run_id))
    return tmp_path / "made"


def test_runs_are_found_in_a_folder_and_by_their_own(made: Path) -> None:
    assert run_folders([made / "b", made]) == [made / "b", made / "a", made / "c"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "cannot be read"),
        ("[]", "record version"),
        ('{"record_version": 1}', "damaged, without config"),
        ('{"record_version": 99}', "record version 99"),
    ],
)
def test_a_broken_folder_does_not_stop_the_others(
    made: Path, tmp_path: Path, text: str, words: str
) -> None:
    (made / "b" / "manifest.json").write_text(text)
    outcomes = {each.folder.name: each for each in sync([made], str(tmp_path / "there"))}
    assert [outcomes[name].outcome for name in "abc"] == ["pushed", "not pushed", "pushed"]
    assert words in outcomes["b"].sentence
    assert set(FolderTracker(tmp_path / "there").list()["run_id"]) == {"a", "c"}


def test_a_changed_file_is_not_pushed(made: Path, tmp_path: Path) -> None:
    manifest = json.loads((made / "a" / "manifest.json").read_text())
    manifest["files"]["tables/labels.parquet"] = "0" * 64
    (made / "a" / "manifest.json").write_text(json.dumps(manifest))
    first, *_ = sync([made], str(tmp_path / "there"))
    assert "tables/labels.parquet: missing" in first.sentence


def test_an_unknown_status_is_not_pushed(made: Path, tmp_path: Path) -> None:
    manifest = json.loads((made / "a" / "manifest.json").read_text())
    (made / "a" / "manifest.json").write_text(json.dumps({**manifest, "status": "finished"}))
    first, *others = sync([made], str(tmp_path / "there"))
    assert "status 'finished'" in first.sentence
    assert {each.outcome for each in others} == {"pushed"}


def test_a_folder_without_runs_is_told(made: Path, tmp_path: Path) -> None:
    first, *others = sync([tmp_path / "nowhere", made], str(tmp_path / "there"))
    assert (first.outcome, first.folder) == ("not pushed", tmp_path / "nowhere")
    assert "no run is there" in first.sentence
    assert {each.outcome for each in others} == {"pushed"}


def test_a_tracker_that_does_not_answer_is_told_before_anything(made: Path) -> None:
    with pytest.raises(TrackingError, match="no MLflow server answers"):
        list(sync([made], "http://127.0.0.1:9"))
