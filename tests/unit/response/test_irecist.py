"""iRECIST: tables 2 and 3 of Seymour 2017 and the working group's answers, row by row."""

import pytest

from radiomics_hcc.errors import ConfigError
from radiomics_hcc.response.irecist import IRECIST
from radiomics_hcc.response.recist11 import RECIST11

NON = "NON-iCR/NON-iUPD"


def visit(day, target=None, non_target=None, **new):
    """One visit: target in mm, status of the non-target, new lesions as status or mm."""
    rows = []
    if target is not None:
        rows.append({"assessment": day, "lesion_id": "T", "longest_mm": target})
    if non_target is not None:
        rows.append(
            {"assessment": day, "lesion_id": "X", "role": "non_target", "status": non_target}
        )
    for name, value in new.items():
        key = "status" if isinstance(value, str) else "longest_mm"
        rows.append({"assessment": day, "lesion_id": name, "role": "new", key: value})
    return rows


@pytest.fixture
def words(assessed):
    def responses(*visits, **parameters):
        rows = [row for rows in visits for row in rows]
        return [str(row.response) for row in assessed(IRECIST(**parameters), rows)]

    return responses


@pytest.fixture
def last(assessed):
    def row(*visits):
        return assessed(IRECIST(), [row for rows in visits for row in rows])[-1]

    return row


@pytest.mark.parametrize(
    ("target", "non_target", "expected"),
    [
        (0, "absent", "iCR"),
        (0, "present", "iPR"),
        (70, "present", "iPR"),
        (70, "absent", "iPR"),
        (100, "present", "iSD"),
        (120, "present", "iUPD"),
        (120, "absent", "iUPD"),
        (100, "progressed", "iUPD"),
        (70, "progressed", "iUPD"),
        (0, "progressed", "iUPD"),
        (120, "progressed", "iUPD"),
        (100, "increased", "iSD"),
        (100, "not_evaluable", "iSD"),
    ],
)
def test_without_earlier_progression(words, target, non_target, expected):
    assert words(visit(0, 100, "present"), visit(60, target, non_target)) == [expected]


def test_a_new_lesion_is_unconfirmed_progression(words):
    assert words(visit(0, 100), visit(60, 70, N=12)) == ["iUPD"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # targets progressed: 5 mm more confirm, exactly
        ((120, "present"), (125, "present"), "iCPD"),
        ((120, "present"), (124.9, "present"), "iUPD"),
        ((120, "present"), (120, "present"), "iUPD"),
        ((130, "present"), (121, "present"), "iUPD"),
        ((120, "present"), (124.9, "increased"), "iUPD"),
        # non-targets progressed: any further growth confirms
        ((100, "progressed"), (100, "increased"), "iCPD"),
        ((100, "progressed"), (100, "progressed"), "iUPD"),
        ((0, "progressed"), (0, "increased"), "iCPD"),
        ((100, "progressed"), (70, "progressed"), "iUPD"),
        # both progressed: either confirms
        ((120, "progressed"), (125, "progressed"), "iCPD"),
        ((120, "progressed"), (120, "increased"), "iCPD"),
        ((120, "progressed"), (120, "progressed"), "iUPD"),
        # another category progresses besides
        ((120, "present"), (120, "progressed"), "iCPD"),
        ((100, "progressed"), (120, "progressed"), "iCPD"),
        # nothing progresses any more: the bar is reset
        ((120, "present"), (100, "present"), "iSD"),
        ((120, "present"), (70, "present"), "iPR"),
        ((120, "present"), (0, "absent"), "iCR"),
        ((100, "progressed"), (100, "present"), "iSD"),
        ((100, "progressed"), (70, "present"), "iPR"),
        # what progressed cannot be seen
        ((100, "progressed"), (100, "not_evaluable"), "NE"),
        ((120, "present"), (None, "present"), "NE"),
        ((120, "present"), (None, "progressed"), "iCPD"),
    ],
)
def test_after_an_unconfirmed_progression(words, first, second, expected):
    found = words(visit(0, 100, "present"), visit(60, *first), visit(95, *second))
    assert found == ["iUPD", expected]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"N": 12}, {"N": 17}, "iCPD"),
        ({"N": 12}, {"N": 16.9}, "iUPD"),
        ({"N": 12}, {"N": 12}, "iUPD"),
        ({"N": 12}, {"N": 6}, "iUPD"),
        ({"N": 12}, {"N": 12, "M": 10}, "iCPD"),
        ({"N": 12}, {"N": "absent"}, "iSD"),
        ({"N": 12, "M": 14}, {"N": 15, "M": 16}, "iCPD"),
        ({"N": 12, "M": 14}, {"N": 18, "M": 12}, "iUPD"),
        ({"N": 8}, {"N": 8.5}, "iCPD"),
        ({"N": 8}, {"N": 8}, "iUPD"),
        ({"N": "present"}, {"N": "increased"}, "iCPD"),
        ({"N": "present"}, {"N": "present"}, "iUPD"),
        ({"N": 12}, {}, "iUPD"),
    ],
)
def test_new_lesions_confirm_by_size_or_number(words, first, second, expected):
    found = words(visit(0, 100), visit(60, 100, **first), visit(95, 100, **second))
    assert found == ["iUPD", expected]


