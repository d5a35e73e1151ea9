from fractions import Fraction

from radiomics_hcc.response.new_lesion_burden import measured_new_lesions, sum_new_lesions
from radiomics_hcc.response.recist11 import RECIST11
from radiomics_hcc.response.sizes import whole_size

ELIGIBILITY = RECIST11().eligibility


def new(day, name, size=None, **cells):
    row = {"assessment": day, "lesion_id": name, "role": "new", **cells}
    return row if size is None else row | {"longest_mm": size}


def course_of(measurements_of, *rows):
    baseline = {"longest_mm": 50}
    return measurements_of([baseline, *rows]).courses[0]


def test_large_enough_lesions_are_measured_largest_first(measurements_of):
    rows = [new(60, "A", 10), new(60, "B", 9.9), new(60, "C", 20)]
    course = course_of(measurements_of, *rows)
    assert measured_new_lesions(course, ELIGIBILITY) == ("C", "A")


def test_two_per_organ_and_five_in_all(measurements_of):
    sites = ("liver", "lung", "bone")
    rows = [new(60, f"{site}{i}", 20 + i, site=site) for site in sites for i in range(3)]
    chosen = measured_new_lesions(course_of(measurements_of, *rows), ELIGIBILITY)
    assert len(chosen) == 5
    assert "liver0" not in chosen


def test_an_earlier_lesion_keeps_its_place_before_a_larger_one(measurements_of):
    rows = [new(60, "A", 10), new(60, "B", 11), new(120, "C", 40)]
    course = course_of(measurements_of, *rows)
    assert measured_new_lesions(course, ELIGIBILITY) == ("B", "A")


def test_a_node_needs_15_mm_of_short_axis(measurements_of):
    rows = [
        new(60, "N", 30, site="node", short_axis_mm=14.9),
        new(60, "O", 30, site="node", short_axis_mm=15),
    ]
    course = course_of(measurements_of, *rows)
    assert measured_new_lesions(course, ELIGIBILITY) == ("O",)


def test_thick_slices_ask_for_more(measurements_of):
    course = course_of(measurements_of, new(60, "A", 15, slice_mm=8), new(60, "B", 16, slice_mm=8))
    assert measured_new_lesions(course, ELIGIBILITY) == ("B",)


def test_what_is_small_at_first_is_never_measured(measurements_of):
    course = course_of(measurements_of, new(60, "A", 8), new(120, "A", 30))
    assert measured_new_lesions(course, ELIGIBILITY) == ()


def test_sum_counts_absent_as_0_and_too_small_as_5(measurements_of):
    rows = [
        *(new(60, name, 12) for name in "AB"),
        new(120, "A", status="absent"),
        new(120, "B", status="too_small"),
    ]
    found = sum_new_lesions(course_of(measurements_of, *rows), 2, ("A", "B"), whole_size)
    assert (found.value, found.remaining) == (5, ("B",))


def test_sum_is_open_where_a_lesion_has_no_row(measurements_of):
    rows = [new(60, "A", 12), new(60, "B", 12), new(120, "A", 13.5)]
    found = sum_new_lesions(course_of(measurements_of, *rows), 2, ("A", "B"), whole_size)
    assert (found.value, found.known) == (None, Fraction("13.5"))
    assert found.missing == ("B has no row",)
