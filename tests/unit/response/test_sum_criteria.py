"""What WHO, EASL, vRECIST, qEASL, Choi and mChoi have in common."""

import pytest

from radiomics_hcc.errors import ConfigError, InputError
from radiomics_hcc.response.choi import Choi
from radiomics_hcc.response.easl import EASL
from radiomics_hcc.response.mchoi import ModifiedChoi
from radiomics_hcc.response.qeasl import QEASL
from radiomics_hcc.response.vrecist import VRECIST
from radiomics_hcc.response.who import WHO

CLASSES = (WHO, EASL, VRECIST, QEASL, Choi, ModifiedChoi)
EVERY = pytest.mark.parametrize("criterion", [c() for c in CLASSES], ids=lambda c: c.kind)
EVERY_CLASS = pytest.mark.parametrize("criterion_class", CLASSES, ids=lambda c: c.kind)
TOO_SMALL = {"who": 25, "easl": 25, "vrecist": 0.065, "qeasl": 0.065, "choi": 5, "mchoi": 5}
COLUMNS = {
    "who": ("longest_mm", "perpendicular_mm"),
    "easl": ("viable_mm", "viable_perpendicular_mm"),
    "vrecist": ("volume_ml",),
    "qeasl": ("viable_volume_ml",),
    "choi": ("longest_mm", "mean_hu"),
    "mchoi": ("longest_mm", "mean_hu"),
}

RESPONSE_AND_RISE = {
    "who": (0.5, 0.55),
    "easl": (0.5, 0.55),
    "vrecist": (0.35, 0.4),
    "qeasl": (0.35, 0.4),
    "choi": (0.9, 0.95),
    "mchoi": (0.9, 0.95),
}
"""A change that is just PR, and a rise from it that is neither PR nor PD any more."""


def lesion(day, factor, name="A", **cells):
    """A liver target whose sum, under any of the criteria, is the baseline's times the factor."""
    size = {
        "longest_mm": 100 * factor,
        "perpendicular_mm": min(10, 90 * factor),
        "viable_mm": 90 * factor,
        "viable_perpendicular_mm": min(10, 90 * factor),
        "volume_ml": 50 * factor,
        "viable_volume_ml": 40 * factor,
        "mean_hu": 80 if factor >= 1 else 60,
    }
    return {"assessment": day, "lesion_id": name} | size | cells


def unsized(day, status, name="A", **cells):
    return {"assessment": day, "lesion_id": name, "status": status} | cells


def words(rows):
    return [str(row.response) for row in rows]


TARGETS = {
    "CR": lesion(60, 0),
    "PR": lesion(60, 0.2),
    "SD": lesion(60, 1),
    "PD": lesion(60, 2),
    "NE": unsized(60, "not_evaluable"),
}
NON_TARGETS = {
    "NA": None,
    "CR": "absent",
    "NON-CR/NON-PD": "present",
    "NE": "not_evaluable",
    "PD": "progressed",
}


def expected_overall(target, non_target):
    """The published table without a new lesion."""
    if "PD" in (target, non_target):
        return "PD"
    if target == "CR" and non_target in ("NON-CR/NON-PD", "NE"):
        return "PR"
    return target


@EVERY
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("non_target", NON_TARGETS)
def test_overall_response_follows_the_table(criterion, target, non_target, assessed):
    rows = [lesion(0, 1), TARGETS[target]]
    if NON_TARGETS[non_target]:
        rows += [
            unsized(0, "present", "X", role="non_target"),
            unsized(60, NON_TARGETS[non_target], "X", role="non_target"),
        ]
    (row,) = assessed(criterion, rows)
    assert (str(row.target_response), str(row.non_target_response)) == (target, non_target)
    assert str(row.response) == expected_overall(target, non_target)


@EVERY
@pytest.mark.parametrize("target", TARGETS)
def test_new_lesion_is_progression_whatever_the_targets(criterion, target, assessed):
    new = lesion(60, 0.2, "N", role="new", finding="typical")
    (row,) = assessed(criterion, [lesion(0, 1), TARGETS[target], new])
    assert row.new_lesion
    assert str(row.response) == "PD"
    assert str(row.target_response) == target


@EVERY
def test_atypical_nodule_waits_only_where_enhancing_tissue_is_what_counts(criterion, assessed):
    new = lesion(60, 0.12, "N", role="new", finding="atypical")
    (row,) = assessed(criterion, [lesion(0, 1), lesion(60, 1), new])
    assert row.new_lesion == (criterion.kind not in ("easl", "qeasl"))


@EVERY
def test_non_targets_alone_answer_alone(criterion, assessed):
    rows = [unsized(day, "present", "X", role="non_target") for day in (0, 60)]
    (row,) = assessed(criterion, rows)
    assert (str(row.target_response), str(row.response)) == ("NA", "NON-CR/NON-PD")
    assert (row.baseline_sum, row.nadir_sum, row.current_sum) == (None, None, None)


@EVERY
def test_target_sum_of_0_at_baseline_is_not_applicable(criterion, assessed):
    (row,) = assessed(criterion, [lesion(0, 0), lesion(60, 1)])
    assert str(row.target_response) == "NA"


@EVERY
def test_any_regrowth_from_a_nadir_of_0_is_progression(criterion, assessed):
    assert words(assessed(criterion, [lesion(0, 1), lesion(60, 0), lesion(120, 0.01)])) == [
        "CR",
        "PD",
    ]


