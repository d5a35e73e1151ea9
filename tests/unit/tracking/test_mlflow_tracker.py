from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import multiprocessing
import sqlite3
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
import yaml
from mlflow.entities import LoggedModelStatus
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.types import ColSpec

from radiomics_hcc.domain.record import InputFile, ModelFile, RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.mlflow_tracker import MODEL_RUNS, MlflowTracker
from radiomics_hcc.tracking.open import find_run, open_tracker

CONTENT = b"PK\x03\x04 stands for a model"


@pytest.fixture
def record() -> RunRecord:
    metrics = pd.DataFrame(
        {
            "model": ["elastic_net", "elastic_net", "size: volume"],
            "metric": ["auc", "brier", "auc"],
            "estimate": [0.8, 0.2, 0.6],
            "low": [0.7, 0.1, math.nan],
            "high": [0.9, 0.3, math.nan],
        }
    )
    card = {
        "classes": ["OR", "nonOR"],
        "columns": {
            "original_glcm_Contrast": {"type": "number", "minimum": 2.0, "maximum": 4.0},
            "afp": {"type": "number", "minimum": None, "maximum": None},
            "bclc": {"type": "word", "words": ["A", "B"]},
        },
    }
    return RunRecord(
        run_id="20261120T101500-abcd",
        name="tace-ct",
        question="Is it so?",
        intent="response_reading",
        status=RunStatus.COMPLETED,
        started="2026-11-20T10:15:00+00:00",
        finished="2026-11-20T10:20:00+00:00",
        config={"seed": 7, "models": [{"kind": "elastic_net", "alpha": 0.5}]},
        config_sha256="c" * 64,
        data_sha256="d" * 64,
        inputs=(InputFile("cohort.images", "cohort.csv", "e" * 64),),
        provenance={
            "python": "3.11.9",
            "packages": {"numpy": "9.9.9"},
            "git": {"commit": "f" * 40, "dirty": True, "diff_sha256": "a" * 64, "reason": None},
        },
        tables={"metrics": metrics},
        models=(ModelFile("elastic_net", CONTENT, hashlib.sha256(CONTENT).hexdigest(), card),),
    )


@pytest.fixture
def tracker(store: str) -> MlflowTracker:
    return MlflowTracker.from_uri(store)


@pytest.fixture
def client(store: str) -> mlflow.MlflowClient:
    return mlflow.MlflowClient(tracking_uri=store, registry_uri=store)


def runs_of(client: mlflow.MlflowClient, role: str) -> list[Any]:
    identities = [experiment.experiment_id for experiment in client.search_experiments()]
    return list(client.search_runs(identities, f"tags.`rhcc.role` = '{role}'"))


def logged_models(client: mlflow.MlflowClient) -> list[Any]:
    identities = [experiment.experiment_id for experiment in client.search_experiments()]
    return list(client.search_logged_models(identities))


def open_store(uri: str) -> str:
    return str(open_tracker(uri).list().shape)


