import pytest

from radiomics_hcc.errors import ConfigError
from radiomics_hcc.response.choi import Choi


def visit(day, *lesions, **cells):
    """Liver targets A, B, C ... by longest diameter and attenuation at a day."""
    return [
        {"assessment": day, "lesion_id": name, "longest_mm": size, "mean_hu": hu, "volume_ml": 9}
        | cells
        for name, (size, hu) in zip("ABC", lesions, strict=False)
    ]


def unsized(day, name, status):
    return {"assessment": day, "lesion_id": name, "status": status}


def words(rows):
    return [str(row.response) for row in rows]


@pytest.mark.parametrize(
    ("follow_up", "word"),
    [
        (("90", "80"), "PR"),  # exactly -10 %
        (("90.001", "80"), "SD"),
        (("100", "68"), "PR"),  # attenuation exactly -15 %
        (("100", "68.001"), "SD"),
        (("109.999", "80"), "SD"),
        (("110", "80"), "PD"),  # exactly +10 %
        (("110", "68"), "PR"),  # larger, but darker
        (("150", "60"), "PR"),
        (("100", "120"), "SD"),  # brighter is nothing
        (("0", None), "CR"),
        (("0", "80"), "CR"),
    ],
)
def test_classes_by_size_and_attenuation(follow_up, word, assessed):
    (row,) = assessed(Choi(), visit(0, ("100", "80")) + visit(60, follow_up))
    assert str(row.response) == word


def test_reason_of_a_response_by_attenuation_alone(assessed):
    (row,) = assessed(Choi(), visit(0, (100, 80)) + visit(60, (105, 60)))
    assert row.reason == (
        "Sum of diameters 105 mm against 100 mm at baseline (+5.0 %), attenuation 60 HU against "
        "80 HU at baseline (-25.0 %): at least the 15 % decrease of attenuation; PR."
    )


def test_reason_never_prints_a_change_across_its_limit(assessed):
    (row,) = assessed(Choi(), visit(0, (100, 80)) + visit(60, (100, 68.01)))
    assert "(-14.99 %)" in row.reason


def test_attenuation_of_several_targets_is_their_plain_mean(assessed):
    rows = visit(0, (50, 100), (50, 60)) + visit(60, (50, 70), (50, 66))  # 80 -> 68 HU
    assert words(assessed(Choi(), rows)) == ["PR"]
    assert "attenuation 68 HU against 80 HU" in assessed(Choi(), rows)[0].reason


def test_attenuation_may_be_weighted_by_volume(assessed):
    rows = visit(0, (50, 100), (50, 60)) + visit(60, (50, 70), (50, 66))
    rows = [row | {"volume_ml": 1} if row["lesion_id"] == "A" else row for row in rows]
    (row,) = assessed(Choi(attenuation_weighting="volume"), rows)
    assert str(row.response) == "SD"
    assert "attenuation 66.4 HU against 64 HU" in row.reason


def test_weighting_by_volume_needs_the_volumes(measurements_of):
    rows = visit(0, (50, 100)) + visit(60, (50, 70))
    rows = [{name: row[name] for name in row if name != "volume_ml"} for row in rows]
    measured = measurements_of(rows)
    (problem,) = Choi(attenuation_weighting="volume").problems(measured)
    assert "no column 'volume_ml'" in problem.what


def test_lesion_that_vanished_is_left_out_of_the_attenuation_at_both_visits(assessed):
    rows = visit(0, (95, 60), (5, 120)) + visit(60, (95, 60)) + [unsized(60, "B", "absent")]
    (row,) = assessed(Choi(), rows)
    assert str(row.response) == "SD"
    assert "attenuation 60 HU against 60 HU at baseline (0.0 %)" in row.reason
    assert "Attenuation without B: gone, merged or too small." in row.reason


def test_lesion_that_vanished_needs_no_attenuation_at_baseline(assessed):
    rows = visit(0, (95, 60), (5, None)) + visit(60, (95, 60)) + [unsized(60, "B", "absent")]
    assert words(assessed(Choi(), rows)) == ["SD"]


def test_lesion_that_merged_has_no_attenuation_of_its_own(assessed):
    rows = visit(0, (60, 80), (40, 120)) + visit(60, (100, 80)) + [unsized(60, "B", "merged")]
    (row,) = assessed(Choi(), [*rows, *visit(120, (100, 60))])[1:]
    assert str(row.response) == "PR"
    assert "attenuation 60 HU against 80 HU" in row.reason


def test_fragments_share_one_attenuation(assessed):
    rows = visit(0, (100, 80)) + visit(60, (50, 60)) + visit(60, (48, 70))
    (row,) = assessed(Choi(), rows)
    assert "Sum of diameters 98 mm" in row.reason
    assert "attenuation 65 HU" in row.reason


