from __future__ import annotations

import pandas as pd
import pytest

from radiomics_hcc.domain.table import FeatureTable, complete_keys
from radiomics_hcc.errors import InputError

MEAN = "original_firstorder_Mean"


def table(*rows: tuple[str, str, str, float]) -> FeatureTable:
    """Rows of time point, lesion, phase and mean."""
    keys = ("timepoint", "lesion_id", "phase", MEAN)
    filled = [{"patient_id": "p1", **dict(zip(keys, row, strict=True))} for row in rows]
    return FeatureTable(complete_keys(pd.DataFrame(filled)))


def changes(delta: FeatureTable) -> dict[tuple[str, str], float]:
    rows = delta.data
    return dict(zip(zip(rows["lesion_id"], rows["phase"], strict=True), rows[MEAN], strict=True))


def test_change_between_different_phases_is_refused_and_names_them():
    pair = table(
        ("pre", "L1", "arterial", 1.0),
        ("post", "L1", "portal", 2.0),
        ("pre", "L2", "arterial", 1.0),
        ("post", "L2", "", 2.0),
        ("pre", "L3", "arterial", 1.0),
        ("post", "L3", "arterial", 2.0),
    )
    with pytest.raises(InputError) as caught:
        pair.delta("pre", "post")
    assert [(p.where, p.what) for p in caught.value.problems] == [
        ("p1 lesion L1", "arterial before, portal after"),
        ("p1 lesion L2", "arterial before, unknown after"),
    ]
    assert "allow_other_phase" in str(caught.value)


def test_allowed_change_between_phases_is_computed_and_marked():
    pair = table(
        ("pre", "L1", "arterial", 1.0),
        ("post", "L1", "portal", 3.0),
        ("pre", "L2", "arterial", 1.0),
        ("post", "L2", "arterial", 2.0),
    )
    delta = pair.delta("pre", "post", kind="absolute", allow_other_phase=True)
    assert changes(delta) == {("L1", "arterial->portal"): 2.0, ("L2", "arterial"): 1.0}
    assert delta.metadata["delta"] == {
        "before": "pre",
        "after": "post",
        "kind": "absolute",
        "other_phase": ["p1 lesion L1: arterial->portal"],
    }


def test_several_phases_at_both_time_points_match_phase_by_phase():
    rows = [(t, "L1", phase, 1.0) for t in ("pre", "post") for phase in ("arterial", "portal")]
    assert changes(table(*rows).delta("pre", "post")) == {
        ("L1", "arterial"): 0.0,
        ("L1", "portal"): 0.0,
    }


def test_one_phase_in_common_is_enough_and_the_other_has_a_reason():
    delta = table(
        ("pre", "L1", "arterial", 1.0), ("pre", "L1", "portal", 1.0), ("post", "L1", "portal", 2.0)
    ).delta("pre", "post")
    assert changes(delta)["L1", "portal"] == 1.0
    assert delta.reasons[["phase", "reason"]].to_numpy().tolist() == [
        ["arterial", "the lesion has no row after"]
    ]


def test_several_unlike_phases_are_unclear_even_where_allowed():
    pair = table(
        ("pre", "L1", "arterial", 1.0),
        ("pre", "L1", "portal", 1.0),
        ("post", "L1", "delayed", 2.0),
    )
    with pytest.raises(InputError, match="arterial, portal before, delayed after"):
        pair.delta("pre", "post", allow_other_phase=True)


def test_unknown_phase_on_both_sides_is_compared_as_before():
    delta = table(("pre", "L1", "", 1.0), ("post", "L1", "", 2.0)).delta("pre", "post")
    assert changes(delta) == {("L1", ""): 1.0}


def test_lesions_at_one_time_point_only_are_no_conflict():
    delta = table(("pre", "L1", "arterial", 1.0), ("post", "L2", "portal", 2.0)).delta(
        "pre", "post"
    )
    assert delta.data["lesion_id"].tolist() == ["L1", "L2"]
    assert delta.data[MEAN].isna().all()


def test_other_time_points_are_left_alone():
    delta = table(
        ("pre", "L1", "portal", 1.0),
        ("post", "L1", "portal", 2.0),
        ("later", "L1", "arterial", 9.0),
    ).delta("pre", "post")
    assert changes(delta) == {("L1", "portal"): 1.0}


def test_merged_lesion_has_no_change_of_its_own():
    keys = {"patient_id": "p1", "lesion_id": "L2", "phase": "arterial"}
    rows = [
        {**keys, "timepoint": "pre", "original_shape_MeshVolume": 5.0},
        {**keys, "timepoint": "post", "status": "merged"},
    ]
    delta = FeatureTable(complete_keys(pd.DataFrame(rows))).delta("pre", "post")
    assert delta.data["original_shape_MeshVolume"].isna().all()
    assert delta.data["status"].tolist() == ["unmatched"]
    assert delta.reasons["reason"].tolist() == [
        "the lesion was merged into another: measured there"
    ]
