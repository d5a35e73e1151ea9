"""Answered guidelines as files: CSV for programs, Markdown for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.report.checklists.answer_tables import answer_tables
from radiomics_hcc.report.checklists.checklist import (
    all_checklists,
    answer,
    answers_frame,
    read_checklist,
)
from radiomics_hcc.report.checklists.items import Checklist
from radiomics_hcc.report.checklists.score import score_of
from radiomics_hcc.report.markdown_text import escaped, table_lines

Writer: TypeAlias = Callable[[Checklist, RunRecord], str]
EXPLAINED: Final = (
    "Answered from the record of a run alone: an item is documented only where its evidence is "
    "recorded, and what only the author can know stays to be completed. Research software, not a "
    "medical device."
)


def checklist_markdown(checklist: Checklist, record: RunRecord) -> str:
    """The answered guideline as Markdown: head, score where there is one, tables."""
    answers = answer(checklist, record)
    score = score_of(checklist, answers)
    lines = [
        f"# {escaped(checklist.full_name)}",
        f"https://doi.org/{checklist.doi} ({checklist.year})",
        f"Run {escaped(record.run_id)}: {escaped(record.question)}",
        EXPLAINED,
        *([escaped(checklist.note)] if checklist.note else []),
        *([escaped(score.sentence)] if score else []),
    ]
    for table in answer_tables(checklist, answers):
        lines += table_lines(table)
    return "\n\n".join(lines) + "\n"


def checklist_csv(checklist: Checklist, record: RunRecord) -> str:
    """The answers as CSV: `number, section, label, state, sentence, evidence`."""
    return str(answers_frame(answer(checklist, record)).to_csv(index=False))


WRITERS: Final[Mapping[str, Writer]] = MappingProxyType(
    {".csv": checklist_csv, ".md": checklist_markdown}
)


def write_checklists(record: RunRecord, output: Path | str, name: str | None = None) -> list[Path]:
    """Write answered guidelines.

    Parameters
    ----------
    record
        The run.
    output
        A file that ends in `.csv` or `.md`, for one guideline; or a folder, which gets both files
        of each. Folders that are not there are made.
    name
        The guideline; all of them when left out.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    InputError
        Where there is no such guideline, where several should go into one file, for another
        suffix, or where nothing can be written.
    """
    target = Path(output)
    lists = [read_checklist(each) for each in ([name] if name else all_checklists())]
    if target.suffix == "" or target.is_dir():
        files = {target / f"{each.name}{suffix}": each for each in lists for suffix in WRITERS}
    else:
        _check_file(target, len(lists))
        files = {target: lists[0]}
    try:
        for file, checklist in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(WRITERS[file.suffix](checklist, record), encoding="utf-8")
    except OSError as error:
        what = error.strerror or str(error)
        raise InputError([Problem(str(target), what, "choose a place to write to")]) from error
    return list(files)


def _check_file(target: Path, count: int) -> None:
    problems = []
    if target.suffix not in WRITERS:
        what = f"{target.suffix} is no format of a checklist"
        problems.append(Problem(str(target), what, f"end it in {' or '.join(WRITERS)}"))
    if count > 1:
        remedy = f"name one ({', '.join(all_checklists())}) or give a folder"
        problems.append(Problem(str(target), f"is one file for {count} checklists", remedy))
    if problems:
        raise InputError(problems)
