"""What is not the same in all runs: configuration, data, software, code."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import pandas as pd

from radiomics_hcc.domain.record import InputFile, RunRecord
from radiomics_hcc.experiment.comparing.entries import Entry

NOT_SET: Final = "not set"
DIGITS: Final = 12
"""Characters of a digest that are shown; whole digests are compared."""

CONFIGURATION, DATA, SOFTWARE, CODE = "configuration", "data", "software", "code"


def difference_table(entries: Sequence[Entry]) -> pd.DataFrame:
    """One row per setting, file, version or state of the code that is not the same everywhere.

    Returns
    -------
    pandas.DataFrame
        `part, key`, then one column per label; `not set` where a run has no such thing. Files are
        compared by digest, so that a file that was only renamed makes no row.
    """
    tellers: dict[str, Callable[[RunRecord], dict[str, str]]] = {
        CONFIGURATION: lambda record: dict(leaves(record.config)),
        DATA: lambda record: {key: file.sha256 for key, file in _files(record)},
        SOFTWARE: software_of,
        CODE: code_of,
    }
    rows = [
        {"part": part, "key": key, **told}
        for part, tell in tellers.items()
        for key, told in _different(entries, part, tell)
    ]
    return pd.DataFrame(rows, columns=["part", "key", *(each.label for each in entries)])


def leaves(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Settings as dotted keys with their values; lists of mappings are numbered from 0."""
    if isinstance(value, list | tuple) and any(isinstance(part, Mapping) for part in value):
        value = {str(place): part for place, part in enumerate(value)}
    if isinstance(value, Mapping) and value:
        for name, part in value.items():
            yield from leaves(part, f"{key}.{name}" if key else str(name))
    elif key and value is not None:
        yield key, value if isinstance(value, str) else json.dumps(value, default=str)


def software_of(record: RunRecord) -> dict[str, str]:
    """Versions of Python, the packages and the engine, and the platform."""
    packages = record.provenance.get("packages")
    named = dict(packages) if isinstance(packages, Mapping) else {}
    known = {
        "python": record.provenance.get("python"),
        "platform": record.provenance.get("platform"),
        "engine": record.summary.get("engine"),
        **{str(name): version for name, version in named.items()},
    }
    return {name: str(value) for name, value in known.items() if value}


def code_of(record: RunRecord) -> dict[str, str]:
    """Git state of the package that made a run: commit, whether it was changed since, and to what.

    Nothing where the package was installed, not run from its repository: the commit of the
    experiment's folder is not that of the code. Only records without a state of the package are
    read by that folder.
    """
    kept = record.provenance.get("code", record.provenance.get("git"))
    state = kept if isinstance(kept, Mapping) else {}
    dirty = state.get("dirty")
    told = {
        "commit": state.get("commit"),
        "changed since": None if dirty is None else ("yes" if dirty else "no"),
        "digest of the change": state.get("diff_sha256"),
    }
    return {name: str(value) for name, value in told.items() if value}


def _files(record: RunRecord) -> Iterator[tuple[str, InputFile]]:
    """Input files by their role, with the file's name where a role has several."""
    counts = Counter(file.name for file in record.inputs)
    for file in record.inputs:
        yield (f"{file.name}: {file.file}" if counts[file.name] > 1 else file.name), file


def _different(
    entries: Sequence[Entry], part: str, tell: Callable[[RunRecord], dict[str, str]]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Keys whose values differ, with what is shown of each label."""
    known = {each.label: tell(each.record) for each in entries}
    for key in dict.fromkeys(key for values in known.values() for key in values):
        if len({values.get(key) for values in known.values()}) > 1:
            shown = {
                each.label: _shown(each.record, part, key, known[each.label]) for each in entries
            }
            yield key, shown


def _shown(record: RunRecord, part: str, key: str, values: Mapping[str, str]) -> str:
    value = values.get(key, NOT_SET)
    if value == NOT_SET:
        return value
    if part == DATA:
        return f"{dict(_files(record))[key].file} {value[:DIGITS]}"
    return value[:DIGITS] if part == CODE else value
