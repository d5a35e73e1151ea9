"""A reviewer's questions, answered from the files of a run with json and pandas alone."""

from __future__ import annotations

import hashlib
import json

import pandas as pd
import pytest

SHA256_LENGTH = 64


@pytest.fixture(scope="module")
def manifest(study) -> dict[str, object]:
    return json.loads(study.text("run/manifest.json"))


@pytest.fixture(scope="module")
def table(study, manifest):
    """A table of the run by its name."""

    def read(name: str) -> pd.DataFrame:
        return pd.read_parquet(study.folder / "run" / manifest["tables"][name])

    return read


def test_are_the_files_those_that_the_run_wrote(study, manifest) -> None:
    for path, sha256 in manifest["files"].items():
        content = (study.folder / "run" / path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
    assert manifest["status"] == "completed"


def test_which_patients_were_analysed_and_who_was_left_out_why(study, table) -> None:
    known = set(study.table("patients.csv")["patient_id"])
    analysed = set(table("labels")["patient_id"])
    left_out = table("exclusions").set_index("patient_id")["reason"]
    assert analysed | set(left_out.index) == known
    assert not analysed & set(left_out.index)
    assert left_out["P39"].startswith("no reader gave a class")
    assert left_out["P38"] == "has a label but no features"
    assert left_out.str.contains("not unanimous").sum() == len(left_out) - 2
    flow = table("cohort_flow")
    assert flow["patients"].iloc[0] == len(known)
    assert flow["patients"].iloc[-1] == len(analysed)
    assert set(table("out_of_fold")["patient_id"]) == analysed


def test_which_features_were_selected_in_how_many_folds(manifest, table) -> None:
    splits = table("splits")
    folds = len(splits[["repeat", "fold"]].drop_duplicates())
    validation = manifest["config"]["validation"]
    assert folds == validation["outer"] * validation["repeats"]
    selected = table("selected")
    counts = selected["frequency"] * folds
    assert (counts == counts.round()).all(), "a whole number of folds"
    texture = selected[selected["feature"] == "pre.original_glcm_Contrast"].set_index("model")
    assert int(texture.loc["elastic_net", "frequency"] * folds) == folds


def test_which_interval_is_it(manifest, table) -> None:
    metrics = table("metrics")
    assert metrics["method"].str.startswith("patient bootstrap").all()
    auc = metrics[(metrics["metric"] == "auc") & (metrics["model"] == "elastic_net")].iloc[0]
    assert "widened by" in auc["method"]
    assert auc["low"] <= auc["estimate"] <= auc["high"]
    assert auc["patients"] == len(table("labels"))
    assert "95 % interval" in manifest["summary"]["verdict"]
    assert manifest["config"]["validation"]["resamples"] == 100


def test_which_versions_seed_and_command(manifest) -> None:
    packages = manifest["provenance"]["packages"]
    assert {"radiomics-hcc", "numpy", "scikit-learn", "pandas"} <= set(packages)
    assert all(packages[name] for name in ("radiomics-hcc", "numpy", "scikit-learn"))
    assert manifest["provenance"]["python"].count(".") == 2
    assert manifest["config"]["seed"] == 11
    assert manifest["provenance"]["command"][:2] == ["rhcc", "run"]


def test_which_splits_and_is_every_patient_tested_once_per_repeat(table) -> None:
    splits = table("splits")
    assert (splits.groupby(["patient_id", "repeat"]).size() == 1).all()
    tested = table("out_of_fold")
    same = tested.merge(splits, on=["patient_id", "repeat", "fold"])
    assert len(same) == len(tested)


def test_are_all_models_judged_on_the_same_patients_and_splits(table) -> None:
    tested = table("out_of_fold").set_index(["patient_id", "repeat"])
    folds = [rows["fold"].sort_index() for _, rows in tested.groupby("model")]
    assert len(folds) > 2
    assert all(each.equals(folds[0]) for each in folds)


def test_was_the_scan_of_the_label_used(manifest, table) -> None:
    assert manifest["intent"] == "pretreatment_prediction"
    assert manifest["summary"]["incorporation_justification"] is None
    assert manifest["config"]["allow_incorporation"] is None
    assert set(table("features")["timepoint"]) == {"pre"}
    (finding,) = (each for each in manifest["findings"] if each["code"] == "HCC001")
    assert finding["severity"] in ("ok", "note")
    labels = table("labels")
    assert (labels["date"] >= pd.Timestamp("2020-03-01")).all(), "the first reader's day"


def test_which_inputs_by_their_digests(study, manifest) -> None:
    digests = {each["name"]: (each["file"], each["sha256"]) for each in manifest["inputs"]}
    for role, name in (("features.table", "features.csv"), ("cohort.patients", "patients.csv")):
        content = (study.folder / name).read_bytes()
        assert digests[role] == (name, hashlib.sha256(content).hexdigest())
    assert len(manifest["config_sha256"]) == len(manifest["data_sha256"]) == SHA256_LENGTH


def test_who_read_the_labels_and_how_they_were_joined(manifest, table) -> None:
    target = manifest["config"]["target"]
    assert (target["readers"], set(target["columns"])) == ("unanimous", {"a", "b"})
    labels = table("labels")
    assert (labels["a"] == labels["b"]).all()
    assert (labels["label"] == labels["a"]).all()
    counts = table("label_counts").set_index("label")["patients"]
    assert counts.to_dict() == labels["label"].value_counts().to_dict()


def test_can_the_reported_number_be_computed_again_from_the_predictions(table) -> None:
    """The AUC, repeat by repeat, of all pairs that were tested in the same fold.

    Predictions of other folds come from other models; `docs/metrics.md` says so.
    """
    tested = table("out_of_fold")
    own = tested[tested["model"] == "elastic_net"]
    scores = []
    for _, rows in own.groupby("repeat"):
        pairs = rows[rows["label"] == "OR"].merge(rows[rows["label"] == "nonOR"], on="fold")
        ahead = (pairs["p_OR_x"] > pairs["p_OR_y"]).sum()
        scores.append((ahead + 0.5 * (pairs["p_OR_x"] == pairs["p_OR_y"]).sum()) / len(pairs))
    metrics = table("metrics")
    told = metrics[(metrics["model"] == "elastic_net") & (metrics["metric"] == "auc")]
    assert told["estimate"].iloc[0] == pytest.approx(sum(scores) / len(scores), abs=1e-12)


def test_which_model_was_kept_and_does_its_card_say_what_it_is(study, manifest) -> None:
    (entry,) = manifest["models"]
    content = (study.folder / "run" / entry["content"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    card = json.loads(study.text(f"run/{entry['card']}"))
    assert card["model"] == "elastic_net"
    assert card["seed"] == manifest["config"]["seed"]
    assert card["intent"] == manifest["intent"]
    assert set(card["columns"]) >= {"age", "pre.original_glcm_Contrast"}
