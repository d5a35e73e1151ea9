"""Predictions of a tracked model: for whom, with what warnings, and what is refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError, LeakageError, ModelFileError, TrackingError
from radiomics_hcc.experiment.predict import (
    TRAINED,
    is_cohort,
    predict,
    predict_with_notes,
    trusted_model,
)
from radiomics_hcc.experiment.predicted import Question
from radiomics_hcc.modelling.conformal import Conformal
from radiomics_hcc.modelling.leakage import Intent


@pytest.fixture(scope="module")
def kept():
    """Records of runs that only differ in their folder."""
    return {}


@pytest.fixture
def record(study, kept):
    if "record" not in kept:
        kept["record"] = study.run()
        kept["runs"] = study.folder / "runs"
    return kept["record"]


@pytest.fixture
def tracked(study, record, kept):
    """The run in the store of this test's folder."""
    if kept["runs"] != study.folder / "runs":
        shutil.copytree(kept["runs"], study.folder / "runs")
    return record


@pytest.fixture
def clinical_record(study, kept):
    if "clinical" not in kept:
        forest = "models=[{kind: random_forest, trees: 5}]"
        kept["clinical"] = study.run("clinical=[age]", forest)
    return kept["clinical"]


def dated(study, **days: str) -> None:
    """The patients, with the same days for everyone."""
    study.write("who.csv", study.table("patients.csv").assign(**days))


def new_table(study, *, rows: int = 4) -> pd.DataFrame:
    return study.table("features.csv").iloc[:rows]


def test_everybody_has_a_row_with_probabilities(study, record) -> None:
    frame = predict(record, study.folder / "features.csv")
    assert frame["patient_id"].tolist() == [f"{number:03d}" for number in range(1, 25)]
    fit = ["called", "applicability", "applicability_word", "features_inside"]
    assert list(frame.columns) == [
        *("patient_id", "predicted", "p_OR", "p_nonOR"),
        *fit,
        "warnings",
    ]
    assert (frame["p_OR"] + frame["p_nonOR"]).to_numpy() == pytest.approx(1.0)
    assert (frame["warnings"] == TRAINED).all()


def test_other_patients_within_the_range_have_no_warning(study, record) -> None:
    frame = new_table(study)
    study.write("new.csv", frame.assign(patient_id="9" + frame["patient_id"]))
    told = predict(record, study.folder / "new.csv")
    assert told["patient_id"].tolist() == ["9001", "9002", "9003", "9004"]
    assert (told["warnings"] == "").all()


def test_run_is_found_by_folder_identity_and_name(study, tracked) -> None:
    data = study.folder / "features.csv"
    by_folder = predict(str(study.folder / "runs" / tracked.run_id), data)
    by_identity = predict(tracked.run_id, data, tracker="runs")
    by_name = predict("small", data, tracker="runs")
    pd.testing.assert_frame_equal(by_folder, by_identity)
    pd.testing.assert_frame_equal(by_folder, by_name)


def test_unknown_run_is_told(study, tracked) -> None:
    with pytest.raises(TrackingError, match="small"):
        predict("smal", study.folder / "features.csv", tracker="runs")


def test_prediction_survives_the_trip_through_the_store(study, tracked) -> None:
    data = study.folder / "features.csv"
    pd.testing.assert_frame_equal(predict(tracked, data), predict("small", data, tracker="runs"))


def test_parquet_and_csv_give_the_same_predictions(study, record) -> None:
    study.table("features.csv").to_parquet(study.folder / "features.parquet")
    pd.testing.assert_frame_equal(
        predict(record, study.folder / "features.csv"),
        predict(record, study.folder / "features.parquet"),
    )


def test_tampered_model_file_is_refused(study, tracked) -> None:
    (path,) = (study.folder / "runs" / tracked.run_id).glob("models/*.skops")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(TrackingError, match=r"skops: changed since it was written"):
        predict(str(path.parents[1]), study.folder / "features.csv")


def test_model_that_does_not_match_its_digest_is_refused(record) -> None:
    (model,) = record.models
    changed = replace(record, models=(replace(model, content=model.content + b" "),))
    with pytest.raises(ModelFileError, match="changed or damaged"):
        trusted_model(changed)


def test_run_without_a_model_is_refused(study, record) -> None:
    with pytest.raises(ModelFileError, match="has no model"):
        predict(replace(record, models=()), study.folder / "features.csv")


