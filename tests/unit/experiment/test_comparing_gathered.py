"""Which runs are meant by the names that are asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from compared_runs import completed

import radiomics_hcc as rh
from radiomics_hcc.domain.record import RunStatus
from radiomics_hcc.errors import InputError, TrackingError
from radiomics_hcc.experiment.comparing.gathered import gather_runs
from radiomics_hcc.tracking.folder_tracker import FolderTracker


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return FolderTracker(tmp_path / "runs")


def keep(store, run_id, name="small", started="2026-11-20T10:15:00+00:00", end="completed"):
    """Track a run as far as `end`."""
    record = replace(completed(run_id, name=name), started=started)
    store.start(replace(record, status=RunStatus.STARTED, tables={}))
    if end == "completed":
        store.complete(record)
    if end == "failed":
        store.fail(replace(record, status=RunStatus.FAILED), "no space left")
    return record


def damage(store, run_id):
    next((store.root / run_id / "tables").glob("metrics*")).write_bytes(b"damaged")


def found(*asked):
    return [record.run_id for record in gather_runs(asked, "runs").records]


def test_an_experiment_stands_for_all_its_completed_runs_newest_first(store):
    keep(store, "r1")
    keep(store, "r2", started="2026-11-21T10:15:00+00:00")
    keep(store, "r3", end="failed")
    keep(store, "r4", end="started")
    keep(store, "r5", name="smaller")
    gathered = gather_runs(["small"], "runs")
    assert [record.run_id for record in gathered.records] == ["r2", "r1"]
    left_out = {each.run_id: each for each in gathered.left_out}
    assert left_out["r3"].status == "failed"
    assert left_out["r3"].reason == "it failed: no space left"
    assert left_out["r4"].status == "started"
    assert "not finished" in left_out["r4"].reason


def test_an_experiment_of_variants_stands_for_all_of_them(store):
    keep(store, "r1", name="tace.pre")
    keep(store, "r2", name="tace.post")
    keep(store, "r3", name="tace2")
    assert sorted(found("tace")) == ["r1", "r2"]
    assert found("tace.pre") == ["r1"]


def test_names_folders_and_identities_are_mixed_and_each_run_enters_once(store):
    for run_id, name in (("r1", "one"), ("r2", "two"), ("r3", "three")):
        keep(store, run_id, name=name)
    assert found("r3", "one", "runs/r2", "r1") == ["r3", "r1", "r2"]


def test_a_folder_needs_no_tracker(store):
    keep(store, "r1")
    gathered = gather_runs([str(store.root / "r1")], "nothing://is.here")
    assert [record.run_id for record in gathered.records] == ["r1"]


def test_every_unknown_name_is_told_with_what_comes_near(store):
    keep(store, "r1")
    with pytest.raises(InputError) as caught:
        gather_runs(["smal", "r1", "nobody"], "runs")
    assert [problem.where for problem in caught.value.problems] == ["smal", "nobody"]
    assert "there are: small" in caught.value.problems[0].remedy


def test_an_empty_store_is_told(store):
    with pytest.raises(InputError, match="no run was kept there yet"):
        gather_runs(["small"], "runs")


@pytest.mark.parametrize("asked", ["small", "runs/r2"])
def test_a_damaged_run_is_left_out_with_its_reason_and_the_others_go_on(store, asked):
    keep(store, "r1")
    keep(store, "r2")
    damage(store, "r2")
    gathered = gather_runs(["r1", asked], "runs")
    assert [record.run_id for record in gathered.records] == ["r1"]
    (left_out,) = gathered.left_out
    assert (left_out.run_id, left_out.status) == ("r2", "damaged")
    assert "changed since it was written" in left_out.reason


def test_an_address_that_nobody_knows_is_left_out(store):
    keep(store, "r1")
    gathered = gather_runs(["r1", "runs:/nowhere"], "runs")
    assert gathered.left_out[0].run_id == "runs:/nowhere"


def test_public_compare_takes_an_experiment_and_gives_a_row_per_model(store):
    keep(store, "r1")
    keep(store, "r2", started="2026-11-21T10:15:00+00:00")
    compared = rh.compare("small", tracker="runs")
    frame = compared.frame()
    assert frame["run_id"].tolist() == ["r2", "r1"]
    assert frame["label"].tolist() == ["small (2026-11-21 10:15)", "small (2026-11-20 10:15)"]
    assert (frame["auc_low"] <= frame["auc"]).all()
    assert "elastic_net" not in compared.labels
    assert rh.compare("r1", tracker="runs", models="size_only").labels == ("size_only",)
    assert rh.compare(store.root / "r1", completed("r9", name="x")).labels == ("small", "x")


def test_an_experiment_without_a_completed_run_is_told(store):
    keep(store, "r1", end="failed")
    with pytest.raises(
        TrackingError, match=r"no completed run to compare\n  r1 .failed.: it failed"
    ):
        rh.compare("small", tracker="runs")
