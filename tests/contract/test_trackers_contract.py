"""What every tracker of the table must do."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.record import InputFile, ModelFile, RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.champion import choose_champion
from radiomics_hcc.tracking.folder_tracker import FolderTracker
from radiomics_hcc.tracking.open import TRACKERS, find_run, open_tracker
from radiomics_hcc.tracking.sync import sync
from radiomics_hcc.tracking.tracker import RUN_COLUMNS, Tracker
from radiomics_hcc.tracking.ui import running_server

SCHEMES = ("folder", "sqlite", "http")
COUNTER = itertools.count()


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A folder, a database and a server; RHCC_TEST_SERVER names a fresh one to be tried instead."""
    root = tmp_path_factory.mktemp("trackers")
    local = {
        "folder": f"folder:{root / 'runs'}",
        "sqlite": f"sqlite:///{root / 'local' / 'mlflow.db'}",
    }
    if "RHCC_TEST_SERVER" in os.environ:
        yield {**local, "http": os.environ["RHCC_TEST_SERVER"]}
        return
    with running_server(f"sqlite:///{root / 'served' / 'mlflow.db'}", 0) as (address, _):
        yield {**local, "http": address}


@pytest.fixture(params=SCHEMES)
def uri(request: pytest.FixtureRequest, addresses: dict[str, str]) -> str:
    return addresses[request.param]


@pytest.fixture
def tracker(uri: str) -> Tracker:
    return open_tracker(uri)


@pytest.fixture
def started() -> RunRecord:
    """A run that begins, of an experiment of its own."""
    number = next(COUNTER)
    return RunRecord(
        run_id=f"20261120T101500-{number:08x}",
        name=f"tace-ct-{number}",
        question="Do pre-treatment features predict response?",
        intent="pretreatment_prediction",
        status=RunStatus.STARTED,
        started=f"2026-11-20T10:15:{number % 60:02d}+00:00",
        config={"seed": 7, "models": [{"kind": "elastic_net", "alpha": 0.1}]},
        config_sha256="c" * 64,
    )


@pytest.fixture
def completed(started: RunRecord) -> RunRecord:
    """The same run at its end, with something of everything."""
    content = b"PK\x03\x04 stands for a model"
    metrics = pd.DataFrame(
        {
            "model": ["elastic_net", "size: volume"],
            "metric": ["auc", "auc"],
            "estimate": [0.1 + 0.2, 0.5],
            "low": [0.2, math.nan],
            "high": [0.4, math.nan],
            "method": ["patient bootstrap", "patient bootstrap"],
        }
    )
    return dataclasses.replace(
        started,
        status=RunStatus.COMPLETED,
        finished="2026-11-20T10:20:00+00:00",
        data_sha256="d" * 64,
        inputs=(InputFile("cohort.images", "cohort.csv", "e" * 64),),
        provenance={"python": "3.11.9", "git": {"commit": "f" * 40, "dirty": False}},
        summary={"headline": "AUC 0.30", "intervals": [0.1, None], "ünïcode": "größer"},
        tables={
            "metrics": metrics,
            "out_of_fold": pd.DataFrame(
                {
                    "patient_id": ["a", "b", None],
                    "fold": pd.array([1, 2, None], dtype="Int64"),
                    "label": pd.Categorical(["CR", "PR", "CR"], ["CR", "PR", "SD"], ordered=True),
                    "date": pd.to_datetime(["2020-01-01", None, "2020-03-01"]),
                    "p_CR": [1 / 3, math.nan, 5e-324],
                },
                index=pd.Index([3, 1, 2], name="row"),
            ),
            "missing": pd.DataFrame({"feature": pd.Series(dtype="str")}),
        },
        findings=(Finding("HCC001", "warning", "only 12 patients respond"),),
        models=(
            ModelFile(
                model="elastic_net",
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
                card={
                    "classes": ["OR", "nonOR"],
                    "columns": {"volume_ml": {"type": "number", "minimum": 1.5, "maximum": 80.25}},
                },
            ),
        ),
        figures={"roc.svg": b"<svg/>", "calibration.png": bytes(range(256))},
    )


def assert_equal(left: RunRecord, right: RunRecord) -> None:
    for field in dataclasses.fields(RunRecord):
        if field.name not in ("tables", "models"):
            assert getattr(left, field.name) == getattr(right, field.name), field.name
    assert list(left.tables) == list(right.tables)
    for name, frame in left.tables.items():
        pd.testing.assert_frame_equal(frame, right.tables[name], check_exact=True)
    assert [vars(model) for model in left.models] == [vars(model) for model in right.models]


def test_the_contract_is_held_to_every_tracker_of_the_table() -> None:
    assert {TRACKERS[scheme] for scheme in SCHEMES} == set(TRACKERS.values())


def test_a_completed_run_comes_back_equal(
    tracker: Tracker, started: RunRecord, completed: RunRecord
) -> None:
    tracker.start(started)
    address = tracker.complete(completed)
    assert_equal(tracker.read(completed.run_id), completed)
    assert_equal(tracker.read(address), completed)