def test_patient_without_a_value_has_a_row_and_a_warning(study, record) -> None:
    frame = new_table(study)
    frame.loc[1, ["original_shape_MeshVolume", "original_glcm_Contrast"]] = np.nan
    study.write("new.csv", frame)
    told = predict(record, study.folder / "new.csv").set_index("patient_id")
    assert sorted(told.index) == ["001", "002", "003", "004"]
    assert told.loc["002", "warnings"].startswith("none of the features has a value")
    assert told.loc["002", ["predicted", "p_OR", "p_nonOR"]].isna().all()


def test_patient_at_another_timepoint_only_has_a_row_and_a_warning(study, record) -> None:
    study.write("new.csv", new_table(study).assign(timepoint=["pre", "pre", "pre", "post"]))
    told = predict(record, study.folder / "new.csv").set_index("patient_id")
    assert told.loc["004", "warnings"].startswith("no features at the time points")


def test_nobody_with_a_value_is_an_error_with_every_name(study, record) -> None:
    frame = new_table(study, rows=2).assign(
        original_shape_MeshVolume=np.nan, original_glcm_Contrast=np.nan
    )
    study.write("new.csv", frame)
    with pytest.raises(InputError, match="nobody can be predicted") as caught:
        predict(record, study.folder / "new.csv")
    assert "patient 001" in str(caught.value)
    assert "patient 002" in str(caught.value)


def test_value_outside_the_training_range_is_warned_of(study, record) -> None:
    study.write("new.csv", new_table(study).assign(original_glcm_Contrast=1e6))
    told = predict(record, study.folder / "new.csv")
    assert told["warnings"].str.contains("outside the training range").all()
    assert told["warnings"].str.contains("original_glcm_Contrast").all()


def test_every_missing_column_is_told(study, record) -> None:
    frame = pd.DataFrame({"patient_id": ["001"], "other": [1.0]})
    study.write("new.csv", frame)
    with pytest.raises(InputError) as caught:
        predict(record, study.folder / "new.csv")
    assert "original_shape_MeshVolume" in str(caught.value)
    assert "original_glcm_Contrast" in str(caught.value)


def test_word_in_a_feature_is_told(study, record) -> None:
    study.write("new.csv", new_table(study).assign(original_glcm_Contrast=["1", "2", "x", "3"]))
    with pytest.raises(InputError, match="'x' of patient 003"):
        predict(record, study.folder / "new.csv")


@pytest.mark.parametrize("name", ["nowhere.csv", "nowhere.parquet"])
def test_missing_file_is_told(study, record, name: str) -> None:
    with pytest.raises(InputError, match="nowhere"):
        predict(record, study.folder / name)


def test_clinical_columns_come_from_their_table(study, clinical_record) -> None:
    told = predict(
        clinical_record,
        study.folder / "features.csv",
        patients=study.folder / "patients.csv",
    )
    assert len(told) == 24


def test_clinical_column_that_is_empty_for_everyone_is_a_warning(study, clinical_record) -> None:
    study.write("new.csv", new_table(study))
    study.write("who.csv", study.table("patients.csv").assign(age=""))
    told = predict(clinical_record, study.folder / "new.csv", patients=study.folder / "who.csv")
    assert told["warnings"].str.contains("empty, never so in training: age").all()


def test_missing_clinical_column_is_told(study, clinical_record) -> None:
    study.write("who.csv", study.table("patients.csv").drop(columns="age"))
    with pytest.raises(InputError, match="clinical: age"):
        predict(clinical_record, study.folder / "features.csv", patients=study.folder / "who.csv")


def test_patient_without_a_clinical_row_is_told(study, clinical_record) -> None:
    study.write("who.csv", study.table("patients.csv").iloc[1:])
    with pytest.raises(InputError, match="patient 001"):
        predict(clinical_record, study.folder / "features.csv", patients=study.folder / "who.csv")


def test_parquet_without_a_table_of_clinical_columns_is_told(study, clinical_record) -> None:
    study.table("features.csv").to_parquet(study.folder / "new.parquet")
    with pytest.raises(InputError, match="--patients"):
        predict(clinical_record, study.folder / "new.parquet")


def test_images_are_not_measured_by_settings_that_nobody_knows(study, record) -> None:
    images = pd.DataFrame({"Image": ["a.nii.gz"], "Mask": ["b.nii.gz"]})
    study.write("batch.csv", images)
    assert is_cohort(study.folder / "batch.csv")
    for name in images.to_numpy()[0]:
        (Path(study.folder) / name).touch()
    with pytest.raises(InputError):
        predict(record, study.folder / "batch.csv")