def test_a_new_lesion_confirms_the_progression_of_targets(words):
    assert words(visit(0, 100), visit(60, 120), visit(95, 120, N=10)) == ["iUPD", "iCPD"]


def test_progression_of_targets_confirms_a_new_lesion(words):
    assert words(visit(0, 100), visit(60, 100, N=12), visit(95, 120, N=12)) == ["iUPD", "iCPD"]


def test_small_increases_add_up(words):
    sums = [visit(60 + 35 * i, size) for i, size in enumerate([120, 124, 126])]
    assert words(visit(0, 100), *sums) == ["iUPD", "iUPD", "iCPD"]
    new = [visit(60 + 35 * i, 100, N=size) for i, size in enumerate([12, 16, 18])]
    assert words(visit(0, 100), *new) == ["iUPD", "iUPD", "iCPD"]


def test_growth_of_a_non_target_is_remembered_from_one_assessment_to_the_next(words):
    found = words(
        visit(0, 100, "present"),
        visit(60, 100, "progressed"),
        visit(70, 100, "increased"),
        visit(95, 100, "progressed"),
    )
    assert found == ["iUPD", "iUPD", "iCPD"]


def test_response_of_the_targets_after_a_new_lesion_ends_the_progression(words):
    """Scenario B of the paper: the new lesion persists, the targets shrink after it."""
    found = words(visit(0, 100), visit(60, 100, N=12), visit(95, 50, N=12))
    assert found == ["iUPD", "iPR"]


def test_response_reached_before_a_new_lesion_does_not_end_the_progression(words):
    """Scenario F: the targets had responded before, and nothing changes after."""
    found = words(visit(0, 100), visit(60, 50), visit(120, 50, N=12), visit(155, 50, N=12))
    assert found == ["iPR", "iUPD", "iUPD"]


def test_a_persistent_new_lesion_bars_complete_response(words):
    found = words(
        visit(0, 100), visit(60, 100, N=12), visit(95, 0, N=12), visit(130, 0, N="absent")
    )
    assert found == ["iUPD", "iPR", "iCR"]


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ({"N": 12}, "iPR"),
        ({"N": 16.9}, "iPR"),
        ({"N": 17}, "iUPD"),
        ({"N": 12, "M": 10}, "iUPD"),
        ({"N": "progressed"}, "iUPD"),
    ],
)
def test_a_new_lesion_that_was_outlived_counts_again_once_it_progresses(words, later, expected):
    course = [visit(0, 100), visit(60, 100, N=12), visit(95, 50, N=12), visit(130, 50, **later)]
    assert words(*course) == ["iUPD", "iPR", expected]


def test_after_a_response_progression_is_unconfirmed_again_against_the_nadir(words):
    sizes = [(60, 120), (95, 60), (130, 72), (165, 77)]
    found = words(visit(0, 100), *(visit(day, size) for day, size in sizes))
    assert found == ["iUPD", "iPR", "iUPD", "iCPD"]


def test_not_evaluable_does_not_break_the_progression(words):
    found = words(visit(0, 100), visit(60, 120), [not_evaluable(95)], visit(130, 125))
    assert found == ["iUPD", "NE", "iCPD"]


def test_confirmed_progression_stays_while_it_lasts(words):
    sizes = [(60, 120), (95, 125), (130, 121), (165, 90)]
    found = words(visit(0, 100), *(visit(day, size) for day, size in sizes))
    assert found == ["iUPD", "iCPD", "iCPD", "iSD"]


