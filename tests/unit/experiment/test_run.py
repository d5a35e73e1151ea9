"""A run from its file to its record: completed, failed, rescued, repeated."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.errors import ConfigError, InputError, LeakageError, TrackingError
from radiomics_hcc.experiment import gather as gather_module
from radiomics_hcc.experiment import run as run_module
from radiomics_hcc.experiment.gather import Talk
from radiomics_hcc.experiment.run import run, run_experiments
from radiomics_hcc.tracking.folder_tracker import FolderTracker


def statuses(folder: Path) -> list[str]:
    manifests = sorted(folder.glob("runs/*/manifest.json"))
    return [json.loads(path.read_text())["status"] for path in manifests]


def failure(folder: Path) -> str:
    (manifest,) = folder.glob("runs/*/manifest.json")
    return json.loads(manifest.read_text())["summary"]["failure"]


def problems_of(study, *settings: str) -> str:
    with pytest.raises(InputError) as caught:
        study.run(*settings)
    return str(caught.value)


def test_run_is_kept_as_completed_with_everything(study) -> None:
    record = study.run("execution.report=out/report.html")
    assert statuses(study.folder) == ["completed"]
    kept = FolderTracker(study.folder / "runs").read(record.run_id)
    assert set(kept.tables) == set(record.tables)
    assert {"metrics", "splits", "out_of_fold", "labels", "table_one", "cohort_flow"} <= set(
        kept.tables
    )
    assert [file.name for file in kept.inputs] == ["features.table", "cohort.patients"]
    assert kept.models[0].model == "ordinal_logistic"
    page = (study.folder / "out" / "report.html").read_text()
    assert "Does texture tell the response?" in page


def test_leading_zeros_of_patients_survive(study) -> None:
    record = study.run()
    for name in ("labels", "splits", "out_of_fold"):
        assert set(record.tables[name]["patient_id"]) == {f"{n:03d}" for n in range(1, 25)}
    assert record.tables["exclusions"].empty


def test_leading_zeros_survive_under_another_identity_column(study) -> None:
    for name in ("features.csv", "patients.csv"):
        study.write(name, study.table(name).rename(columns={"patient_id": "Hospital No"}))
    record = study.run("cohort.patient_id=Hospital No", "features.patient_id=Hospital No")
    assert record.tables["labels"]["patient_id"].iloc[0] == "001"


def test_patient_called_na_is_a_patient(study) -> None:
    for name in ("features.csv", "patients.csv"):
        study.write(name, study.table(name).replace({"patient_id": {"001": "NA"}}))
        study.write("wide_" + name, study.table(name).rename(columns={"patient_id": "who"}))
    # pandas reads NA as empty unless it is told otherwise
    for name in ("features.csv", "patients.csv"):
        text = (study.folder / name).read_text().replace("\n,", "\nNA,", 1)
        (study.folder / name).write_text(text)
        (study.folder / f"wide_{name}").write_text(text.replace("patient_id", "who", 1))
    assert "NA" in set(study.run().tables["labels"]["patient_id"])
    wide = study.run(
        "cohort={patients: wide_patients.csv, patient_id: who}",
        "features={table: wide_features.csv, patient_id: who}",
    )
    assert "NA" in set(wide.tables["labels"]["patient_id"])


def test_same_seed_gives_equal_tables(study) -> None:
    first, second = study.run(), study.run()
    for name in ("splits", "out_of_fold", "metrics", "comparisons", "selected"):
        pd.testing.assert_frame_equal(first.tables[name], second.tables[name])
    assert first.run_id != second.run_id
    assert (first.config_sha256, first.data_sha256) == (second.config_sha256, second.data_sha256)


def test_another_seed_gives_other_splits(study) -> None:
    first, second = study.run(), study.run("seed=4")
    assert not first.tables["splits"].equals(second.tables["splits"])


def test_jobs_change_nothing(study) -> None:
    one, two = study.run(), study.run("execution.jobs=2")
    for name in ("splits", "out_of_fold", "metrics"):
        pd.testing.assert_frame_equal(one.tables[name], two.tables[name])
    assert one.config_sha256 == two.config_sha256


def test_changed_input_changes_the_digest_of_the_data(study) -> None:
    before = study.run()
    study.write("patients.csv", study.table("patients.csv").assign(note="x"))
    after = study.run()
    assert before.data_sha256 != after.data_sha256
    assert before.config_sha256 == after.config_sha256


def test_permutation_p_value_counts_the_real_labels(study) -> None:
    table = study.run("validation.permutations=4").tables["permutation"]
    assert table["permutations"].tolist() == [4]
    assert table["p_value"].iloc[0] * 5 == pytest.approx(round(table["p_value"].iloc[0] * 5))
    assert 0.2 <= table["p_value"].iloc[0] <= 1


def test_no_information_is_chance(study) -> None:
    metrics = study.run().tables["metrics"].set_index(["model", "metric"])
    assert metrics.loc[("no_information", "auc"), "estimate"] == 0.5


def test_missing_table_is_a_failed_run_with_its_reason(study) -> None:
    (study.folder / "features.csv").unlink()
    assert "features.csv" in problems_of(study)
    assert statuses(study.folder) == ["failed"]
    assert "features.csv" in failure(study.folder)


def test_broken_config_is_no_run(study) -> None:
    study.edit("seed: 3", "sead: 3")
    with pytest.raises(ConfigError, match="did you mean 'seed'"):
        study.run()
    assert statuses(study.folder) == []


def test_text_in_a_feature_column_names_column_and_patient(study) -> None:
    frame = study.table("features.csv").astype({"original_glcm_Contrast": object})
    frame.loc[4, "original_glcm_Contrast"] = "see note"
    study.write("features.csv", frame)
    told = problems_of(study)
    assert "original_glcm_Contrast" in told
    assert "'see note' of patient 005" in told
    assert "features.exclude" in told


def test_label_among_the_features_is_refused(study) -> None:
    frame = study.table("features.csv").merge(study.table("patients.csv"), on="patient_id")
    study.write("features.csv", frame.drop(columns=["age", "sex"]))
    with pytest.raises(LeakageError, match="'responder': is the label itself"):
        study.run()
    assert study.run("features.exclude=[responder]").is_completed
    assert study.run("features.prefix=original_").is_completed


def test_label_among_the_clinical_columns_is_refused(study) -> None:
    with pytest.raises(LeakageError, match="label itself"):
        study.run("clinical=[age, responder]")


def test_other_identities_in_the_features_are_shown(study) -> None:
    frame = study.table("features.csv")
    study.write("features.csv", frame.assign(patient_id=frame["patient_id"].str.lstrip("0")))
    told = problems_of(study)
    assert "no patient has both features and a label" in told
    assert "24 patients ('1'" in told
    assert "24 patients ('001'" in told


def test_analysed_patient_without_a_clinical_row_is_an_error(study) -> None:
    names = study.table("patients.csv")["patient_id"]
    baseline = pd.DataFrame({"patient_id": names, "assessment": "2020-01-01", "viable_mm": 40})
    follow_up = baseline.assign(assessment="2020-03-01", viable_mm=[5, 40] * 12)
    days = pd.concat([baseline, follow_up]).assign(lesion_id="L1", role="target", longest_mm=40)
    study.write("measurements.csv", days)
    study.write("patients.csv", study.table("patients.csv").iloc[2:])
    target = "target={measurements: measurements.csv, merge: {OR: [CR, PR], nonOR: [SD, PD]}}"
    told = problems_of(study, target, "clinical=[age]")
    assert "patient 001" in told
    assert "patient 002" in told
    assert study.run(target).is_completed


def test_patient_without_features_is_told(study) -> None:
    study.write("features.csv", study.table("features.csv").iloc[2:])
    exclusions = study.run().tables["exclusions"]
    assert exclusions["patient_id"].tolist() == ["001", "002"]
    assert set(exclusions["reason"]) == {"has a label but no features"}


def test_patient_without_any_value_is_told(study) -> None:
    frame = study.table("features.csv")
    frame.loc[0, ["original_shape_MeshVolume", "original_glcm_Contrast"]] = np.nan
    study.write("features.csv", frame)
    exclusions = study.run().tables["exclusions"]
    assert exclusions.to_numpy().tolist() == [["001", "none of the features has a value"]]


def test_class_that_is_too_small_is_told_with_counts(study) -> None:
    frame = study.table("patients.csv").assign(responder=[1] + [0] * 23)
    study.write("patients.csv", frame)
    assert "class OR: has 1 patients for 2 folds" in problems_of(study)


def test_small_class_is_told_before_any_feature_is_measured(study, monkeypatch) -> None:
    measured: list[object] = []
    monkeypatch.setattr(gather_module, "measure_features", lambda *words: measured.append(words))
    assert "for 13 folds" in problems_of(study, "validation.outer=13")
    assert measured == []


def test_nobody_with_a_label_is_told_with_the_reason(study) -> None:
    study.write("patients.csv", study.table("patients.csv").assign(responder="NE"))
    told = problems_of(study)
    assert "nobody has a label" in told
    assert "24 patients: responder is NE" in told


def test_word_that_no_class_takes_is_told(study) -> None:
    frame = study.table("patients.csv")
    frame.loc[3, "responder"] = 9
    study.write("patients.csv", frame)
    assert "'9': belongs to no class" in problems_of(study)


def test_number_of_a_merge_may_be_written_as_a_decimal(study) -> None:
    record = study.run("target.merge={OR: [1.0], nonOR: [0.0]}")
    assert record.tables["label_counts"]["patients"].tolist() == [12, 12]


def test_phase_that_the_table_does_not_have_is_told(study) -> None:
    study.write("features.csv", study.table("features.csv").assign(phase="portal"))
    told = problems_of(study, "cohort.phase=arterial")
    assert "cohort.phase: arterial" in told
    assert "found: portal" in told


def test_phase_chooses_rows_of_a_table(study) -> None:
    frame = study.table("features.csv")
    other = frame.assign(phase="portal", original_glcm_Contrast=0.0)
    study.write("features.csv", pd.concat([frame.assign(phase="arterial"), other]))
    features = study.run("cohort.phase=arterial").tables["features"]
    assert len(features) == 2
    assert (features["maximum"] > 0).all()


def test_timepoint_that_the_table_does_not_have_is_told(study) -> None:
    assert "found: pre" in problems_of(study, "features.timepoints=[baseline]")


def test_row_without_a_patient_is_told(study) -> None:
    frame = study.table("features.csv")
    frame.loc[6, "patient_id"] = ""
    study.write("features.csv", frame)
    assert "row 7: says no patient" in problems_of(study)


def test_infinite_feature_is_told(study) -> None:
    frame = study.table("features.csv")
    frame.loc[0, "original_glcm_Contrast"] = np.inf
    study.write("features.csv", frame)
    assert "infinite" in problems_of(study)


def test_unknown_clinical_column_suggests_the_nearest(study) -> None:
    assert "did you mean 'age'?" in problems_of(study, "clinical=[agee]")


def test_interrupt_is_kept_as_failed(study) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(study.config, talk=Talk(folds=interrupt))
    assert statuses(study.folder) == ["failed"]
    assert failure(study.folder).startswith("KeyboardInterrupt")


def test_run_within_the_handling_of_another_error_is_completed(study) -> None:
    try:
        raise ValueError("something else")
    except ValueError:
        record = study.run()
    assert record.is_completed
    assert statuses(study.folder) == ["completed"]


class BrokenTracker(FolderTracker):
    """Keeps the start and nothing after it."""

    def complete(self, record: RunRecord) -> str:
        raise TrackingError("the disk is full")


def test_tracker_that_fails_at_the_end_loses_nothing(study, monkeypatch) -> None:
    elsewhere = study.folder / "elsewhere"
    monkeypatch.setattr(run_module, "open_tracker", lambda _uri: BrokenTracker(elsewhere))
    with pytest.raises(TrackingError, match=r"disk is full; the whole run was kept in .*runs"):
        study.run()
    (rescued,) = (study.folder / "runs").iterdir()
    kept = FolderTracker(study.folder / "runs").read(rescued.name)
    assert kept.is_completed
    assert kept.models
    assert FolderTracker(elsewhere).read(rescued.name).status == "failed"


class DeafTracker(FolderTracker):
    """Cannot keep a failure."""

    def fail(self, record: RunRecord, reason: str) -> None:
        raise TrackingError("the server is gone")


def test_failure_that_cannot_be_kept_does_not_hide_the_cause(study, monkeypatch) -> None:
    monkeypatch.setattr(run_module, "open_tracker", lambda _uri: DeafTracker(study.folder / "x"))
    (study.folder / "patients.csv").unlink()
    with pytest.raises(TrackingError) as caught:
        study.run()
    assert "patients.csv" in str(caught.value)
    assert "the server is gone" in str(caught.value)


def test_without_a_tracker_the_environment_names_it(study, monkeypatch) -> None:
    study.edit("execution: {tracker: runs}\n", "")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", str(study.folder / "by_environment"))
    record = study.run()
    assert (study.folder / "by_environment" / record.run_id).is_dir()


def test_file_with_variants_needs_one_named(study) -> None:
    study.edit("execution:", "variants: {a: {seed: 1}, b: {seed: 2}}\nexecution:")
    assert "name one: a, b" in problems_of(study)
    with pytest.raises(InputError, match="there are: a, b"):
        run(study.config, variant="c")
    assert run(study.config, variant="b").config["seed"] == 2


def test_every_variant_has_a_report_of_its_own(study) -> None:
    study.edit("execution: {", "variants: {a: {}, b: {seed: 2}}\nexecution: {report: r.html, ")
    names = [record.name for record in run_experiments(study.config)]
    assert names == ["small.a", "small.b"]
    assert {path.name for path in study.folder.glob("*.html")} == {"r.a.html", "r.b.html"}
