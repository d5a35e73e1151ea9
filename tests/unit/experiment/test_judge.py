"""Models beside baselines on one small table, and what is said when no intent is stated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import radiomics_hcc as rh
from radiomics_hcc.domain.patient_table import Column, PatientTable
from radiomics_hcc.errors import InputError, LeakageError
from radiomics_hcc.evaluation.checks.table import CHECKS
from radiomics_hcc.modelling.harmonise import Harmonise
from radiomics_hcc.modelling.targets import target_from_column

FOLDS = rh.PatientKFold(2, repeats=1, seed=1)
SIZE, TEXTURE = "original_shape_MeshVolume", "original_glcm_Contrast"


def make_table(timepoint: str = "pre", dates: pd.DataFrame | None = None) -> PatientTable:
    """24 patients; the texture tells the class, the size does not."""
    generator = np.random.default_rng(5)
    index = pd.Index([f"{number:03d}" for number in range(24)], name="patient_id")
    values = {
        f"{timepoint}.{SIZE}": generator.uniform(1, 90, 24),
        f"{timepoint}.{TEXTURE}": np.arange(24) % 2 + generator.normal(0, 0.3, 24),
    }
    columns = {
        name: Column(name, "radiomic", timepoint, name.rpartition(".")[2]) for name in values
    }
    days = pd.DataFrame(index=index) if dates is None else dates
    return PatientTable(pd.DataFrame(values, index=index), columns, days)


def make_readings(**columns: object) -> pd.DataFrame:
    names = [f"{number:03d}" for number in range(24)]
    frame = pd.DataFrame(
        {"patient_id": names, "assessment": "2020-03-01", "response": ["SD", "PR"] * 12}
    )
    return frame.assign(**columns)


MERGE = {"OR": ["CR", "PR"], "nonOR": ["SD", "PD"]}


def judged(table: PatientTable, response: pd.DataFrame, **options: object) -> rh.Evaluation:
    return rh.evaluate(rh.OrdinalLogistic(), table, response, cv=FOLDS, merge=MERGE, **options)


def codes(evaluation: rh.Evaluation) -> dict[str, str]:
    return {finding.code: finding.severity for finding in evaluation.findings}


def test_baselines_stand_beside_the_model() -> None:
    evaluation = judged(make_table(), make_readings())
    beside = {"no_information", "size_only", "negative_control"}
    assert set(evaluation.predictions) == {"ordinal_logistic", *beside}
    auc = evaluation.metrics.set_index(["model", "metric"])["estimate"].xs("auc", level="metric")
    assert auc["no_information"] == 0.5
    assert auc["ordinal_logistic"] > 0.9
    assert set(evaluation.comparisons["reference"]) == beside


def test_no_information_is_chance_with_unequal_classes_and_folds() -> None:
    words = ["PR"] * 9 + ["SD"] * 15
    evaluation = judged(make_table(), make_readings(response=words))
    metrics = evaluation.metrics.set_index(["model", "metric"])["estimate"]
    assert metrics["no_information", "auc"] == 0.5


def test_without_size_the_reference_is_no_information() -> None:
    table = make_table()
    kept = [name for name in table.columns if name.endswith(TEXTURE)]
    slim = PatientTable(table.data[kept], {kept[0]: table.columns[kept[0]]}, table.dates)
    comparisons = judged(slim, make_readings()).comparisons
    assert set(comparisons["reference"]) == {"no_information", "negative_control"}


def test_several_models_are_judged_on_the_same_folds() -> None:
    models = (rh.OrdinalLogistic(), rh.OrdinalLogistic(features=1))
    evaluation = rh.evaluate(models, make_table(), make_readings(), cv=FOLDS, merge=MERGE)
    first, second = (
        evaluation.predictions[name].frame[["patient_id", "repeat", "fold"]]
        for name in ("ordinal_logistic", "ordinal_logistic_2")
    )
    pd.testing.assert_frame_equal(first, second)


def test_pretreatment_columns_need_no_stated_intent() -> None:
    findings = judged(make_table(), make_readings()).findings
    assert not [f for f in findings if "No intent was stated" in f.sentence]


def test_change_without_stated_intent_is_a_serious_finding() -> None:
    evaluation = judged(make_table("delta_relative(pre,post)"), make_readings())
    assert codes(evaluation)["HCC001"] == "serious"
    assert "No intent was stated" in evaluation.findings[0].sentence


@pytest.mark.parametrize("intent", ["pretreatment_prediction", "early_response"])
def test_change_under_a_stated_intent_is_refused(intent: str) -> None:
    with pytest.raises(LeakageError, match="delta_relative"):
        judged(make_table("delta_relative(pre,post)"), make_readings(), intent=intent)


def test_change_describes_the_response_where_that_is_the_intent() -> None:
    evaluation = judged(
        make_table("delta_relative(pre,post)"), make_readings(), intent="response_reading"
    )
    assert not [f for f in evaluation.findings if "No intent" in f.sentence]


def test_scan_of_the_labels_own_day_is_refused() -> None:
    index = make_table().data.index
    same_day = pd.DataFrame({"pre": pd.Timestamp("2020-03-01")}, index=index)
    with pytest.raises(LeakageError, match="24 of 24 patients"):
        judged(make_table(dates=same_day), make_readings(), intent="early_response")


def test_scan_after_treatment_is_no_pretreatment_scan() -> None:
    index = make_table().data.index
    table = make_table(dates=pd.DataFrame({"pre": pd.Timestamp("2020-02-01")}, index=index))
    treated = pd.Series(pd.Timestamp("2020-01-01"), index=index)
    with pytest.raises(LeakageError, match="made after treatment in 24 of 24"):
        judged(table, make_readings(), intent="pretreatment_prediction", treatment_dates=treated)


def test_unknown_intent_is_told() -> None:
    with pytest.raises(InputError, match="early_response"):
        judged(make_table(), make_readings(), intent="prophecy")


def test_target_is_taken_as_it_is() -> None:
    target = target_from_column(make_readings(), "response", order=("PR", "SD"))
    evaluation = rh.evaluate(rh.OrdinalLogistic(), make_table(), target, cv=FOLDS)
    assert evaluation.predictions["ordinal_logistic"].classes == ("PR", "SD")


def test_identities_read_as_numbers_are_told_apart() -> None:
    with pytest.raises(InputError, match="no patient has both") as caught:
        judged(make_table(), make_readings(patient_id=range(24)))
    assert "'000'" in str(caught.value)
    assert "'0'" in str(caught.value)


def test_class_that_is_too_small_is_told() -> None:
    words = ["PR"] + ["SD"] * 23
    with pytest.raises(InputError, match="class OR"):
        judged(make_table(), make_readings(response=words))


def test_same_seed_gives_the_same_evaluation() -> None:
    first, second = (judged(make_table(), make_readings()) for _ in range(2))
    pd.testing.assert_frame_equal(first.metrics, second.metrics)
    pd.testing.assert_frame_equal(first.comparisons, second.comparisons)


def test_harmonised_model_is_judged_beside_the_checks_of_its_site() -> None:
    table = make_table()
    site = pd.DataFrame({"site": ["A", "B"] * 12}, index=table.data.index).sort_index()
    site["site"] = ["A"] * 12 + ["B"] * 12
    harmonised = judged(
        table.with_context(site),
        make_readings(),
        harmonise=Harmonise("site", smallest_batch=2),
    )
    plain = judged(table, make_readings())
    assert codes(harmonised)["HCC010"] == "ok"
    assert codes(plain)["HCC010"] == "note"
    one, other = (each.predictions["ordinal_logistic"].frame for each in (harmonised, plain))
    assert not one["p_OR"].equals(other["p_OR"])


def test_every_check_speaks_once() -> None:
    told = [finding.code for finding in judged(make_table(), make_readings()).findings]
    assert sorted(told) == sorted(CHECKS)
