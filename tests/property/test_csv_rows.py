"""Rows keep their cells and the line where they begin, whatever the cells hold."""

from __future__ import annotations

import csv
import io
import tempfile
from fractions import Fraction
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.datasets.rows import read_csv_table
from radiomics_hcc.domain.measurement_columns import (
    FUNCTIONAL_COLUMNS,
    MEASUREMENT_COLUMNS,
    SIZE_COLUMNS,
    VARIANT_COLUMNS,
)
from radiomics_hcc.response.measurements import Measurements, read_measurements

cells = st.text(alphabet="ab ,;\"'\näß\x0b\u2028", max_size=6)
tables = st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=6)


@settings(deadline=None)
@given(rows=tables, mark=st.sampled_from(["", "\ufeff"]))
def test_rows_come_back_with_the_line_where_they_begin(rows, mark):
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["first", "second", "third"])
    expected = []
    for row in rows:
        line = stream.getvalue().count("\n") + 1
        writer.writerow(row)
        if any(cell.strip() for cell in row):
            expected.append((f"table.csv:{line}", [cell.strip() for cell in row]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_text(mark + stream.getvalue(), encoding="utf-8")
        table = read_csv_table(path)
    assert [(row.where, list(row.cells.values())) for row in table.rows] == expected


tenths = st.integers(min_value=10, max_value=2000).map(lambda number: number / 10)
shares = st.integers(min_value=0, max_value=100).map(lambda number: number / 100)
hounsfield = st.integers(min_value=-1500, max_value=3000).map(lambda number: number / 10)
words = st.text(alphabet="ab ,;\"'\näß", max_size=6).map(str.strip)


def column_values(name):
    """Values that a column of a measured liver lesion may hold."""
    if name.endswith("_fraction"):
        return shares
    return tenths if name.endswith(("_mm", "_ml")) or name in VARIANT_COLUMNS else hounsfield


@st.composite
def lesions(draw):
    """The cells of one measured target, any of them empty but for the sizes."""
    cells = {name: draw(tenths) for name in SIZE_COLUMNS}
    for larger, smaller in (
        ("longest_mm", "perpendicular_mm"),
        ("longest_mm", "short_axis_mm"),
        ("viable_mm", "viable_perpendicular_mm"),
        ("volume_ml", "viable_volume_ml"),
    ):
        cells[smaller] = min(cells[smaller], cells[larger])
    others = ("slice_mm", "mean_hu", *FUNCTIONAL_COLUMNS, *VARIANT_COLUMNS)
    for name in draw(st.sets(st.sampled_from(others), max_size=8)):
        cells[name] = draw(column_values(name))
    cells["phase"] = draw(st.sampled_from(["", "arterial", "t1_vibe"]))
    cells["lirads_tr"] = draw(st.sampled_from([None, "viable", "equivocal"]))
    cells["flags"] = draw(st.sampled_from(["", "no_subtraction", "lipiodol; resampled_mask"]))
    return cells | {"note": draw(words)}


@settings(deadline=None, max_examples=20)
@given(
    drawn=st.lists(lesions(), min_size=1, max_size=3),
    afp=st.integers(min_value=1, max_value=10**7),
)
def test_measurements_come_back_from_their_frame_and_from_a_file(drawn, afp):
    rows = [
        {"patient_id": f"P{number}", "reader": "A", "assessment": 0, "role": "target"}
        | {"lesion_id": "L1", "site": "liver", "status": "measured"}
        | cells
        for number, cells in enumerate(drawn)
    ]
    blood = {"patient_id": "P0", "assessment": 0, "lesion_id": "AFP", "role": "marker"}
    rows.append(blood | {"afp_ng_ml": afp / 100})
    frame = pd.DataFrame(rows, columns=list(MEASUREMENT_COLUMNS))
    table = Measurements.from_frame(frame)
    assert len(table) == len(rows)
    assert {row.afp_ng_ml for row in table.rows if row.is_marker} == {Fraction(afp, 100)}
    assert Measurements.from_frame(table.frame()).rows == table.rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "measurements.csv"
        table.frame().to_csv(path, index=False)
        assert read_measurements(path).rows == table.rows
