from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from radiomics_hcc.domain.patient_table import Column, PatientTable
from radiomics_hcc.experiment.scan_days import scan_days
from radiomics_hcc.modelling.targets import target_from_column

NAMES = pd.Index(["P1", "P2", "P3"], name="patient_id")
COLUMNS = {"pre.a": Column("pre.a", "radiomic", "pre", "a")}


def table(**days: list[str | None]) -> PatientTable:
    data = pd.DataFrame({"pre.a": [1.0, 2.0, 3.0]}, index=NAMES)
    dates = pd.DataFrame({name: pd.to_datetime(each) for name, each in days.items()}, index=NAMES)
    return PatientTable(data, COLUMNS, dates)


@pytest.fixture
def target():
    """P1 and P2 have a label of a known day; P3 has none."""
    frame = pd.DataFrame(
        {
            "patient_id": NAMES,
            "truth": ["OR", "nonOR", ""],
            "truth_date": ["2020-03-01", "2020-03-02", ""],
        }
    )
    return target_from_column(frame, "truth", order=("OR", "nonOR"))


def test_days_before_treatment_and_label_are_counted(target) -> None:
    patients = pd.DataFrame({"treatment_date": ["2020-01-10", None, "2020-01-10"]}, index=NAMES)
    known = pd.Series(pd.to_datetime(["2020-03-01", None]), index=NAMES[:2])
    dated = replace(target, dates=known)
    days = scan_days(table(pre=["2020-01-08", "2020-01-09", None]), dated, patients)
    assert list(days["patient_id"]) == ["P1", "P2"]
    assert list(days["timepoint"]) == ["pre", "pre"]
    assert days.loc[0, ["days_before_treatment", "days_before_label"]].tolist() == [2, 53]
    assert days.loc[1, ["days_before_treatment", "days_before_label"]].isna().all()


def test_a_scan_on_the_day_of_the_label_is_zero_days_before_it(target) -> None:
    known = pd.Series(pd.to_datetime(["2020-03-01", "2020-03-02"]), index=NAMES[:2])
    dated = replace(target, dates=known)
    scans = table(pre=["2020-01-01"] * 3, post=["2020-03-01", "2020-03-05", None])
    days = scan_days(scans, dated, pd.DataFrame(index=NAMES)).set_index(["patient_id", "timepoint"])
    assert days["days_before_label"].to_dict() == {
        ("P1", "pre"): 60,
        ("P1", "post"): 0,
        ("P2", "pre"): 61,
        ("P2", "post"): -3,
    }
    assert days["treatment"].isna().all()