def test_processes_may_open_a_fresh_database_at_once(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert pool.map(open_store, [uri] * 4, chunksize=1) == ["(0, 10)"] * 4


def test_parent_run_carries_the_question_and_the_primary_models_numbers(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    address = tracker.complete(record)
    (run,) = runs_of(client, "experiment")
    assert address == f"runs:/{run.info.run_id}"
    assert run.info.run_name == record.run_id
    assert run.info.status == "FINISHED"
    assert run.info.start_time == pd.Timestamp(record.started).value // 10**6
    assert run.info.end_time == pd.Timestamp(record.finished).value // 10**6
    assert run.data.params == {
        "seed": "7",
        "models.0.kind": "elastic_net",
        "models.0.alpha": "0.5",
    }
    expected = {"auc": 0.8, "auc.low": 0.7, "auc.high": 0.9}
    expected |= {"brier": 0.2, "brier.low": 0.1, "brier.high": 0.3}
    assert run.data.metrics == expected


def test_tags_find_the_run(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    tracker.complete(record)
    (run,) = runs_of(client, "experiment")
    expected = {
        "rhcc.run_id": record.run_id,
        "rhcc.intent": "response_reading",
        "rhcc.status": "completed",
        "rhcc.config_sha256": "c" * 64,
        "rhcc.data_sha256": "d" * 64,
        "rhcc.git.commit": "f" * 40,
        "rhcc.git.dirty": "true",
        "rhcc.git.diff_sha256": "a" * 64,
        "mlflow.source.git.commit": "f" * 40,
        "rhcc.incorporation_risk": "label_scan",
    }
    assert expected.items() <= run.data.tags.items()
    assert run.data.tags["mlflow.note.content"].startswith("**Is it so?**")


def test_every_model_is_a_child_run(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    parent = tracker.complete(record).removeprefix("runs:/")
    children = {run.info.run_name: run for run in runs_of(client, "model")}
    assert set(children) == {"elastic_net", "size: volume"}
    assert {run.data.tags["mlflow.parentRunId"] for run in children.values()} == {parent}
    assert {run.info.status for run in children.values()} == {"FINISHED"}
    assert children["size: volume"].data.metrics["auc"] == 0.6
    assert children["elastic_net"].data.params == {"kind": "elastic_net", "alpha": "0.5"}


def test_at_most_twenty_child_runs_and_the_others_are_named(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    names = [f"model_{number}" for number in range(MODEL_RUNS + 2)]
    metrics = pd.DataFrame({"model": names, "metric": "auc", "estimate": 0.5})
    metrics = metrics.assign(low=0.4, high=0.6)
    tracker.complete(dataclasses.replace(record, tables={"metrics": metrics}, models=()))
    assert len(runs_of(client, "model")) == MODEL_RUNS
    (run,) = runs_of(client, "experiment")
    assert json.loads(run.data.tags["rhcc.models_in_the_table_only"]) == names[MODEL_RUNS:]


def test_inputs_are_data_sets_known_by_digest(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    tracker.complete(record)
    (run,) = runs_of(client, "experiment")
    (data_set,) = [entry.dataset for entry in run.inputs.dataset_inputs]
    assert data_set.name == "cohort.images"
    assert data_set.digest == "e" * 36
    assert json.loads(data_set.source) == {"uri": "cohort.csv"}


def test_a_long_setting_is_cut_and_whole_in_the_record(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    words = "x" * 10_000
    tracker.complete(dataclasses.replace(record, config={"note": words}))
    (run,) = runs_of(client, "experiment")
    assert len(run.data.params["note"]) == 500
    assert "whole in record/manifest.json" in run.data.params["note"]
    assert tracker.read(record.run_id).config["note"] == words


def test_more_settings_and_numbers_than_one_call_takes(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    config = {f"key_{number}": number for number in range(250)}
    folds = pd.DataFrame({"repeat": 0, "fold": range(2500), "value": 0.5})
    folds = folds.assign(model="elastic_net", metric="auc")
    tables = {**record.tables, "fold_metrics": folds}
    tracker.complete(dataclasses.replace(record, config=config, tables=tables))
    (run,) = runs_of(client, "experiment")
    assert len(run.data.params) == 250
    child = next(run for run in runs_of(client, "model") if run.info.run_name == "elastic_net")
    steps = [point.step for point in client.get_metric_history(child.info.run_id, "outer_fold/auc")]
    assert sorted(steps) == list(range(2500))


def test_names_that_mlflow_refuses_are_written_otherwise(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    tracker.complete(dataclasses.replace(record, config={"merge": {"OR+": "CR", "OR*": "PR"}}))
    (run,) = runs_of(client, "experiment")
    assert sorted(run.data.params.values()) == ["CR", "PR"]


def test_model_is_ready_with_signature_requirements_and_its_numbers(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    parent = tracker.complete(record).removeprefix("runs:/")
    (logged,) = logged_models(client)
    assert (logged.name, logged.status) == ("elastic_net", LoggedModelStatus.READY)
    assert {metric.key: metric.value for metric in logged.metrics}["auc"] == 0.8
    assert [output.model_id for output in client.get_run(parent).outputs.model_outputs] == [
        logged.model_id
    ]
    folder = Path(logged.artifact_location.removeprefix("file://"))
    description = Model.load(str(folder / "MLmodel"))
    assert description.signature.inputs.input_dict() == {
        "original_glcm_Contrast": ColSpec("double", "original_glcm_Contrast"),
        "afp": ColSpec("double", "afp"),
        "bclc": ColSpec("string", "bclc"),
    }
    assert description.signature.outputs.input_names() == ["p_OR", "p_nonOR"]
    flavour = description.flavors["radiomics_hcc"]
    content = (folder / flavour["model"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == flavour["sha256"] == record.models[0].sha256
    assert "numpy==9.9.9" in (folder / "requirements.txt").read_text().splitlines()
    assert yaml.safe_load((folder / "python_env.yaml").read_text())["python"] == "3.11.9"


def test_input_example_is_the_middle_of_the_training_ranges(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    tracker.complete(record)
    (logged,) = logged_models(client)
    folder = Path(logged.artifact_location.removeprefix("file://"))
    example = Model.load(str(folder / "MLmodel")).load_input_example(str(folder))
    assert example["original_glcm_Contrast"].tolist() == [3.0]
    assert example["afp"].isna().all()
    assert example["bclc"].tolist() == ["A"]


@pytest.mark.parametrize("card", [{"classes": ["OR"]}, {"columns": {"afp": {"type": "date"}}}])
def test_a_card_without_columns_is_refused_before_anything_is_logged(
    tracker: MlflowTracker,
    client: mlflow.MlflowClient,
    record: RunRecord,
    card: dict[str, object],
) -> None:
    bare = dataclasses.replace(record.models[0], card=card)
    with pytest.raises(TrackingError, match="the model card"):
        tracker.complete(dataclasses.replace(record, models=(bare,)))
    assert runs_of(client, "experiment") == []
    assert logged_models(client) == []


def test_a_model_that_cannot_be_logged_leaves_nothing_behind(
    tracker: MlflowTracker,
    client: mlflow.MlflowClient,
    record: RunRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tracker.start(dataclasses.replace(record, status=RunStatus.STARTED, tables={}, models=()))

    def full_disk(*_arguments: object) -> None:
        raise MlflowException("No space left")

    with monkeypatch.context() as patch:
        patch.setattr(mlflow.MlflowClient, "log_model_artifacts", full_disk)
        with pytest.raises(TrackingError, match="No space left"):
            tracker.complete(record)
    assert logged_models(client) == []
    assert tracker.list()["status"].tolist() == ["started"]

    tracker.complete(record)
    assert [model.status for model in logged_models(client)] == [LoggedModelStatus.READY]
    assert len(runs_of(client, "model")) == 2


def test_a_failed_run_ends_as_failed_in_mlflow(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    began = dataclasses.replace(record, status=RunStatus.STARTED, tables={}, models=())
    tracker.start(began)
    tracker.fail(began, "no patient has a label")
    (run,) = runs_of(client, "experiment")
    assert run.info.status == "FAILED"
    assert run.data.tags["rhcc.failure"] == "no patient has a label"


def test_a_leftover_mlruns_folder_changes_nothing(
    tmp_path: Path, store: str, record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mlruns" / "0").mkdir(parents=True)
    (tmp_path / "mlruns" / "0" / "meta.yaml").write_text("experiment_id: '0'\nname: Default\n")
    before = sorted(tmp_path.rglob("mlruns/**/*"))
    tracker = open_tracker("sqlite:///store/mlflow.db")
    tracker.complete(record)
    assert sorted(tmp_path.rglob("mlruns/**/*")) == before
    assert (tmp_path / "store" / "mlartifacts" / "tace-ct").is_dir()
    assert MlflowTracker.from_uri(store).read(record.run_id).run_id == record.run_id


def test_the_working_directory_may_change_after_opening(
    tmp_path: Path, store: str, record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tracker = open_tracker("sqlite:///store/mlflow.db")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    tracker.complete(record)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert MlflowTracker.from_uri(store).list()["run_id"].tolist() == [record.run_id]


def test_mlflows_global_state_is_left_alone(tracker: MlflowTracker, record: RunRecord) -> None:
    before = mlflow.get_tracking_uri()
    tracker.complete(record)
    assert mlflow.active_run() is None
    assert mlflow.get_tracking_uri() == before


def test_runs_of_others_are_not_listed(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    client.create_run("0", run_name="somebody else's")
    tracker.complete(record)
    assert tracker.list()["run_id"].tolist() == [record.run_id]


def test_a_deleted_experiment_is_said_to_be_one(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    client.delete_experiment(client.create_experiment(record.name))
    with pytest.raises(TrackingError, match="mlflow experiments restore"):
        tracker.complete(record)


def test_a_database_of_another_mlflow_is_said_to_be_one(store: str) -> None:
    with sqlite3.connect(store.removeprefix("sqlite:///")) as database:
        database.execute("UPDATE alembic_version SET version_num = '451aebb31d03'")
    database.close()
    with pytest.raises(TrackingError, match="mlflow db upgrade"):
        MlflowTracker.from_uri(store)


def test_a_child_run_has_the_tags_of_its_run_and_its_own_tables(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    predictions = pd.DataFrame(
        {"patient_id": ["a", "b"], "model": ["elastic_net", "size: volume"], "p_OR": [0.4, 0.6]}
    )
    tables = {**record.tables, "out_of_fold": predictions}
    tracker.complete(dataclasses.replace(record, tables=tables))
    child = next(run for run in runs_of(client, "model") if run.info.run_name == "elastic_net")
    expected = {
        "rhcc.run_id": record.run_id,
        "rhcc.intent": "response_reading",
        "rhcc.incorporation_risk": "label_scan",
        "rhcc.data_sha256": "d" * 64,
        "rhcc.model": "elastic_net",
        "rhcc.model_role": "primary",
        "rhcc.status": "completed",
    }
    assert expected.items() <= child.data.tags.items()
    assert {file.path for file in client.list_artifacts(child.info.run_id)} == {
        "out_of_fold.parquet",
        "metrics.csv",
    }
    folder = Path(child.info.artifact_uri.removeprefix("file://"))
    assert pd.read_parquet(folder / "out_of_fold.parquet")["patient_id"].tolist() == ["a"]
    (logged,) = logged_models(client)
    assert logged.tags["rhcc.incorporation_risk"] == "label_scan"


def test_pages_list_models_in_the_order_of_the_table(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    names = ["b", "c", "a"]
    metrics = pd.DataFrame({"model": names, "metric": "auc", "estimate": 0.5, "low": 0.4})
    tables = {"metrics": metrics.assign(high=0.6)}
    tracker.complete(dataclasses.replace(record, tables=tables, models=()))
    newest_first = sorted(runs_of(client, "model"), key=lambda run: -run.info.start_time)
    assert [run.info.run_name for run in newest_first] == names


def test_pages_about_training_are_shown_for_an_experiment(
    tracker: MlflowTracker, client: mlflow.MlflowClient, record: RunRecord
) -> None:
    client.create_experiment(record.name)
    tracker.complete(record)
    for name in (record.name, "another"):
        tracker.complete(dataclasses.replace(record, run_id=f"{name}-2", name=name))
        tags = client.get_experiment_by_name(name).tags
        assert tags["mlflow.experimentKind"] == "custom_model_development"


def test_a_registered_model_of_another_program_is_refused(
    tracker: MlflowTracker, client: mlflow.MlflowClient, store: str, tmp_path: Path
) -> None:
    client.create_registered_model("theirs")
    client.create_model_version("theirs", str(tmp_path), await_creation_for=None)
    with pytest.raises(TrackingError, match="registered by another program"):
        find_run("models:/theirs/1", store)


def test_a_registered_model_must_be_the_one_that_the_run_holds(
    tracker: MlflowTracker, client: mlflow.MlflowClient, store: str, record: RunRecord
) -> None:
    tracker.complete(record)
    tracker.register(record.run_id, None, "champion")
    client.set_model_version_tag(record.name, "1", "rhcc.sha256", "0" * 64)
    with pytest.raises(TrackingError, match="register it again"):
        find_run(f"models:/{record.name}@champion", store)