def test_patient_far_from_training_is_outside(study, record) -> None:
    study.write("new.csv", new_table(study).assign(original_glcm_Contrast=1e6))
    both = predict_with_notes(record, study.folder / "new.csv")
    told = both.frame
    assert any(note.startswith("4 patients lie farther from the training") for note in both.notes)
    assert (told["applicability"] == 0.0).all()
    assert (told["applicability_word"] == "outside").all()
    assert (told["features_inside"] < 1.0).all()


def test_threshold_of_the_run_calls_the_patients(study, record) -> None:
    threshold = record.models[0].card["threshold"]
    told = predict(record, study.folder / "features.csv")
    assert ((told["called"] == "OR") == (told["p_OR"] >= threshold)).all()
    assert set(told["called"]) == {"OR", "nonOR"}


def test_prediction_sets_come_with_level_and_validity(study, record) -> None:
    asked = Question(conformal=Conformal(0.8))
    told = predict_with_notes(record, study.folder / "features.csv", question=asked)
    assert set(told.frame["prediction_set"]) <= {"OR", "nonOR", "OR or nonOR"}
    notes = " ".join(told.notes)
    assert "level 0.8, over all classes" in notes
    assert "24 patients (OR 12, nonOR 12)" in notes
    assert "no finite-sample guarantee" in notes


def test_sets_need_the_predictions_of_the_run(study, record) -> None:
    bare = replace(record, tables={})
    with pytest.raises(ModelFileError, match="no out-of-fold predictions"):
        predict(bare, study.folder / "features.csv", question=Question(conformal=Conformal(0.8)))


def test_another_intent_is_refused_with_what_the_model_is_for(study, record) -> None:
    with pytest.raises(LeakageError, match="scans made before treatment"):
        predict(record, study.folder / "features.csv", question=Question("early_response"))


def test_model_that_describes_has_to_be_asked_by_name(study, record) -> None:
    describing = replace(record, intent=Intent.RESPONSE_READING)
    with pytest.raises(LeakageError, match="--intent response_reading"):
        predict(describing, study.folder / "features.csv")
    asked = Question("response_reading")
    told = predict_with_notes(describing, study.folder / "features.csv", question=asked)
    assert any("no prediction" in note for note in told.notes)


def test_scans_after_treatment_are_refused_to_a_pretreatment_model(study, record) -> None:
    study.write("new.csv", new_table(study).assign(date="2021-05-01"))
    dated(study, treatment_date="2021-03-01")
    with pytest.raises(LeakageError, match=r"after treatment in 4 patients \(001: 2021-05-01"):
        predict(record, study.folder / "new.csv", patients=study.folder / "who.csv")


def test_scans_before_treatment_pass_and_unknown_days_are_noted(study, record) -> None:
    study.write("new.csv", new_table(study).assign(date="2021-01-01"))
    dated(study, treatment_date="2021-03-01")
    who = study.folder / "who.csv"
    known = predict_with_notes(record, study.folder / "new.csv", patients=who)
    unknown = predict_with_notes(record, study.folder / "new.csv")
    assert not any("nothing proves" in note for note in known.notes)
    assert any(note.startswith("4 patients: the day of the scan") for note in unknown.notes)


def test_scan_of_the_label_is_refused_to_an_early_response_model(study, record) -> None:
    early = replace(record, intent=Intent.EARLY_RESPONSE)
    study.write("new.csv", new_table(study).assign(date="2021-05-01"))
    dated(study, responder_date="2021-05-01")
    with pytest.raises(LeakageError, match="on or after the day of the assessment"):
        predict(early, study.folder / "new.csv", patients=study.folder / "who.csv")


def test_what_must_be_known_is_written_beside_the_table(study, record) -> None:
    told = predict_with_notes(record, study.folder / "features.csv")
    beside = told.write(study.folder / "out.csv")
    about = json.loads(beside.read_text(encoding="utf-8"))
    assert beside.name == "out.csv.json"
    assert (about["intent"], about["model"]) == ("pretreatment_prediction", "ordinal_logistic")
    assert "nested cross-validation estimate" in " ".join(about["notes"])
    assert len(pd.read_csv(study.folder / "out.csv")) == 24


def test_sets_by_class_need_a_level() -> None:
    with pytest.raises(InputError, match="--conformal"):
        Question.of(None, None, by_class=True)


def test_feature_table_without_the_clinical_columns_asks_for_the_patients(
    study, clinical_record
) -> None:
    rows = pd.concat([new_table(study).assign(timepoint=when) for when in ("pre", "post")])
    study.write("long.csv", rows)
    with pytest.raises(InputError, match="name their table with --patients") as told:
        predict(clinical_record, study.folder / "long.csv")
    assert len(told.value.problems) == 1
