import pytest

from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11

BOTH = pytest.mark.parametrize("criterion", [MRECIST(), RECIST11()], ids=lambda c: c.kind)


def visit(day, target, **non_target):
    """One liver target and, where cells are given, the non-target X."""
    rows = [{"assessment": day, "lesion_id": "T", "longest_mm": target, "viable_mm": target}]
    if non_target:
        rows.append({"assessment": day, "lesion_id": "X", "role": "non_target"} | non_target)
    return rows


@BOTH
@pytest.mark.parametrize(
    ("status", "non_target", "overall"),
    [
        ("absent", "CR", "CR"),
        ("present", "NON-CR/NON-PD", "PR"),
        ("increased", "NON-CR/NON-PD", "PR"),
        ("not_evaluable", "NE", "PR"),
        ("progressed", "PD", "PD"),
    ],
)
def test_complete_targets_with_each_status_of_a_non_target(
    criterion, status, non_target, overall, assessed
):
    rows = visit(0, 30, status="present") + visit(60, 0, status=status)
    (row,) = assessed(criterion, rows)
    assert (str(row.non_target_response), str(row.response)) == (non_target, overall)


@BOTH
def test_non_target_without_a_row_was_not_evaluated(criterion, assessed):
    (row,) = assessed(criterion, visit(0, 30, status="present") + visit(60, 0))
    assert str(row.non_target_response) == "NE"


@BOTH
def test_one_progressed_non_target_decides_over_one_that_was_not_evaluated(criterion, assessed):
    rows = visit(0, 30, status="present") + visit(60, 0, status="not_evaluable")
    rows += [rows[1] | {"lesion_id": "Y"}, rows[3] | {"lesion_id": "Y", "status": "progressed"}]
    assert str(assessed(criterion, rows)[0].response) == "PD"


@BOTH
def test_non_target_only_patient_is_judged_without_targets(criterion, assessed):
    rows = [
        {"assessment": day, "role": "non_target", "status": status}
        for day, status in [(0, "present"), (60, "present"), (120, "absent"), (180, "present")]
    ]
    found = assessed(criterion, rows)
    assert [str(row.response) for row in found] == ["NON-CR/NON-PD", "CR", "PD"]
    assert {str(row.target_response) for row in found} == {"NA"}
    assert found[0].baseline_sum is None
    assert "back after a complete response" in found[-1].reason


@BOTH
def test_non_target_node_below_10_mm_is_gone(criterion, assessed):
    rows = visit(0, 30, site="node", short_axis_mm=12) + visit(60, 0, site="node", short_axis_mm=9)
    assert str(assessed(criterion, rows)[0].response) == "CR"


def test_non_target_without_enhancement_is_complete_by_mrecist_only(assessed):
    rows = visit(0, 30, longest_mm=9, viable_mm=9) + visit(60, 0, longest_mm=9, viable_mm=0)
    assert str(assessed(MRECIST(), rows)[0].non_target_response) == "CR"
    assert str(assessed(RECIST11(), rows)[0].non_target_response) == "NON-CR/NON-PD"


@BOTH
def test_bland_thrombus_is_ignored_until_it_is_tumour(criterion, assessed):
    bland = {"site": "portal_vein", "status": "present", "finding": "bland"}
    rows = visit(0, 30, **bland) + visit(60, 0, **bland)
    rows += visit(120, 0, **(bland | {"status": "progressed", "finding": "tumour"}))
    first, second = assessed(criterion, rows)
    assert (str(first.non_target_response), str(first.response)) == ("NA", "CR")
    assert str(second.response) == "PD"


@BOTH
def test_growth_after_progression_is_still_progression(criterion, assessed):
    statuses = ["present", "progressed", "increased", "increased", "present", "increased"]
    rows = [
        row for index, status in enumerate(statuses) for row in visit(60 * index, 30, status=status)
    ]
    found = [str(row.non_target_response) for row in assessed(criterion, rows)]
    assert found == ["PD", "PD", "PD", "NON-CR/NON-PD", "NON-CR/NON-PD"]


@BOTH
def test_growth_is_remembered_over_a_visit_without_a_row(criterion, assessed):
    rows = [
        *visit(0, 30, status="present"),
        *visit(60, 30, status="progressed"),
        *visit(120, 30),
        *visit(180, 30, status="increased"),
    ]
    found = [str(row.non_target_response) for row in assessed(criterion, rows)]
    assert found == ["PD", "NE", "PD"]


def test_several_non_targets_are_spoken_of_in_the_plural(assessed):
    others = [{"lesion_id": name, "role": "non_target", "status": "present"} for name in "UV"]
    later = [row | {"assessment": 60} for row in others]
    (row,) = assessed(RECIST11(), [*others, *later])
    assert "Non-targets U, V persist." in row.reason
