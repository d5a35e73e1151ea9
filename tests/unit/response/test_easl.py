import pytest

from radiomics_hcc.errors import ConfigError
from radiomics_hcc.response.easl import EASL


def visit(day, *sizes, **cells):
    """Liver targets A, B, C ... of 60 x 50 mm by their viable diameters at a day."""
    whole = {"longest_mm": 60, "perpendicular_mm": 50}
    return [
        {"assessment": day, "lesion_id": name, **whole}
        | {"viable_mm": viable, "viable_perpendicular_mm": across}
        | cells
        for name, (viable, across) in zip("ABC", sizes, strict=False)
    ]


def words(rows):
    return [str(row.response) for row in rows]


@pytest.mark.parametrize(
    ("follow_up", "word"),
    [
        ((20, 20), "PR"),  # exactly -50 %
        ((20.1, 20), "SD"),
        ((40, 25), "SD"),  # exactly +25 %, and the panel asks for more
        ((40, 25.1), "PD"),
        ((0, 0), "CR"),
        ((0, None), "CR"),
    ],
)
def test_classes_begin_at_half_and_above_a_quarter_more(follow_up, word, assessed):
    (row,) = assessed(EASL(), visit(0, (40, 20)) + visit(60, follow_up))
    assert str(row.response) == word


def test_quarter_more_is_progression_where_it_is_asked_for(assessed):
    rows = visit(0, (40, 20)) + visit(60, (40, 25))
    assert words(assessed(EASL(progression_inclusive=True), rows)) == ["PD"]


def test_reason_says_that_more_than_a_quarter_is_needed(assessed):
    rows = visit(0, (40, 20)) + visit(60, (40, 25))
    assert assessed(EASL(), rows)[0].reason.startswith(
        "Sum of viable products 1000 mm2 against 800 mm2 at baseline (+25.0 %): "
        "not more than the 25 % increase that PD needs; SD."
    )


def test_one_lesion_or_the_sum_decides_on_progression(assessed):
    rows = visit(0, (40, 30), (20, 20)) + visit(60, (40, 30), (26, 20))
    assert words(assessed(EASL(), rows)) == ["PD"]
    assert words(assessed(EASL(progression_of="sum"), rows)) == ["SD"]


def test_word_that_is_no_choice_is_refused():
    with pytest.raises(ConfigError, match="choose lesion or sum"):
        EASL(progression_of="lesions")


def test_complete_necrosis_of_a_lesion_of_the_same_size_is_complete_response(assessed):
    (row,) = assessed(EASL(), visit(0, (40, 20)) + visit(60, (0, 0)))
    assert row.reason == "No enhancement in any target: CR of the targets."


def test_without_arterial_phase_it_is_not_evaluable(assessed):
    (row,) = assessed(EASL(), visit(0, (40, 20)) + visit(60, (None, None)))
    assert str(row.response) == "NE"
    assert "no arterial phase?" in row.reason


def test_viable_sizes_of_another_phase_are_not_evaluable_unless_allowed(assessed):
    rows = visit(0, (40, 20), phase="arterial") + visit(60, (10, 10), phase="portal")
    (row,) = assessed(EASL(), rows)
    assert str(row.response) == "NE"
    assert "'portal', not in the arterial phase" in row.reason
    (allowed,) = assessed(EASL(allow_other_phase=True), rows)
    assert str(allowed.response) == "PR"
    assert "phase: viable size of A read in portal" in allowed.flags


def test_lesions_outside_the_liver_are_measured_whole(assessed):
    lung = {"site": "lung", "longest_mm": 30, "perpendicular_mm": 20}
    (row,) = assessed(EASL(), [lung, lung | {"assessment": 60}])
    assert row.baseline_sum == 600


def test_non_target_without_enhancement_is_gone(assessed):
    other = {"lesion_id": "X", "role": "non_target", "longest_mm": 12}
    rows = visit(0, (40, 20)) + visit(60, (0, 0))
    rows += [other | {"viable_mm": 10}, other | {"viable_mm": 0, "assessment": 60}]
    (row,) = assessed(EASL(), rows)
    assert (str(row.non_target_response), str(row.response)) == ("CR", "CR")


def test_new_nodule_is_dated_back_once_it_is_proved(assessed):
    def new(day, size):
        return {
            "assessment": day,
            "lesion_id": "N",
            "role": "new",
            "longest_mm": size,
            "finding": "atypical",
        }

    rows = visit(0, (40, 20)) + visit(60, (40, 20)) + visit(120, (40, 20))
    rows += [new(60, 12), new(120, 22)]
    assert words(assessed(EASL(), rows)) == ["PD", "PD"]
    assert words(assessed(EASL(backdate_new_lesions=False), rows)) == ["SD", "PD"]
