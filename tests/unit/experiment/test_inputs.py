"""What an experiment reads: cohort, clinical columns, labels, and digests of all of it."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.cohort import Case, Cohort, Patient
from radiomics_hcc.errors import InputError, LeakageError
from radiomics_hcc.experiment import inputs
from radiomics_hcc.experiment.config import FeatureSection
from radiomics_hcc.experiment.feature_source import cases_needed, read_feature_table
from radiomics_hcc.experiment.labels import read_labels
from radiomics_hcc.experiment.load import load_experiments

MEASUREMENTS = """\
patient_id,reader,assessment,lesion_id,role,longest_mm,viable_mm
001,R1,2020-01-01,L1,target,40,40
001,R1,2020-03-01,L1,target,40,10
007,R1,2020-01-01,L1,target,40,40
007,R1,2020-03-01,L1,target,44,44
"""


def experiment_of(study, *settings: str):
    return load_experiments(study.config, settings)[0]


def test_patients_without_images_are_a_cohort(study) -> None:
    cohort = inputs.read_cohort(experiment_of(study))
    assert list(cohort.patients)[:2] == ["001", "002"]
    assert cohort.cases == ()


def test_no_patients_table_is_an_empty_cohort(study) -> None:
    assert inputs.read_cohort(experiment_of(study, "cohort={}")).patients == {}


def test_wrong_identity_column_is_told(study) -> None:
    with pytest.raises(InputError, match="did you mean 'patient_id'"):
        inputs.read_cohort(experiment_of(study, "cohort.patient_id=patientid"))


def test_patient_given_twice_is_told(study) -> None:
    frame = study.table("patients.csv")
    study.write("patients.csv", pd.concat([frame, frame.iloc[:1]]))
    with pytest.raises(InputError, match=r"patients.csv:26: patient '001' comes twice"):
        inputs.read_cohort(experiment_of(study))


def test_labels_are_assessed_from_measurements(study) -> None:
    (study.folder / "m.csv").write_text(MEASUREMENTS)
    setting = "target={measurements: m.csv, merge: {OR: [CR, PR], nonOR: [SD, PD]}}"
    labels = read_labels(experiment_of(study, setting), pd.DataFrame())
    assert labels.target.labels.to_dict() == {"001": "OR", "007": "nonOR"}
    assert labels.target.dates["007"] == pd.Timestamp("2020-03-01")
    assert labels.response is not None


def test_labels_of_one_reader_need_that_reader(study) -> None:
    (study.folder / "m.csv").write_text(MEASUREMENTS)
    target = "target={measurements: m.csv, readers: R9}"
    with pytest.raises(InputError, match="known: R1, majority, median"):
        read_labels(experiment_of(study, target), pd.DataFrame())


def test_order_of_the_merge_is_the_order_of_a_columns_classes(study) -> None:
    patients = inputs.read_cohort(experiment_of(study)).clinical_frame()
    turned = experiment_of(study, "target.merge={nonOR: [0], OR: [1]}")
    assert read_labels(experiment_of(study), patients).target.classes == ("OR", "nonOR")
    assert read_labels(turned, patients).target.classes == ("nonOR", "OR")


READERS = "target={columns: {A: first, B: second, C: third}, merge: {OR: [1, 2], nonOR: [3, 4]}}"


def readers_of(study) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "first": [1.0, 3.0, np.nan, 4.0],
            "second": [2.0, 3.0, 3.0, 1.0],
            "third": [3.0, 3.0, np.nan, np.nan],
            "second_date": [pd.Timestamp("2020-03-01")] * 4,
        },
        index=pd.Index(["001", "002", "003", "004"], name="patient_id"),
    )


def test_columns_of_several_readers_vote(study) -> None:
    target = read_labels(experiment_of(study, READERS), readers_of(study)).target
    assert target.labels.to_dict() == {"001": "OR", "002": "nonOR", "003": "nonOR"}
    assert list(target.reader_labels.columns) == ["A", "B", "C"]
    assert target.reader_labels.loc["001"].tolist() == ["OR", "OR", "nonOR"]
    assert target.exclusions["patient_id"].tolist() == ["004"]
    assert (target.dates == pd.Timestamp("2020-03-01")).all()


def test_one_of_several_readers_decides(study) -> None:
    experiment = experiment_of(study, READERS, "target.readers=C")
    target = read_labels(experiment, readers_of(study)).target
    assert target.labels.to_dict() == {"001": "nonOR", "002": "nonOR"}
    assert target.dates.isna().all()


def test_patient_read_by_too_few_is_left_out_with_the_reason(study) -> None:
    experiment = experiment_of(study, READERS, "target.fewest_readers=3")
    target = read_labels(experiment, readers_of(study)).target
    assert target.labels.to_dict() == {"001": "OR", "002": "nonOR"}
    reasons = target.exclusions.set_index("patient_id")["reason"]
    assert reasons["003"] == "fewer than 3 readers gave a class"


def test_label_of_a_reader_is_no_clinical_column(study) -> None:
    experiment = experiment_of(study, READERS, "clinical=[second]")
    with pytest.raises(LeakageError, match="clinical: second: is the label itself"):
        inputs.clinical_columns(experiment, readers_of(study))


def test_missing_column_of_a_reader_is_told(study) -> None:
    with pytest.raises(InputError, match=r"target\.columns: third: no such column"):
        read_labels(experiment_of(study, READERS), readers_of(study).drop(columns="third"))


def test_site_is_context_and_never_learned_from(study) -> None:
    patients = inputs.read_cohort(experiment_of(study)).clinical_frame().assign(site="A")
    assert list(inputs.context_columns(experiment_of(study), patients)) == ["site"]
    named = experiment_of(study, "harmonise={batch: scaner}")
    with pytest.raises(InputError, match=r"harmonise\.batch: scaner"):
        inputs.context_columns(named, patients)


def test_every_file_is_digested(study) -> None:
    experiment = experiment_of(study)
    table = read_feature_table(study.folder / "features.csv", experiment.config.features)
    files = inputs.input_files(experiment, inputs.read_cohort(experiment), table)
    for file in files:
        content = (study.folder / file.file).read_bytes()
        assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert {file.name for file in files} == {"features.table", "cohort.patients"}


def test_unknown_clinical_columns_are_told_together(study) -> None:
    patients = inputs.read_cohort(experiment_of(study)).clinical_frame()
    with pytest.raises(InputError) as caught:
        inputs.clinical_columns(experiment_of(study, "clinical=[agee, weight]"), patients)
    assert "clinical: agee" in str(caught.value)
    assert "clinical: weight" in str(caught.value)


def test_day_is_no_clinical_column(study) -> None:
    study.write("patients.csv", study.table("patients.csv").assign(treatment_date="2020-01-01"))
    experiment = experiment_of(study, "clinical=[treatment_date]")
    patients = inputs.read_cohort(experiment).clinical_frame()
    with pytest.raises(InputError, match="treatment_date: is a day"):
        inputs.clinical_columns(experiment, patients)


def cohort_of(*cases: tuple[str, str]) -> Cohort:
    made = tuple(
        Case(
            patient_id=f"{number:03d}",
            timepoint=timepoint,
            phase=phase,
            lesion_id="L1",
            image=None,
            mask=None,
        )
        for number, (timepoint, phase) in enumerate(cases)
    )
    return Cohort(made, {case.patient_id: Patient(case.patient_id) for case in made})


def test_only_the_cases_that_are_used_are_measured(study) -> None:
    cohort = cohort_of(("pre", "arterial"), ("pre", "portal"), ("post", "arterial"))
    experiment = experiment_of(study, "cohort.phase=arterial")
    assert [case.name for case in cases_needed(experiment, cohort).cases] == [cohort.cases[0].name]
    changes = experiment_of(study, "cohort.phase=arterial", "features.delta=[relative]")
    assert len(cases_needed(changes, cohort)) == 2


def test_phase_that_the_cohort_does_not_have_is_told_before_any_work(study) -> None:
    experiment = experiment_of(study, "cohort.phase=delayed")
    with pytest.raises(InputError, match=r"in phase 'delayed'; there are: .*arterial, portal"):
        cases_needed(experiment, cohort_of(("pre", "arterial"), ("pre", "portal")))


def test_every_missing_timepoint_is_told_before_any_work(study) -> None:
    experiment = experiment_of(study, "features.timepoints=[pre, later, post]")
    with pytest.raises(InputError) as caught:
        cases_needed(experiment, cohort_of(("pre", "arterial")))
    assert "'later'" in str(caught.value)
    assert "'post'" in str(caught.value)


def test_prefix_and_exclusion_choose_the_features(study) -> None:
    frame = study.table("features.csv").assign(diagnostics_Version="v3", original_x=1.0)
    study.write("features.csv", frame)
    section = FeatureSection.model_validate({"prefix": "original_", "exclude": ["original_x"]})
    table = read_feature_table(study.folder / "features.csv", section)
    assert table.features == ["original_shape_MeshVolume", "original_glcm_Contrast"]


def test_prefix_that_no_feature_has_is_told(study) -> None:
    section = FeatureSection.model_validate({"prefix": "wavelet"})
    with pytest.raises(InputError, match="no feature begins with 'wavelet'"):
        read_feature_table(study.folder / "features.csv", section)


def test_empty_column_of_numbers_is_no_column_of_words(study) -> None:
    study.write("features.csv", study.table("features.csv").assign(original_x=np.nan))
    section = FeatureSection.model_validate({})
    table = read_feature_table(study.folder / "features.csv", section)
    assert table.data["original_x"].isna().all()


def test_identity_column_that_is_not_there_suggests_the_nearest(study) -> None:
    section = FeatureSection.model_validate({"patient_id": "patient"})
    with pytest.raises(InputError, match="did you mean 'patient_id'"):
        read_feature_table(study.folder / "features.csv", section)


@pytest.mark.parametrize("name", ["nowhere.csv", "nowhere.parquet"])
@pytest.mark.parametrize("identity", ["patient_id", "who"])
def test_missing_feature_table_is_told(study, name: str, identity: str) -> None:
    section = FeatureSection.model_validate({"patient_id": identity})
    with pytest.raises(InputError, match="nowhere"):
        read_feature_table(study.folder / name, section)


def test_damaged_parquet_is_told(study) -> None:
    (study.folder / "features.parquet").write_bytes(b"not parquet")
    for identity in ("patient_id", "who"):
        section = FeatureSection.model_validate({"patient_id": identity})
        with pytest.raises(InputError, match="is no feature table"):
            read_feature_table(study.folder / "features.parquet", section)


def test_identity_in_another_column_wins_over_patient_id(study) -> None:
    frame = study.table("features.csv")
    study.write("features.csv", frame.assign(who=frame["patient_id"], patient_id="anonymous"))
    section = FeatureSection.model_validate({"patient_id": "who"})
    table = read_feature_table(study.folder / "features.csv", section)
    assert table.data["patient_id"].iloc[0] == "001"
