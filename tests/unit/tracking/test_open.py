from __future__ import annotations

import time
from pathlib import Path

import pytest

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.folder_tracker import FolderTracker
from radiomics_hcc.tracking.open import default_tracker_uri, find_run, open_tracker


@pytest.fixture
def record() -> RunRecord:
    return RunRecord(
        run_id="20261120T101500-abcd",
        name="tace-ct",
        question="Is it so?",
        intent="response_reading",
        status=RunStatus.COMPLETED,
        started="2026-11-20T10:15:00+00:00",
    )


def test_mlflow_database_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert default_tracker_uri() == "sqlite:///mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://server:5000")
    assert default_tracker_uri() == "http://server:5000"


@pytest.mark.parametrize("prefix", ["", "folder:"])
def test_a_path_is_a_folder_of_runs(
    prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_tracker(f"{prefix}runs") == FolderTracker(tmp_path / "runs")


def test_an_unknown_kind_of_address_names_the_known_ones() -> None:
    with pytest.raises(TrackingError, match="known: folder, http, https, sqlite"):
        open_tracker("postgresql://somewhere/mlflow")


@pytest.mark.parametrize("uri", ["sqlite:///", "sqlite:mlflow.db", "sqlite:///mlflow.db?mode=ro"])
def test_an_address_that_names_no_file_is_refused(uri: str) -> None:
    with pytest.raises(TrackingError, match="not the address of a SQLite file"):
        open_tracker(uri)


def test_a_place_that_cannot_be_written_is_told_within_a_second(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    open_tracker(str(tmp_path))
    begin = time.monotonic()
    with pytest.raises(TrackingError, match="cannot be kept there"):
        open_tracker(f"sqlite:///{tmp_path / 'file' / 'mlflow.db'}")
    assert time.monotonic() - begin < 5  # a second, and the import of mlflow on the first time


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("patient_id,label\n" * 10)
    with pytest.raises(TrackingError, match="not an SQLite database"):
        open_tracker(f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_a_server_that_does_not_answer_is_told_at_once() -> None:
    with pytest.raises(TrackingError, match="no MLflow server answers"):
        open_tracker("http://127.0.0.1:9")


def test_a_run_folder_needs_no_tracker(tmp_path: Path, record: RunRecord) -> None:
    address = FolderTracker(tmp_path).complete(record)
    assert find_run(address, "postgresql://nowhere").run_id == record.run_id


def test_a_misspelt_experiment_is_shown_its_neighbours(tmp_path: Path, record: RunRecord) -> None:
    FolderTracker(tmp_path).complete(record)
    with pytest.raises(TrackingError, match="'tace-tc'; there are: tace-ct"):
        find_run("tace-tc", str(tmp_path))


def test_an_experiment_without_a_completed_run_is_an_error(
    tmp_path: Path, record: RunRecord
) -> None:
    FolderTracker(tmp_path).fail(record, "broke")
    with pytest.raises(TrackingError, match="none of the 1 runs"):
        find_run("tace-ct", str(tmp_path))


def test_an_empty_store_says_so(tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match="no run was kept there yet"):
        find_run("tace-ct", str(tmp_path))


def test_reading_makes_no_store(tmp_path: Path) -> None:
    database = tmp_path / "not" / "there.db"
    with pytest.raises(TrackingError, match="no run was kept there yet"):
        find_run("tace-ct", f"sqlite:///{database}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["models:/a", "models:/a@b@c", "models:/a/b", "models:/a:b@c"])
def test_an_address_of_a_model_needs_an_alias_or_a_version(address: str, tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match="models:/NAME@champion"):
        find_run(address, str(tmp_path))


def test_a_damaged_registry_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "aliases.json").write_text("{")
    with pytest.raises(TrackingError, match=r"aliases\.json: cannot be read"):
        find_run("models:/a@champion", str(tmp_path))
