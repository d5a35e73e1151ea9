"""Runs laid beside each other: from records to the comparison."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from compared_runs import completed, names, predictions

from radiomics_hcc.errors import InputError, TrackingError
from radiomics_hcc.experiment.comparing.compare import Asked, compare_runs
from radiomics_hcc.experiment.comparing.files import write_tables


@pytest.fixture(autouse=True)
def _nowhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def other(run_id="r2", **changes):
    """A second run on the same patients and splits, with another model."""
    models = changes.pop("models", None) or [
        predictions("random_forest", effect=0.6, seed=8, patients=names(40))
    ]
    return completed(run_id, models=models, **changes)


def test_headline_models_of_several_runs_are_compared():
    found = compare_runs([completed(), other()])
    assert found.labels == ("elastic_net", "random_forest")
    assert found.runs["run_id"].tolist() == ["r1", "r2"]
    assert found.title == "small"
    assert found.frame()["auc"].notna().all()


def test_all_models_of_a_single_run_are_compared_by_default():
    assert compare_runs([completed()]).labels == ("elastic_net", "size_only")


def test_models_of_one_run_are_compared_as_the_run_itself_compares_them():
    record = completed()
    found = compare_runs([record])
    told = found.paired.rename(columns={"left": "model", "right": "reference"})
    own = record.tables["comparisons"]
    pd.testing.assert_frame_equal(told[own.columns], own)


def test_metrics_are_those_of_the_runs():
    record = completed()
    found = compare_runs([record], asked=Asked(("all",))).metrics
    own = record.tables["metrics"].rename(columns={"model": "label"})
    pd.testing.assert_frame_equal(found, own[found.columns])


def test_named_models_are_compared_across_runs():
    found = compare_runs([completed(), completed("r2", name="later")], asked=Asked(("size_only",)))
    assert found.labels == ("small", "later")
    assert found.runs["model"].tolist() == ["size_only", "size_only"]


def test_a_run_without_the_named_model_is_left_out_with_what_it_has():
    found = compare_runs([completed(), other()], asked=Asked(("size_only",)))
    assert found.left_out["run_id"].tolist() == ["r2"]
    assert "random_forest" in found.left_out["reason"][0]


def test_a_model_that_no_run_has_is_told_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'elastic_net'"):
        compare_runs([completed()], asked=Asked(("elastic_nett",)))


def test_the_same_run_enters_once():
    found = compare_runs([completed(), completed(), other()])
    assert len(found.runs) == 2
    told = [f.sentence for f in found.findings if f.code == "LEFT_OUT"]
    assert told == ["Named more than once, and there once: r1."]


def test_no_run_at_all_is_an_error():
    with pytest.raises(InputError, match="name runs"):
        compare_runs([])


@pytest.mark.parametrize("status", ["started", "failed"])
def test_unfinished_runs_never_enter_and_are_listed(status):
    broken = replace(other(), status=status, summary={"failure": "no space left"})
    found = compare_runs([completed(), broken])
    assert found.runs["run_id"].unique().tolist() == ["r1"]
    row = found.left_out.iloc[0]
    assert (row["run_id"], row["status"]) == ("r2", status)
    assert "no space left" in row["reason"]
    assert [f.severity for f in found.findings if f.code == "LEFT_OUT"] == ["note"]


def test_without_a_usable_run_every_reason_is_told():
    broken = replace(other(), status="failed", summary={"failure": "no space left"})
    with pytest.raises(TrackingError, match="no space left"):
        compare_runs([broken])


@pytest.mark.parametrize("table", ["out_of_fold", "metrics"])
def test_a_run_without_its_tables_is_left_out(table):
    tables = {name: frame for name, frame in other().tables.items() if name != table}
    found = compare_runs([completed(), replace(other(), tables=tables)])
    assert found.left_out["reason"].tolist() == [f"it has no table {table}"]


def test_a_run_with_unusable_predictions_is_left_out():
    bad = other()
    frame = bad.tables["out_of_fold"].assign(p_OR=0.9)
    found = compare_runs([completed(), replace(bad, tables={**bad.tables, "out_of_fold": frame})])
    assert found.left_out["status"].tolist() == ["unusable"]
    assert "add up to 1" in found.left_out["reason"][0]


def test_other_patients_have_no_paired_difference_and_no_place_among_them():
    fewer = other(models=[predictions("forest", effect=1, seed=3, patients=names(30, 4))])
    found = compare_runs([completed(), fewer])
    assert found.paired.empty
    assert found.ranks.empty
    assert found.agreement.empty
    patients = found.comparable.set_index("aspect").loc["patients"]
    assert not patients["same"]
    assert patients["sentence"].startswith("30 shared; 10 only in elastic_net (p00, p01, p02, p03")
    assert "--shared-patients" in next(f.sentence for f in found.findings if f.code == "PATIENTS")
    assert len(found.disagreement) == 40


def test_shared_patients_are_judged_again_and_it_is_said():
    fewer = other(models=[predictions("forest", effect=1, seed=3, patients=names(30, 4))])
    found = compare_runs([completed(), fewer], asked=Asked(shared_patients=True))
    assert (found.metrics["patients"] == 30).all()
    assert (found.paired["patients"] == 30).all()
    assert found.paired["p_corrected_t"].isna().all()  # other patients, other splits
    estimates = found.metrics.set_index(["label", "metric"])["estimate"]
    auc = found.paired.set_index("metric").loc["auc", "difference"]
    assert auc == pytest.approx(estimates["elastic_net", "auc"] - estimates["forest", "auc"])
    told = found.findings[0]
    assert (told.code, told.severity) == ("PATIENTS", "warning")
    assert "30 patients" in told.sentence
    assert "left out: elastic_net 10." in told.sentence
    assert not found.comparable.set_index("aspect").loc["patients", "same"]


def test_a_patient_with_another_label_is_left_out_of_the_shared_ones():
    second = other()
    frame = second.tables["out_of_fold"].copy()
    frame.loc[frame["patient_id"] == "p06", "label"] = "nonOR"
    relabelled = replace(second, tables={**second.tables, "out_of_fold": frame})
    without = compare_runs([completed(), relabelled])
    assert without.paired.empty
    assert any(f.code == "LABELS" for f in without.findings)
    found = compare_runs([completed(), relabelled], asked=Asked(shared_patients=True))
    assert (found.paired["patients"] == 39).all()


def test_sharing_the_same_patients_changes_no_number():
    plain = compare_runs([completed(), other()])
    shared = compare_runs([completed(), other()], asked=Asked(shared_patients=True))
    for name, table in plain.tables().items():
        pd.testing.assert_frame_equal(shared.tables()[name], table)
    assert "nobody is left out" in shared.findings[0].sentence


def test_runs_that_share_nobody_stay_on_their_own_patients():
    far = other(models=[predictions("forest", effect=1, seed=3, patients=names(20, 60))])
    found = compare_runs([completed(), far], asked=Asked(shared_patients=True))
    assert found.runs["patients"].tolist() == [40, 20]
    assert "share 0 patients" in found.findings[0].sentence


def test_other_splits_forbid_the_test_over_folds_only():
    moved = predictions("forest", effect=1, seed=3, patients=names(40))
    frame = moved.frame.assign(fold=np.tile(np.arange(40) % 4, 2))
    found = compare_runs([completed(), other(models=[replace(moved, frame=frame)])])
    assert found.paired["p_value"].notna().any()
    assert found.paired["p_corrected_t"].isna().all()
    assert any(f.code == "SPLITS" for f in found.findings)


def test_other_splits_of_shared_patients_are_told():
    more = other(models=[predictions("forest", effect=1, seed=3, patients=names(44))])
    apart = compare_runs([completed(), more])
    assert not any(f.code == "SPLITS" for f in apart.findings)
    shared = compare_runs([completed(), more], asked=Asked(shared_patients=True))
    assert any(f.code == "SPLITS" for f in shared.findings)


def without(record, *tables):
    kept = {name: frame for name, frame in record.tables.items() if name not in tables}
    return replace(record, tables=kept)


def test_curves_are_the_runs_own_where_it_has_them_and_made_anew_elsewhere():
    found = compare_runs([completed(), without(other(), "roc", "decision_curve")])
    own, made = (found.roc[found.roc["label"] == label] for label in found.labels)
    assert own["tpr"].tolist() == [0.25, 0.75]
    assert len(made) > 50
    assert found.decision["label"].value_counts()["random_forest"] > 2
    assert found.calibration["label"].tolist() == ["elastic_net"] * 2 + ["random_forest"] * 2


def test_restricted_models_get_curves_of_the_patients_they_are_judged_on():
    fewer = other(models=[predictions("forest", effect=1, seed=3, patients=names(30, 4))])
    found = compare_runs([completed(), fewer], asked=Asked(shared_patients=True))
    assert len(found.roc[found.roc["label"] == "elastic_net"]) > 50
    assert found.roc[found.roc["label"] == "forest"]["tpr"].tolist() == [0.25, 0.75]


def test_the_number_of_resamples_can_be_asked_for():
    found = compare_runs([completed(), other()], asked=Asked(resamples=37))
    method = next(f.sentence for f in found.findings if f.code == "METHOD")
    assert "37 resamples of patients (seed 5)" in method


def test_same_runs_same_bytes(tmp_path):
    written = [
        write_tables(compare_runs([completed(), other()]), tmp_path / name)
        for name in ("one", "two")
    ]
    one, two = ([path.read_bytes() for path in paths] for paths in written)
    assert one == two


def test_every_table_is_a_file_and_the_words_are_json(tmp_path):
    found = compare_runs([completed(), other()])
    paths = write_tables(found, tmp_path / "new" / "folder")
    assert {path.stem for path in paths[:-1]} == set(found.tables())
    words = json.loads(paths[-1].read_text(encoding="utf-8"))
    assert words["title"] == "small"
    assert words["findings"][0].keys() == {"code", "severity", "sentence"}
    assert "not a medical device" in words["software"]
    again = pd.read_csv(tmp_path / "new" / "folder" / "paired.csv")
    pd.testing.assert_frame_equal(again, found.paired)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(InputError, match="choose a folder"):
        write_tables(compare_runs([completed()]), tmp_path / "taken")


def test_shared_patients_of_one_class_cannot_be_judged():
    responders = [name for name in names(40) if int(name[1:]) % 2 == 0]
    far = [*responders[:8], *names(8, 61)]
    model = predictions("forest", effect=1, seed=3, patients=far)
    found = compare_runs([completed(), other(models=[model])], asked=Asked(shared_patients=True))
    assert "share 8 patients" in found.findings[0].sentence
    assert found.runs["patients"].tolist() == [40, 16]
