"""`rhcc audit`: leakage checks of an experiment file without a fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from radiomics_hcc.cli.app import app
from radiomics_hcc.domain.table import FeatureTable
from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment import run as run_module
from radiomics_hcc.experiment.config import FeatureSection
from radiomics_hcc.experiment.material_audit import left_out
from radiomics_hcc.experiment.model_audit import Audit, audit_file, write_audits

DATA = Path(__file__).parents[4] / "shared" / "data"
EXPERIMENT = Path(__file__).parents[3] / "experiments" / "hcc_tace_seg_table.yaml"


def severities(audit: Audit) -> dict[str, str]:
    return {finding.code: finding.severity for finding in audit.findings}


def test_an_honest_experiment_has_nothing_serious_and_nothing_is_fitted(study, monkeypatch) -> None:
    monkeypatch.setattr(run_module, "judge", None)  # would raise when called
    noise = np.random.default_rng(5).normal(3.0, 1.0, 24)
    study.write("features.csv", study.table("features.csv").assign(original_glcm_Contrast=noise))
    (audit,) = audit_file(study.config)
    assert audit.experiment == "small"
    assert not audit.is_serious
    assert not (study.folder / "runs").exists()


def test_every_finding_has_a_line_and_grave_ones_name_their_page(study) -> None:
    (audit,) = audit_file(study.config)
    lines = audit.sentences()
    assert len(lines) == len(audit.findings)
    assert lines[0].startswith("HCC001 note: ")
    assert lines[0].endswith("[docs/checks/HCC001.md]")


def test_an_identity_among_the_clinical_columns_is_serious(study) -> None:
    patients = study.table("patients.csv").assign(record=range(700, 724))
    study.write("patients.csv", patients)
    (audit,) = audit_file(study.config, ["clinical=[record]"])
    assert severities(audit)["HCC018"] == "serious"
    assert audit.is_serious


def test_a_later_laboratory_value_is_serious_beside_the_other_findings(study) -> None:
    patients = study.table("patients.csv").assign(
        afp=np.arange(24.0)[::-1], afp_date="2024-03-05", treatment_date="2024-03-01"
    )
    study.write("patients.csv", patients)
    (audit,) = audit_file(study.config, ["clinical=[afp]"])
    assert severities(audit)["HCC001"] == "serious"
    assert len(audit.findings) > 5
    assert "column 'afp': the measurement is made after treatment" in audit.findings[0].sentence


def test_the_label_among_the_features_is_serious(study) -> None:
    study.write(
        "features.csv",
        study.table("features.csv").merge(study.table("patients.csv")[["patient_id", "responder"]]),
    )
    (audit,) = audit_file(study.config)
    assert audit.is_serious
    assert "is the label itself" in audit.findings[0].sentence


def test_the_label_as_a_covariate_of_the_harmonisation_has_its_own_code(study) -> None:
    patients = study.table("patients.csv")
    study.write("patients.csv", patients.assign(site=["north", "north", "south", "south"] * 6))
    covariates = "harmonise={batch: site, covariates: [age, responder]}"
    (audit,) = audit_file(study.config, [covariates])
    assert severities(audit) == {"HCC017": "serious"}
    assert "responder" in audit.findings[0].sentence


def test_a_site_that_is_the_label_is_serious(study) -> None:
    patients = study.table("patients.csv")
    sites = patients["responder"].map({0: "north", 1: "south"})
    study.write("patients.csv", patients.assign(site=sites))
    (audit,) = audit_file(study.config)
    assert severities(audit)["HCC010"] == "serious"


def test_scaling_over_patients_without_a_label_is_found(study) -> None:
    features, patients = study.table("features.csv"), study.table("patients.csv")
    names = [name for name in features if name != "patient_id"]
    features = features.assign(original_glcm_Idm=np.sin(np.arange(24)))
    names.append("original_glcm_Idm")
    features[names] = (features[names] - features[names].mean()) / features[names].std()
    study.write("features.csv", features)
    patients.loc[:3, "responder"] = np.nan
    study.write("patients.csv", patients)
    (audit,) = audit_file(study.config)
    assert severities(audit)["HCC016"] == "serious"


def test_a_broken_input_is_told_as_in_a_run(study) -> None:
    with pytest.raises(InputError, match="nowhere"):
        audit_file(study.config, ["clinical=[nowhere]"])


def test_audits_are_written_as_a_table_and_as_json(study, tmp_path: Path) -> None:
    audits = audit_file(study.config)
    table, document = write_audits(audits, tmp_path / "deep" / "audit")
    frame = pd.read_csv(table)
    assert list(frame) == ["experiment", "code", "severity", "title", "sentence", "page"]
    assert len(frame) == len(audits[0].findings)
    assert json.loads(document.read_text())["findings"] == frame.to_dict(orient="records")


def test_features_that_the_sidecar_names_and_the_table_lacks() -> None:
    ids = {"original_glcm_Contrast": "1", "original_glcm_Idm": "2", "original_shape_Flatness": "3"}
    data = pd.DataFrame({"patient_id": ["A"], "original_glcm_Contrast": [1.0]})
    table = FeatureTable(data, {"ibsi_ids": ids})
    section = FeatureSection(table="t.csv", exclude=("original_shape_Flatness",))
    assert left_out(table, section) == ("original_glcm_Idm",)
    assert left_out(table, FeatureSection(table="t.csv", prefix="original_shape")) == (
        "original_shape_Flatness",
    )
    assert left_out(FeatureTable(data), section) == ()


@pytest.mark.parametrize(("clinical", "code"), [("age", 0), ("record", 1)])
def test_the_verb_prints_every_check_and_exits_1_where_one_is_serious(
    study, clinical: str, code: int
) -> None:
    noise = np.random.default_rng(5).normal(3.0, 1.0, 24)
    study.write("features.csv", study.table("features.csv").assign(original_glcm_Contrast=noise))
    study.write("patients.csv", study.table("patients.csv").assign(record=range(700, 724)))
    asked = ["audit", str(study.config), "--set", f"clinical=[{clinical}]", "-o", "told"]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == code
    assert told.output.startswith("audit of small\n")
    assert "HCC018 serious" in told.output or not code
    assert (study.folder / "told" / "audit.csv").is_file()


@pytest.mark.skipif(not DATA.exists(), reason="the public tables are not here")
@pytest.mark.parametrize("variant", ["objective-response", "complete-response"])
def test_the_published_table_of_hcc_tace_seg_has_no_leak(variant, monkeypatch) -> None:
    monkeypatch.setenv("RHCC_DATA", str(DATA))
    (audit,) = audit_file(EXPERIMENT, variant=variant)
    assert set(severities(audit).values()) <= {"ok", "note"}