@EVERY
def test_regrowth_from_0_is_progression_though_a_non_target_persisted(criterion, assessed):
    rows = [lesion(0, 1), lesion(60, 0), lesion(120, 0.2)]
    rows += [unsized(day, "present", "X", role="non_target") for day in (0, 60, 120)]
    assert words(assessed(criterion, rows)) == ["PR", "PD"]


@EVERY
def test_growth_is_judged_against_the_nadir(criterion, assessed):
    last = lesion(120, 0.9, mean_hu=80)
    first, second = assessed(criterion, [lesion(0, 1), lesion(60, 0.2), last])
    assert words([first, second]) == ["PR", "PD"]
    assert second.nadir_sum == first.current_sum


@EVERY_CLASS
def test_partial_response_is_carried_forward_unless_switched_off(criterion_class, assessed):
    partial, rise = RESPONSE_AND_RISE[criterion_class.kind]
    rows = [lesion(0, 1), lesion(60, partial), lesion(120, rise, mean_hu=80)]
    assert words(assessed(criterion_class(), rows)) == ["PR", "PR"]
    assert words(assessed(criterion_class(carry_forward_pr=False), rows)) == ["PR", "SD"]


@EVERY
def test_partial_response_outlasts_a_visit_that_was_not_evaluable(criterion, assessed):
    partial, rise = RESPONSE_AND_RISE[criterion.kind]
    rows = [lesion(0, 1), lesion(60, partial), unsized(120, "not_evaluable")]
    rows += [lesion(180, rise, mean_hu=80)]
    assert words(assessed(criterion, rows)) == ["PR", "NE", "PR"]


@EVERY
def test_missing_lesion_makes_shrinkage_not_evaluable(criterion, assessed):
    rows = [lesion(0, 1, "A"), lesion(0, 1, "B"), lesion(60, 0.1, "A")]
    (row,) = assessed(criterion, rows)
    assert str(row.response) == "NE"
    assert row.current_sum is None
    assert "B has no row" in row.reason


@EVERY
def test_baseline_that_is_not_evaluable_is_not_evaluable(criterion, assessed):
    rows = [unsized(0, "not_evaluable"), lesion(60, 0.1)]
    assert words(assessed(criterion, rows)) == ["NE"]


@EVERY
def test_too_small_to_measure_counts_5_mm_or_its_product_or_its_ball(criterion, assessed):
    (row,) = assessed(criterion, [lesion(0, 1), unsized(60, "too_small")])
    assert float(row.current_sum) == TOO_SMALL[criterion.kind]


@EVERY
def test_fragments_are_added_up(criterion, assessed):
    rows = [lesion(0, 1), lesion(60, 0.6), lesion(60, 0.4)]
    (row,) = assessed(criterion, rows)
    assert row.current_sum == row.baseline_sum


@EVERY
def test_merged_targets_are_one_measure_also_when_no_longer_listed(criterion, assessed):
    rows = [lesion(0, 1, "A"), lesion(0, 1, "B"), lesion(60, 2, "A"), unsized(60, "merged", "B")]
    rows += [lesion(120, 2, "A")]
    assert words(assessed(criterion, rows)) == ["SD", "SD"]


@EVERY
def test_node_below_10_mm_short_axis_is_gone_unless_switched_off(criterion, assessed):
    def node(day, short_axis, volume):
        return {
            "assessment": day,
            "site": "node",
            "longest_mm": 20,
            "short_axis_mm": short_axis,
            "volume_ml": volume,
            "mean_hu": 80,
        }

    rows = [node(0, 18, 3), node(60, 9.9, 0.6)]
    assert words(assessed(criterion, rows)) == ["CR"]
    never = type(criterion)(normal_node_mm=0)
    assert words(assessed(never, rows)) != ["CR"]
    assert words(assessed(criterion, [node(0, 18, 3), node(60, 10, 0.6)])) != ["CR"]


@EVERY
def test_table_without_its_columns_is_refused_with_all_of_them_at_once(criterion, measurements_of):
    measured = measurements_of([{"short_axis_mm": 12}, {"short_axis_mm": 12, "assessment": 60}])
    problems = criterion.problems(measured)
    named = [problem.what.split("'")[1] for problem in problems]
    assert sorted(named) == sorted(COLUMNS[criterion.kind])


@EVERY
def test_new_thrombus_without_a_finding_is_refused(criterion, assessed):
    new = lesion(60, 0.2, "T", role="new", site="portal_vein")
    with pytest.raises(InputError, match="tumour or bland"):
        assessed(criterion, [lesion(0, 1), lesion(60, 1), new])


@EVERY
def test_target_below_the_minimum_is_assessed_and_noted(criterion, assessed):
    (row,) = assessed(criterion, [lesion(0, 0.09), lesion(60, 0.09)])
    assert "Check baseline: target A is" in row.reason


@EVERY_CLASS
def test_wrong_parameters_are_all_named(criterion_class):
    words = {
        "carry_forward_pr": "yes",
        "normal_node_mm": -1,
        **{name: 0 for name in criterion_class().to_config() if name.endswith("_percent")},
    }
    with pytest.raises(ConfigError) as refused:
        criterion_class(**words)
    assert all(name in str(refused.value) for name in words)


@EVERY_CLASS
def test_decrease_of_100_percent_is_refused(criterion_class):
    name = next(n for n in criterion_class().to_config() if n.endswith("_decrease_percent"))
    with pytest.raises(ConfigError, match=name):
        criterion_class(**{name: 100})
