import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.response.afp import AFPResponse
from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.criteria import criteria
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11
from radiomics_hcc.response.target_selection import select_targets


def lesion(name, size, **cells):
    return {"lesion_id": name, "role": "non_target", "longest_mm": size, "viable_mm": size} | cells


@pytest.fixture
def selected(measurements_of):
    return lambda criterion, *rows: select_targets(measurements_of(list(rows)), criterion)


def chosen(selection):
    frame = selection.frame()
    return list(frame.loc[frame["chosen"], "lesion_id"])


def reason_of(selection, name):
    frame = selection.frame().set_index("lesion_id")
    return frame.loc[name, "reason"]


def test_two_largest_of_the_liver_are_chosen_whatever_their_role(selected):
    found = selected(
        RECIST11(), lesion("L1", 12, role="target"), lesion("L2", 30), lesion("L3", 25)
    )
    assert chosen(found) == ["L2", "L3"]
    assert reason_of(found, "L1") == "2 lesions of liver, not smaller, are chosen already"
    assert [item.measurement.lesion_id for item in found.differences] == ["L2", "L3", "L1"]


def test_equal_sizes_are_taken_by_name_in_any_order_of_rows(selected):
    rows = [lesion(name, 20) for name in ("L3", "L1", "L2")]
    assert chosen(selected(RECIST11(), *rows)) == chosen(selected(RECIST11(), *rows[::-1]))
    assert chosen(selected(RECIST11(), *rows)) == ["L1", "L2"]


def test_five_in_all_and_nodes_are_one_organ(selected):
    organs = ("lung", "bone", "adrenal")
    rows = [
        lesion(f"{organ}{n}", 40 - 3 * n - i, site=organ)
        for i, organ in enumerate(organs)
        for n in (0, 1)
    ]
    rows += [
        lesion("N1", 60, site="node", short_axis_mm=50),
        lesion("N2", 60, site="node_porta_hepatis", short_axis_mm=49),
        lesion("N3", 60, site="node", short_axis_mm=48),
    ]
    found = selected(RECIST11(), *rows)
    assert chosen(found) == ["N1", "N2", "lung0", "bone0", "adrenal0"]
    assert reason_of(found, "N3") == "2 lesions of node, not smaller, are chosen already"
    assert reason_of(found, "lung1") == "5 lesions, not smaller, are chosen already"


@pytest.mark.parametrize(
    ("criterion", "row", "expected"),
    [
        (MRECIST(), lesion("L1", 30, viable_mm=0), "has no arterial enhancement"),
        (MRECIST(), lesion("L1", 30, viable_mm=9.9), "is 9.9 mm, below the 10 mm of a target"),
        (MRECIST(), lesion("L1", 30, viable_mm=None), "has no size that the criterion can use"),
        (MRECIST(), lesion("L1", 30, flags="infiltrative"), "is infiltrative"),
        (MRECIST(), lesion("L1", 30, site="portal_vein"), "is not measurable (portal_vein)"),
        (RECIST11(), lesion("L1", 30, site="effusion"), "is not measurable (effusion)"),
        (RECIST11(), lesion("L1", 30, flags="previously_treated"), "was treated before"),
        (RECIST11(), lesion("L1", 15, slice_mm=8), "below the 16 mm of a target, twice the slice"),
        (RECIST11(), lesion("L1", None, status="too_small"), "is 5 mm, below the 10 mm"),
        (RECIST11(), lesion("L1", None, status="present"), "has no size"),
        (RECIST11(), lesion("L1", None, status="not_evaluable"), "was not evaluable"),
        (RECIST11(), lesion("L1", 40, site="node", short_axis_mm=14), "below the 15 mm"),
        (
            MRECIST(),
            lesion("L1", 40, site="node_porta_hepatis", short_axis_mm=19),
            "below the 20 mm",
        ),
    ],
)
def test_lesion_that_cannot_be_a_target_has_its_reason(criterion, row, expected, selected):
    row = row | ({"viable_mm": None} if row.get("status") else {})
    found = selected(criterion, row)
    assert chosen(found) == []
    assert not found.candidates[0].is_eligible
    assert expected in reason_of(found, "L1")


