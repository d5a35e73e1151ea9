import pytest

from radiomics_hcc.response.criteria import criteria
from radiomics_hcc.response.mrecist import MRECIST
from radiomics_hcc.response.recist11 import RECIST11

BOTH = pytest.mark.parametrize("criterion", [MRECIST(), RECIST11()], ids=lambda c: c.kind)


def lesions(day, sizes):
    """Liver targets A, B, C ... at a day; None is not evaluable."""
    return [
        {"assessment": day, "lesion_id": name}
        | ({"status": "not_evaluable"} if size is None else {"longest_mm": size, "viable_mm": size})
        for name, size in zip("ABCDE", sizes, strict=False)
    ]


@BOTH
def test_14_to_9_8_is_exactly_partial_response(criterion, single_target):
    assert single_target(criterion, 14, 9.8) == ["PR"]


@BOTH
def test_27_to_32_4_is_exactly_progression(criterion, single_target):
    assert single_target(criterion, 27, 32.4) == ["PD"]


@BOTH
def test_29_96_percent_decrease_is_stable_and_printed_so(criterion, assessed):
    (row,) = assessed(criterion, lesions(0, [100]) + lesions(60, [70.04]))
    assert str(row.response) == "SD"
    assert "-29.96 %" in row.reason
    assert "-30" not in row.reason


def test_reason_of_stable_disease_in_words(assessed):
    (row,) = assessed(MRECIST(), lesions(0, [40, 22.8]) + lesions(60, [20, 24]))
    assert row.reason == (
        "Viable sum 44 mm against 62.8 mm at baseline (-29.9 %): "
        "less than the 30 % decrease that PR needs; SD."
    )


@BOTH
def test_vanished_target_is_complete_response(criterion, single_target):
    assert single_target(criterion, 30, 0) == ["CR"]


@BOTH
def test_absent_target_is_complete_response(criterion, assessed):
    gone = {"assessment": 60, "lesion_id": "A", "status": "absent"}
    (row,) = assessed(criterion, [*lesions(0, [30]), gone])
    assert str(row.response) == "CR"
    assert row.current_sum == 0


@BOTH
def test_node_of_8_mm_is_complete_response(criterion, assessed):
    rows = [
        {"site": "node", "short_axis_mm": 18},
        {"assessment": 60, "site": "node", "short_axis_mm": 8},
    ]
    (row,) = assessed(criterion, rows)
    assert str(row.response) == "CR"
    assert row.current_sum == 8
    assert "nodes below 10 mm short axis" in row.reason


@BOTH
def test_node_of_10_mm_is_not_complete_response(criterion, assessed):
    rows = [
        {"site": "node", "short_axis_mm": 18},
        {"assessment": 60, "site": "node", "short_axis_mm": 10},
    ]
    assert str(assessed(criterion, rows)[0].response) == "PR"


@BOTH
def test_growth_from_the_nadir_is_progression_even_below_baseline(criterion, single_target):
    assert single_target(criterion, 100, 50, 62) == ["PR", "PD"]


@BOTH
@pytest.mark.parametrize("regrown", [3, 12])
def test_any_regrowth_from_a_nadir_of_0_is_progression(criterion, regrown, single_target):
    assert single_target(criterion, 30, 0, regrown) == ["CR", "PD"]


def test_growth_of_20_percent_below_5_mm_is_stable_by_recist_only(single_target):
    assert single_target(RECIST11(), 20, 24.9) == ["SD"]
    assert single_target(RECIST11(), 20, 25) == ["PD"]
    assert single_target(RECIST11(progression_min_mm=0), 20, 24.9) == ["PD"]
    assert single_target(MRECIST(), 20, 24.9) == ["PD"]
    assert single_target(MRECIST(progression_min_mm=5), 20, 24.9) == ["SD"]


@BOTH
def test_partial_response_is_carried_forward_until_progression(criterion, single_target):
    assert single_target(criterion, 100, 70, 80) == ["PR", "PR"]
    assert single_target(criterion, 100, 70, 84, 80) == ["PR", "PD", "SD"]


def test_without_carrying_forward_the_same_sums_are_stable(single_target):
    assert single_target(MRECIST(carry_forward_pr=False), 100, 70, 80) == ["PR", "SD"]
    assert single_target(RECIST11(carry_forward_pr=False), 100, 70, 80) == ["PR", "SD"]


@BOTH
def test_partial_response_outlasts_a_visit_that_was_not_evaluable(criterion, assessed):
    rows = [*lesions(0, [100]), *lesions(60, [70]), *lesions(120, [None]), *lesions(180, [80])]
    assert [str(row.response) for row in assessed(criterion, rows)] == ["PR", "NE", "PR"]


@BOTH
def test_missing_lesion_that_cannot_change_the_answer_is_progression(criterion, assessed):
    (row,) = assessed(criterion, lesions(0, [20, 20, 10]) + lesions(60, [40, 40, None]))
    assert str(row.response) == "PD"
    assert row.current_sum is None
    assert "C was not evaluable" in row.reason


