"""A run is kept whatever becomes of it: completed, failed with its reason, or rescued."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.folder_tracker import FolderTracker
from radiomics_hcc.tracking.tracker import Tracker

RESCUE_FOLDER: Final = Path("runs")


@dataclass(frozen=True)
class KeptRun:
    """A run under way: tracked on entry, and kept as failed where something breaks.

    Parameters
    ----------
    tracker
        Where the run is kept.
    record
        The run as it began.
    """

    tracker: Tracker
    record: RunRecord

    def __enter__(self) -> Self:
        self.tracker.start(self.record)
        return self

    def complete(self, record: RunRecord) -> None:
        """Hand the whole record to the tracker; where that fails, keep it in a folder.

        Raises
        ------
        TrackingError
            Where the tracker failed; says in which folder the run was kept.
        """
        try:
            self.tracker.complete(record)
        except TrackingError as error:
            rescue = FolderTracker(RESCUE_FOLDER)
            rescue.start(replace(record, status=RunStatus.STARTED))
            place = rescue.complete(record)
            raise TrackingError(f"{error}; the whole run was kept in {place}") from error

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        broke: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if broke is None:
            return
        try:
            self.tracker.fail(_ended(self.record), f"{type(broke).__name__}: {broke}")
        except TrackingError as error:
            if not isinstance(broke, TrackingError):
                raise TrackingError(f"{broke}\nNor could the failure be kept: {error}") from broke


def _ended(record: RunRecord) -> RunRecord:
    """The record with the time of now as its end."""
    return replace(record, finished=datetime.now(UTC).isoformat(timespec="seconds"))
