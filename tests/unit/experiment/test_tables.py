"""The record's tables, from frames small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.evaluation import Predictions
from radiomics_hcc.domain.patient_table import Column, PatientTable
from radiomics_hcc.domain.table import REASON_COLUMNS, FeatureTable, complete_keys
from radiomics_hcc.experiment import tables
from radiomics_hcc.modelling.targets import Target, match, target_from_column


def long_table() -> FeatureTable:
    """A has two lesions, B's only lesion has vanished, C's could not be measured."""
    rows = pd.DataFrame(
        {
            "patient_id": ["A", "A", "B", "C"],
            "lesion_id": ["L1", "L2", "L1", "L1"],
            "status": ["present", "present", "absent", "present"],
            "volume_ml": [4.0, 2.0, np.nan, np.nan],
            "original_glcm_Contrast": [1.0, 2.0, np.nan, np.nan],
        }
    )
    reasons = [("C", "pre", "", "L1", "*", "the engine failed")]
    return FeatureTable(complete_keys(rows), {}, pd.DataFrame(reasons, columns=REASON_COLUMNS))


def target_of(words: dict[str, str]) -> Target:
    frame = pd.DataFrame({"patient_id": words.keys(), "response": words.values()})
    return target_from_column(frame, "response", order=("OR", "nonOR"))


@pytest.fixture
def clinical() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "age": [40.0, 50.0, 60.0, 70.0],
            "sex": ["m", "m", "f", np.nan],
            "city": list("abcd"),
            "cirrhosis": [0, 1, 1, 1],
        },
        index=pd.Index(list("ABCD"), name="patient_id"),
    )


def test_cohort_flow_counts_patients_and_lesions_at_every_step() -> None:
    features = long_table()
    everyone = pd.DataFrame(index=pd.Index(list("ABCD"), name="patient_id"))
    table = features.per_patient()
    both, target = match(table, target_of({"A": "OR", "B": "nonOR", "C": "", "D": "OR"}))
    flow = tables.cohort_flow(everyone, features, both, target).set_index("step")
    assert flow["patients"].tolist() == [4, 3, 2, 2]
    assert flow.loc["with a region of interest", "lesions"] == 4
    assert flow.loc["with a lesion that is present", "lesions"] == 3
    assert flow.loc["with a region of interest", "note"].startswith("1 rows without values")
    told = flow.loc["with features and a label", "note"]
    assert "1: response is empty" in told
    assert "1: has a label but no features" in told


def test_cohort_flow_without_a_patients_table_begins_with_the_features() -> None:
    features = long_table()
    both, target = match(features.per_patient(), target_of({"A": "OR", "B": "nonOR"}))
    flow = tables.cohort_flow(pd.DataFrame(), features, both, target)
    assert flow["step"].iloc[0] == "with a region of interest"


def test_table_one_tells_numbers_words_and_empty_cells(clinical: pd.DataFrame) -> None:
    target = target_of({"A": "OR", "B": "OR", "C": "nonOR", "D": "nonOR"})
    one = tables.table_one(clinical, target).set_index(["variable", "level"])
    assert list(one.columns) == ["all", "OR", "nonOR"]
    assert one.loc[("patients", "")].tolist() == ["4", "2", "2"]
    assert one.loc[("age", "median (quartiles)"), "all"] == "55 (47.5 to 62.5)"
    assert one.loc[("sex", "m")].tolist() == ["2 (50 %)", "2 (100 %)", "0 (0 %)"]
    assert one.loc[("sex", "empty")].tolist() == ["1 (25 %)", "0 (0 %)", "1 (50 %)"]
    assert one.loc[("cirrhosis", "1"), "all"] == "3 (75 %)"


def test_table_one_does_not_list_a_column_of_many_words() -> None:
    names = [f"P{number}" for number in range(10)]
    clinical = pd.DataFrame({"city": names}, index=pd.Index(names, name="patient_id"))
    target = target_of(dict.fromkeys(names[:5], "OR") | dict.fromkeys(names[5:], "nonOR"))
    one = tables.table_one(clinical, target).set_index(["variable", "level"])
    assert one.loc[("city", "different values"), "all"] == "10"


def test_table_one_without_clinical_columns_counts_patients() -> None:
    one = tables.table_one(pd.DataFrame(), target_of({"A": "OR", "B": "nonOR"}))
    assert one["all"].tolist() == ["2"]


def test_label_counts_keep_the_order_of_the_response() -> None:
    counts = tables.label_counts(target_of({"A": "nonOR", "B": "nonOR", "C": "OR"}))
    assert counts.to_numpy().tolist() == [["OR", 1], ["nonOR", 2]]


def test_missing_cells_are_told_by_reason() -> None:
    missing = tables.missing_cells(long_table().per_patient()).set_index("reason")["cells"]
    assert missing["the engine failed"] == 1
    assert missing.sum() == 2


def test_missing_cells_count_only_patients_that_are_left() -> None:
    table = long_table().per_patient().restrict(pd.Index(["A"]))
    assert tables.missing_cells(table)["cells"].sum() == 0


def test_feature_summary_is_the_range_of_every_column() -> None:
    summary = tables.feature_summary(long_table().per_patient())
    row = summary.set_index("feature").loc["original_glcm_Contrast"]
    assert (row["timepoint"], row["missing"], row["minimum"], row["maximum"]) == ("pre", 2, 1, 1)


def test_patients_without_a_value_are_those_with_no_feature() -> None:
    assert tables.has_no_value(long_table().per_patient()).tolist() == ["B", "C"]


def test_volume_correlation_of_the_volume_is_one() -> None:
    values = pd.DataFrame(
        {"pre.original_shape_MeshVolume": [1.0, 2, 3, 4], "pre.x": [4.0, 3, 2, 1]},
        index=pd.Index(list("ABCD"), name="patient_id"),
    )
    columns = {name: Column(name, "radiomic", "pre", name.removeprefix("pre.")) for name in values}
    table = PatientTable(values, columns, pd.DataFrame(index=values.index))
    selected = pd.DataFrame({"model": "m", "feature": list(values), "frequency": 1.0})
    rho = tables.with_volume_correlation(selected, table)["rho_volume"]
    assert rho.tolist() == pytest.approx([1.0, -1.0])


def predictions_of(name: str, scores: list[float]) -> Predictions:
    frame = pd.DataFrame(
        {
            "patient_id": list("ABCD"),
            "repeat": 0,
            "fold": [0, 0, 1, 1],
            "label": ["OR", "nonOR", "OR", "nonOR"],
            "p_OR": scores,
            "p_nonOR": [1 - score for score in scores],
        }
    )
    return Predictions(name, ("OR", "nonOR"), frame)


def test_out_of_fold_names_the_model_of_every_row() -> None:
    both = [predictions_of("a", [0.9, 0.1, 0.8, 0.2]), predictions_of("b", [0.5] * 4)]
    table = tables.out_of_fold(both)
    assert table["model"].tolist() == ["a"] * 4 + ["b"] * 4
    assert list(table.columns)[:2] == ["model", "patient_id"]


def test_fold_metrics_score_every_fold() -> None:
    perfect = predictions_of("a", [1.0, 0.0, 1.0, 0.0])
    scores = tables.fold_metrics({"a": perfect}).set_index(["metric", "fold"])["value"]
    assert scores["auc"].tolist() == [1.0, 1.0]
    assert scores["brier"].tolist() == [0.0, 0.0]


def test_headline_score_of_two_classes_is_the_auc() -> None:
    assert tables.headline_score(predictions_of("a", [0.9, 0.1, 0.8, 0.2])) == 1.0
    assert tables.headline_score(predictions_of("a", [0.1, 0.9, 0.2, 0.8])) == 0.0


def test_constant_feature_has_no_correlation_with_volume_and_no_warning() -> None:
    names = ["volume_ml", "same", "rising"]
    values = pd.DataFrame({"volume_ml": [1.0, 2.0, 4.0], "same": 3.0, "rising": [1.0, 5.0, 6.0]})
    values.index = pd.Index(["A", "B", "C"], name="patient_id")
    columns = {name: Column(name, "radiomic", "pre", name) for name in names}
    table = PatientTable(values, columns, pd.DataFrame(index=values.index))
    assert table.size_column() == "volume_ml"
    told = tables.with_volume_correlation(pd.DataFrame({"feature": ["same", "rising"]}), table)
    assert told["rho_volume"].tolist() == pytest.approx([np.nan, 1.0], nan_ok=True)
