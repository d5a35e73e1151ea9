"""A comparison as files: one CSV per table, and its words as JSON."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.domain.run_comparison import RunComparison
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.experiment.words import SOFTWARE

WORDS_FILE: Final = "comparison.json"


def write_tables(comparison: RunComparison, folder: Path) -> list[Path]:
    """Write every table as `<name>.csv`, and `comparison.json` with title and findings.

    Parameters
    ----------
    comparison
        What is written; the same comparison gives the same bytes.
    folder
        Made where it is not there.

    Returns
    -------
    list of Path
        The files, `comparison.json` last.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    contents = {f"{name}.csv": _csv(table) for name, table in comparison.tables().items()}
    contents[WORDS_FILE] = _words(comparison)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in contents.items():
            (folder / name).write_bytes(text.encode())
    except OSError as error:
        what = error.strerror or str(error)
        raise InputError([Problem(str(folder), what, "choose a folder to write to")]) from error
    return [folder / name for name in contents]


def _csv(table: pd.DataFrame) -> str:
    return str(table.to_csv(index=False, lineterminator="\n"))


def _words(comparison: RunComparison) -> str:
    words = {
        "title": comparison.title,
        "labels": comparison.labels,
        "findings": [dataclasses.asdict(finding) for finding in comparison.findings],
        "tables": [f"{name}.csv" for name in comparison.tables()],
        "software": SOFTWARE,
    }
    return json.dumps(words, indent=1, ensure_ascii=False) + "\n"
