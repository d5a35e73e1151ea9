"""Functional values as columns of the feature table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from radiomics_hcc.domain.feature import (
    feature_class,
    is_anchor_dependent,
    is_extensive,
    short_name,
)
from radiomics_hcc.domain.table import FeatureTable, complete_keys
from radiomics_hcc.errors import InputError
from radiomics_hcc.experiment.config import FeatureSection
from radiomics_hcc.experiment.measuring.functional import FUNCTIONAL_FEATURES, with_functional
from radiomics_hcc.experiment.measuring.measure import Measured
from radiomics_hcc.experiment.measuring.reading import LesionReading, Outcome

VALUES = {name: float(place) for place, name in enumerate(FUNCTIONAL_FEATURES, 1)}


def measured(**changes: float | None) -> Measured:
    values = {name: value for name, value in (VALUES | changes).items() if value is not None}
    reasons = {name: "no unenhanced phase" for name in VALUES if name not in values}
    readings = (
        LesionReading("p", "pre", "L1", Outcome.MEASURED, values=values, reasons=reasons),
        LesionReading("p", "post", "L1", Outcome.ABSENT),
        LesionReading("q", "pre", "L1", Outcome.FAILED, reason="no voxel has label 9"),
    )
    return Measured(readings, pd.DataFrame(), pd.DataFrame(), settings={"rule": {"k": 2.0}})


def table(**columns: object) -> FeatureTable:
    rows = [("p", "pre"), ("p", "post"), ("q", "pre")]
    data = pd.DataFrame(rows, columns=["patient_id", "timepoint"])
    data = data.assign(lesion_id="L1", status=["present", "absent", "present"], **columns)
    data["volume_ml"] = [30.0, 0.0, 10.0]
    return FeatureTable(complete_keys(data.assign(original_firstorder_Mean=1.0)))


def test_names_have_a_class_and_say_whether_they_are_sizes() -> None:
    assert feature_class("functional_mean_hu_arterial") == "functional"
    assert short_name("functional_viable_volume_ml") == "viable_volume_ml"
    sizes = [name for name in FUNCTIONAL_FEATURES if is_extensive(f"functional_{name}")]
    assert sizes == ["viable_k1_mm", "viable_k3_mm", "longest_mm", "viable_mm", "viable_volume_ml"]
    assert not any(is_anchor_dependent(f"functional_{name}") for name in FUNCTIONAL_FEATURES)


def test_every_row_of_a_lesion_has_its_values() -> None:
    found = with_functional(table(), measured())
    assert found.data["functional_viable_mm"].tolist()[0] == VALUES["viable_mm"]
    assert found.data["functional_viable_mm"].isna().tolist() == [False, True, True]
    assert found.metadata["functional"]["units"]["functional_wash_in_hu"] == "HU"
    assert found.metadata["functional"]["failed"] == [
        {"case": "q pre L1", "reason": "no voxel has label 9"}
    ]


def test_every_empty_cell_has_its_reason() -> None:
    found = with_functional(table(), measured(wash_in_hu=None))
    reasons = found.reasons.set_index(["patient_id", "timepoint", "feature"])["reason"]
    column = "functional_wash_in_hu"
    assert reasons["p", "pre", column] == "no unenhanced phase"
    assert reasons["p", "post", column] == "the lesion is absent"
    assert reasons["q", "pre", column] == "no voxel has label 9"
    empty = int(found.data.filter(like="functional_").isna().sum().sum())
    assert len(found.reasons) == empty


def test_vanished_lesion_has_lost_its_viable_part() -> None:
    change = with_functional(table(), measured()).select(patient_id="p").delta("pre", "post")
    row = change.data.iloc[0]
    assert row["functional_viable_volume_ml"] == -1.0
    assert np.isnan(row["functional_wash_in_hu"])


def test_other_regions_have_none() -> None:
    found = with_functional(table(region=["lesion", "lesion", "liver"]), measured())
    why = found.reasons[found.reasons["patient_id"] == "q"]["reason"]
    assert set(why) == {"stated of the region lesion alone"}


def test_columns_come_once() -> None:
    with pytest.raises(InputError, match="functional_viable_mm: is in the feature table already"):
        with_functional(table(functional_viable_mm=1.0), measured())


def test_a_table_that_was_extracted_cannot_be_measured_again() -> None:
    with pytest.raises(ValidationError, match="functional needs images"):
        FeatureSection.model_validate({"table": "features.csv", "functional": True})