@BOTH
def test_missing_lesion_makes_shrinkage_not_evaluable(criterion, assessed):
    (row,) = assessed(criterion, lesions(0, [20, 20, 10]) + lesions(60, [1, 1, None]))
    assert str(row.response) == "NE"


def test_small_nodes_with_one_missing_are_not_evaluable_as_they_may_be_complete(assessed):
    def nodes(day, first, second):
        return [
            {"assessment": day, "lesion_id": "N", "site": "node", "short_axis_mm": first},
            {"assessment": day, "lesion_id": "O", "site": "node", "short_axis_mm": second},
        ]

    rows = nodes(0, 16, 16) + nodes(60, 3, 3) + nodes(120, 9, None)
    rows[-1]["status"] = "not_evaluable"
    assert [str(row.response) for row in assessed(MRECIST(), rows)] == ["CR", "NE"]


@BOTH
def test_target_without_a_row_is_missing_and_not_0(criterion, assessed):
    (row,) = assessed(criterion, lesions(0, [20, 20]) + lesions(60, [0]))
    assert str(row.response) == "NE"
    assert "B has no row" in row.reason


@BOTH
def test_not_evaluable_visit_does_not_lower_the_nadir(criterion, assessed):
    rows = lesions(0, [20, 20]) + lesions(60, [1, None]) + lesions(120, [20, 20])
    assert [row.nadir_sum for row in assessed(criterion, rows)] == [40, 40]


@BOTH
def test_nadir_includes_the_baseline(criterion, assessed):
    rows = lesions(0, [40]) + lesions(60, [44]) + lesions(120, [47])
    assert [row.nadir_sum for row in assessed(criterion, rows)] == [40, 40]


@BOTH
def test_baseline_that_is_not_evaluable_leaves_progression_only(criterion, assessed):
    rows = [*lesions(0, [None]), *lesions(60, [20]), *lesions(120, [10]), *lesions(180, [40])]
    assert [str(row.response) for row in assessed(criterion, rows)] == ["NE", "NE", "PD"]


@BOTH
@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((0, 0), "CR"),
        ((20, 15), "PR"),
        ((20, 15.1), "NE"),
        ((35, 35), "NE"),
        ((20, None), "NE"),
    ],
)
def test_lesion_that_is_missing_at_baseline_cannot_undo_a_response(
    criterion, sizes, expected, assessed
):
    """Of 50 mm or more at least 30 % are gone at 35 mm, however large the missing one was."""
    (row,) = assessed(criterion, lesions(0, [50, None]) + lesions(60, sizes))
    assert str(row.response) == expected
    assert row.baseline_sum is None
    assert ("against at least 50 mm at baseline (-30.0 %)" in row.reason) == (expected == "PR")


@BOTH
def test_response_against_an_incomplete_baseline_is_carried_forward(criterion, assessed):
    rows = lesions(0, [50, None]) + lesions(60, [20, 10]) + lesions(120, [20, 15.5])
    words = [str(row.response) for row in assessed(criterion, rows)]
    assert words == ["PR", "PR"]
    rows = lesions(0, [50, None]) + lesions(60, [20, 10]) + lesions(120, [20, 16])
    assert str(assessed(criterion, rows)[-1].response) == "PD"


@BOTH
def test_too_small_to_measure_counts_5_mm_and_a_real_3_mm_stays_3(criterion, assessed):
    small = {"assessment": 60, "lesion_id": "A", "status": "too_small"}
    assert assessed(criterion, [*lesions(0, [30]), small])[0].current_sum == 5
    assert assessed(criterion, lesions(0, [30]) + lesions(60, [3]))[0].current_sum == 3


@BOTH
def test_fragments_are_added_up(criterion, assessed):
    (row,) = assessed(criterion, lesions(0, [40]) + lesions(60, [12]) + lesions(60, [9.5]))
    assert row.current_sum == 21.5


@BOTH
def test_merged_targets_are_one_measure_also_when_no_longer_listed(criterion, assessed):
    merged = {"assessment": 60, "lesion_id": "B", "status": "merged"}
    rows = [*lesions(0, [30, 20]), *lesions(60, [55]), merged, *lesions(120, [33])]
    assert [row.current_sum for row in assessed(criterion, rows)] == [55, 33]


def test_mrecist_adds_viable_whole_and_short_axis_by_site(assessed):
    rows = [
        {"lesion_id": "A", "longest_mm": 50, "viable_mm": 40},
        {"lesion_id": "B", "site": "lung", "longest_mm": 20},
        {"lesion_id": "C", "site": "node", "longest_mm": 30, "short_axis_mm": 16},
    ]
    rows += [row | {"assessment": 60} for row in rows]
    assert assessed(MRECIST(), rows)[0].baseline_sum == 76
    assert assessed(RECIST11(), rows)[0].baseline_sum == 86


