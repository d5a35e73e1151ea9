from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.table import REASON_COLUMNS, FeatureTable, complete_keys
from radiomics_hcc.errors import InputError

MEAN = "original_firstorder_Mean"
VOLUME = "original_shape_MeshVolume"


def table(*rows: dict[str, object], reasons: tuple[tuple[str, ...], ...] = ()) -> FeatureTable:
    frame = pd.DataFrame([{"patient_id": "p1", "lesion_id": "1", **row} for row in rows])
    return FeatureTable(
        complete_keys(frame), {}, pd.DataFrame(reasons, columns=list(REASON_COLUMNS))
    )


def lesion(lesion_id: str, volume_ml: float, mean: float, **more: object) -> dict[str, object]:
    return {"lesion_id": lesion_id, "volume_ml": volume_ml, MEAN: mean, **more}


def test_largest_lesion_is_chosen_at_the_first_time_point():
    patients = table(
        lesion("a", 5.0, 10.0, timepoint="pre"),
        lesion("b", 9.0, 20.0, timepoint="pre"),
        lesion("a", 8.0, 30.0, timepoint="post"),
        lesion("b", 1.0, 40.0, timepoint="post"),
    ).per_patient("largest_lesion")
    assert patients.data.to_dict("index") == {"p1": {f"pre.{MEAN}": 20.0, f"post.{MEAN}": 40.0}}


def test_equal_volumes_are_settled_by_the_lesion_s_name():
    rows = [lesion("b", 5.0, 2.0), lesion("a", 5.0, 1.0)]
    assert table(*rows).per_patient().data[f"pre.{MEAN}"].tolist() == [1.0]
    assert table(*rows[::-1]).per_patient().data[f"pre.{MEAN}"].tolist() == [1.0]


def test_weighted_mean_weighs_by_volume():
    patients = table(lesion("a", 1.0, 10.0), lesion("b", 3.0, 20.0)).per_patient(
        "volume_weighted_mean"
    )
    assert patients.data[f"pre.{MEAN}"].tolist() == [17.5]


@settings(deadline=None, max_examples=25)
@given(
    means=st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5),
    volume_ml=st.floats(0.1, 100.0),
)
def test_weighted_mean_of_equal_lesions_is_their_mean(means, volume_ml):
    rows = [lesion(str(place), volume_ml, mean) for place, mean in enumerate(means)]
    found = table(*rows).per_patient("volume_weighted_mean").data.iloc[0, 0]
    assert found == pytest.approx(np.mean(means), abs=1e-9)


@settings(deadline=None, max_examples=25)
@given(order=st.permutations(range(4)), rule=st.sampled_from(["sum", "volume_weighted_mean"]))
def test_order_of_rows_does_not_matter(order, rule):
    rows = [lesion(str(i), i + 1.0, 10.0 * i) for i in range(4)]
    shuffled = table(*[rows[i] for i in order]).per_patient(rule).data
    assert shuffled.iloc[0, 0] == pytest.approx(table(*rows).per_patient(rule).data.iloc[0, 0])


def test_sum_counts_a_vanished_lesion_as_size_zero():
    patients = table(
        {"lesion_id": "a", VOLUME: 100.0, MEAN: 5.0},
        {"lesion_id": "b", VOLUME: np.nan, MEAN: np.nan, "status": "absent"},
    ).per_patient("sum")
    assert patients.data[f"pre.{VOLUME}"].tolist() == [100.0]


def test_sum_of_absolute_changes_counts_the_loss_of_a_vanished_lesion():
    delta = table(
        {"lesion_id": "a", "timepoint": "pre", VOLUME: 100.0},
        {"lesion_id": "b", "timepoint": "pre", VOLUME: 40.0},
        {"lesion_id": "a", "timepoint": "post", VOLUME: 70.0},
        {"lesion_id": "b", "timepoint": "post", VOLUME: np.nan, "status": "absent"},
    ).delta("pre", "post", kind="absolute")
    assert delta.per_patient("sum").data.iloc[0, 0] == -70.0


def test_sum_is_empty_where_a_lesion_could_not_be_measured():
    patients = table(
        {"lesion_id": "a", VOLUME: 100.0},
        {"lesion_id": "b", VOLUME: np.nan},
        reasons=(("p1", "pre", "", "b", "*", "the file is damaged"),),
    ).per_patient("sum")
    assert patients.data[f"pre.{VOLUME}"].isna().all()
    assert patients.reasons["reason"].tolist() == ["the file is damaged"]


