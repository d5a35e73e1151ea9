from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.response.measurement import LesionStatus
from radiomics_hcc.response.measurements import Measurements, read_measurements

HEADER = "patient_id,assessment,lesion_id,role,site,status,finding,longest_mm,viable_mm"


@pytest.fixture
def read(tmp_path):
    """Read a table of these lines below the header."""

    def read_lines(*lines, header=HEADER):
        file = tmp_path / "measurements.csv"
        file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return read_measurements(file)

    return read_lines


@pytest.fixture
def problems(read):
    """Problems of such a table, as (line, text)."""

    def found(*lines, header=HEADER):
        with pytest.raises(InputError) as caught:
            read(*lines, header=header)
        return [
            (int(p.where.rsplit(":", 1)[1]), f"{p.what}; {p.remedy}") for p in caught.value.problems
        ]

    return found


BASELINE = "P1,2026-01-01,L1,target,,,,40,38.5"


def test_sizes_dates_and_defaults_are_read_exactly(read):
    (row,) = read(BASELINE).rows
    assert row.viable_mm == Fraction(77, 2)
    assert row.assessment == date(2026, 1, 1)
    assert (row.site, row.status, row.reader) == ("liver", LesionStatus.MEASURED, "")


def test_rows_are_in_order_of_time_whatever_the_file_says(read):
    table = read("P1,60,L1,target,,,,30,", "P2,0,L1,target,,,,1,", "P1,-3,L1,target,,,,40,")
    assert [row.assessment for row in table.rows] == [-3, 60, 0]
    assert len(table.courses) == 2


def test_byte_order_mark_and_blank_lines_do_not_matter(tmp_path):
    file = tmp_path / "measurements.csv"
    file.write_text(f"{HEADER}\n\n{BASELINE}\n,,,,,,,,\n", encoding="utf-8-sig")
    assert len(read_measurements(file)) == 1


def test_frame_has_the_columns_of_the_table_and_float_sizes(read):
    frame = read(BASELINE).frame()
    assert list(frame.columns) == HEADER.split(",")
    assert frame.loc[0, "viable_mm"] == 38.5
    assert frame.loc[0, "assessment"] == "2026-01-01"


def test_frame_survives_a_round_trip(read):
    table = read(BASELINE, "P1,2026-03-01,L1,target,,not_evaluable,,,")
    assert Measurements.from_frame(table.frame()).rows == table.rows


def test_html_says_how_much_there_is(read):
    assert "1 measurements, 1 patients, 1 readers" in read(BASELINE)._repr_html_()


def test_frame_of_timestamps_and_numpy_numbers_is_read():
    frame = pd.DataFrame(
        {
            "patient_id": ["P1", "P1"],
            "assessment": pd.to_datetime(["2026-01-01", "2026-03-01"]),
            "lesion_id": ["L1", "L1"],
            "role": "target",
            "status": [None, "absent"],
            "longest_mm": np.array([9.8, np.nan]),
            "reader": [np.nan, np.nan],
        }
    )
    rows = Measurements.from_frame(frame).rows
    assert rows[0].longest_mm == Fraction(98, 10)
    assert rows[1].assessment == date(2026, 3, 1)


