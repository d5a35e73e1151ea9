"""Runs without an end: which are under way, which were killed, and how the latter are closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

from radiomics_hcc.domain.record import RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.open import open_kept
from radiomics_hcc.tracking.process import has_ended, state_of_start
from radiomics_hcc.tracking.tracker import Tracker

KILLED: Final = (
    "the process ended without a word (killed, out of memory, or the machine went down); "
    "found by rhcc track tidy"
)
GIVEN_UP: Final = "given up by hand with rhcc track tidy"


@dataclass(frozen=True)
class Tidied:
    """What was done with a run that had no end.

    Parameters
    ----------
    run_id
        The run.
    outcome
        What it is now, and why.
    is_closed
        Whether it has an end now.
    """

    run_id: str
    outcome: str
    is_closed: bool


def list_runs(uri: str, experiment: str | None = None) -> pd.DataFrame:
    """List runs with a state in words: a started run tells whether its process lives.

    Parameters
    ----------
    uri
        Address of the tracker.
    experiment
        One experiment; all when left out.

    Returns
    -------
    DataFrame
        Columns `tracking.tracker.RUN_COLUMNS`, then `state`; newest first.
    """
    tracker = open_kept(uri)
    runs = tracker.list(experiment)
    states = [_state(tracker, str(run), str(status)) for run, status in _pairs(runs)]
    return runs.assign(state=pd.Series(states, index=runs.index, dtype="str"))


def tidy(uri: str, given_up: str | None = None) -> Iterator[Tidied]:
    """Close runs that began and whose process is gone; a whole one is completed after all.

    A run is closed as failed, with the reason, where its process was on this machine and is gone.
    Runs of other machines are left alone unless they are named. A run whose files are all there,
    killed just before it was marked, is completed.

    Parameters
    ----------
    uri
        Address of the tracker.
    given_up
        Identity of one run that is closed wherever it was made, and nothing else.

    Raises
    ------
    TrackingError
        Where the tracker cannot be opened, or the named run is not one without an end.
    """
    tracker = open_kept(uri)
    runs = tracker.list()
    begun = list(runs.loc[runs["status"] == RunStatus.STARTED, "run_id"])
    if given_up is not None and given_up not in begun:
        raise TrackingError(f"{uri}: no run {given_up!r} without an end")
    for run_id in begun if given_up is None else [given_up]:
        try:
            yield _close(tracker, str(run_id), is_given_up=given_up is not None)
        except TrackingError as error:
            yield Tidied(str(run_id), f"left as it is: {error}", is_closed=False)


def _close(tracker: Tracker, run_id: str, *, is_given_up: bool) -> Tidied:
    record = tracker.read(run_id)
    ended = has_ended(record.provenance.get("process"))
    if not ended and not is_given_up:
        return Tidied(run_id, state_of_start(record.provenance), is_closed=False)
    if record.is_completed:
        tracker.complete(record)
        return Tidied(run_id, "completed: all of it was there", is_closed=True)
    tracker.fail(record, KILLED if ended else GIVEN_UP)
    return Tidied(run_id, f"failed: {KILLED if ended else GIVEN_UP}", is_closed=True)


def _pairs(runs: pd.DataFrame) -> Iterator[tuple[str, str]]:
    return zip(runs["run_id"], runs["status"], strict=True)


def _state(tracker: Tracker, run_id: str, status: str) -> str:
    if status != RunStatus.STARTED:
        return status
    try:
        return state_of_start(tracker.read(run_id).provenance)
    except TrackingError:
        return "started (no end, and its files cannot be read)"
