"""Run folders brought into another tracker, as after work without a server."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.open import open_tracker
from radiomics_hcc.tracking.run_folder import MANIFEST, read_manifest, read_run_folder
from radiomics_hcc.tracking.tracker import Tracker

COMPARED: Final = ("name", "started", "config_sha256", "data_sha256")
"""What must be equal in two records of one completed run."""

_ORDER: Final = (RunStatus.STARTED, RunStatus.FAILED, RunStatus.COMPLETED)


@dataclass(frozen=True)
class Synced:
    """What became of one run folder.

    Parameters
    ----------
    folder
        The run folder.
    outcome
        `pushed`, `there already`, or `not pushed`.
    sentence
        Which run with which status, or why not.
    """

    folder: Path
    outcome: Literal["pushed", "there already", "not pushed"]
    sentence: str

    def __str__(self) -> str:
        return f"{self.outcome}: {self.folder}: {self.sentence}"


def sync(folders: Sequence[Path], uri: str) -> Iterator[Synced]:
    """Push run folders into a tracker; each keeps its status, none stops the others.

    A run that is there with the same or a later status is left alone, so that the call can be
    repeated. One that is there as started or failed, and completed in its folder, is completed.

    Parameters
    ----------
    folders
        Run folders, or folders that hold run folders.
    uri
        Address of the tracker that receives them.

    Raises
    ------
    TrackingError
        Where the tracker cannot be opened.
    """
    runs = run_folders(folders)
    tracker = open_tracker(uri)
    there = tracker.list().set_index("run_id")
    for folder in runs:
        try:
            yield _push(folder, tracker, there)
        except TrackingError as error:
            yield Synced(folder, "not pushed", str(error))


def run_folders(folders: Sequence[Path]) -> list[Path]:
    """Find the run folders among and right below some folders, in the order of their names.

    A folder that holds none is given itself, so that reading it tells what is wrong.
    """
    found: dict[Path, None] = {}
    for folder in folders:
        is_run = (folder / MANIFEST).is_file()
        below = [] if is_run else sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
        found |= dict.fromkeys(below or [folder])
    return list(found)


def _push(folder: Path, tracker: Tracker, there: pd.DataFrame) -> Synced:
    manifest = read_manifest(folder)
    run_id, status = str(manifest["run_id"]), RunStatus(manifest["status"])
    if run_id in there.index:
        kept = there.loc[run_id]
        if kept["status"] == RunStatus.COMPLETED == status:
            _require_same(folder, manifest, kept)
        if _ORDER.index(RunStatus(kept["status"])) >= _ORDER.index(status):
            return Synced(folder, "there already", f"run {run_id}, {kept['status']}")
    _write(read_run_folder(folder), tracker, is_new=run_id not in there.index)
    return Synced(folder, "pushed", f"run {run_id}, {status}")


def _write(record: RunRecord, tracker: Tracker, *, is_new: bool) -> None:
    """Write a record as it is; a failed one is begun first."""
    if is_new:
        tracker.start(dataclasses.replace(record, status=RunStatus.STARTED))
    if record.status is RunStatus.COMPLETED:
        tracker.complete(record)
    elif record.status is RunStatus.FAILED:
        tracker.fail(record, str(record.summary.get("failure", "")))


def _require_same(folder: Path, manifest: dict[str, object], kept: pd.Series) -> None:
    differing = [key for key in COMPARED if str(manifest[key]) != str(kept[key])]
    if differing:
        raise TrackingError(
            f"{folder}: another completed run of this identity is there; it differs in "
            f"{', '.join(differing)}"
        )