@pytest.mark.parametrize(
    ("criterion", "row"),
    [
        (RECIST11(), lesion("L1", 30, viable_mm=0)),
        (MRECIST(), lesion("L1", 30, viable_mm=10, flags="previously_treated")),
        (RECIST11(), lesion("L1", 10, slice_mm=5)),
        (RECIST11(), lesion("L1", 16, slice_mm=8)),
        (RECIST11(), lesion("L1", 40, site="node", short_axis_mm=15)),
    ],
)
def test_lesion_at_the_limit_is_eligible(criterion, row, selected):
    assert chosen(selected(criterion, row)) == ["L1"]


def test_blood_values_are_no_candidates(selected):
    blood = {"lesion_id": "AFP", "role": "marker", "afp_ng_ml": 400}
    assert len(selected(RECIST11(), blood, lesion("L1", 30))) == 1


def test_each_reader_has_a_selection(selected):
    found = selected(RECIST11(), *(lesion("L1", 30, reader=reader) for reader in "AB"))
    assert list(found.frame()["reader"]) == ["A", "B"]


def test_selection_becomes_the_roles_of_all_visits(selected):
    rows = [
        lesion(name, size - day / 10, role=role, assessment=day)
        for day in (0, 60)
        for name, size, role in (
            ("L1", 12, "target"),
            ("L2", 30, "non_target"),
            ("L3", 25, "target"),
        )
    ]
    selection = selected(RECIST11(), *rows)
    changed = selection.with_selected_targets()
    roles = {(row.assessment, row.lesion_id): row.role.value for row in changed.rows}
    assert roles == {
        (day, name): role
        for day in (0, 60)
        for name, role in (("L1", "non_target"), ("L2", "target"), ("L3", "target"))
    }
    assert assess(changed, RECIST11()).assessments[0].baseline_sum == 55
    assert selection.measurements.rows[0].role.value == "target"
    assert not selected(RECIST11(), *changed.frame().to_dict("records")).differences


def test_seen_and_measured_becomes_measured(selected):
    rows = [lesion("L1", 30), lesion("L1", 36, assessment=60, status="increased")]
    changed = selected(RECIST11(), *rows).with_selected_targets()
    assert [row.status.value for row in changed.rows] == ["measured", "measured"]


def test_roles_that_later_rows_cannot_have_are_refused_together(selected):
    rows = [
        lesion("L1", 30),
        lesion("L1", None, viable_mm=None, assessment=60, status="progressed"),
        lesion("L2", 8, role="target"),
        lesion("L2", None, viable_mm=None, role="target", assessment=60, status="merged"),
        lesion("L3", 20, role="target"),
        lesion("L3", 20, role="target", assessment=60),
    ]
    with pytest.raises(InputError) as caught:
        selected(RECIST11(), *rows).with_selected_targets()
    assert [p.where for p in caught.value.problems] == ["row 2", "row 4"]


def test_fragments_of_a_lesion_that_is_not_chosen_are_refused(selected):
    rows = [
        lesion("L1", 8, role="target"),
        *(lesion("L1", s, role="target", assessment=60) for s in (3, 4)),
    ]
    with pytest.raises(InputError, match="only a target can fall into fragments"):
        selected(RECIST11(), *rows).with_selected_targets()


def test_html_counts_the_differences(selected):
    html = selected(RECIST11(), lesion("L1", 30))._repr_html_()
    assert "1 of 1 lesions; 1 recorded otherwise" in html


def test_criterion_without_lesions_is_refused(selected):
    with pytest.raises(InputError, match="afp has no target lesions"):
        selected(AFPResponse(), lesion("L1", 30))


@pytest.mark.parametrize("kind", sorted(set(criteria()) - {"afp", "lirads_tr"}))
def test_every_criterion_of_lesions_chooses_the_larger_of_two_and_never_a_thrombus(kind, selected):
    rows = [
        lesion("L1", 8),
        lesion("L2", 30),
        lesion("L3", 50, site="portal_vein"),
        lesion("L4", 60, flags="infiltrative"),
    ]
    measured = {"perpendicular_mm": 7, "viable_perpendicular_mm": 7, "mean_hu": 90}
    volumes = {"volume_ml": 14, "viable_volume_ml": 14}
    found = selected(criteria()[kind](), *(row | measured | volumes for row in rows))
    assert chosen(found) == ["L2"]
