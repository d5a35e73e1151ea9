"""`rhcc reproduce` and `rhcc merge` on real files: equal to the last bit, or said how far not."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil

import pandas as pd
import pytest
from skops.io import dumps

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.tracking.folder_tracker import FolderTracker

IMAGED = ("--set", "validation.importance=0", "--set", "execution.report=null")


@pytest.fixture
def copied(study, place):
    """Another folder with the study's tables and its run, without the experiment file."""
    for name in ("features.csv", "patients.csv"):
        shutil.copy(study.folder / name, place.folder)
    shutil.copytree(study.folder / "run", place.folder / "run")
    return place


def reproduce(where, run: str, *words: object):
    return where.rhcc("reproduce", run, "-o", "again.json", *words)


def told(where) -> dict[str, object]:
    return json.loads(where.text("again.json"))


def verdicts(where, part: str) -> dict[str, str]:
    return {line["item"]: line["verdict"] for line in told(where)["lines"] if line["part"] == part}


def test_the_same_experiment_gives_every_cell_to_the_last_bit(study) -> None:
    answer = reproduce(study, "run", "--experiment", "study.yaml", "--jobs", "2")
    assert answer.code == 0, answer.err + answer.out
    assert "was reproduced" in answer.out
    assert "to the last bit" in answer.out
    tables = verdicts(study, "table")
    assert set(tables.values()) == {"equal"}
    assert {"out_of_fold", "metrics", "comparisons", "selected", "splits", "labels"} <= set(tables)
    assert set(verdicts(study, "finding").values()) == {"equal"}
    assert verdicts(study, "model") == {"elastic_net": "equal"}
    assert not list((study.folder / "runs").iterdir()), "the repetition is not tracked"


def test_a_kept_repetition_is_a_run_of_its_own_with_the_same_configuration(copied) -> None:
    answer = reproduce(copied, "run", "--data", ".", "--keep", "--tracker", "kept")
    assert answer.code == 0, answer.err + answer.out
    manifest = json.loads(copied.text(f"kept/{told(copied)['kept_as']}/manifest.json"))
    first = json.loads(copied.text("run/manifest.json"))
    for key in ("config", "config_sha256", "data_sha256", "name"):
        assert manifest[key] == first[key]
    assert manifest["status"] == "completed"
    assert manifest["run_id"] != first["run_id"]


def test_changed_inputs_are_named_and_their_effect_is_measured(copied) -> None:
    table = copied.table("patients.csv")
    table.loc[0, ["reader_a", "reader_b"]] = "nonOR" if table.loc[0, "reader_a"] == "OR" else "OR"
    table.to_csv(copied.folder / "patients.csv", index=False)
    answer = reproduce(copied, "run", "--data", ".")
    assert answer.code == 1
    assert "cohort.patients patients.csv: has other bytes than it had" in answer.err
    assert not (copied.folder / "again.json").exists(), "nothing is computed"
    allowed = reproduce(copied, "run", "--data", ".", "--allow-changed-inputs")
    assert allowed.code == 1
    assert "was not reproduced" in allowed.out
    assert verdicts(copied, "input")["cohort.patients patients.csv"] == "differs"
    labels = next(line for line in told(copied)["lines"] if line["item"] == "labels")
    assert labels["verdict"] == "differs"
    assert "1 of 35 patients" in labels["note"]
    assert "P00" not in allowed.out


def test_missing_inputs_are_all_named(copied) -> None:
    for name in ("features.csv", "patients.csv"):
        (copied.folder / name).unlink()
    answer = reproduce(copied, "run", "--data", ".")
    assert answer.code == 1
    assert "features.table: features.csv is not there" in answer.err
    assert "cohort.patients: patients.csv is not there" in answer.err


def test_check_compares_what_the_run_starts_from_and_computes_nothing(copied) -> None:
    answer = reproduce(copied, "run", "--data", ".", "--check")
    assert answer.code == 0, answer.err
    assert "Inputs are equal" in answer.out
    assert len(verdicts(copied, "input")) == 2
    assert verdicts(copied, "table") == {}


def test_without_a_file_or_folder_the_experiment_is_found_by_its_digest(study, copied) -> None:
    nothing = reproduce(copied, "run", "--check")
    assert nothing.code == 1
    assert "--experiment" in nothing.err
    copied.write("other.yaml", study.text("study.yaml").replace("seed: 11", "seed: 12"))
    copied.write("plain.yaml", "schema_version: 1\nname: [")
    copied.write("deeper/study.yaml", study.text("study.yaml"))
    for name in ("features.csv", "patients.csv"):
        shutil.move(copied.folder / name, copied.folder / "deeper")
    answer = reproduce(copied, "run", "--check")
    assert answer.code == 0, answer.err
    assert told(copied)["experiment"] == "study.yaml"


def test_a_file_that_says_something_else_is_told_and_the_run_decides(study, copied) -> None:
    copied.write("study.yaml", study.text("study.yaml").replace("seed: 11", "seed: 12"))
    answer = reproduce(copied, "run", "--experiment", "study.yaml", "--check")
    assert answer.code == 0, answer.err
    (line,) = (each for each in told(copied)["lines"] if each["part"] == "configuration")
    assert (line["item"], line["then"], line["now"]) == ("seed", "11", "12")
    assert "the run's own value was used" in line["note"]


