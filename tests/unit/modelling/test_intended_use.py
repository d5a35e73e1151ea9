"""Whether a model may be asked what it is asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError, LeakageError
from radiomics_hcc.modelling.intended_use import PatientDays, agreed_intent, check_use
from radiomics_hcc.modelling.leakage import Intent

PREDICTS = [Intent.PRETREATMENT_PREDICTION, Intent.EARLY_RESPONSE]


@pytest.fixture
def table(make_table):
    """Three patients with a scan on 1, 2 and 3 March 2021."""
    bare = make_table({"a": np.arange(3.0)})
    return replace(bare, dates=pd.DataFrame({"pre": days(1, 2, 3)}, index=bare.patient_ids))


def days(*numbers: int | None) -> list:
    return [pd.NaT if n is None else pd.Timestamp(2021, 3, n) for n in numbers]


def known(table, *numbers: int | None) -> pd.Series:
    return pd.Series(days(*numbers), index=table.patient_ids)


@pytest.mark.parametrize("intent", PREDICTS)
def test_model_that_predicts_is_used_for_what_it_was_made(intent) -> None:
    assert agreed_intent(str(intent), None) is intent
    assert agreed_intent(str(intent), str(intent)) is intent


@pytest.mark.parametrize("intent", PREDICTS)
def test_model_that_describes_predicts_nothing(intent) -> None:
    with pytest.raises(LeakageError, match="describe the response"):
        agreed_intent("response_reading", str(intent))
    with pytest.raises(LeakageError, match="take a model of the intent response_reading"):
        agreed_intent(str(intent), "response_reading")


def test_unknown_intent_is_told() -> None:
    with pytest.raises(InputError, match="pretreatment_prediction"):
        agreed_intent("pretreatment_prediction", "pretreatment")


def test_scan_on_the_day_of_treatment_counts_as_before(table) -> None:
    treated = PatientDays(treatment=known(table, 1, 2, 3))
    assert check_use(table, Intent.PRETREATMENT_PREDICTION, treated) == []


def test_later_scans_are_refused_by_name_and_day(table) -> None:
    treated = PatientDays(treatment=known(table, 2, 1, 1))
    with pytest.raises(LeakageError) as caught:
        check_use(table, Intent.PRETREATMENT_PREDICTION, treated)
    (problem,) = caught.value.problems
    assert problem.where == "scans at 'pre'"
    assert "2 patients (P001: 2021-03-02, treatment 2021-03-01" in problem.what


def test_scan_on_the_day_of_the_label_is_too_late_for_early_response(table) -> None:
    late = PatientDays(label=known(table, 5, 5, 3))
    with pytest.raises(LeakageError, match=r"1 patient \(P002"):
        check_use(table, Intent.EARLY_RESPONSE, late)
    assert check_use(table, Intent.EARLY_RESPONSE, PatientDays(label=known(table, 5, 5, 4))) == []


def test_clinical_value_after_treatment_is_refused(table) -> None:
    clinical = pd.DataFrame({"afp": [1.0, 2.0, np.nan]}, index=table.patient_ids)
    measured = pd.DataFrame({"afp": days(9, 2, 9)}, index=table.patient_ids)
    treated = PatientDays(treatment=known(table, 5, 5, 5))
    with pytest.raises(LeakageError, match=r"column 'afp': after treatment in 1 patient \(P000"):
        check_use(table.with_clinical(clinical, measured), Intent.PRETREATMENT_PREDICTION, treated)


def test_unknown_days_refuse_nobody_and_are_counted(table) -> None:
    some = PatientDays(treatment=known(table, 5, None, 5))
    (note,) = check_use(table, Intent.PRETREATMENT_PREDICTION, some)
    assert note.startswith("1 patient: ")
    (note,) = check_use(table, Intent.EARLY_RESPONSE, PatientDays())
    assert note.startswith("3 patients: ")


def test_description_may_use_any_scan(table) -> None:
    late = PatientDays(known(table, 1, 1, 1), known(table, 1, 1, 1))
    assert check_use(table, Intent.RESPONSE_READING, late) == []