def test_every_problem_is_reported_at_once_with_its_line(problems):
    found = problems(
        "P1,2026-01-01,L1,targt,,,,40,",
        'P2,2026-01-01,L1,target,,,,"12,5",',
        "P3,2026-02-30,L1,target,,,,-3,",
    )
    assert [line for line, _ in found] == [2, 3, 4, 4]
    text = " | ".join(what for _, what in found)
    for expected in ("did you mean 'target'?", "did you mean 12.5?", "cannot be negative"):
        assert expected in text
    assert "no day of the calendar" in text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("P1,01/02/2026,L1,target,,,,40,", "write a date as 2026-03-01"),
        ("P1,20260101,L1,target,,,,40,", "write a date as 2026-03-01"),
        ("P1,0.5,L1,target,,,,40,", "whole day number"),
        (",0,L1,target,,,,40,", "patient_id is empty"),
        ("P1,0,,target,,,,40,", "lesion_id is empty"),
        ("P1,0,L1,target,,,,,", "neither a size nor a status"),
        ("P1,0,L1,target,,measured,,,", "'measured' without a size"),
        ("P1,0,L1,target,,present,,,", "status 'present' of a target lesion"),
        ("P1,0,L1,non_target,,merged,,,", "status 'merged' of a non_target lesion"),
        ("P1,0,L1,target,,not_evaluable,,40,", "'not_evaluable' together with longest_mm"),
        ("P1,0,L1,target,,too_smal,,,", "did you mean 'too_small'?"),
        ("P1,0,L1,target,livr,,,40,", "did you mean 'liver'?"),
        ("P1,0,L1,target,Liver,,,40,", "did you mean 'liver'?"),
        ("P1,0,L1,target,portal vein,,,40,", "did you mean 'portal_vein'?"),
        ("P1,0,L1,target,liver,,bland,40,", "allowed there: typical, atypical"),
        ("P1,0,L1,target,lung,,typical,40,", "allowed there: none"),
        ("P1,0,L1,target,,,,nan,", "leave the cell empty"),
        ("P1,0,L1,target,,absent,,,", "absent at its own baseline"),
        ("P1,0,L1,non_target,,progressed,,,", "nothing came before it"),
        ("P1,0,L1,new,,,typical,12,", "role new at the baseline"),
        ("P1,0,L1,target,,,,40", "has 8 cells, the header 9"),
    ],
)
def test_one_wrong_row(line, expected, problems):
    ((number, text),) = problems(line)
    assert number == 2
    assert expected in text


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["P1,60,L1,target,,absent,,40,"], "'absent' together with longest_mm"),
        (["P1,60,L1,non_target,,present,,,"], "a lesion keeps its role"),
        (["P1,60,L1,target,lung,,,40,"], "a lesion keeps its site"),
        (["P1,60,L2,target,,,,40,"], "has no row at the baseline"),
        (["P1,0,L1,target,,,,12,"], "only a target can fall into fragments, and only after"),
        (["P1,60,L1,target,,,,12,", "P1,60,L1,target,,,,12,"], "write their sum in one row"),
        (["P1,60,L1,target,,,,12,", "P1,60,L1,target,,absent,,,"], "hold for the whole lesion"),
        (["P1,60,L1,target,,merged,,,"], "no other target of site 'liver' is measured"),
        (["P1,2026-03-01,L1,target,,,,40,"], "use dates or day numbers throughout"),
    ],
)
def test_one_row_that_contradicts_the_others(lines, expected, problems):
    found = problems("P1,0,L1,target,,,,40,", *lines)
    assert len(found) == 1
    assert expected in found[0][1]


def test_merged_target_needs_a_partner_in_the_same_organ(problems):
    found = problems(
        "P1,0,L1,target,,,,40,",
        "P1,0,X1,target,lung,,,40,",
        "P1,60,L1,target,,merged,,,",
        "P1,60,X1,target,lung,,,40,",
    )
    assert [line for line, _ in found] == [4]


def test_readers_need_one_baseline(problems):
    header = f"reader,{HEADER}"
    lines = ["A,P1,0,L1,target,,,,40,", "A,P1,60,L1,target,,,,40,", "B,P1,60,L1,target,,,,40,"]
    ((line, text),) = problems(*lines, header=header)
    assert line == 4
    assert "every reader needs the same baseline" in text


def test_a_broken_row_hides_no_other_patient_and_invents_no_problem(problems):
    found = problems(
        "P1,0,L1,targt,,,,40,",
        "P1,60,L1,target,,,,40,",
        "P2,0,L1,target,,,,40,",
        "P2,60,L9,target,,,,40,",
    )
    assert [line for line, _ in found] == [2, 5]


def test_sizes_in_the_wrong_order_are_named(problems):
    header = "patient_id,assessment,lesion_id,role,longest_mm,perpendicular_mm"
    ((_, text),) = problems("P1,0,L1,target,30,40", header=header)
    assert "perpendicular_mm 40 exceeds longest_mm 30" in text


def test_unknown_doubled_and_missing_columns_are_named(problems):
    header = "patient_id,assesment,lesion_id,lesion_id,viabel_mm"
    text = " | ".join(what for _, what in problems("P1,0,L1,L1,3", header=header))
    for expected in (
        "did you mean 'assessment'?",
        "did you mean 'viable_mm'?",
        "column 'lesion_id' stands there 2 times",
        "no column 'role'",
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty"),
        (HEADER.encode() + b"\n", "has no rows"),
        (b"patient_id;assessment\nP1;0\n", "separated by semicolons"),
        (b"patient_id\n\xff\xfe\n", "is not UTF-8"),
    ],
)
def test_file_that_is_no_table(content, expected, tmp_path):
    file = tmp_path / "measurements.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=expected):
        read_measurements(file)


def test_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_measurements(tmp_path / "none.csv")


def test_one_patient_with_mixed_times_does_not_hide_what_is_wrong_with_others(problems):
    found = problems(
        BASELINE,
        "P1,2026-03-01,L1,non_target,,present,,,",
        "P2,2026-01-01,L1,target,,,,40,",
        "P2,60,L1,target,,,,30,",
    )
    assert [line for line, _ in found] == [3, 5]
    assert "a lesion keeps its role" in found[0][1]


def test_a_negative_size_is_not_called_exchanged_as_well(problems):
    (found,) = problems("P1,2026-01-01,L1,target,,,,-40,38.5")
    assert "cannot be negative" in found[1]
