import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.response.assess import assess
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.who import WHO

BY_SUM = WHO(progression_of="sum")


def visit(day, *sizes):
    """Liver targets A, B, C ... by their two diameters at a day."""
    return [
        {"assessment": day, "lesion_id": name, "longest_mm": longest, "perpendicular_mm": across}
        for name, (longest, across) in zip("ABC", sizes, strict=False)
    ]


def words(rows):
    return [str(row.response) for row in rows]


@pytest.mark.parametrize(
    ("follow_up", "word"),
    [
        ((20, 20), "PR"),  # 400 of 800 mm2: exactly -50 %
        ((20.1, 20), "SD"),  # 402 mm2: -49.75 %
        ((40, 24.9), "SD"),  # 996 mm2: +24.5 %
        ((40, 25), "PD"),  # 1000 mm2: exactly +25 %
        ((0, 0), "CR"),
    ],
)
def test_classes_begin_at_half_and_at_a_quarter_more(follow_up, word, assessed):
    (row,) = assessed(WHO(), visit(0, (40, 20)) + visit(60, follow_up))
    assert str(row.response) == word


@settings(deadline=None, max_examples=50)
@given(st.integers(10, 500), st.integers(10, 500))
def test_boundaries_are_exact_for_sizes_in_tenths_of_a_millimetre(tenths, across):
    def word(factor):
        rows = [
            ("P1", 0, "A", "target", f"{8 * tenths / 10:.1f}", f"{across / 1000:.3f}"),
            ("P1", 60, "A", "target", f"{factor * tenths / 10:.1f}", f"{across / 1000:.3f}"),
        ]
        columns = ["patient_id", "assessment", "lesion_id", "role", "longest_mm"]
        frame = pd.DataFrame(rows, columns=[*columns, "perpendicular_mm"])
        table = Measurements.from_frame(frame)
        return str(assess(table, WHO()).assessments[0].response)

    assert (word(4), word(10)) == ("PR", "PD")


def plain_who(visits):
    """The published rules on products of lesions by visit, written down once more."""
    answers = []
    for index, now in enumerate(visits[1:], start=1):
        nadirs = [min(visit[lesion] for visit in visits[:index]) for lesion in range(len(now))]
        if not any(now):
            answers.append("CR")
        elif any(size and 4 * size >= 5 * nadir for size, nadir in zip(now, nadirs, strict=True)):
            answers.append("PD")
        elif 2 * sum(now) <= sum(visits[0]) or answers[-1:] in (["CR"], ["PR"]):
            answers.append("PR")
        else:
            answers.append("SD")
    return answers


LENGTHS = st.one_of(st.just(0), st.integers(10, 40))


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(LENGTHS, LENGTHS), min_size=2, max_size=4).filter(lambda v: any(v[0])))
def test_two_lesions_over_time_follow_the_rules_written_plainly(lengths):
    rows = [
        {"patient_id": "P1", "role": "target"} | row
        for index, visit_lengths in enumerate(lengths)
        for row in visit(60 * index, *((length, min(length, 10)) for length in visit_lengths))
    ]
    table = assess(Measurements.from_frame(pd.DataFrame(rows)), WHO())
    products = [[10 * length for length in visit_lengths] for visit_lengths in lengths]
    assert words(table) == plain_who(products)


def test_products_are_added_up_in_mm2(assessed):
    (row,) = assessed(WHO(), visit(0, (40, 30), (20, 20)) + visit(60, (40, 30), (20, 20)))
    assert (row.baseline_sum, row.current_sum) == (1600, 1600)
    assert "mm2" in row.reason


def test_one_lesion_that_grows_by_a_quarter_is_progression_and_named(assessed):
    rows = visit(0, (40, 30), (20, 20)) + visit(60, (20, 20), (25, 20))
    (row,) = assessed(WHO(), rows)
    assert str(row.response) == "PD"
    assert row.reason.startswith(
        "Lesion B 500 mm2 against a nadir of 400 mm2 (+25.0 %): at least the 25 % increase of PD."
    )
    assert "Sum alone: Sum of products 900 mm2" in row.reason
    assert words(assessed(BY_SUM, rows)) == ["SD"]


def test_every_lesion_that_grows_is_named(assessed):
    rows = visit(0, (40, 30), (20, 20), (30, 10)) + visit(60, (50, 30), (20, 20), (30, 20))
    reason = assessed(WHO(), rows)[0].reason
    assert "Lesion A 1500 mm2" in reason
    assert "Lesion C 600 mm2" in reason
    assert "Lesion B" not in reason


def test_lesion_is_compared_with_its_own_nadir(assessed):
    rows = visit(0, (40, 30), (20, 20)) + visit(60, (40, 30), (10, 10)) + visit(120, (40, 30))
    rows += [*visit(120, (40, 30), (12.5, 10))[1:]]
    assert words(assessed(WHO(), rows)) == ["SD", "PD"]
    assert words(assessed(BY_SUM, rows)) == ["SD", "SD"]


def test_lesion_that_is_back_is_progression_also_before_a_complete_response(assessed):
    rows = visit(0, (40, 30), (20, 20)) + visit(60, (40, 30), (0, 0)) + visit(120, (40, 30), (3, 2))
    last = assessed(WHO(), rows)[1]
    assert str(last.response) == "PD"
    assert "Lesion B 6 mm2 after a nadir of 0 mm2: any regrowth is PD." in last.reason


def test_growth_of_one_lesion_decides_though_another_is_missing(assessed):
    rows = visit(0, (40, 30), (20, 20)) + visit(60, (40, 37.5))
    (row,) = assessed(WHO(), rows)
    assert str(row.response) == "PD"
    assert row.current_sum is None
    assert words(assessed(BY_SUM, rows)) == ["NE"]


def test_merged_lesions_are_judged_by_their_sum(assessed):
    merged = {"assessment": 60, "lesion_id": "B", "status": "merged"}
    grown = {"assessment": 120, "lesion_id": "B", "status": "merged"}
    rows = [*visit(0, (40, 30), (30, 30)), *visit(60, (60, 38)), merged]
    rows += [*visit(120, (75, 38)), grown]
    assert words(assessed(WHO(), rows)) == ["SD", "PD"]  # 2100, 2280, 2850 mm2


def test_missing_perpendicular_diameter_is_said(assessed):
    rows = [*visit(0, (40, 30)), {"assessment": 60, "lesion_id": "A", "longest_mm": 10}]
    (row,) = assessed(WHO(), rows)
    assert str(row.response) == "NE"
    assert "A has no perpendicular diameter" in row.reason


def test_node_is_longest_by_short_axis(assessed):
    node = {"site": "node", "longest_mm": 30, "short_axis_mm": 20}
    (row,) = assessed(WHO(), [node, node | {"assessment": 60}])
    assert row.baseline_sum == 600


def test_necrosis_that_leaves_the_size_is_stable(assessed):
    rows = visit(0, (40, 30)) + visit(60, (40, 30))
    rows = [row | {"viable_mm": 0} for row in rows]
    assert words(assessed(WHO(), rows)) == ["SD"]


def test_cut_offs_are_parameters(assessed):
    rows = visit(0, (40, 20)) + visit(60, (40, 25))
    assert words(assessed(WHO(progression_increase_percent=50), rows)) == ["SD"]
