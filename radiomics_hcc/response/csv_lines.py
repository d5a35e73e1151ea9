"""The lines of a CSV file, each with the place where it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from radiomics_hcc.errors import InputError, Problem


def csv_lines(file: Path) -> tuple[list[str], list[tuple[str, Sequence[str]]]]:
    """Header and lines of a table separated by commas, in UTF-8; empty lines are left out.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    tuple
        Names of the columns without blanks around them, and per line `file:line` and its cells.

    Raises
    ------
    InputError
        Where the file cannot be read, or is empty, or is not such a table.
    """
    reader = csv.reader(io.StringIO(_text_of(file), newline=""))
    lines: list[tuple[str, Sequence[str]]] = []
    first = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((f"{file}:{first}", cells))
            first = reader.line_num + 1
    except csv.Error as error:
        problem = Problem(f"{file}:{first}", f"is not CSV ({error})")
        raise InputError([problem], title="measurements") from error
    if not lines:
        raise InputError([Problem(str(file), "is empty")], title="measurements")
    header = [name.strip() for name in lines[0][1]]
    if len(header) == 1 and ";" in header[0]:
        problem = Problem(lines[0][0], "is separated by semicolons", "save it with commas")
        raise InputError([problem], title="measurements")
    return header, lines[1:]


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or "cannot be opened"
        raise InputError([Problem(str(file), reason)], title="measurements") from error
    except UnicodeDecodeError as error:
        problem = Problem(str(file), f"is not UTF-8 ({error})", "save the table as CSV UTF-8")
        raise InputError([problem], title="measurements") from error
