"""Every planted leak is found by its own check, and clean cohorts are left alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks" / "validity"))

from leaky_cohorts import LEAKS, clean
from planted_leaks import CLEAN, COLUMNS, GRAVE, detection, false_alarms

from radiomics_hcc.errors import LeakageError
from radiomics_hcc.experiment.before_fit import findings_before
from radiomics_hcc.modelling.leakage import check_intent

PATIENTS, SEED = 80, 7


def graves(cohort) -> dict[str, str]:
    table, target, beside = cohort.brought_together()
    found = findings_before(table, target, beside)
    return {finding.code: finding.severity for finding in found if finding.severity in GRAVE}


def test_clean_twin_of_the_leaky_cohorts_is_left_alone() -> None:
    assert graves(clean(PATIENTS, SEED)) == {}


@pytest.mark.parametrize("leak", LEAKS)
def test_planted_leak_is_found_by_its_own_code(leak: str) -> None:
    code, plant = LEAKS[leak]
    assert code in graves(plant(clean(PATIENTS, SEED), SEED))


@pytest.mark.parametrize("leak", ["post-scan features", "future laboratory value"])
def test_what_comes_later_is_refused(leak: str) -> None:
    table, target, beside = LEAKS[leak][1](clean(PATIENTS, SEED), SEED).brought_together()
    with pytest.raises(LeakageError):
        check_intent(table, target, treatment_dates=beside.treatment_dates, intent=beside.intent)


def test_clean_cohorts_are_left_alone() -> None:
    assert [graves(clean(PATIENTS, seed)) for seed in range(100, 103)] == [{}] * 3


def test_tables_of_the_benchmark_count_every_study() -> None:
    rows = [(60, study, leak, code, severity, False) for study, leak, code, severity in FOUND]
    found = pd.DataFrame(rows, columns=COLUMNS)
    assert detection(found)["found"].tolist() == ["50.0 % (9.5 to 90.5)"]
    assert false_alarms(found)["false alarms"].tolist() == ["0.0 % (0.0 to 65.8)"]


FOUND = [
    (0, "id column", "HCC018", "serious"),
    (1, "id column", "HCC018", "ok"),
    (0, CLEAN, "HCC018", "note"),
    (1, CLEAN, "HCC018", "ok"),
]
