"""What every tracker can do, and what they share."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

import pandas as pd

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError

RUN_COLUMNS: Final = (
    "run_id",
    "name",
    "status",
    "started",
    "finished",
    "question",
    "intent",
    "config_sha256",
    "data_sha256",
    "address",
)


class Tracker(Protocol):
    """Keeps runs: each is started, then completed or failed, and can be read again."""

    def start(self, record: RunRecord) -> None:
        """Note that a run began, so that a crash leaves a trace.

        Raises
        ------
        TrackingError
            Where the store cannot be written or knows a run of this identity already.
        """

    def complete(self, record: RunRecord) -> str:
        """Keep a completed run and give the address under which `read` finds it.

        Raises
        ------
        TrackingError
            Where the record is not completed or cannot be written; the run then stays `started`.
        """

    def fail(self, record: RunRecord, reason: str) -> None:
        """Keep a run that broke; `summary["failure"]` says why.

        Raises
        ------
        TrackingError
            Where the store cannot be written or the run was completed before.
        """

    def read(self, run: str) -> RunRecord:
        """Give a run back, equal to what was written, by its identity or its address.

        Raises
        ------
        TrackingError
            Where there is no such run, or its files are damaged.
        """

    def list(self, experiment: str | None = None) -> pd.DataFrame:
        """List the runs, of one experiment or of all, newest first; columns `RUN_COLUMNS`."""


def require_completed(record: RunRecord) -> None:
    """Refuse a record that is not completed.

    Raises
    ------
    TrackingError
        With the status that was found.
    """
    if not record.is_completed:
        raise TrackingError(
            f"run {record.run_id} has status '{record.status}'; only a completed one is kept so"
        )


def as_failed(record: RunRecord, reason: str) -> RunRecord:
    """Give the record of a run that broke, with the reason as `summary["failure"]`."""
    summary = {**record.summary, "failure": reason}
    return dataclasses.replace(record, status=RunStatus.FAILED, summary=summary)


def run_frame(rows: Iterable[Mapping[str, object]], experiment: str | None) -> pd.DataFrame:
    """Arrange rows of a listing: columns `RUN_COLUMNS`, one experiment or all, newest first."""
    chosen = [row for row in rows if experiment is None or row["name"] == experiment]
    chosen.sort(key=lambda row: (str(row["started"]), str(row["run_id"])), reverse=True)
    return pd.DataFrame(chosen, columns=list(RUN_COLUMNS), dtype="str")


def plain_name(name: str, allowed: str = r"A-Za-z0-9._-") -> str:
    """Write a name with allowed characters only, so that different names stay different.

    Parameters
    ----------
    name
        Any words.
    allowed
        The inside of a regular expression's brackets.

    Examples
    --------
    >>> plain_name("elastic_net")
    'elastic_net'
    >>> plain_name("size: volume")
    'size__volume-c3e7cfb1'
    """
    plain = re.sub(f"[^{allowed}]", "_", name).lstrip(".") or "_"
    if plain == name:
        return name
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
