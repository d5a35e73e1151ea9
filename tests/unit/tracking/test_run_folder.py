from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.folder_tracker import FolderTracker
from radiomics_hcc.tracking.run_folder import (
    MANIFEST,
    read_manifest,
    read_run_folder,
    write_run_folder,
)


@pytest.fixture
def record() -> RunRecord:
    return RunRecord(
        run_id="20261120T101500-abcd",
        name="tace-ct",
        question="Is it so?",
        intent="response_reading",
        status=RunStatus.COMPLETED,
        started="2026-11-20T10:15:00+00:00",
        tables={"metrics": pd.DataFrame({"model": ["a"], "metric": ["auc"], "estimate": [0.5]})}
        | {"labels": pd.DataFrame({"patient_id": ["x", "y"], "class": ["CR", "PD"]})},
        figures={"roc.svg": b"<svg/>"},
    )


@pytest.fixture(autouse=True)
def _intervals(record: RunRecord) -> None:
    for column in ("low", "high"):
        record.tables["metrics"][column] = math.nan


def edit_manifest(folder: Path, **changes: object) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_manifest_names_every_other_file_of_the_folder(
    tmp_path: Path, record: RunRecord
) -> None:
    write_run_folder(tmp_path, record)
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    assert files - {MANIFEST} == set(read_manifest(tmp_path)["files"])


def test_the_same_record_gives_the_same_bytes(tmp_path: Path, record: RunRecord) -> None:
    for name in ("a", "b"):
        write_run_folder(tmp_path / name, record)
    manifests = [(tmp_path / name / MANIFEST).read_bytes() for name in ("a", "b")]
    assert manifests[0] == manifests[1]


def test_every_changed_and_missing_file_is_named(tmp_path: Path, record: RunRecord) -> None:
    write_run_folder(tmp_path, record)
    (tmp_path / "figures" / "roc.svg").write_bytes(b"<svg>other</svg>")
    (tmp_path / "tables" / "labels.parquet").unlink()
    with pytest.raises(TrackingError) as error:
        read_run_folder(tmp_path)
    assert "figures/roc.svg: changed" in str(error.value)
    assert "tables/labels.parquet: missing" in str(error.value)


@pytest.mark.parametrize("path", ["../outside.txt", "/etc/hostname"])
def test_a_manifest_cannot_point_outside_its_folder(
    tmp_path: Path, record: RunRecord, path: str
) -> None:
    write_run_folder(tmp_path / "run", record)
    (tmp_path / "outside.txt").write_text("secret")
    edit_manifest(tmp_path / "run", files={path: "0" * 64})
    with pytest.raises(TrackingError, match="outside the run's folder"):
        read_run_folder(tmp_path / "run")


def test_a_manifest_of_another_version_is_refused(tmp_path: Path, record: RunRecord) -> None:
    write_run_folder(tmp_path, record)
    edit_manifest(tmp_path, record_version=99)
    with pytest.raises(TrackingError, match="record version 99"):
        read_run_folder(tmp_path)


def test_a_write_that_breaks_off_leaves_the_run_started(
    tmp_path: Path, record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = FolderTracker(tmp_path)
    tracker.start(dataclasses.replace(record, status=RunStatus.STARTED, tables={}, figures={}))
    replace = Path.replace

    def full_disk(path: Path, target: Path) -> Path:
        if target.name == "roc.svg":
            raise OSError(28, "No space left on device")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(TrackingError, match="No space left"):
        tracker.complete(record)
    assert tracker.list()["status"].tolist() == ["started"]
    assert tracker.read(record.run_id).tables == {}


def test_names_with_strange_characters_stay_apart(tmp_path: Path, record: RunRecord) -> None:
    names = ["a/b", "a b", "a_b", "../a", "CON|x"]
    figures = {name: name.encode() for name in names}
    write_run_folder(tmp_path, dataclasses.replace(record, figures=figures))
    assert read_run_folder(tmp_path).figures == figures


def test_numpy_numbers_in_the_summary_become_plain_ones(tmp_path: Path, record: RunRecord) -> None:
    summary = {"patients": np.int64(60), "auc": np.float64(0.1) * 3, "low": math.nan}
    write_run_folder(tmp_path, dataclasses.replace(record, summary=summary))
    back = read_run_folder(tmp_path).summary
    assert back["patients"] == 60
    assert back["auc"] == 0.1 * 3
    assert isinstance(back["low"], float)
    assert math.isnan(back["low"])


def test_what_json_does_not_know_is_refused(tmp_path: Path, record: RunRecord) -> None:
    broken = dataclasses.replace(record, summary={"classes": {"CR", "PR"}})
    with pytest.raises(TrackingError, match=r"set .* is not a JSON value"):
        write_run_folder(tmp_path, broken)
    assert list(tmp_path.iterdir()) == []


def test_an_unreadable_folder_is_listed_as_such(tmp_path: Path, record: RunRecord) -> None:
    tracker = FolderTracker(tmp_path)
    tracker.complete(record)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / MANIFEST).write_text("{")
    runs = tracker.list().set_index("run_id")["status"]
    assert runs.to_dict() == {record.run_id: "completed", "broken": "unreadable"}


def test_a_folder_that_cannot_be_written_is_a_tracking_error(
    tmp_path: Path, record: RunRecord
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrackingError, match="cannot be written"):
        FolderTracker(tmp_path / "file").start(record)
