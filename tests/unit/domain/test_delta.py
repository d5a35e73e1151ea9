from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.table import FeatureTable, complete_keys
from radiomics_hcc.errors import InputError

MEAN = "original_firstorder_Mean"
VOLUME = "original_shape_MeshVolume"
finite = st.floats(allow_nan=False, allow_infinity=False)


def table(*rows: dict[str, object]) -> FeatureTable:
    filled = [{"patient_id": "p1", "lesion_id": "1", **row} for row in rows]
    return FeatureTable(complete_keys(pd.DataFrame(filled)))


def change(before: float, after: float, kind: str) -> tuple[float, str]:
    pair = table({"timepoint": "pre", MEAN: before}, {"timepoint": "post", MEAN: after})
    delta = pair.delta("pre", "post", kind=kind)
    reasons = delta.reasons["reason"].tolist()
    return float(delta.data[MEAN].iloc[0]), reasons[0] if reasons else ""


@pytest.mark.parametrize(
    ("kind", "before", "after", "expected"),
    [
        ("absolute", 10.0, 4.0, -6.0),
        ("relative", 10.0, 4.0, -0.6),
        ("relative", -10.0, -4.0, 0.6),
        ("log_ratio", 10.0, 20.0, np.log(2)),
        ("log_ratio", -10.0, -20.0, np.log(2)),
        ("absolute", 0.0, 3.0, 3.0),
        ("absolute", -1.0, 1.0, 2.0),
        ("relative", 5.0, 0.0, -1.0),
    ],
)
def test_change_of_one_feature(kind, before, after, expected):
    assert change(before, after, kind) == (pytest.approx(expected), "")


@pytest.mark.parametrize(
    ("kind", "before", "after", "reason"),
    [
        ("relative", 0.0, 3.0, "the value before is zero"),
        ("log_ratio", 0.0, 3.0, "the value before is zero"),
        ("relative", -1.0, 3.0, "opposite signs"),
        ("log_ratio", 1.0, 0.0, "the value after is zero"),
        ("absolute", np.nan, 3.0, "the feature is empty before"),
        ("absolute", 3.0, np.nan, "the feature is empty after"),
        ("relative", np.inf, 3.0, "a value is infinite"),
        ("absolute", np.inf, np.inf, "a value is infinite"),
        ("absolute", 1.7e308, -1.7e308, "too large"),
        ("relative", 1e-300, 1e300, "too large"),
    ],
)
def test_change_without_meaning_is_empty_and_says_why(kind, before, after, reason):
    value, said = change(before, after, kind)
    assert np.isnan(value)
    assert reason in said


@settings(deadline=None, max_examples=60)
@given(before=finite, after=finite, kind=st.sampled_from(["absolute", "relative", "log_ratio"]))
def test_value_is_finite_or_has_a_reason(before, after, kind):
    value, reason = change(before, after, kind)
    assert np.isfinite(value) != bool(reason)


@settings(deadline=None, max_examples=40)
@given(before=st.floats(1e-6, 1e6), after=st.floats(1e-6, 1e6), scale=st.floats(1e-3, 1e3))
def test_relative_change_and_log_ratio_do_not_depend_on_the_unit(before, after, scale):
    for kind in ("relative", "log_ratio"):
        rescaled, _ = change(before * scale, after * scale, kind)
        assert rescaled == pytest.approx(change(before, after, kind)[0], rel=1e-6, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(before=st.floats(1e-6, 1e6), after=st.floats(1e-6, 1e6))
def test_turning_time_round_turns_the_sign(before, after):
    for kind in ("absolute", "log_ratio"):
        forth, _ = change(before, after, kind)
        assert change(after, before, kind)[0] == pytest.approx(-forth)


def test_vanished_lesion_measures_zero_in_size_and_nothing_else():
    before = {"timepoint": "pre", MEAN: 50.0, VOLUME: 800.0}
    after = {"timepoint": "post", "status": "absent", MEAN: np.nan, VOLUME: np.nan}
    delta = table(before, after).delta("pre", "post")
    assert delta.data[VOLUME].tolist() == [-1.0]
    assert np.isnan(delta.data[MEAN].iloc[0])
    assert delta.reasons[["feature", "reason"]].to_numpy().tolist() == [
        [MEAN, "the lesion has vanished: nothing to measure after"]
    ]


def test_new_and_lost_lesions_keep_a_row_with_reasons():
    delta = table(
        {"timepoint": "pre", "lesion_id": "lost", MEAN: 1.0},
        {"timepoint": "post", "lesion_id": "new", MEAN: 2.0},
    ).delta("pre", "post")
    assert delta.data["lesion_id"].tolist() == ["lost", "new"]
    assert delta.data[MEAN].isna().all()
    said = dict(zip(delta.reasons["lesion_id"], delta.reasons["reason"], strict=True))
    assert said == {
        "lost": "the lesion has no row after",
        "new": "the lesion is not there before",
    }


def test_lesions_are_matched_by_phase_and_region_not_by_order():
    rows = [
        {"timepoint": timepoint, "phase": phase, "region": region, "lesion_id": lesion}
        for timepoint in ("pre", "post")
        for phase in ("arterial", "portal")
        for region in ("lesion", "liver")
        for lesion in ("1", "2")
    ]
    before = [{**row, MEAN: 10.0 + place} for place, row in enumerate(rows[:8])]
    after = [{**row, MEAN: 10.0 + place + 5} for place, row in enumerate(rows[8:])][::-1]
    delta = table(*before, *after).delta("pre", "post", kind="absolute")
    assert delta.data[MEAN].tolist() == [5.0] * 8


def test_row_bears_the_later_date_the_earlier_volume_and_its_kind():
    delta = table(
        {"timepoint": "pre", "date": "2020-01-01", "volume_ml": 7.0, MEAN: 1.0},
        {"timepoint": "post", "date": "2020-03-01", "volume_ml": 3.0, MEAN: 2.0},
    ).delta("pre", "post", kind="absolute")
    row = delta.data.iloc[0]
    assert row["date"] == pd.Timestamp("2020-03-01")
    assert row["volume_ml"] == 7.0
    assert row["timepoint"] == "delta_absolute(pre,post)"
    assert delta.metadata["delta"] == {"before": "pre", "after": "post", "kind": "absolute"}


def test_undated_later_scan_does_not_borrow_the_earlier_date():
    delta = table(
        {"timepoint": "pre", "date": "2020-01-01", MEAN: 1.0},
        {"timepoint": "post", "date": None, MEAN: 2.0},
    ).delta("pre", "post")
    assert pd.isna(delta.data["date"].iloc[0])


def test_unknown_timepoint_kind_and_repeated_lesions_are_refused():
    once = table({"timepoint": "pre", MEAN: 1.0}, {"timepoint": "post", MEAN: 1.0})
    with pytest.raises(InputError, match="found: pre, post"):
        once.delta("pre", "later")
    with pytest.raises(InputError, match="log_ratio"):
        once.delta("pre", "post", kind="ratio")
    twice = table(*[{"timepoint": t, MEAN: 1.0} for t in ("pre", "pre", "post")])
    with pytest.raises(InputError, match="more than once"):
        twice.delta("pre", "post")