def test_relative_changes_cannot_be_added():
    delta = table({"timepoint": "pre", VOLUME: 1.0}, {"timepoint": "post", VOLUME: 2.0}).delta(
        "pre", "post"
    )
    with pytest.raises(InputError, match="cannot be added"):
        delta.per_patient("sum")


def test_rule_all_keeps_a_row_per_lesion():
    patients = table(lesion("a", 1.0, 10.0), lesion("b", 3.0, 20.0)).per_patient("all")
    assert patients.data.index.tolist() == ["p1", "p1"]
    assert patients.data[f"pre.{MEAN}"].tolist() == [10.0, 20.0]


def test_unknown_rule_lists_the_known():
    with pytest.raises(InputError, match="largest_lesion"):
        table(lesion("a", 1.0, 1.0)).per_patient("largest")


def test_repeated_lesion_is_refused_by_name():
    with pytest.raises(InputError, match="p1 a pre"):
        table(lesion("a", 1.0, 1.0), lesion("a", 1.0, 2.0)).per_patient()


def test_phases_have_columns_of_their_own_and_other_regions_none():
    patients = table(
        {"phase": "arterial", MEAN: 1.0},
        {"phase": "portal", MEAN: 2.0},
        {"phase": "portal", "region": "liver", "lesion_id": "", MEAN: 9.0},
    ).per_patient()
    assert patients.data.to_dict("records") == [
        {f"pre.arterial.{MEAN}": 1.0, f"pre.portal.{MEAN}": 2.0}
    ]
    assert {column.timepoint for column in patients.columns.values()} == {"pre"}


def test_every_empty_cell_has_exactly_one_reason():
    patients = table(
        {"patient_id": "p1", MEAN: 1.0, VOLUME: np.nan},
        {"patient_id": "p1", "timepoint": "post", MEAN: 2.0, VOLUME: 2.0},
        {"patient_id": "p2", MEAN: 3.0, VOLUME: 3.0},
        {"patient_id": "p3", MEAN: np.nan, VOLUME: np.nan},
        reasons=(
            ("p1", "pre", "", "1", VOLUME, "too flat"),
            ("p3", "pre", "", "1", "*", "the file is damaged"),
        ),
    ).per_patient()
    empty = {
        (patient, column)
        for patient, row in patients.data.iterrows()
        for column in row.index[row.isna()]
    }
    said = {(row.patient_id, row.column): row.reason for row in patients.reasons.itertuples()}
    assert set(said) == empty
    assert len(patients.reasons) == len(empty)
    assert said["p1", f"pre.{VOLUME}"] == "too flat"
    assert said["p3", f"pre.{MEAN}"] == "the file is damaged"
    assert said["p2", f"post.{MEAN}"] == "no lesion at post"


def test_reason_of_a_lesion_that_was_not_needed_is_left_out():
    patients = table(
        lesion("a", 1.0, 10.0),
        lesion("b", 3.0, np.nan),
        reasons=(("p1", "pre", "", "b", MEAN, "flat"),),
    ).per_patient("volume_weighted_mean")
    assert patients.data[f"pre.{MEAN}"].tolist() == [10.0]
    assert patients.reasons.empty


def test_date_of_a_column_is_that_of_its_last_scan():
    patients = table(
        lesion("a", 1.0, 1.0, date="2020-01-01"), lesion("b", 2.0, 1.0, date="2020-01-09")
    ).per_patient("sum")
    assert patients.dates.loc["p1", "pre"] == pd.Timestamp("2020-01-09")


def test_context_stays_when_columns_are_added_and_is_never_one_of_them():
    site = pd.DataFrame({"site": ["A"]}, index=pd.Index(["p1"], name="patient_id"))
    age = pd.DataFrame({"age": [60]}, index=site.index)
    measured = site.assign(site=pd.Timestamp("2020-01-01")).rename(columns={"site": "age"})
    one = table(lesion("a", 5.0, 1.0)).per_patient().with_context(site)
    other = table(lesion("a", 5.0, 1.0, timepoint="post")).per_patient()
    joined = one.join(other).with_clinical(age, measured)
    assert joined.context.to_dict("list") == {"site": ["A"]}
    assert joined.clinical_dates["age"].tolist() == [pd.Timestamp("2020-01-01")]
    assert "site" not in joined.data.columns
    assert joined.restrict(joined.patient_ids).context.equals(joined.context)


def test_patient_with_two_rows_of_context_is_refused():
    site = pd.DataFrame({"site": ["A", "B"]}, index=["p1", "p1"])
    with pytest.raises(InputError, match="patient p1: has two rows of context"):
        table(lesion("a", 5.0, 1.0)).per_patient().with_context(site)
