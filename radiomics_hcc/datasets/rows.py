"""Rows of a CSV table with the line that each came from, and their cells as values."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import InputError, Problem

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Row:
    """One row: `file:line` and the cells by column, stripped."""

    where: str
    cells: Mapping[str, str]

    def problem(self, what: str, remedy: str = "") -> Problem:
        """Make a problem of this row."""
        return Problem(self.where, what, remedy)


@dataclass(frozen=True)
class CsvTable:
    """A table as it stands in the file.

    Parameters
    ----------
    path
        The file.
    header
        Where the header stands, as `file:line`.
    columns
        Their names in order.
    rows
        One per record; blank lines are left out.
    problems
        Rows whose cells do not fit the header; such rows are not among `rows`.
    """

    path: Path
    header: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read_csv_table(path: Path) -> CsvTable:
    """Read a comma-separated UTF-8 table, with or without a byte order mark.

    The line of a row is the physical line of the file where it begins; the header is line 1.

    Raises
    ------
    InputError
        Where the file is missing, no UTF-8, no comma-separated table, or has no header.
    """
    records = list(_records(path, _text(path)))
    if not records:
        raise InputError([Problem(path.name, "the file is empty", "write a header and rows")])
    header = f"{path.name}:{records[0][0]}"
    columns = _columns(header, records[0][1])
    rows, problems = [], []
    for line, cells in records[1:]:
        where = f"{path.name}:{line}"
        if len(cells) < len(columns) or any(cells[len(columns) :]):
            what = f"{len(cells)} cells under a header of {len(columns)} columns"
            problems.append(Problem(where, what, "quote a cell that holds a comma"))
        else:
            rows.append(Row(where, dict(zip(columns, cells, strict=False))))
    return CsvTable(path, header, columns, tuple(rows), tuple(problems))


@dataclass
class CellReader:
    """Turns the cells of one row into values and collects what is wrong with them."""

    row: Row
    problems: list[Problem] = field(default_factory=list)

    def text(self, column: str, default: str = "") -> str:
        """The cell, or the default where it is empty."""
        return self.row.cells.get(column, "") or default

    def required(self, column: str) -> str:
        """The cell; empty is a problem, unless the column itself is missing."""
        if self.is_blank(column):
            self.refuse(f"{column} is empty", "fill it in")
        return self.text(column)

    def is_blank(self, column: str) -> bool:
        """Whether the column is there and the cell is empty."""
        return self.row.cells.get(column) == ""

    def choice(self, column: str, known: Sequence[str], default: str) -> str:
        """The cell if it is one of the known words, else a problem and the default."""
        word = self.text(column, default)
        if word in known:
            return word
        self.refuse(f"unknown {column} {word!r}", did_you_mean(word, [str(name) for name in known]))
        return default

    def day(self, column: str) -> date | None:
        """The cell as a day, written YYYY-MM-DD."""
        text = self.text(column)
        if not text:
            return None
        try:
            if not _ISO_DATE.fullmatch(text):
                raise ValueError
            return date.fromisoformat(text)
        except ValueError:
            self.refuse(f"{column} {text!r} is no date", "write it as YYYY-MM-DD")
            return None

    def refuse(self, what: str, remedy: str = "") -> None:
        """Note a problem of this row."""
        self.problems.append(self.row.problem(what, remedy))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"the file is not UTF-8 (byte {error.start})"
        raise InputError([Problem(str(path), what, "save it as UTF-8")]) from error
    except OSError as error:
        what = f"cannot be read ({error.strerror or error})"
        raise InputError([Problem(str(path), what, "correct the path")]) from error


def _records(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the first physical line and the stripped cells of every record that is not blank."""
    reader = csv.reader(io.StringIO(text), strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        where = f"{path.name}:{begins}"
        raise InputError([Problem(where, f"no CSV ({error})", "check the quotes")]) from error


def _columns(where: str, cells: list[str]) -> tuple[str, ...]:
    while not cells[-1]:
        cells = cells[:-1]
    for separator, name in _OTHER_SEPARATORS.items():
        if len(cells) == 1 and separator in cells[0]:
            what = f"the columns are separated by {name} ({separator!r})"
            raise InputError([Problem(where, what, "save the table with commas")])
    repeated = sorted({cell for cell in cells if cell and cells.count(cell) > 1})
    problems = [Problem(where, f"column {name!r} comes twice", "keep one") for name in repeated]
    if "" in cells:
        problems.append(Problem(where, "a column has no name", "name it or drop it"))
    if problems:
        raise InputError(problems)
    return tuple(cells)