def test_partial_response_is_carried_forward(words):
    """100, 70, 70, 80, 80 is iPR throughout (RECIST working group)."""
    sizes = [visit(60 * i, size) for i, size in enumerate([70, 70, 80, 80], start=1)]
    assert words(visit(0, 100), *sizes) == ["iPR"] * 4
    assert words(visit(0, 100), *sizes, carry_forward_pr=False) == ["iPR", "iPR", "iSD", "iSD"]


@pytest.mark.parametrize(("day", "word"), [(87, "iUPD"), (88, "iCPD"), (116, "iCPD")])
def test_too_early_an_assessment_confirms_nothing(last, day, word):
    row = last(visit(0, 100), visit(60, 120), visit(day, 140))
    assert str(row.response) == word
    assert bool(row.flags) == (day == 87)


def test_what_an_early_assessment_found_is_compared_with_the_first_progression(words):
    found = words(visit(0, 100), visit(60, 120), visit(75, 124), visit(90, 125))
    assert found == ["iUPD", "iUPD", "iCPD"]


def test_late_confirmation_is_accepted_and_flagged(last):
    row = last(visit(0, 100), visit(60, 120), visit(117, 130))
    assert str(row.response) == "iCPD"
    assert row.flags == ("confirmation: 57 days after the iUPD of day 60, not 28 to 56 days",)


def test_the_window_is_a_parameter(words):
    course = visit(0, 100), visit(60, 120), visit(70, 130)
    assert words(*course, confirmation_min_days=7) == ["iUPD", "iCPD"]


def test_the_increase_is_a_parameter(words):
    course = visit(0, 100), visit(60, 120), visit(95, 125)
    assert words(*course, confirmation_increase_mm=6) == ["iUPD", "iUPD"]


def test_sums_of_new_lesions_are_kept_apart(last):
    row = last(visit(0, 100), visit(60, 120, N=12), visit(95, 120, N=18))
    assert (row.baseline_sum, row.current_sum) == (100, 120)
    assert "New-lesion sum 18 mm (12 mm at day 60)." in row.reason
    assert "New-lesion sum 6 mm above the 12 mm of day 60; iCPD." in row.reason


def test_columns_tell_which_category_was_confirmed(last):
    row = last(visit(0, 100, "present"), visit(60, 120, "progressed"), visit(95, 125, "progressed"))
    assert (str(row.target_response), str(row.non_target_response)) == ("iCPD", "iUPD")
    assert not row.new_lesion


def test_only_two_new_lesions_per_organ_are_measured(words):
    """The third, smallest one is not: any growth of it confirms."""
    first = visit(60, 100, L=14, M=13, N=12)
    assert words(visit(0, 100), first, visit(95, 100, L=16, M=15, N=12)) == ["iUPD", "iUPD"]
    assert words(visit(0, 100), first, visit(95, 100, L=14, M=13, N=12.5)) == ["iUPD", "iCPD"]


def test_non_targets_alone(words):
    only = ["present", "present", "progressed", "increased", "absent"]
    course = [visit(35 * index, None, status) for index, status in enumerate(only)]
    assert words(*course) == [NON, "iUPD", "iCPD", "iCR"]


def test_missing_sum_at_the_first_progression_confirms_nothing(assessed):
    def two(day, first, second):
        rows = [{"assessment": day, "lesion_id": "A", "longest_mm": first}]
        other = {"longest_mm": second} if second else {"status": "not_evaluable"}
        return [*rows, {"assessment": day, "lesion_id": "B", **other}]

    rows = two(0, 50, 50) + two(60, 130, None) + two(95, 130, 50)
    assert [str(row.response) for row in assessed(IRECIST(), rows)] == ["iUPD", "iUPD"]


def test_is_recist_until_the_first_progression(assessed):
    rows = [row for day, size in [(0, 100), (60, 70), (120, 80)] for row in visit(day, size)]
    plain, immune = assessed(RECIST11(), rows), assessed(IRECIST(), rows)
    assert [f"i{row.response}" for row in plain] == [str(row.response) for row in immune]


@pytest.mark.parametrize("days", [60, -1, "28", 28.5, True])
def test_a_window_that_is_none_is_refused(days):
    with pytest.raises(ConfigError, match="least before the most"):
        IRECIST(confirmation_min_days=days)


def not_evaluable(day):
    return {"assessment": day, "lesion_id": "T", "status": "not_evaluable"}
