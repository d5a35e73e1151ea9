from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking import process
from radiomics_hcc.tracking.folder_tracker import FolderTracker
from radiomics_hcc.tracking.open import open_tracker
from radiomics_hcc.tracking.tidy import KILLED, list_runs, tidy

posix = pytest.mark.skipif(os.name != "posix", reason="processes are asked as POSIX does")


def record(run_id: str, made_by: object) -> RunRecord:
    return RunRecord(
        run_id=run_id,
        name="tace-ct",
        question="Is it so?",
        intent="response_reading",
        status=RunStatus.STARTED,
        started="2026-11-20T10:15:00+00:00",
        provenance={"process": made_by},
    )


@pytest.fixture
def gone() -> dict[str, object]:
    """A process of this machine that ended."""
    code = "import json; from radiomics_hcc.tracking.process import this_process as p; "
    command = [sys.executable, "-c", f"{code}print(json.dumps(p()))"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    described: dict[str, object] = json.loads(done.stdout)
    return described


@posix
def test_this_process_has_not_ended_and_another_did(gone: dict[str, object]) -> None:
    assert process.has_ended(process.this_process()) is False
    assert process.has_ended(gone) is True


@posix
def test_an_identity_that_was_given_to_another_process_is_gone() -> None:
    mine = process.this_process()
    if mine["birth"] is None:
        pytest.skip("this system does not tell when a process began")
    assert process.has_ended({**mine, "birth": -1}) is True


@posix
def test_a_process_that_waits_to_be_noticed_has_ended() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.read()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    try:
        assert process.has_ended({**process.this_process(), "pid": child.pid, "birth": None})
    finally:
        child.wait()
        child.stdout.close()


@pytest.mark.parametrize("described", [None, {}, {"host_sha256": "elsewhere", "pid": 1}, "words"])
def test_a_process_elsewhere_or_unknown_cannot_be_told(described: object) -> None:
    assert process.has_ended(described) is None


def test_the_machine_is_not_named() -> None:
    assert set(process.this_process()) == {"host_sha256", "pid", "birth"}
    assert len(str(process.this_process()["host_sha256"])) == 64


@posix
@pytest.mark.parametrize("kind", ["folder", "mlflow"])
def test_only_a_run_whose_process_is_gone_is_closed(
    kind: str, tmp_path: Path, store: str, gone: dict[str, object]
) -> None:
    uri = store if kind == "mlflow" else str(tmp_path / "runs")
    tracker = open_tracker(uri)
    tracker.start(record("killed", gone))
    tracker.start(record("running", process.this_process()))
    tracker.start(record("elsewhere", {"host_sha256": "x", "pid": 1}))
    states = list_runs(uri).set_index("run_id")["state"]
    assert states["killed"] == "started (no end, its process is gone)"
    assert states["running"] == "started (running)"
    assert "another machine" in states["elsewhere"]

    closed = {each.run_id for each in tidy(uri) if each.is_closed}
    assert closed == {"killed"}
    assert tracker.read("killed").status is RunStatus.FAILED
    assert tracker.read("killed").summary["failure"] == KILLED
    assert list_runs(uri).set_index("run_id")["state"]["killed"] == "failed"
    assert [each.is_closed for each in tidy(uri)] == [False, False]


def test_a_run_of_another_machine_is_closed_by_its_name(tmp_path: Path) -> None:
    tracker = FolderTracker(tmp_path)
    tracker.start(record("elsewhere", None))
    tracker.start(record("other", None))
    (closed,) = tidy(str(tmp_path), "elsewhere")
    assert closed.is_closed
    assert tracker.read("elsewhere").status is RunStatus.FAILED
    assert tracker.read("other").status is RunStatus.STARTED


def test_only_a_run_without_an_end_can_be_given_up(tmp_path: Path) -> None:
    tracker = FolderTracker(tmp_path)
    tracker.complete(dataclasses.replace(record("done", None), status=RunStatus.COMPLETED))
    with pytest.raises(TrackingError, match="no run 'done' without an end"):
        list(tidy(str(tmp_path), "done"))


@posix
def test_a_run_killed_when_all_its_files_were_there_is_completed(
    store: str, gone: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    from radiomics_hcc.tracking.mlflow_tracker.writing import RunWriter

    tracker = open_tracker(store)
    metrics = pd.DataFrame({"model": ["m"], "metric": "auc", "estimate": 0.5, "low": 0, "high": 1})
    whole = dataclasses.replace(
        record("late", gone), status=RunStatus.COMPLETED, tables={"metrics": metrics}
    )
    tracker.start(record("late", gone))

    def killed(self: RunWriter, run_id: str, stream: object, note: str) -> None:
        if note.startswith("**Is it so?**"):  # the run's own, after its files
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunWriter, "_log_tags", killed)
        with pytest.raises(KeyboardInterrupt):
            tracker.complete(whole)
    assert tracker.list()["status"].tolist() == ["started"]
    (closed,) = tidy(store)
    assert closed.is_closed
    assert tracker.list()["status"].tolist() == ["completed"]
    assert tracker.read("late").is_completed


def test_a_run_that_cannot_be_read_is_told_and_stops_nothing(tmp_path: Path) -> None:
    tracker = FolderTracker(tmp_path)
    tracker.start(record("good", None))
    tracker.start(record("damaged", None))
    manifest = tmp_path / "damaged" / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "files": {"tables/x.parquet": "0"}}))
    outcomes = {each.run_id: each.outcome for each in tidy(str(tmp_path))}
    assert "missing" in outcomes["damaged"]
    assert "good" in outcomes
    assert "cannot be read" in list_runs(str(tmp_path)).set_index("run_id")["state"]["damaged"]