def test_a_configuration_that_this_version_does_not_know_is_told(copied) -> None:
    path = copied.folder / "run/manifest.json"
    manifest = json.loads(path.read_text())
    manifest["config"]["validation"]["magic"] = 1
    path.write_text(json.dumps(manifest))
    answer = reproduce(copied, "run", "--data", ".")
    assert answer.code == 1
    assert "validation.magic" in answer.err
    assert "repeat it with the version that made it (0.1.0)" in answer.err


def test_a_stored_model_that_was_replaced_is_refused_and_not_run(copied) -> None:
    """Whoever may write the store can change bytes and digests; types stay closed all the same."""
    canary, folder = copied.folder / "canary", copied.folder / "run"
    manifest = json.loads(copied.text("run/manifest.json"))
    (entry,) = manifest["models"]
    hidden = functools.partial(os.system, f"touch {canary}")
    content = dumps({"pipeline": hidden, "card": {}})
    (folder / entry["content"]).write_bytes(content)
    predict = ("predict", "features.csv", "--patients", "patients.csv", "--model", "run")
    answer = copied.rhcc(*predict, "-o", "out.csv")
    assert (answer.code, "changed since it was written" in answer.err) == (1, True)
    entry["sha256"] = hashlib.sha256(content).hexdigest()
    copied.write("run/manifest.json", json.dumps(manifest))
    answer = copied.rhcc(*predict, "-o", "out.csv")
    assert (answer.code, "changed since it was written" in answer.err) == (1, True)
    manifest["files"][entry["content"]] = entry["sha256"]
    copied.write("run/manifest.json", json.dumps(manifest))
    answer = copied.rhcc(*predict, "-o", "out.csv")
    assert (answer.code, "functools.partial" in answer.err) == (1, True)
    assert not canary.exists()


def test_a_run_that_was_not_completed_has_nothing_to_reproduce(place) -> None:
    started = RunRecord("r1", "story", "?", "response_reading", RunStatus.STARTED, "2026-01-01")
    tracker = FolderTracker(place.folder)
    tracker.start(started)
    tracker.fail(started, "the disk was full")
    answer = place.rhcc("reproduce", "r1")
    assert answer.code == 1
    assert "the disk was full" in answer.err


def test_a_name_that_cannot_be_written_is_refused_first(place) -> None:
    answer = place.rhcc("reproduce", "nowhere", "-o", "again.txt")
    assert answer.code == 1
    assert ".json, .csv, .md" in answer.err


@pytest.mark.slow
def test_images_measured_anew_in_other_processes_give_the_same_bits(story) -> None:
    run = story.rhcc("run", "story.yaml", *IMAGED, "--set", "execution.tracker=imaged")
    assert run.code == 0, run.err
    (folder,) = (story.folder / "imaged").iterdir()
    how = ("--experiment", "story.yaml", "--jobs", "2", "--no-cache")
    answer = reproduce(story, f"imaged/{folder.name}", *how)
    assert answer.code == 0, answer.err + answer.out
    assert set(verdicts(story, "table").values()) == {"equal"}
    assert any(item.startswith("mask 001 pre arterial") for item in verdicts(story, "input"))
    rows = story.table("cohort/cohort.csv")
    chosen = rows[(rows["phase"] == "arterial") & (rows["timepoint"] == "pre")].iloc[0]
    image = story.folder / "cohort" / chosen["image"]
    before = image.read_bytes()
    try:
        image.write_bytes(before + b"\0")
        answer = reproduce(story, f"imaged/{folder.name}", *how, "--check")
    finally:
        image.write_bytes(before)
    assert answer.code == 1
    assert f"image {chosen['patient_id']} pre arterial" in answer.err


@pytest.mark.slow
def test_merged_shards_are_the_extraction_byte_for_byte(story) -> None:
    rows = story.table("cohort/cohort.csv")
    rows[(rows["phase"] == "arterial") & (rows["region"] == "lesion")].to_csv(
        story.folder / "cohort/sharded.csv", index=False
    )
    asked = ("extract", "cohort/sharded.csv", "--params", "params.yaml", "--no-cache")
    whole = story.rhcc(*asked, "-o", "merged/whole.parquet")
    shards = [f"merged/shard{part}.parquet" for part in (1, 2, 3)]
    for part, name in enumerate(shards, 1):
        story.rhcc(*asked, "--shard", f"{part}/3", "-o", name)
    missing = story.rhcc("merge", shards[0], shards[2], "-o", "merged/all.parquet")
    assert missing.code == 1
    assert "rhcc extract --shard 2/3" in missing.err
    answer = story.rhcc("merge", *shards[::-1], "-o", "merged/all.parquet")
    assert answer.code == whole.code
    assert answer.out.replace("all", "whole") == whole.out
    for ending in ("parquet", "json"):
        files = [story.folder / f"merged/{name}.{ending}" for name in ("whole", "all")]
        assert files[0].read_bytes() == files[1].read_bytes()
    assert len(pd.read_parquet(story.folder / "merged/all.parquet")) > 20
