"""From the names that were asked for to the completed runs behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import InputError, Problem, TrackingError
from radiomics_hcc.tracking.open import open_kept
from radiomics_hcc.tracking.run_folder import MANIFEST, read_run_folder
from radiomics_hcc.tracking.tracker import Tracker

LEFT_OUT_COLUMNS: Final = ("run_id", "name", "status", "reason")
DAMAGED: Final = "damaged"
VARIANT_MARK: Final = "."  # between an experiment and its variant
ADDRESS_MARK: Final = "runs:/"
REASONS: Final = {
    RunStatus.STARTED: "it was not finished: it still runs, or it was broken off",
    RunStatus.FAILED: "it failed",
}


@dataclass(frozen=True)
class LeftOut:
    """A run that does not enter, and why."""

    run_id: str
    name: str
    status: str
    reason: str


@dataclass(frozen=True, eq=False)
class Gathered:
    """Completed runs in the order in which they were asked for, and those that do not enter.

    `repeated` are identities that were named more than once.
    """

    records: tuple[RunRecord, ...]
    left_out: tuple[LeftOut, ...]
    repeated: tuple[str, ...] = ()


def gather_runs(asked: Sequence[str | RunRecord], uri: str) -> Gathered:
    """Find every run that is asked for; the damaged and the unfinished are left out and told.

    Parameters
    ----------
    asked
        Records, run folders, addresses such as `runs:/...`, identities, or names of experiments.
        An experiment stands for all its runs, newest first; where it has none of its own, for
        those of its variants. What is named twice enters once.
    uri
        The tracker; opened only where something else than a folder is asked for.

    Raises
    ------
    InputError
        Listing every name that nobody knows.
    TrackingError
        Where the tracker cannot be opened.
    """
    found: dict[str, RunRecord | LeftOut] = {}
    repeated: dict[str, None] = {}
    for each in _Search(tuple(asked), uri).all():
        if each.run_id in found:
            repeated[each.run_id] = None
        found.setdefault(each.run_id, each)
    records = tuple(each for each in found.values() if isinstance(each, RunRecord))
    left_out = tuple(each for each in found.values() if isinstance(each, LeftOut))
    return Gathered(records, left_out, tuple(repeated))


@dataclass(frozen=True)
class _Search:
    asked: tuple[str | RunRecord, ...]
    uri: str

    def all(self) -> Iterator[RunRecord | LeftOut]:
        names = [each for each in self.asked if isinstance(each, str)]
        in_tracker = [name for name in names if not _is_folder(name)]
        tracker = open_kept(self.uri) if in_tracker else None
        runs = tracker.list() if tracker is not None else pd.DataFrame()
        unknown = [name for name in in_tracker if not _rows(name, runs) and not _is_address(name)]
        if unknown:
            raise InputError(
                (Problem(name, "no such run or experiment", _near(name, runs)) for name in unknown),
                self.uri,
            )
        for each in self.asked:
            if isinstance(each, RunRecord):
                yield _usable(each)
            elif _is_folder(each):
                yield _read_folder(Path(each))
            elif tracker is not None:
                yield from _read_from(tracker, each, runs)


def _is_folder(name: str) -> bool:
    return (Path(name) / MANIFEST).is_file()


def _is_address(name: str) -> bool:
    return name.startswith(ADDRESS_MARK)


def _rows(name: str, runs: pd.DataFrame) -> list[dict[str, str]]:
    """The run of this identity, else the runs of this experiment and of its variants."""
    for chosen in (
        runs["run_id"] == name,
        runs["name"] == name,
        runs["name"].str.startswith(f"{name}{VARIANT_MARK}"),
    ):
        if chosen.any():
            return [
                {str(key): str(value) for key, value in row.items()}
                for row in runs[chosen].to_dict("records")
            ]
    return []


def _near(name: str, runs: pd.DataFrame) -> str:
    known = sorted({*runs["name"], *runs["run_id"]} - {""})
    near = get_close_matches(name, known, n=3) or sorted(set(runs["name"]) - {""})
    return f"there are: {', '.join(near)}" if near else "no run was kept there yet"


def _read_folder(folder: Path) -> RunRecord | LeftOut:
    try:
        return _usable(read_run_folder(folder))
    except TrackingError as error:
        return LeftOut(folder.name, "", DAMAGED, str(error))


def _read_from(tracker: Tracker, name: str, runs: pd.DataFrame) -> Iterator[RunRecord | LeftOut]:
    if _is_address(name):
        yield _read(tracker, name, {"run_id": name, "name": "", "status": RunStatus.COMPLETED})
    for row in _rows(name, runs):
        yield _read(tracker, row["run_id"], row)


def _read(tracker: Tracker, run: str, row: dict[str, str]) -> RunRecord | LeftOut:
    """A run that did not complete is read as well: its record tells why."""
    try:
        return _usable(tracker.read(run))
    except TrackingError as error:
        unfinished = row["status"] in tuple(REASONS)
        status = row["status"] if unfinished else DAMAGED
        return LeftOut(row["run_id"], row["name"], status, str(error))


def _usable(record: RunRecord) -> RunRecord | LeftOut:
    if record.is_completed:
        return record
    told = str(record.summary.get("failure") or "")
    reason = REASONS[record.status] + (f": {told}" if told else "")
    return LeftOut(record.run_id, record.name, str(record.status), reason)
