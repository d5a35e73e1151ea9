"""What looks wrong in a table that can be used: units, order of time, baselines."""

import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.response.measurements import read_measurements


@pytest.fixture
def warnings(measurements_of):
    return lambda *rows: measurements_of(list(rows)).warnings


def at(day, **cells):
    return {"assessment": day} | cells


def test_ordinary_table_has_no_warning(warnings):
    rows = [at(0, longest_mm=42, viable_mm=38, volume_ml=35), at(60, longest_mm=30, viable_mm=4)]
    assert warnings(*rows) == ()


def test_one_visit_in_cm_is_named_and_not_changed(measurements_of):
    table = measurements_of([at(0, longest_mm=42), at(60, longest_mm=4.1), at(120, longest_mm=40)])
    (warning,) = table.warnings
    assert warning.startswith("row 2: longest_mm 4.1 of lesion 'L1' is about ten times smaller")
    assert "day 0, day 120" in warning
    assert float(table.rows[1].longest_mm) == 4.1


def test_one_reader_in_cm_is_named(warnings):
    rows = [
        at(0, reader=reader, viable_mm=size)
        for reader, size in zip("ABC", (42, 45, 4.4), strict=True)
    ]
    (warning,) = warnings(*rows)
    assert "row 3: viable_mm 4.4" in warning
    assert "43.5 (other readers)" in warning


def test_viable_part_that_shrank_to_a_tenth_is_a_response(warnings):
    assert warnings(at(0, viable_mm=42), at(60, viable_mm=4.2)) == ()
    node = {"site": "node"}
    assert warnings(at(0, short_axis_mm=30, **node), at(60, short_axis_mm=3, **node)) == ()


def test_viable_baseline_in_cm_is_named(warnings):
    (warning,) = warnings(at(0, viable_mm=4.2), at(60, viable_mm=42))
    assert "row 1: viable_mm 4.2" in warning


def test_baseline_target_far_below_the_others_is_named(warnings):
    sizes = (42, 3.9, 55)
    rows = [at(0, patient_id=f"P{n}", longest_mm=size) for n, size in enumerate(sizes)]
    (warning,) = warnings(*rows)
    assert "longest_mm 3.9 of lesion 'L1' is under 10 mm, the median target 42 mm" in warning


def test_whole_column_in_cm_is_named_once(warnings):
    rows = [
        at(day, patient_id=f"P{n}", longest_mm=size)
        for n, size in enumerate((4.2, 3.9, 5.5))
        for day in (0, 60)
    ]
    (warning,) = warnings(*rows)
    assert "longest_mm: half of the 3 targets at the baseline are under 10 mm" in warning


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"longest_mm": 420}, "is above 300 mm"),
        ({"longest_mm": 0.042}, "is under 1 mm"),
        ({"volume_ml": 33_500}, "is above 6000 mL; is it in mm3?"),
        ({"longest_mm": 4.2, "volume_ml": 35}, "is too short for the volume_ml 35"),
        ({"longest_mm": 4.2, "viable_mm": 38}, "is shorter than its viable part"),
    ],
)
def test_size_that_cannot_be_in_this_unit(cells, expected, warnings):
    (warning,) = warnings(at(0, **cells))
    assert expected in warning


def test_volume_column_in_cubic_mm_is_named_once(warnings):
    rows = [at(0, patient_id=f"P{n}", volume_ml=30_000 + n) for n in range(4)]
    (warning,) = warnings(*rows)
    assert "half of the 4 volumes are above 6000 mL" in warning


def test_a_lesion_that_is_no_ball_is_not_suspected(warnings):
    long_lesion = {"longest_mm": 30, "volume_ml": 80}  # a ball of 30 mm has 14 mL
    assert warnings(at(0, **long_lesion)) == ()


def test_fragment_of_a_lesion_is_not_suspected(warnings):
    assert warnings(at(0, longest_mm=42), at(60, longest_mm=30), at(60, longest_mm=4.2)) == ()


def test_assessments_out_of_order_are_named(warnings):
    rows = [at("2026-03-01", longest_mm=40), at("2026-01-05", longest_mm=38)]
    (warning,) = warnings(*rows)
    assert "stand in the order 2026-03-01, 2026-01-05" in warning
    assert "2026-01-05 is the baseline" in warning


def test_table_with_the_newest_first_throughout_is_in_order(warnings):
    rows = [at(day, patient_id=who, longest_mm=40) for who in ("P1", "P2") for day in (60, 0)]
    assert warnings(*rows) == ()


def test_many_patients_out_of_order_are_summed_up(warnings):
    rows = [at(day, patient_id=f"P{n}", longest_mm=40) for n in range(5) for day in (0, 90, 60)]
    found = warnings(*rows)
    assert len(found) == 2
    assert "the assessments of 4 more patients and readers" in found[1]


def test_misspelt_year_is_named(warnings):
    (warning,) = warnings(at("2026-01-05", longest_mm=40), at("2062-03-01", longest_mm=38))
    assert "more than ten years after" in warning


def test_two_assessments_up_to_day_0_are_named(warnings):
    (warning,) = warnings(at(-30, longest_mm=40), at(-1, longest_mm=41), at(60, longest_mm=30))
    assert "2 assessments up to day 0 (day -30, day -1)" in warning


def test_html_shows_warnings_escaped(measurements_of):
    table = measurements_of([at(0, longest_mm=420, lesion_id="<b>")])
    assert "&lt;b&gt;" in table._repr_html_()
    assert "is above 300 mm" in table._repr_html_()


BAD_TABLE = """\
patient_id,reader,assessment,lesion_id,role,status,longest_mm,viable_mm
P1,A,2026-01-05,L1,target,,42,40
P1,A,2026-03-01,L1,target,,4.1,38
P2,A,2026-04-01,L1,target,,30,28
P2,A,2026-01-09,L1,target,,31,29
P3,A,2026-01-05,L1,target,,25,20
P3,A,2026-01-05,L1,target,,26,21
P4,A,2026-01-05,L1,target,,40,40
P4,A,2026-03-01,L1,non_target,present,,
P5,A,2026-01-05,L1,target,,-35,30
P6,A,2026-01-05,L1,target,gone,,
P7,A,2026-01-05,L1,target,,40,40
P7,B,2026-02-05,L1,target,,40,40
"""


def test_everything_wrong_with_a_table_is_listed_at_once(tmp_path):
    file = tmp_path / "measurements.csv"
    file.write_text(BAD_TABLE, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_measurements(file)
    found = {int(p.where.rsplit(":", 1)[1]): p.what for p in caught.value.problems}
    assert [p.where for p in caught.value.problems] == [f"{file}:{line}" for line in sorted(found)]
    assert found == {
        3: "warning: longest_mm 4.1 of lesion 'L1' is about ten times smaller than 42 (2026-01-05)",
        5: "warning: the assessments of patient 'P2' stand in the order 2026-04-01, 2026-01-09",
        7: f"lesion 'L1' stands already in {file}:6",
        9: "lesion 'L1' has role 'non_target', but 'target' in " + f"{file}:8",
        10: "longest_mm is -35",
        11: "status is 'gone'",
        13: "reader 'B' begins at 2026-02-05, but patient 'P7' has a baseline at 2026-01-05",
    }
