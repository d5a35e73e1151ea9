"""A run's report in the format that its file name asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.report.html import write_report
from radiomics_hcc.report.json_page import write_json
from radiomics_hcc.report.markdown import write_markdown
from radiomics_hcc.report.private import private

Writer: TypeAlias = Callable[[RunRecord, Path], Path]

FORMATS: Final[Mapping[str, Writer]] = MappingProxyType(
    {
        ".html": write_report,
        ".htm": write_report,
        ".md": write_markdown,
        ".markdown": write_markdown,
        ".json": write_json,
    }
)


def writer_for(path: Path) -> Writer:
    """What writes a file of that suffix.

    Raises
    ------
    InputError
        Where no format has the suffix.
    """
    writer = FORMATS.get(path.suffix.lower())
    if writer is None:
        problem = Problem(
            str(path),
            f"{path.suffix or 'a name without a suffix'} is no format of a report",
            f"end it in one of {', '.join(FORMATS)}",
        )
        raise InputError([problem])
    return writer


def write_as(record: RunRecord, path: Path | str, *, is_private: bool = False) -> Path:
    """Write the report of a run as HTML, Markdown or JSON, by the suffix of the file.

    Parameters
    ----------
    record
        The run.
    path
        Where to; Markdown puts its figures and tables into `<name>_files` beside it.
    is_private
        Whether small counts, dates, and names of patients and files are hidden.

    Raises
    ------
    InputError
        Where no format has the suffix, the file cannot be written, or a private edition would
        lie among the files of another report.
    """
    target = Path(path)
    write = writer_for(target)
    shown = private(record) if is_private else record
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return write(shown, target)
    except OSError as error:
        what = f"cannot be written ({error.strerror or error})"
        problem = Problem(str(error.filename or target), what, "choose another file or folder")
        raise InputError([problem], "report") from error
