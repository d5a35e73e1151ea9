"""Predictions of a tracked model: for whom, with what warnings, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError, ModelFileError, TrackingError
from radiomics_hcc.experiment.predict import TRAINED, is_cohort, predict, trusted_model


@pytest.fixture
def record(study):
    return study.run()


@pytest.fixture
def clinical_record(study):
    return study.run("clinical=[age]", "models=[{kind: random_forest, trees: 5}]")


def new_table(study, *, rows: int = 4) -> pd.DataFrame:
    return study.table("features.csv").iloc[:rows]


def test_everybody_has_a_row_with_probabilities(study, record) -> None:
    frame = predict(record, study.folder / "features.csv")
    assert frame["patient_id"].tolist() == [f"{number:03d}" for number in range(1, 25)]
    assert list(frame.columns) == ["patient_id", "predicted", "p_OR", "p_nonOR", "warnings"]
    assert (frame["p_OR"] + frame["p_nonOR"]).to_numpy() == pytest.approx(1.0)
    assert (frame["warnings"] == TRAINED).all()


def test_other_patients_within_the_range_have_no_warning(study, record) -> None:
    frame = new_table(study)
    study.write("new.csv", frame.assign(patient_id="9" + frame["patient_id"]))
    told = predict(record, study.folder / "new.csv")
    assert told["patient_id"].tolist() == ["9001", "9002", "9003", "9004"]
    assert (told["warnings"] == "").all()


def test_run_is_found_by_folder_identity_and_name(study, record) -> None:
    data = study.folder / "features.csv"
    by_folder = predict(str(study.folder / "runs" / record.run_id), data)
    by_identity = predict(record.run_id, data, tracker="runs")
    by_name = predict("small", data, tracker="runs")
    pd.testing.assert_frame_equal(by_folder, by_identity)
    pd.testing.assert_frame_equal(by_folder, by_name)


def test_unknown_run_is_told(study, record) -> None:
    with pytest.raises(TrackingError, match="small"):
        predict("smal", study.folder / "features.csv", tracker="runs")


def test_prediction_survives_the_trip_through_the_store(study, record) -> None:
    data = study.folder / "features.csv"
    pd.testing.assert_frame_equal(predict(record, data), predict("small", data, tracker="runs"))


def test_parquet_and_csv_give_the_same_predictions(study, record) -> None:
    study.table("features.csv").to_parquet(study.folder / "features.parquet")
    pd.testing.assert_frame_equal(
        predict(record, study.folder / "features.csv"),
        predict(record, study.folder / "features.parquet"),
    )


def test_tampered_model_file_is_refused(study, record) -> None:
    (path,) = (study.folder / "runs" / record.run_id).glob("models/*.skops")
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
