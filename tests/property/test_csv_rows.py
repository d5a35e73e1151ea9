"""Rows keep their cells and the line where they begin, whatever the cells hold."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.datasets.rows import read_csv_table

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
