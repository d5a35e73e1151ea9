from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import mlflow
import pandas as pd
import pytest

from radiomics_hcc.domain.record import ModelFile, RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.champion import choose_champion
from radiomics_hcc.tracking.moved_store import artifacts_here, relocate
from radiomics_hcc.tracking.open import find_run, open_tracker

CONTENT = b"stands for a model"


def completed(run_id: str) -> RunRecord:
    metrics = pd.DataFrame({"model": ["m"], "metric": "auc", "estimate": 0.5, "low": 0, "high": 1})
    return RunRecord(
        run_id=run_id,
        name="tace-ct",
        question="Is it so?",
        intent="response_reading",
        status=RunStatus.COMPLETED,
        started="2026-11-20T10:15:00+00:00",
        config={"models": [{"kind": "m"}]},
        tables={"metrics": metrics},
        models=(
            ModelFile(
                "m",
                CONTENT,
                hashlib.sha256(CONTENT).hexdigest(),
                {
                    "classes": ["OR"],
                    "columns": {"x": {"type": "number", "minimum": 0.0, "maximum": 1.0}},
                },
            ),
        ),
    )


@pytest.fixture
def moved(store: str, tmp_path: Path) -> str:
    """The address of a store with a champion, after its folder was moved."""
    open_tracker(store).complete(completed("first"))
    choose_champion("first", store)
    shutil.move(tmp_path / "store", tmp_path / "moved here")
    return f"sqlite:///{tmp_path / 'moved here' / 'mlflow.db'}"


def test_runs_and_champions_of_a_moved_store_are_read(moved: str) -> None:
    assert find_run("first", moved).models[0].content == CONTENT
    assert find_run("models:/tace-ct@champion", moved).run_id == "first"
    assert open_tracker(moved).list()["status"].tolist() == ["completed"]


def test_nothing_is_written_to_where_the_store_was(moved: str, tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match="rhcc track relocate"):
        open_tracker(moved).complete(completed("second"))
    assert not (tmp_path / "store").exists()


def test_a_relocated_store_takes_new_runs_and_every_place_is_its_own(
    moved: str, tmp_path: Path
) -> None:
    assert relocate(moved) > 0
    assert relocate(moved) == 0
    open_tracker(moved).complete(completed("second"))
    choose_champion("second", moved)
    assert not (tmp_path / "store").exists()
    client = mlflow.MlflowClient(tracking_uri=moved, registry_uri=moved)
    version = client.get_model_version_by_alias("tace-ct", "champion")
    for number in ("1", version.version):
        place = client.get_model_version_download_uri("tace-ct", number)
        assert (artifacts_path(place) / "model.skops").read_bytes() == CONTENT
    for run_id in ("first", "second"):
        assert find_run(run_id, moved).is_completed
        (run,) = client.search_runs(
            ["1"], f"tags.`rhcc.run_id` = '{run_id}' and tags.`rhcc.role` = 'experiment'"
        )
        assert [part.path for part in client.list_artifacts(run.info.run_id)] == ["record"]


def artifacts_path(place: str) -> Path:
    return Path(place.removeprefix("file://").replace("%20", " "))


def test_a_copied_store_is_read_from_its_own_folder(store: str, tmp_path: Path) -> None:
    open_tracker(store).complete(completed("first"))
    shutil.copytree(tmp_path / "store", tmp_path / "copy")
    manifest = next((tmp_path / "store").rglob("manifest.json"))
    manifest.write_text("damaged")
    assert find_run("first", f"sqlite:///{tmp_path / 'copy' / 'mlflow.db'}").is_completed


def test_a_link_to_the_store_is_the_store(store: str, tmp_path: Path) -> None:
    open_tracker(store).complete(completed("first"))
    (tmp_path / "link").symlink_to(tmp_path / "store", target_is_directory=True)
    linked = f"sqlite:///{tmp_path / 'link' / 'mlflow.db'}"
    open_tracker(linked).complete(completed("second"))
    assert relocate(linked) == 0


@pytest.mark.parametrize(
    "place",
    ["s3://bucket/mlartifacts/x", "mlflow-artifacts:/1/a", "file:///elsewhere/1/a", "", "./mlruns"],
)
def test_places_that_the_store_never_kept_itself_are_left_alone(place: str, tmp_path: Path) -> None:
    assert artifacts_here(place, tmp_path / "mlartifacts") is None


def test_a_place_is_found_by_what_follows_the_artifact_folder(tmp_path: Path) -> None:
    here = tmp_path / "mlartifacts"
    assert (
        artifacts_here("file:///old/mlartifacts/a%20b/1/artifacts", here)
        == here / "a b/1/artifacts"
    )
    assert artifacts_here((here / "a").as_uri(), here) is None
    assert artifacts_here("file:///old/mlartifacts/a", None) is None


def test_there_must_be_a_database_to_relocate(tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match="no database"):
        relocate(f"sqlite:///{tmp_path / 'mlflow.db'}")
