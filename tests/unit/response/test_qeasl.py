import pytest

from radiomics_hcc.response.qeasl import QEASL


def visit(day, enhancing, whole=100, **cells):
    return [{"assessment": day, "volume_ml": whole, "viable_volume_ml": enhancing} | cells]


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
    (row,) = assessed(QEASL(), visit(0, "40") + visit(60, follow_up))
    assert str(row.response) == word


def test_reason_gives_volume_and_share_of_the_tumour(assessed):
    (row,) = assessed(QEASL(), visit(0, 80) + visit(60, 28, 90))
    assert row.reason == (
        "Enhancing volume 28 mL against 80 mL at baseline (-65.0 %): at least the 65 % decrease "
        "of PR. Enhancing: 31.1 % of the tumour volume, 80 % at baseline."
    )


def test_share_is_left_out_without_whole_volumes(assessed):
    (row,) = assessed(QEASL(), visit(0, 80, None) + visit(60, 28, None))
    assert str(row.response) == "PR"
    assert "tumour volume" not in row.reason


def test_share_is_left_out_where_nothing_is_left_to_measure(assessed):
    gone = {"assessment": 60, "status": "absent"}
    (row,) = assessed(QEASL(), [*visit(0, 80), gone])
    assert str(row.response) == "CR"
    assert "tumour volume" not in row.reason


def test_share_alone_makes_no_response(assessed):
    """Half the share in a tumour of twice the size is the same enhancing volume."""
    assert words(assessed(QEASL(), visit(0, 80, 100) + visit(60, 80, 200))) == ["SD"]


def test_without_arterial_phase_it_is_not_evaluable(assessed):
    (row,) = assessed(QEASL(), visit(0, 80) + visit(60, None))
    assert str(row.response) == "NE"
    assert row.reason.startswith("L1 has no enhancing volume (no arterial phase?)")


def test_volume_of_another_phase_is_not_evaluable_unless_allowed(assessed):
    rows = visit(0, 80, phase="late_arterial") + visit(60, 10, phase="portal")
    assert words(assessed(QEASL(), rows)) == ["NE"]
    (allowed,) = assessed(QEASL(allow_other_phase=True), rows)
    assert str(allowed.response) == "PR"
    assert "phase: viable size of L1 read in portal" in allowed.flags


def test_lesions_outside_the_liver_are_measured_whole(assessed):
    bone = {"site": "bone", "volume_ml": 30}
    (row,) = assessed(QEASL(), [bone, bone | {"assessment": 60}])
    assert row.baseline_sum == 30


def test_viable_diameter_below_the_minimum_is_noted(assessed):
    (row,) = assessed(QEASL(), visit(0, 2, viable_mm=8) + visit(60, 2))
    assert "Check baseline: target L1 is 8 mm" in row.reason
