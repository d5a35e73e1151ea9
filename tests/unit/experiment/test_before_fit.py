"""What is brought together for the checks that need no model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.domain.table import FeatureTable, complete_keys
from radiomics_hcc.evaluation.checks.table import CHECKS
from radiomics_hcc.experiment.before_fit import Beside, check_input, findings_before
from radiomics_hcc.modelling.leakage import Intent
from radiomics_hcc.modelling.targets import target_from_column

NAMES = [f"P{number:02d}" for number in range(30)]


@pytest.fixture
def features() -> FeatureTable:
    """Thirty patients with one lesion at two time points, and the digests of their files."""
    generator = np.random.default_rng(0)
    parts = [
        pd.DataFrame(
            {
                "patient_id": NAMES,
                "timepoint": timepoint,
                "date": day,
                "phase": "arterial",
                "lesion_id": "1",
                "original_shape_MeshVolume": generator.uniform(10, 90, 30),
                "original_glcm_Contrast": generator.normal(5, 1, 30),
            }
        )
        for timepoint, day in (("pre", "2024-01-01"), ("post", "2024-03-01"))
    ]
    digests = {
        f"{name} pre arterial lesion 1": {"image": name, "mask": f"m{name}"} for name in NAMES
    }
    table = complete_keys(pd.concat(parts, ignore_index=True))
    return FeatureTable(table, {"files_sha256": digests})


@pytest.fixture
def target():
    patients = pd.DataFrame(
        {"patient_id": NAMES, "y": ["OR", "nonOR"] * 15, "y_date": "2024-03-01"}
    )
    return target_from_column(patients, "y", order=["OR", "nonOR"])


def test_every_check_before_a_fit_speaks_in_the_order_of_the_codes(features, target):
    found = findings_before(features.select(timepoint="pre").per_patient(), target)
    codes = [code for code, check in CHECKS.items() if check.stage == "before"]
    assert [finding.code for finding in found] == codes


def test_a_finding_that_was_made_before_takes_the_place_of_its_check(features, target):
    allowed = Finding("HCC001", "serious", "Incorporation was allowed.")
    found = findings_before(features.per_patient(), target, known=[allowed])
    assert found[0] == allowed
    assert [finding.code for finding in found].count("HCC001") == 1


def test_the_intent_decides_what_is_forbidden(features, target):
    table = features.per_patient()
    severity = {
        intent: findings_before(table, target, Beside(intent))[0].severity
        for intent in (Intent.EARLY_RESPONSE, Intent.RESPONSE_READING)
    }
    assert severity == {Intent.EARLY_RESPONSE: "serious", Intent.RESPONSE_READING: "ok"}


def test_files_belong_to_the_patient_of_their_case(features, target):
    table = features.select(timepoint="pre").per_patient()
    files = check_input(table, target, Beside(features=features)).files
    assert files is not None
    assert (files["sha256"].str[-3:] == files["patient_id"]).all()
    assert len(files) == 60


def test_an_image_of_two_patients_is_found(features, target):
    digests = {**features.metadata["files_sha256"], "P01 pre arterial lesion 1": {"image": "P00"}}
    copied = FeatureTable(features.data, {"files_sha256": digests})
    table = copied.select(timepoint="pre").per_patient()
    told = {f.code: f for f in findings_before(table, target, Beside(features=copied))}
    assert "the same image file: P00 = P01" in told["HCC003"].sentence


@pytest.mark.parametrize(
    ("make", "times"),
    [
        (lambda table: table.select(timepoint="pre"), {"pre"}),
        (lambda table: table.delta("pre", "post"), {"pre", "post"}),
        (lambda table: table, {"pre", "post"}),
    ],
)
def test_phases_are_those_of_the_scans_that_columns_rest_on(features, target, make, times):
    table = make(features).per_patient()
    phases = check_input(table, target, Beside(features=features)).phases
    assert phases is not None
    assert set(phases["timepoint"]) == times


def test_without_a_feature_table_files_and_phases_are_notes(features, target):
    told = {f.code: f for f in findings_before(features.per_patient(), target)}
    assert told["HCC011"].severity == "note"
    assert "files" not in told["HCC003"].sentence


def test_a_second_cohort_is_held_against_the_first(features, target):
    table = features.select(timepoint="pre").per_patient()
    beside = Beside(features=features, other_table=table, other_features=features)
    told = {f.code: f for f in findings_before(table, target, beside)}
    assert "that the other cohort has too" in told["HCC003"].sentence