def test_a_run_that_only_began_comes_back_as_started(tracker: Tracker, started: RunRecord) -> None:
    tracker.start(started)
    assert_equal(tracker.read(started.run_id), started)
    assert tracker.list(started.name)["status"].tolist() == ["started"]


def test_a_failed_run_says_why(tracker: Tracker, started: RunRecord) -> None:
    tracker.start(started)
    tracker.fail(started, "no patient has a label")
    run = tracker.read(started.run_id)
    assert run.status is RunStatus.FAILED
    assert run.summary["failure"] == "no patient has a label"
    assert tracker.list(started.name)["status"].tolist() == ["failed"]


def test_a_run_can_be_completed_without_a_start(tracker: Tracker, completed: RunRecord) -> None:
    tracker.complete(completed)
    assert_equal(tracker.read(completed.run_id), completed)


def test_an_identity_is_taken_once(tracker: Tracker, started: RunRecord) -> None:
    tracker.start(started)
    with pytest.raises(TrackingError, match="there already"):
        tracker.start(started)


def test_a_completed_run_stays_as_it_is(
    tracker: Tracker, started: RunRecord, completed: RunRecord
) -> None:
    tracker.complete(completed)
    changes: list[Callable[[], object]] = [
        lambda: tracker.complete(completed),
        lambda: tracker.fail(started, "too late"),
    ]
    for change in changes:
        with pytest.raises(TrackingError, match="stays as it is"):
            change()
    assert tracker.read(completed.run_id).status is RunStatus.COMPLETED


def test_only_a_completed_record_is_completed(tracker: Tracker, started: RunRecord) -> None:
    tracker.start(started)
    with pytest.raises(TrackingError, match="status 'started'"):
        tracker.complete(started)
    assert tracker.list(started.name)["status"].tolist() == ["started"]


def test_a_record_that_cannot_be_written_leaves_the_run_started(
    tracker: Tracker, started: RunRecord, completed: RunRecord
) -> None:
    tracker.start(started)
    broken = dataclasses.replace(completed, tables={"labels": pd.DataFrame({"class": [1, "CR"]})})
    with pytest.raises(TrackingError, match="table labels"):
        tracker.complete(broken)
    assert tracker.list(started.name)["status"].tolist() == ["started"]
    tracker.complete(completed)
    assert_equal(tracker.read(completed.run_id), completed)


def test_a_model_must_match_its_digest(tracker: Tracker, completed: RunRecord) -> None:
    other = dataclasses.replace(completed.models[0], content=b"other bytes")
    with pytest.raises(TrackingError, match=r"elastic_net.*sha256"):
        tracker.complete(dataclasses.replace(completed, models=(other,)))
    assert tracker.list(completed.name).empty


def test_an_unknown_run_is_an_error(tracker: Tracker) -> None:
    with pytest.raises(TrackingError, match="no-such-run"):
        tracker.read("no-such-run")


def test_runs_are_listed_newest_first(tracker: Tracker, completed: RunRecord) -> None:
    days = ("2026-01-02", "2026-03-04", "2026-02-03")
    for day in days:
        run_id = f"{completed.run_id}-{day}"
        started = f"{day}T00:00:00+00:00"
        tracker.complete(dataclasses.replace(completed, run_id=run_id, started=started))
    runs = tracker.list(completed.name)
    assert tuple(runs.columns) == RUN_COLUMNS
    assert [started[:10] for started in runs["started"]] == sorted(days, reverse=True)
    assert set(runs["question"]) == {completed.question}
    assert set(runs["config_sha256"]) == {completed.config_sha256}
    assert set(runs["run_id"]) <= set(tracker.list()["run_id"])


def test_an_experiment_without_runs_lists_none(tracker: Tracker) -> None:
    runs = tracker.list("nothing-of-this-name")
    assert runs.empty
    assert tuple(runs.columns) == RUN_COLUMNS


def test_an_experiment_stands_for_its_newest_completed_run(
    tracker: Tracker, uri: str, completed: RunRecord
) -> None:
    older = dataclasses.replace(
        completed, run_id=f"{completed.run_id}-older", started="2020-01-01T00:00:00+00:00"
    )
    newer = dataclasses.replace(
        completed,
        run_id=f"{completed.run_id}-newer",
        started="2030-01-01T00:00:00+00:00",
        status=RunStatus.STARTED,
    )
    tracker.complete(older)
    tracker.complete(completed)
    tracker.start(newer)
    assert find_run(completed.name, uri).run_id == completed.run_id
    assert find_run(older.run_id, uri).run_id == older.run_id


def test_an_address_finds_its_run(
    tracker: Tracker, uri: str, completed: RunRecord, tmp_path: Path
) -> None:
    assert find_run(tracker.complete(completed), uri).run_id == completed.run_id


