"""Tracked runs as people use them: killed, many at once, carried to a server, registered."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.tracking.open import open_tracker
from radiomics_hcc.tracking.ui import running_server

RHCC = [sys.executable, "-c", "from radiomics_hcc.cli import main; main()"]
PATIENCE_SECONDS = 120.0


@pytest.fixture
def cohort_place(place, story):
    """A working folder of its own with the story's images and experiment."""
    shutil.copytree(story.folder / "cohort", place.folder / "cohort")
    place.write("params.yaml", story.text("params.yaml"))
    place.write("story.yaml", story.text("story.yaml"))
    return place


def wait_for(is_there, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_there():
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_killed_run_is_not_completed_and_harms_neither_the_next_nor_the_cache(
    cohort_place,
) -> None:
    folder = cohort_place.folder
    cache = folder / ".cache/features"
    settings = ["--set", "execution.cache=.cache/features", "--set", "validation.repeats=1"]
    killed = subprocess.Popen(
        [*RHCC, "run", "story.yaml", *settings],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(lambda: sum(1 for file in cache.rglob("*") if file.is_file()) >= 3, killed)
    finally:
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()

    listed = cohort_place.rhcc("track", "list")
    assert "story  started (no end, its process is gone)" in listed.out
    assert "1 runs, 0 completed" in listed.out
    assert cohort_place.rhcc("report", "story").code == 1
    assert cohort_place.rhcc("cache", "verify").code == 0

    again = cohort_place.rhcc("run", "story.yaml", *settings)
    assert again.code == 0, again.err
    assert cohort_place.rhcc("cache", "verify").code == 0
    tidied = cohort_place.rhcc("track", "tidy")
    assert "1 of 1 runs without an end were closed" in tidied.out
    runs = open_tracker(f"sqlite:///{folder / 'mlflow.db'}").list()
    assert runs["status"].tolist() == ["completed", "failed"]

    champion = cohort_place.rhcc("track", "champion", "story")
    assert "story version 1 is champion: elastic_net" in champion.out, champion.err
    predicted = cohort_place.rhcc(
        *("predict", "cohort/cohort.csv", "--model", "models:/story@champion", "-o", "out.csv")
    )
    assert predicted.code == 0, predicted.err
    assert len(cohort_place.table("out.csv")) == 20


def small_run(number: int) -> RunRecord:
    metrics = pd.DataFrame(
        {"model": ["a", "b"], "metric": "auc", "estimate": 0.5, "low": 0.4, "high": 0.6}
    )
    return RunRecord(
        run_id=f"20261120T101500-{number:04d}",
        name=f"experiment-{number % 3}",
        question="Is it so?",
        intent="pretreatment_prediction",
        status=RunStatus.COMPLETED,
        started=f"2026-11-20T10:15:{number:02d}+00:00",
        config={"seed": number, "models": [{"kind": "a"}]},
        tables={"metrics": metrics},
    )


def track(task: tuple[str, list[int]]) -> int:
    """Begin and complete runs, each through a tracker that is opened anew."""
    from dataclasses import replace

    uri, numbers = task
    for number in numbers:
        run = small_run(number)
        open_tracker(uri).start(replace(run, status=RunStatus.STARTED, tables={}))
        open_tracker(uri).complete(run)
    return len(numbers)


def assert_all_completed(uri: str, runs: int) -> None:
    tasks = [(uri, list(range(runs))[part::4]) for part in range(4)]
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert sum(pool.map(track, tasks, chunksize=1)) == runs
    listed = open_tracker(uri).list()
    assert sorted(listed["run_id"]) == [small_run(number).run_id for number in range(runs)]
    assert set(listed["status"]) == {"completed"}
    for run_id in listed["run_id"]:
        assert open_tracker(uri).read(run_id).is_completed


def test_four_processes_track_into_one_fresh_store(tmp_path: Path) -> None:
    assert_all_completed(f"sqlite:///{tmp_path / 'mlflow.db'}", 8)


@pytest.mark.slow
def test_fifty_runs_of_four_processes_are_all_completed(tmp_path: Path) -> None:
    assert_all_completed(f"sqlite:///{tmp_path / 'mlflow.db'}", 50)


def test_four_processes_share_one_folder_of_runs(tmp_path: Path) -> None:
    assert_all_completed(str(tmp_path / "runs"), 8)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An MLflow server on the loopback that keeps the files itself."""
    root = tmp_path_factory.mktemp("server")
    with running_server(f"sqlite:///{root / 'mlflow.db'}", 0) as (address, _):
        yield address


def test_folders_made_without_a_server_are_carried_to_one(place, server: str) -> None:
    runs = open_tracker(str(place.folder / "runs"))
    for number in range(2):
        runs.complete(small_run(number))
    place.write("runs/broken/manifest.json", "{")
    first = place.rhcc("track", "sync", "runs", "--tracker", server)
    assert first.code == 1
    assert first.out.count("pushed: ") == 2
    assert "not pushed: runs/broken" in first.err
    again = place.rhcc("track", "sync", "runs", "--tracker", server)
    assert again.out.count("there already: ") == 2
    listed = place.rhcc("track", "list", "--tracker", server, "--experiment", "experiment-1")
    assert listed.out.splitlines() == [
        "20261120T101500-0001  experiment-1  completed",
        "1 runs, 1 completed",
    ]
    assert place.rhcc("track", "champion", "experiment-1", "--tracker", server).code == 1


def test_an_unwritable_place_is_told_within_a_second(place) -> None:
    place.write("file", "")
    place.rhcc("track", "sync", "runs")  # the first time imports mlflow
    begin = time.monotonic()
    answer = place.rhcc("track", "sync", "runs", "--tracker", "sqlite:///file/mlflow.db")
    assert time.monotonic() - begin < 1
    assert answer.code == 1
    assert "file/mlflow.db: the runs cannot be kept there" in answer.err


def test_reading_where_nothing_was_kept_says_so_and_makes_nothing(place) -> None:
    answer = place.rhcc("track", "list", "--tracker", "sqlite:///nowhere/mlflow.db")
    assert answer.code == 1
    assert "no run was kept there yet" in answer.err
    assert not (place.folder / "nowhere").exists()
