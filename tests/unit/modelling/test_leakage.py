from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.patient_table import Column, PatientTable
from radiomics_hcc.errors import InputError, LeakageError
from radiomics_hcc.modelling.leakage import Intent, check_intent, order_of_columns
from radiomics_hcc.modelling.targets import target_from_column

DELTA = "delta_relative(pre,post)"
PATIENTS = ["A", "B"]


def table(**days: str | None) -> PatientTable:
    """Two features at each time point, all scanned on the given day."""
    names = {f"{time}.{name}": (time, name) for time in days for name in ("x", "y")}
    columns = {key: Column(key, "radiomic", time, name) for key, (time, name) in names.items()}
    index = pd.Index(PATIENTS, name="patient_id")
    data = pd.DataFrame(1.0, index=index, columns=list(names))
    dates = pd.DataFrame({time: [day, day] for time, day in days.items()}, index=index)
    return PatientTable(data, columns, dates.apply(pd.to_datetime))


def target(day: str | None = "2020-06-01"):
    rows = pd.DataFrame({"patient_id": PATIENTS, "y": ["CR", "PD"], "y_date": [day, day]})
    return target_from_column(rows, "y", order=["CR", "PD"])


def treated(day: str | None = "2020-03-01") -> pd.Series:
    return pd.Series(pd.to_datetime([day, day]), index=PATIENTS)


def check(features, intent: str, *, label="2020-06-01", treatment="2020-03-01", reason=None):
    return check_intent(
        features,
        target(label),
        treatment_dates=treated(treatment) if treatment else None,
        intent=Intent(intent),
        allow_incorporation=reason,
    )


def test_scans_up_to_the_day_of_treatment_predict() -> None:
    assert check(table(pre="2020-02-01"), "pretreatment_prediction") == []
    assert check(table(pre="2020-03-01"), "pretreatment_prediction") == []


def test_a_scan_after_treatment_is_refused_even_when_it_is_called_pre() -> None:
    with pytest.raises(LeakageError, match="made after treatment in 2 of 2 patients"):
        check(table(pre="2020-03-02"), "pretreatment_prediction")


def test_a_change_resting_on_the_label_scan_is_refused_for_both_predictions() -> None:
    for intent in ("pretreatment_prediction", "early_response"):
        with pytest.raises(LeakageError, match="not made before the scan of the label"):
            check(table(**{DELTA: "2020-06-01"}), intent)


def test_an_earlier_post_scan_is_early_response_but_no_pretreatment_prediction() -> None:
    early = table(pre="2020-02-01", post="2020-04-01")
    assert check(early, "early_response") == []
    with pytest.raises(LeakageError, match="post"):
        check(early, "pretreatment_prediction")


def test_without_dates_the_time_point_pre_passes() -> None:
    for intent in ("pretreatment_prediction", "early_response"):
        assert check(table(pre=None), intent, label=None, treatment=None) == []


@pytest.mark.parametrize("timepoint", [DELTA, "post", "baseline"])
@pytest.mark.parametrize("intent", ["pretreatment_prediction", "early_response"])
def test_without_dates_every_other_time_point_is_refused(timepoint: str, intent: str) -> None:
    with pytest.raises(LeakageError, match="nothing proves"):
        check(table(**{timepoint: None}), intent, label=None, treatment=None)


def test_one_patient_without_a_date_is_enough_to_refuse() -> None:
    features = table(post="2020-04-01")
    features.dates.loc["B", "post"] = pd.NaT
    with pytest.raises(LeakageError, match="1 of 2 patients \\(B"):
        check(features, "early_response")


def test_a_patient_without_values_at_a_time_point_needs_no_date() -> None:
    features = table(post="2020-04-01")
    features.dates.loc["B", "post"] = pd.NaT
    features.data.loc["B"] = np.nan
    assert check(features, "early_response") == []


def test_a_patient_without_a_label_does_not_count() -> None:
    features = table(post="2020-04-01")
    features.dates.loc["B", "post"] = pd.NaT
    only_a = target().exclude(pd.Index(["B"]), "no label")
    assert check_intent(features, only_a, treatment_dates=None, intent=Intent.EARLY_RESPONSE) == []