def test_mrecist_without_arterial_phase_is_not_evaluable(assessed):
    rows = [
        {"longest_mm": 50, "viable_mm": 40},
        {"assessment": 60, "longest_mm": 10, "viable_mm": None},
    ]
    (row,) = assessed(MRECIST(), rows)
    assert str(row.response) == "NE"
    assert "no arterial phase?" in row.reason


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        ("no_liver_mask", "no liver mask"),
        ("lipiodol; phase_unknown", "lipiodol fills more than half"),
        ("hypovascular", "it enhances less than the liver"),
    ],
)
def test_reason_of_a_missing_viable_size_is_what_the_measurement_says(assessed, flag, why):
    rows = [
        {"longest_mm": 50, "viable_mm": 40},
        {"assessment": 60, "longest_mm": 50, "viable_mm": None, "flags": flag},
    ]
    assert f"has no viable diameter ({why}" in assessed(MRECIST(), rows)[0].reason


def test_necrotic_lesion_of_the_same_size_is_complete_by_mrecist_and_stable_by_recist(assessed):
    rows = [
        {"longest_mm": 50, "viable_mm": 50},
        {"assessment": 60, "longest_mm": 50, "viable_mm": 0},
    ]
    assert str(assessed(MRECIST(), rows)[0].response) == "CR"
    assert str(assessed(RECIST11(), rows)[0].response) == "SD"


def test_target_back_after_complete_response_is_progression_beside_a_normal_node(assessed):
    def visit(day, lesion, node):
        return [
            {"assessment": day, "lesion_id": "A", "longest_mm": lesion},
            {"assessment": day, "lesion_id": "N", "site": "node", "short_axis_mm": node},
        ]

    rows = visit(0, 30, 20) + visit(60, 0, 9) + visit(120, 1, 9)
    first, second = assessed(RECIST11(), rows)
    assert str(first.response) == "CR"
    assert str(second.response) == "PD"
    assert "back after a complete response" in second.reason


def test_target_that_came_back_stays_progression_while_it_is_there(assessed):
    rows = [
        {"assessment": 60 * visit, "lesion_id": name, "site": site, "longest_mm": size}
        | {"short_axis_mm": size}
        for visit, sizes in enumerate([(30, 20), (0, 9), (1, 9), (1, 9)])
        for name, site, size in zip("AN", ("liver", "node"), sizes, strict=True)
    ]
    assert [str(row.response) for row in assessed(RECIST11(), rows)] == ["CR", "PD", "PD"]


@BOTH
def test_regrowth_from_0_is_progression_though_a_non_target_always_persisted(criterion, assessed):
    rows = lesions(0, [30]) + lesions(60, [0]) + lesions(120, [3])
    rows += [
        {"assessment": day, "lesion_id": "X", "role": "non_target", "status": "present"}
        for day in (0, 60, 120)
    ]
    first, second = assessed(criterion, rows)
    assert (str(first.response), str(second.target_response)) == ("PR", "PD")
    assert "nadir of 0 mm: any regrowth is PD" in second.reason


def test_node_above_10_mm_again_waits_for_5_mm_by_recist(assessed):
    rows = [
        {"assessment": 60 * visit, "site": "node", "short_axis_mm": size}
        for visit, size in enumerate([18, 8, 12, 13])
    ]
    assert [str(row.response) for row in assessed(RECIST11(), rows)] == ["CR", "PR", "PD"]


@BOTH
def test_target_sum_of_0_at_baseline_is_not_applicable(criterion, assessed):
    (row,) = assessed(criterion, lesions(0, [0]) + lesions(60, [12]))
    assert str(row.target_response) == "NA"


@BOTH
def test_target_below_the_minimum_is_assessed_and_noted(criterion, assessed):
    (row,) = assessed(criterion, lesions(0, [9.5]) + lesions(60, [5]))
    assert str(row.response) == "PR"
    assert "target A is 9.5 mm, below the 10 mm of a target" in row.reason


@BOTH
def test_more_targets_than_allowed_are_noted(criterion, assessed):
    rows = lesions(0, [20, 20, 20]) + lesions(60, [20, 20, 20])
    assert "3 liver targets, at most 2 per organ" in assessed(criterion, rows)[0].reason


@pytest.mark.parametrize("kind", [kind for kind in criteria() if kind not in ("afp", "lirads_tr")])
def test_every_criterion_lets_the_user_say_when_a_node_is_normal(assessed, kind):
    sizes = {"longest_mm": 20, "volume_ml": 2, "mean_hu": 60, "site": "node"}
    rows = [sizes | {"short_axis_mm": 18}, sizes | {"short_axis_mm": 8, "assessment": 60}]
    gone, still_there = (
        str(assessed(criteria()[kind].from_config({"normal_node_mm": limit}), rows)[0].response)
        for limit in (10, 0)
    )
    assert gone in ("CR", "iCR")
    assert still_there not in ("CR", "iCR")


@BOTH
def test_growth_short_of_progression_names_baseline_and_nadir(criterion, assessed):
    course = lesions(0, [100]) + lesions(60, [80]) + lesions(120, [90])
    *_, last = assessed(criterion, course)
    assert "against 100 mm at baseline (-10.0 %) and a nadir of 80 mm (+12.5 %)" in last.reason