def with_model(run: RunRecord, name: str, content: bytes) -> RunRecord:
    """A later run of the same experiment with another model."""
    file = ModelFile(name, content, hashlib.sha256(content).hexdigest(), run.models[0].card)
    config = {**run.config, "models": [{"kind": name}]}
    metrics = run.tables["metrics"].replace({"model": {"elastic_net": name}})
    return dataclasses.replace(
        run,
        run_id=f"{run.run_id}-{name}",
        started="2030-01-01T00:00:00+00:00",
        config=config,
        models=(file,),
        tables={**run.tables, "metrics": metrics},
    )


def test_a_champion_is_found_by_its_alias_and_by_its_version(
    tracker: Tracker, uri: str, completed: RunRecord
) -> None:
    tracker.complete(completed)
    entry = choose_champion(completed.run_id, uri)
    assert (entry.name, entry.version, entry.model) == (completed.name, 1, "elastic_net")
    for address in (f"models:/{completed.name}@champion", f"models:/{completed.name}/1"):
        assert_equal(find_run(address, uri), completed)


def test_a_model_is_registered_once_and_a_better_one_takes_the_alias(
    tracker: Tracker, uri: str, completed: RunRecord
) -> None:
    later = with_model(completed, "random_forest", b"another model")
    tracker.complete(completed)
    tracker.complete(later)
    versions = [
        choose_champion(completed.run_id, uri).version,
        choose_champion(completed.run_id, uri, alias="reviewed").version,
        choose_champion(completed.name, uri, model="random_forest").version,
    ]
    assert versions == [1, 1, 2]
    assert find_run(f"models:/{completed.name}@champion", uri).run_id == later.run_id
    assert find_run(f"models:/{completed.name}@reviewed", uri).run_id == completed.run_id


def test_a_run_that_is_not_completed_has_no_champion(
    tracker: Tracker, uri: str, started: RunRecord
) -> None:
    tracker.start(started)
    with pytest.raises(TrackingError, match="status 'started'"):
        choose_champion(started.run_id, uri)


@pytest.mark.parametrize("alias", ["latest", "v2", "the best", "", "a@b", "1st"])
def test_an_alias_that_no_registry_keeps_is_refused(
    tracker: Tracker, uri: str, completed: RunRecord, alias: str
) -> None:
    with pytest.raises(TrackingError, match="cannot be an alias"):
        choose_champion(completed.run_id, uri, alias=alias)


def test_a_model_that_the_run_does_not_have_is_refused_with_those_it_has(
    tracker: Tracker, uri: str, completed: RunRecord
) -> None:
    tracker.complete(completed)
    with pytest.raises(TrackingError, match=r"no saved model size: volume; it has: elastic_net"):
        choose_champion(completed.run_id, uri, model="size: volume")


@pytest.mark.parametrize("address", ["models:/nobody@champion", "models:/nobody/3"])
def test_an_unknown_registered_model_says_how_to_register_one(uri: str, address: str) -> None:
    with pytest.raises(TrackingError, match="rhcc track champion"):
        find_run(address, uri)


def test_run_folders_of_every_status_are_pushed_once_and_come_back_equal(
    tracker: Tracker, uri: str, started: RunRecord, completed: RunRecord, tmp_path: Path
) -> None:
    made = FolderTracker(tmp_path)
    broke = dataclasses.replace(started, run_id=f"{started.run_id}-broke")
    begun = dataclasses.replace(started, run_id=f"{started.run_id}-begun")
    made.complete(completed)
    made.start(begun)
    made.start(broke)
    made.fail(broke, "no patient has a label")
    assert {each.outcome for each in sync([tmp_path], uri)} == {"pushed"}
    for run_id in (completed.run_id, broke.run_id, begun.run_id):
        assert_equal(tracker.read(run_id), made.read(run_id))
    listed = tracker.list(started.name).set_index("run_id")["status"].to_dict()
    assert listed == {
        completed.run_id: "completed",
        broke.run_id: "failed",
        begun.run_id: "started",
    }
    assert {each.outcome for each in sync([tmp_path], uri)} == {"there already"}
    assert len(tracker.list(started.name)) == 3


def test_a_rescued_run_completes_the_one_that_broke(
    tracker: Tracker, uri: str, started: RunRecord, completed: RunRecord, tmp_path: Path
) -> None:
    tracker.start(started)
    tracker.fail(started, "the server went away")
    rescued = Path(FolderTracker(tmp_path).complete(completed))
    assert [each.outcome for each in sync([rescued], uri)] == ["pushed"]
    assert_equal(tracker.read(completed.run_id), completed)
    assert tracker.list(started.name)["status"].tolist() == ["completed"]


def test_another_run_of_the_same_identity_is_not_pushed(
    tracker: Tracker, uri: str, completed: RunRecord, tmp_path: Path
) -> None:
    tracker.complete(completed)
    FolderTracker(tmp_path).complete(dataclasses.replace(completed, data_sha256="0" * 64))
    (outcome,) = sync([tmp_path], uri)
    assert outcome.outcome == "not pushed"
    assert "differs in data_sha256" in outcome.sentence
    assert_equal(tracker.read(completed.run_id), completed)