def test_a_date_table_without_the_time_point_proves_nothing() -> None:
    features = table(post="2020-04-01")
    bare = PatientTable(features.data, features.columns, features.dates[[]])
    with pytest.raises(LeakageError, match="nothing proves"):
        check(bare, "early_response")


def test_reading_a_response_may_use_the_scan_of_the_label() -> None:
    assert check(table(**{DELTA: "2020-06-01"}), "response_reading") == []


def test_a_justification_turns_the_error_into_a_serious_finding_that_carries_it() -> None:
    (finding,) = check(table(post="2020-07-01"), "early_response", reason="method study")
    assert (finding.code, finding.severity) == ("HCC001", "serious")
    assert "method study" in finding.sentence
    assert "post" in finding.sentence


def test_an_error_names_a_patient_and_a_finding_that_is_shared_names_none() -> None:
    late = table(post="2020-07-01")
    with pytest.raises(LeakageError, match=str(late.patient_ids[0])):
        check(late, "early_response")
    (finding,) = check(late, "early_response", reason="method study")
    assert not [name for name in late.patient_ids if str(name) in finding.sentence]
    assert "2020-0" not in finding.sentence


def test_an_empty_justification_is_none() -> None:
    with pytest.raises(LeakageError):
        check(table(post="2020-07-01"), "early_response", reason="  ")


def test_columns_are_listed_by_time_point_with_a_count_not_one_by_one() -> None:
    names = [f"post.f{number}" for number in range(1000)]
    columns = {name: Column(name, "radiomic", "post", name) for name in names}
    data = pd.DataFrame(1.0, index=pd.Index(PATIENTS, name="patient_id"), columns=names)
    wide = PatientTable(data, columns, pd.DataFrame(index=data.index))
    with pytest.raises(LeakageError) as caught:
        check(wide, "early_response")
    assert len(caught.value.problems) == 1
    assert "1000 columns (post.f0, post.f1, post.f2 and 997 more)" in str(caught.value)


def test_the_label_is_no_column_whatever_the_intent_or_justification() -> None:
    features = table(pre="2020-02-01").with_clinical(
        pd.DataFrame({"y": ["CR", "PD"]}, index=pd.Index(PATIENTS, name="patient_id"))
    )
    with pytest.raises(LeakageError, match="is the label itself"):
        check(features, "response_reading", reason="I insist")


def test_clinical_columns_are_known_at_baseline() -> None:
    features = table(pre="2020-02-01").with_clinical(
        pd.DataFrame({"age": [60, 70]}, index=pd.Index(PATIENTS, name="patient_id"))
    )
    assert check(features, "pretreatment_prediction") == []


def test_a_table_with_lesion_rows_is_checked_by_patient() -> None:
    single = table(post="2020-06-01")
    double = PatientTable(pd.concat([single.data] * 2), single.columns, single.dates)
    with pytest.raises(LeakageError, match="in 2 of 2 patients"):
        check(double, "early_response")


def test_an_unknown_intent_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="pretreatment_prediction, early_response"):
        Intent.parse("prediction", "intent")


def with_laboratory(*days: str | None, name: str = "afp") -> PatientTable:
    """A feature before treatment, and a clinical value of either patient taken on these days."""
    values = pd.DataFrame({name: [10.0, 20.0]}, index=pd.Index(PATIENTS, name="patient_id"))
    dates = pd.DataFrame({name: pd.to_datetime(list(days))}, index=values.index)
    return table(pre="2020-02-01").with_clinical(values, dates)


def test_a_laboratory_value_up_to_the_day_of_treatment_predicts() -> None:
    assert check(with_laboratory("2020-02-10", "2020-03-01"), "pretreatment_prediction") == []


def test_a_laboratory_value_after_treatment_is_refused_and_named() -> None:
    with pytest.raises(LeakageError, match="column 'afp': the measurement is made after") as caught:
        check(with_laboratory("2020-02-10", "2020-03-02"), "pretreatment_prediction")
    assert "1 of 2 patients (B: measurement 2020-03-02, treatment 2020-03-01" in str(caught.value)
    assert "take its value from before" in str(caught.value)