def test_missing_attenuation_matters_only_where_it_could_change_the_answer(assessed):
    rows = visit(0, (100, 80)) + visit(60, (95, None))
    assert words(assessed(Choi(), rows)) == ["NE"]  # SD or PR
    assert words(assessed(Choi(), visit(0, (100, 80)) + visit(60, (110, None)))) == ["NE"]
    assert words(assessed(Choi(), visit(0, (100, 80)) + visit(60, (90, None)))) == ["PR"]
    assert "A has no mean_hu" in assessed(Choi(), rows)[0].reason


def test_missing_size_does_not_matter_where_attenuation_fell(assessed):
    rows = visit(0, (100, 80), (20, 80)) + visit(60, (100, 60), (None, 60))
    (row,) = assessed(Choi(), rows)
    assert str(row.response) == "PR"
    assert "Sum of diameters at least 100 mm (B has no longest diameter), attenuation" in row.reason


def test_missing_size_does_not_matter_where_the_others_grew_and_attenuation_did_not_fall(assessed):
    rows = visit(0, (100, 80), (20, 80)) + visit(60, (132, 80), (None, 80))
    (row,) = assessed(Choi(), rows)
    assert str(row.response) == "PD"
    assert "against a nadir of 120 mm (at least +10.0 %)" in row.reason
    smaller = visit(0, (100, 80), (20, 80)) + visit(60, (131, 80), (None, 80))
    assert words(assessed(Choi(), smaller)) == ["NE"]


def test_too_small_targets_alone_have_no_attenuation_to_compare(assessed):
    rows = [*visit(0, (5.2, 80)), unsized(60, "A", "too_small")]
    (row,) = assessed(Choi(), rows)
    assert str(row.response) == "NE"
    assert "no target has an attenuation at both visits" in row.reason


def test_attenuation_of_0_at_baseline_has_no_relative_change(assessed):
    (row,) = assessed(Choi(), visit(0, (100, 0)) + visit(60, (100, -20)))
    assert str(row.response) == "NE"
    assert "0 HU or less at baseline" in row.reason


@pytest.mark.parametrize(
    "cells",
    [{"lipiodol_fraction": 0.06}, {"flags": "no_subtraction; lipiodol"}],
    ids=["fraction", "flag"],
)
@pytest.mark.parametrize("day", [0, 60])
def test_lipiodol_at_baseline_or_follow_up_is_not_evaluable(cells, day, assessed):
    rows = visit(0, (100, 80)) + visit(60, (50, 40))
    rows = [row | (cells if row["assessment"] == day else {}) for row in rows]
    (row,) = assessed(Choi(), rows)
    assert str(row.response) == "NE"
    assert "Lipiodol in A" in row.reason


def test_little_lipiodol_is_let_pass(assessed):
    rows = visit(0, (100, 80)) + visit(60, (50, 40), lipiodol_fraction=0.05)
    assert words(assessed(Choi(), rows)) == ["PR"]
    assert words(assessed(Choi(lipiodol_fraction_maximum=0.01), rows)) == ["NE"]


def test_lipiodol_in_a_lesion_that_vanished_does_not_matter_for_the_others(assessed):
    rows = visit(0, (50, 80), (50, 300)) + visit(60, (50, 80)) + [unsized(60, "B", "absent")]
    rows[1] |= {"lipiodol_fraction": 0.5}
    assert words(assessed(Choi(), rows)) == ["PR"]


def test_lesion_that_vanished_is_complete_response_though_it_had_lipiodol(assessed):
    rows = [*visit(0, (100, 80), lipiodol_fraction=0.5), unsized(60, "A", "absent")]
    assert words(assessed(Choi(), rows)) == ["CR"]


def test_growth_from_the_nadir_is_no_progression_while_the_lesion_stays_dark(assessed):
    rows = visit(0, (100, 80)) + visit(60, (50, 60)) + visit(120, (56, 60))
    assert words(assessed(Choi(), rows)) == ["PR", "PR"]
    rows = visit(0, (100, 80)) + visit(60, (50, 60)) + visit(120, (56, 80))
    assert words(assessed(Choi(), rows)) == ["PR", "PD"]


def test_arterial_attenuation_may_be_asked_for(assessed):
    rows = visit(0, (100, 80), mean_hu_arterial=100) + visit(60, (100, 80), mean_hu_arterial=85)
    assert words(assessed(Choi(attenuation_phase="arterial"), rows)) == ["PR"]
    assert words(assessed(Choi(), rows)) == ["SD"]


def test_words_and_shares_that_are_no_choice_are_refused():
    with pytest.raises(ConfigError) as refused:
        Choi(
            attenuation_phase="venous",
            attenuation_weighting="size",
            lipiodol_fraction_maximum=5,
        )
    for name in ("attenuation_phase", "attenuation_weighting", "lipiodol_fraction_maximum"):
        assert name in str(refused.value)
