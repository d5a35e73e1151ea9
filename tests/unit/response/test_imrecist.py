"""imRECIST: new lesions add to the sum, non-targets only bar CR, a later non-PD negates a PD."""

import pytest

from radiomics_hcc.response.imrecist import IMRECIST

NON = "NON-CR/NON-PD"


def visit(day, target=None, non_target=None, **new):
    """One visit: target in mm or status, status of the non-target, new lesions likewise."""
    rows = []
    if target is not None:
        rows.append({"assessment": day, "lesion_id": "T", **size_or_status(target)})
    if non_target is not None:
        rows.append(
            {"assessment": day, "lesion_id": "X", "role": "non_target", "status": non_target}
        )
    for name, value in new.items():
        rows.append({"assessment": day, "lesion_id": name, "role": "new", **size_or_status(value)})
    return rows


def size_or_status(value):
    return {"status" if isinstance(value, str) else "longest_mm": value}


@pytest.fixture
def rows(assessed):
    def found(*visits):
        return assessed(IMRECIST(), [row for rows in visits for row in rows])

    return found


@pytest.fixture
def words(rows):
    return lambda *visits: [str(row.response) for row in rows(*visits)]


@pytest.mark.parametrize(
    ("target", "non_target", "new", "expected"),
    [
        (0, "absent", {}, "CR"),
        (0, "present", {}, "PR"),
        (0, "not_evaluable", {}, "PR"),
        (0, "progressed", {}, "PR"),
        (0, "absent", {"N": "present"}, "PR"),
        (0, "absent", {"N": 8}, "PR"),
        (0, "absent", {"N": 30}, "PR"),
        (70, "present", {}, "PR"),
        (70, "progressed", {}, "PR"),
        (70, "present", {"N": 10}, "SD"),
        (60, "present", {"N": 10}, "PR"),
        (100, "present", {}, "SD"),
        (100, "progressed", {"N": "present"}, "SD"),
        (100, "present", {"N": 8}, "SD"),
        (100, "present", {"N": 19.9}, "SD"),
        (100, "present", {"N": 20}, "PD"),
        (120, "absent", {}, "PD"),
        ("not_evaluable", "progressed", {}, "NE"),
        ("not_evaluable", "present", {"N": 20}, "NE"),
        ("not_evaluable", "present", {"N": 120}, "PD"),
    ],
)
def test_table_of_the_overall_response(words, target, non_target, new, expected):
    assert words(visit(0, 100, "present"), visit(60, target, non_target, **new)) == [expected]


@pytest.mark.parametrize(
    ("non_target", "new", "expected"),
    [
        ("absent", {}, "CR"),
        ("present", {}, NON),
        ("progressed", {}, NON),
        ("not_evaluable", {}, "NE"),
        ("absent", {"N": "present"}, NON),
        ("absent", {"N": 12}, "PD"),
    ],
)
def test_without_targets_only_measured_new_lesions_are_progression(
    words, non_target, new, expected
):
    assert words(visit(0, None, "present"), visit(60, None, non_target, **new)) == [expected]


def test_row_has_the_burden_with_its_new_lesions(rows):
    (row,) = rows(visit(0, 100), visit(60, 70, N=15, M=8))
    assert (row.baseline_sum, row.current_sum) == (100, 85)
    assert row.reason == (
        "Tumour burden 85 mm against 100 mm at baseline (-15.0 %): less than the 30 % decrease "
        "that PR needs; SD. New lesion M is not measurable: no CR. New lesion N is in the sum."
    )
    assert not row.new_lesion


def test_non_target_progression_is_told_not_counted(rows):
    (row,) = rows(visit(0, 100, "present"), visit(60, 100, "progressed"))
    assert str(row.non_target_response) == NON
    assert "no PD by imRECIST" in row.reason


def test_new_lesions_are_compared_with_the_nadir(words):
    course = [visit(0, 100), visit(60, 50), visit(120, 50, N=10), visit(180, 50, N=9)]
    assert words(*course) == ["PR", "PD", "PR"]


def test_new_lesion_that_was_not_measured_leaves_the_sum_open(words):
    missing = visit(95, 60, N="not_evaluable")
    assert words(visit(0, 100), visit(60, 60, N=15), missing) == ["SD", "NE"]


@pytest.mark.parametrize(
    ("later", "negated"),
    [
        ([(87, 100)], False),
        ([(88, 100)], True),
        ([(88, 120)], False),
        ([(87, 100), (120, 130)], False),
        ([(87, 130), (120, 100)], True),
        ([(88, "not_evaluable"), (120, 100)], True),
        ([], False),
    ],
)
def test_progression_is_negated_by_no_progression_four_weeks_later(rows, later, negated):
    found = rows(visit(0, 100), visit(60, 120), *(visit(day, size) for day, size in later))
    assert str(found[0].response) == "PD"
    assert bool(found[0].flags) == negated
    assert ("PD negated by SD" in found[0].reason) == negated


def test_a_new_lesion_that_is_no_tumour_yet_is_told(assessed):
    target = {"longest_mm": 40}
    new = {"assessment": 60, "lesion_id": "N", "role": "new"}
    (row,) = assessed(
        IMRECIST(), [target, target | {"assessment": 60}, new | {"status": "equivocal"}]
    )
    assert str(row.response) == "SD"
    assert row.reason.endswith("New liver lesion N is equivocal: no progression yet.")