@pytest.mark.parametrize("intent", ["early_response", "pretreatment_prediction"])
def test_a_laboratory_value_of_the_day_of_the_label_is_refused(intent: str) -> None:
    with pytest.raises(LeakageError, match="not made before the scan of the label"):
        check(with_laboratory("2020-02-10", "2020-06-01"), intent, treatment=None)


def test_a_later_laboratory_value_is_fine_for_early_response_and_for_a_reading() -> None:
    assert check(with_laboratory("2020-04-10", "2020-05-31"), "early_response") == []
    assert check(with_laboratory("2020-07-10", "2020-08-31"), "response_reading") == []


def test_a_laboratory_value_without_a_day_is_taken_to_be_known_at_baseline() -> None:
    assert check(with_laboratory(None, "2020-02-10"), "pretreatment_prediction") == []


def test_the_day_of_an_empty_laboratory_value_does_not_count() -> None:
    late = with_laboratory("2020-02-10", "2020-09-01")
    late.data.loc["B", "afp"] = np.nan
    assert check(late, "pretreatment_prediction") == []


def test_every_late_column_is_listed_and_a_justification_allows_them() -> None:
    late = with_laboratory("2020-02-10", "2020-04-01")
    both = late.join(table(post="2020-07-01"))
    with pytest.raises(LeakageError) as caught:
        check(both, "pretreatment_prediction")
    assert [problem.where.split()[0] for problem in caught.value.problems] == ["2", "column"]
    (finding,) = check(both, "pretreatment_prediction", reason="method study")
    assert "column 'afp'" in finding.sentence


def test_a_column_of_the_context_follows_the_same_rule() -> None:
    known = with_laboratory("2020-02-10", "2020-04-01")
    context = known.data[["afp"]].rename(columns={"afp": "ecog"})
    dated = PatientTable(
        table(pre="2020-02-01").data,
        table(pre="2020-02-01").columns,
        table(pre="2020-02-01").dates,
        context=context,
        clinical_dates=known.clinical_dates.rename(columns={"afp": "ecog"}),
    )
    with pytest.raises(LeakageError, match="column 'ecog' of the context"):
        check(dated, "pretreatment_prediction")


def test_several_label_columns_are_no_columns_either() -> None:
    names = {"r1": Column("r1", "clinical")}
    data = pd.DataFrame({"r1": [0, 1]}, index=pd.Index(PATIENTS, name="patient_id"))
    several = replace(target(), name="r1, r2")
    with pytest.raises(LeakageError, match="column 'r1': is the label itself"):
        check_intent(
            PatientTable(data, names, pd.DataFrame(index=data.index)),
            several,
            treatment_dates=None,
            intent=Intent.RESPONSE_READING,
        )


def proofs(features: PatientTable, intent: str, treatment: str | None = "2020-03-01") -> list[str]:
    order = order_of_columns(
        features, target(), treatment_dates=treated(treatment), intent=Intent(intent)
    )
    return order["proof"].tolist()


def test_order_is_proved_by_dates_or_rests_on_the_name() -> None:
    assert proofs(table(pre="2020-02-01"), "pretreatment_prediction") == ["dates"]
    assert proofs(table(pre=None), "pretreatment_prediction") == ["name"]
    assert proofs(table(pre="2020-02-01"), "pretreatment_prediction", None) == ["name"]
    assert proofs(table(pre="2020-02-01"), "early_response", None) == ["dates"]


def test_order_of_forbidden_and_of_described_columns() -> None:
    assert proofs(table(post="2020-07-01"), "early_response") == ["forbidden"]
    assert proofs(table(post="2020-07-01"), "response_reading") == ["described"]


def test_clinical_columns_without_a_day_are_counted_together_as_assumed() -> None:
    undated = with_laboratory("2020-02-01", "2020-02-01").with_clinical(
        pd.DataFrame({"age": [60, 70], "sex": ["m", "f"]}, index=PATIENTS)
    )
    order = order_of_columns(
        undated, target(), treatment_dates=treated(), intent=Intent.PRETREATMENT_PREDICTION
    )
    assert order[["columns", "proof"]].to_numpy().tolist() == [
        [2, "dates"],
        [2, "assumed"],
        [1, "dates"],
    ]
