"""From images to measurements, response, viable regions and functional features."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.datasets.nifti import read_mask, read_volume, write_volume
from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.domain.volume import Volume
from radiomics_hcc.response.measurements import read_measurements

PATIENTS = 2
PARAMETERS = "featureClass: {shape: [VoxelVolume], firstorder: [Mean]}\n"
ADC_PARAMETERS = "featureClass: {firstorder: [Mean, Median]}\nsetting: {binCount: 32}\n"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("measured") / "cohort"
    synthesise_cohort(folder, SyntheticSettings.small(PATIENTS))
    return folder


def features(place, cohort, *words: object) -> FeatureTable:
    place.write("params.yaml", PARAMETERS)
    answer = place.rhcc(
        *("extract", cohort / "cohort.csv", "--params", "params.yaml", "--no-cache"),
        *("-o", "features.csv", *words),
    )
    assert answer.code == 0, answer.err
    return FeatureTable.read(place.folder / "features.csv")


def test_measurements_are_assessed_and_drawn(place, cohort) -> None:
    answer = place.rhcc("measure", cohort / "cohort.csv", "-o", "m.csv", "--montage", "pictures")
    assert answer.code == 0, answer.err
    assert "visits: 4 of 4" in answer.err
    assert "no_subtraction" in answer.out
    table = read_measurements(place.folder / "m.csv")
    lesions = pd.read_csv(cohort / "truth.csv")
    assert {(row.patient_id, row.lesion_id) for row in table.rows} == set(
        zip(lesions["patient_id"], lesions["lesion_id"], strict=True)
    )
    assert len(list((place.folder / "pictures").glob("*.png"))) == len(lesions)
    assessed = place.rhcc("assess", "m.csv", "-o", "response.csv")
    assert assessed.code == 0, assessed.err
    assert len(place.table("response.csv")) == PATIENTS


def test_what_fails_is_named_and_the_rest_is_written(place, cohort) -> None:
    rows = pd.read_csv(cohort / "cohort.csv", dtype=str, keep_default_na=False)
    chosen = (rows["patient_id"] == "SYN_002") & (rows["region"] == "lesion")
    rows["label"] = rows["label"].mask(chosen & (rows["timepoint"] == "post"), "77")
    rows.to_csv(cohort / "wrong.csv", index=False)
    answer = place.rhcc("measure", cohort / "wrong.csv", "-o", "m.csv")
    assert answer.code == 1
    assert "failed: SYN_002 post L1: " in answer.err
    assert "label 77" in answer.err
    table = place.table("m.csv")
    failed = table[table["status"] == "not_evaluable"]
    assert set(failed["patient_id"]) == {"SYN_002"}
    assert len(table) > len(failed)


def test_lesions_without_identity_are_sent_to_matching(place, cohort) -> None:
    rows = pd.read_csv(cohort / "cohort.csv", dtype=str, keep_default_na=False)
    alone = rows[(rows["patient_id"] == "SYN_002") & (rows["lesion_id"].isin(["L1", ""]))]
    alone.assign(lesion_id="").to_csv(cohort / "unnamed.csv", index=False)
    answer = place.rhcc("measure", cohort / "unnamed.csv", "-o", "m.csv")
    assert answer.code == 1
    assert "rhcc match" in answer.err


def test_viable_part_is_a_region_that_extraction_measures(place, cohort) -> None:
    place.rhcc("measure", cohort / "cohort.csv", "-o", "m.csv", "--save", "masks")
    place.write("params.yaml", PARAMETERS + "setting: {minimumROIDimensions: 1}\n")
    answer = place.rhcc(
        *("extract", "masks/cohort.csv", "--params", "params.yaml", "--no-cache"),
        *("--region", "viable", "--allow-outside", "-o", "viable.csv"),
    )
    assert answer.code == 0, answer.err
    keys = ["patient_id", "timepoint", "lesion_id"]
    viable = pd.read_csv(place.folder / "viable.csv").set_index(keys)["volume_ml"]
    measured = pd.read_csv(place.folder / "m.csv")
    measured["timepoint"] = measured["note"].str.partition(",")[0]
    expected = measured.set_index(keys)["viable_volume_ml"].reindex(viable.index)
    assert viable.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-3)


def test_functional_values_are_features_with_changes_and_reasons(place, cohort) -> None:
    table = features(place, cohort, "--functional")
    sidecar = json.loads(place.text("features.json"))["functional"]
    assert sidecar["units"]["functional_viable_mm"] == "mm"
    assert sidecar["rule"]["k"] == 2.0
    arterial, portal = (
        table.select(phase=phase).data.set_index(["patient_id", "timepoint", "lesion_id"])
        for phase in ("arterial", "portal")
    )
    column = "functional_viable_volume_ml"
    pd.testing.assert_series_equal(arterial[column], portal[column])
    assert arterial[column].notna().any()
    empty = table.reasons[table.reasons["feature"] == "functional_mean_hu_unenhanced"]
    assert set(empty["reason"]) == {"no unenhanced phase"}
    change = table.select(phase="arterial").delta("pre", "post").per_patient()
    changes = change.data.filter(like="functional_viable_mm").iloc[:, 0]
    assert changes.notna().all()
    assert (changes >= -1).all()


def test_functional_values_without_lesions_are_refused_before_any_work(place, cohort) -> None:
    rows = pd.read_csv(cohort / "cohort.csv", dtype=str, keep_default_na=False)
    rows[rows["region"] != "lesion"].to_csv(cohort / "organs.csv", index=False)
    words = ("--region", "liver", "--functional", "--no-cache", "-o", "features.csv")
    answer = place.rhcc("extract", cohort / "organs.csv", *words)
    assert answer.code == 1
    assert "no case of 'lesion'; regions in the cohort:" in answer.err
    assert "features:" not in answer.err


def test_aligned_map_is_measured_and_has_features(place, cohort) -> None:
    rows = pd.read_csv(cohort / "cohort.csv", dtype=str, keep_default_na=False)
    chosen = (rows["phase"] == "arterial") & (rows["patient_id"] == "SYN_001")
    pre = rows[chosen & (rows["timepoint"] == "pre")]
    image = read_volume(cohort / pre["image"].iloc[0])
    values = (1.1 + image.array.astype(np.float32) / 1000).astype(np.float32)
    write_volume(Volume(values, image.geometry, ""), cohort / "adc.nii.gz")
    lesion = pre[pre["region"] == "lesion"]
    adc = lesion.assign(phase="adc", modality="MR", image="adc.nii.gz")
    pd.concat([pre, adc]).to_csv(cohort / "adc.csv", index=False)
    adc.to_csv(cohort / "adc_alone.csv", index=False)
    assert place.rhcc("measure", cohort / "adc.csv", "-o", "m.csv").code == 0
    statistics = pd.read_csv(place.folder / "m_map_statistics.csv")
    row = statistics[(statistics["part"] == "lesion") & (statistics["lesion_id"] == "L1")].iloc[0]
    mask = read_mask(cohort / lesion["mask"].iloc[0], 1)
    assert row["map"] == "adc"
    assert row["mean"] == pytest.approx(values[mask.array].mean(), rel=1e-5)
    assert row["p90"] == pytest.approx(np.percentile(values[mask.array], 90), rel=1e-5)
    place.write("adc.yaml", ADC_PARAMETERS)
    words = ("--params", "adc.yaml", "--no-cache", "-o", "f.csv")
    assert place.rhcc("extract", cohort / "adc_alone.csv", *words).code == 0
    found = pd.read_csv(place.folder / "f.csv").set_index("lesion_id")
    assert found.loc["L1", "original_firstorder_Mean"] == pytest.approx(row["mean"], rel=1e-5)
    assert found.loc["L1", "phase"] == "adc"
