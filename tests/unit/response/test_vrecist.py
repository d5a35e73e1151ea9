import math

import pytest

from radiomics_hcc.response.vrecist import VRECIST


def visit(day, *volumes):
    return [
        {"assessment": day, "lesion_id": name, "volume_ml": volume}
        for name, volume in zip("ABC", volumes, strict=False)
    ]


def words(rows):
    return [str(row.response) for row in rows]


@pytest.mark.parametrize(
    ("follow_up", "word"),
    [
        ("14", "PR"),  # 40 -> 14 mL: exactly -65 %
        ("14.001", "SD"),
        ("69.199", "SD"),
        ("69.2", "PD"),  # exactly +73 %
        ("0", "CR"),
    ],
)
def test_classes_begin_at_65_percent_less_and_73_percent_more(follow_up, word, assessed):
    (row,) = assessed(VRECIST(), visit(0, "40") + visit(60, follow_up))
    assert str(row.response) == word


def test_limits_are_those_of_recist_for_a_ball():
    """-30 % and +20 % of a diameter are -65.7 % and +72.8 % of a volume, within one per cent."""
    decrease, increase = VRECIST.plot_limits
    assert math.isclose(decrease, 100 * (0.7**3 - 1), abs_tol=1)
    assert math.isclose(increase, 100 * (1.2**3 - 1), abs_tol=1)


def test_growth_of_one_small_lesion_does_not_decide(assessed):
    assert words(assessed(VRECIST(), visit(0, 100, 1) + visit(60, 100, 3))) == ["SD"]


def test_reason_gives_the_volumes_in_ml(assessed):
    (row,) = assessed(VRECIST(), visit(0, 40) + visit(60, 70))
    assert row.reason == (
        "Sum of volumes 70 mL against a nadir of 40 mL (+75.0 %): at least the 73 % increase of PD."
    )


def test_target_without_volume_is_not_evaluable(assessed):
    rows = [*visit(0, 40), {"assessment": 60, "lesion_id": "A", "longest_mm": 10}]
    (row,) = assessed(VRECIST(), rows)
    assert str(row.response) == "NE"
    assert "A has no volume" in row.reason


def test_missing_lesion_does_not_matter_once_the_others_are_progression(assessed):
    (row,) = assessed(VRECIST(), visit(0, 40, 10) + visit(60, 90))
    assert str(row.response) == "PD"


def test_too_small_is_the_volume_of_a_ball_of_5_mm(assessed):
    small = {"assessment": 60, "lesion_id": "A", "status": "too_small"}
    (row,) = assessed(VRECIST(), [*visit(0, 40), small])
    assert math.isclose(row.current_sum, math.pi * 5**3 / 6 / 1000, rel_tol=0.01)


def test_cut_offs_are_parameters(assessed):
    rows = visit(0, 40) + visit(60, 20)
    assert words(assessed(VRECIST(partial_decrease_percent=50), rows)) == ["PR"]
