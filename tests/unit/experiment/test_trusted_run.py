"""A run with sites: harmonised, filtered by reliability, audited, tested elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pandas.api.types import is_numeric_dtype

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.errors import InputError, LeakageError
from radiomics_hcc.evaluation.checks.table import CHECKS
from radiomics_hcc.experiment.run import worst_patients
from radiomics_hcc.tracking.folder_tracker import FolderTracker

SIZE, TEXTURE, LOOSE = "original_shape_MeshVolume", "original_glcm_Contrast", "original_glcm_Idm"
SITES = ["A", "B", "C"]


def widen(study, patients: int = 90, first: int = 1, effect: float = 4.0) -> None:
    """Write 90 patients of three sites; the texture tells the class, shifted by the site."""
    generator = np.random.default_rng(first)
    names = [f"{number:03d}" for number in range(first, first + patients)]
    responder = generator.permutation(np.arange(patients) % 2)
    site = np.arange(patients) % 3
    features = {
        "patient_id": names,
        SIZE: generator.uniform(1, 90, patients),
        TEXTURE: responder + generator.normal(0, 0.7, patients) + effect * site,
        LOOSE: generator.normal(0, 1, patients),
    }
    days = pd.date_range("2020-01-01", periods=patients, freq="D")
    clinical = {
        "patient_id": names,
        "age": generator.integers(40, 80, patients),
        "sex": np.where(generator.random(patients) < 0.5, "m", "f"),
        "site": [SITES[number] for number in site],
        "treatment_date": days.strftime("%Y-%m-%d"),
        "responder": responder,
    }
    prefix = "" if first == 1 else "second_"
    study.write(f"{prefix}features.csv", pd.DataFrame(features))
    study.write(f"{prefix}patients.csv", pd.DataFrame(clinical))


HARMONISED = "harmonise={batch: site, smallest_batch: 3}"


def auc_of(record: RunRecord, model: str = "ordinal_logistic") -> float:
    metrics = record.tables["metrics"].set_index(["model", "metric"])["estimate"]
    return float(metrics[model, "auc"])


def test_every_check_speaks_once_and_is_kept(study) -> None:
    widen(study)
    record = study.run("validation.importance=0")
    assert sorted(finding.code for finding in record.findings) == sorted(CHECKS)


def test_harmonised_run_recovers_what_the_site_took(study) -> None:
    widen(study)
    plain = study.run("validation.importance=0")
    harmonised = study.run(HARMONISED, "validation.importance=0")
    assert auc_of(harmonised) > auc_of(plain) + 0.1
    card = harmonised.models[0].card
    assert "site" in str(card["harmonisation"])


def test_site_without_enough_patients_is_refused_before_any_fit(study) -> None:
    widen(study, patients=36)
    with pytest.raises(InputError, match="batch 'C': has 1 training patients"):
        study.run("harmonise={batch: site}")


def test_label_is_no_covariate_of_the_harmonisation(study) -> None:
    widen(study)
    with pytest.raises(LeakageError, match="covariates: responder: is the label itself"):
        study.run("harmonise={batch: site, covariates: [responder]}")


def test_unreliable_feature_never_reaches_the_model(study) -> None:
    widen(study, effect=0.0)
    table = pd.DataFrame(
        {
            "feature": [SIZE, TEXTURE, LOOSE],
            "timepoint": "pre",
            "kind": "single",
            "icc_a1": [0.99, 0.4, 0.95],
            "icc_a1_low": [0.98, 0.2, 0.9],
            "icc_a1_high": [1.0, 0.6, 0.99],
        }
    )
    study.write("robustness.csv", table)
    record = study.run("reliability={table: robustness.csv}", "validation.importance=0")
    selected = record.tables["selected"]
    own = selected.loc[selected["model"] == "ordinal_logistic", "feature"]
    assert f"pre.{TEXTURE}" not in set(own)
    assert f"pre.{LOOSE}" in set(own)
    kept = record.tables["reliability"].set_index("column")["kept"]
    assert not kept[f"pre.{TEXTURE}"]
    assert kept[f"pre.{LOOSE}"]
    assert "reliability.table" in {file.name for file in record.inputs}


def test_missing_reliability_table_is_told(study) -> None:
    with pytest.raises(InputError, match=r"icc\.csv: cannot be read"):
        study.run("reliability={table: icc.csv}")


@pytest.fixture
def tested(study) -> RunRecord:
    widen(study, effect=0.0)
    widen(study, patients=30, first=200, effect=0.0)
    return study.run(
        "testing=[{kind: leave_one_out, column: site}, {kind: temporal, start: 2020-03-01}, "
        "{kind: held_out, column: site, values: [C]}, "
        "{kind: second_cohort, name: later, table: second_features.csv, "
        "patients: second_patients.csv}]",
        "validation.importance=2",
        "clinical=[age]",
    )


def test_files_of_the_second_cohort_are_inputs_too(tested: RunRecord) -> None:
    read = {file.name: file.file for file in tested.inputs if file.name.startswith("later.")}
    assert read["later.features.table"] == "second_features.csv"
    assert "later.cohort.patients" in read


def test_days_of_the_scans_tell_whether_the_label_was_used(tested: RunRecord) -> None:
    days = tested.tables["scan_days"]
    assert set(days["patient_id"]) == set(tested.tables["labels"]["patient_id"])


def test_sites_later_patients_and_a_second_cohort_are_tested(tested: RunRecord) -> None:
    groups = tested.tables["external_groups"]
    assert groups["design"].unique().tolist() == [
        "leave_one_out(site)",
        "temporal(treatment_date)",
        "held_out(site)",
        "later",
    ]
    assert groups.loc[groups["design"] == "leave_one_out(site)", "tested"].tolist() == [30] * 3
    assert groups.loc[groups["design"] == "later", "tested"].tolist() == [30]
    metrics = tested.tables["external_metrics"]
    own = metrics[(metrics["model"] == "ordinal_logistic") & (metrics["metric"] == "auc")]
    by_group = own.set_index(["design", "group"])["estimate"]
    assert set(by_group["leave_one_out(site)"].index) == {"all tested", *SITES}
    assert by_group["later", "all tested"] > 0.7
    compared = tested.tables["external_comparisons"]
    assert {"size_only", "negative_control"} <= set(compared["reference"])
    rows = tested.tables["external_out_of_fold"]
    assert set(rows.loc[rows["design"] == "held_out(site)", "fold"]) == {"C"}


def test_what_makes_a_run_trustworthy_stands_in_its_tables(tested: RunRecord) -> None:
    expected = {
        "thresholds",
        "instability",
        "instability_summary",
        "decision_curve",
        "net_benefit_difference",
        "calibration_smooth",
        "calibration_errors",
        "subgroups",
        "errors",
        "coefficients",
        "stability",
        "importance",
        "importance_groups",
    }
    assert expected <= set(tested.tables)
    assert len(tested.tables["errors"]) == 90
    assert set(tested.tables["subgroups"]["variable"]) == {"all", "site", "sex"}
    importance = tested.tables["importance"].set_index(["metric", "group"])["drop"]["auc"]
    assert importance.idxmax() == f"pre.{TEXTURE}"


def test_patients_called_wrongly_are_pictured_worst_first(tested: RunRecord) -> None:
    errors = tested.tables["errors"]
    worst = worst_patients(tested)
    assert worst == errors.loc[errors["share_wrong"] > 0.5, "patient_id"].tolist()[:2]
    assert worst_patients(replace(tested, tables={})) == []


def test_patient_of_both_cohorts_is_refused(study) -> None:
    widen(study, effect=0.0)
    second = "{kind: second_cohort, table: features.csv, patients: patients.csv}"
    with pytest.raises(InputError, match="001"):
        study.run(f"testing=[{second}]", "validation.importance=0")


def test_patient_of_both_cohorts_under_another_identity_is_found(study) -> None:
    widen(study, effect=0.0)
    widen(study, patients=30, first=200, effect=0.0)
    second, first = study.table("second_features.csv"), study.table("features.csv")
    second.loc[0, [SIZE, TEXTURE, LOOSE]] = first.loc[0, [SIZE, TEXTURE, LOOSE]].to_numpy()
    study.write("second_features.csv", second)
    record = study.run(
        "testing=[{kind: second_cohort, table: second_features.csv, "
        "patients: second_patients.csv}]",
        "validation.importance=0",
    )
    (found,) = [finding for finding in record.findings if finding.code == "HCC003"]
    assert found.severity == "serious"
    assert "200" in found.sentence


def test_covariate_measured_after_treatment_is_refused(study) -> None:
    widen(study)
    patients = study.table("patients.csv").assign(age_date="2021-06-01")
    study.write("patients.csv", patients)
    with pytest.raises(LeakageError, match="age"):
        study.run("harmonise={batch: site, covariates: [age], smallest_batch: 2}")


def test_unknown_site_column_is_told_before_any_fit(study) -> None:
    with pytest.raises(InputError, match=r"testing\.0\.column: centre_name"):
        study.run("testing=[{kind: leave_one_out, column: centre_name}]")


def test_tables_come_back_from_the_tracker_with_their_types(study) -> None:
    record = study.run("clinical=[age]", "validation.importance=2")
    kept = FolderTracker(study.folder / "runs").read(record.run_id)
    other = [
        (name, column)
        for name, table in record.tables.items()
        for column in table.columns
        if is_numeric_dtype(table[column]) != is_numeric_dtype(kept.tables[name][column])
    ]
    assert other == []
