import pandas as pd
import pytest

from radiomics_hcc.experiment.assessing.patient_facts import read_patient_facts
from radiomics_hcc.response.measurements import Measurements


@pytest.fixture
def notes(tmp_path):
    """What is said of two assessments, 2026-01-05 and 2026-03-01, and this start of treatment."""

    def said(treatment_date):
        days = ["2026-01-05", "2026-03-01"]
        cells = {"patient_id": "P1", "lesion_id": "L1", "role": "target", "longest_mm": 40}
        frame = pd.DataFrame([cells | {"assessment": day} for day in days])
        file = tmp_path / "patients.csv"
        file.write_text(f"patient_id,treatment,treatment_date\nP1,TACE,{treatment_date}\n")
        return read_patient_facts(file, Measurements.from_frame(frame)).notes

    return said


def test_treatment_between_baseline_and_follow_up_is_in_order(notes):
    assert notes("2026-01-20") == ()
    assert notes("2026-01-05") == ()


def test_assessment_after_the_treatment_is_no_baseline(notes):
    assert notes("2026-01-04") == (
        "treatment_date is before the first assessment, so no baseline: P1",
    )


def test_two_assessments_before_the_treatment_are_named(notes):
    (note,) = notes("2026-03-02")
    assert "not before the first follow-up: P1" in note
