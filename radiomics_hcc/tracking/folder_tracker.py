"""Runs in folders: `<root>/<run id>/manifest.json` and what it names. Needs no server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pandas as pd

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.folder_registry import FolderRegistry
from radiomics_hcc.tracking.record_models import saved_model
from radiomics_hcc.tracking.registry import (
    ModelAddress,
    RegisteredModel,
    registered_name,
    require_alias,
)
from radiomics_hcc.tracking.run_folder import (
    MANIFEST,
    read_manifest,
    read_run_folder,
    write_run_folder,
)
from radiomics_hcc.tracking.tracker import (
    RUN_COLUMNS,
    as_failed,
    plain_name,
    require_completed,
    run_frame,
)


@dataclass(frozen=True)
class FolderTracker:
    """Keep every run as a folder of files.

    Parameters
    ----------
    root
        The folder that holds the runs; made on the first run.
    """

    root: Path

    @classmethod
    def from_uri(cls, uri: str) -> Self:
        """Make the tracker from `folder:PATH` or a plain path, relative to where we are now."""
        return cls(Path(uri.removeprefix("folder:")).expanduser().absolute())

    def start(self, record: RunRecord) -> None:
        """Write the manifest of a run that began.

        Raises
        ------
        TrackingError
            Where the run's folder is taken or cannot be written.
        """
        folder = self._folder(record.run_id)
        if (folder / MANIFEST).exists():
            raise TrackingError(f"{folder}: a run of this identity is there already")
        write_run_folder(folder, record)

    def complete(self, record: RunRecord) -> str:
        """Write the whole run; gives the folder's path.

        Raises
        ------
        TrackingError
            Where the record is not completed, or a completed run is there already.
        """
        require_completed(record)
        return str(self._finish(record))

    def fail(self, record: RunRecord, reason: str) -> None:
        """Write what there is of a run that broke, and why.

        Raises
        ------
        TrackingError
            Where a completed run is there already.
        """
        self._finish(as_failed(record, reason))

    def read(self, run: str) -> RunRecord:
        """Read a run by its identity or by the path of its folder.

        Raises
        ------
        TrackingError
            Where there is no such run, or its files are damaged.
        """
        named = self._folder(run)
        return read_run_folder(named if named.is_dir() else Path(run))

    def list(self, experiment: str | None = None) -> pd.DataFrame:
        """List the runs, newest first; a folder that cannot be read has status `unreadable`."""
        return run_frame(self._rows(), experiment)

    def register(self, run: str, model: str | None, alias: str) -> RegisteredModel:
        """Register a model of a completed run under its experiment's name, with an alias.

        Raises
        ------
        TrackingError
            Where the run is not there, not completed, damaged, or has no such model.
        """
        require_alias(alias)
        record = self.read(run)
        require_completed(record)
        file = saved_model(record, model)
        entry = {"run_id": record.run_id, "model": file.model, "sha256": file.sha256}
        return FolderRegistry(self.root).point(registered_name(record.name), alias, entry)

    def registered(self, address: ModelAddress) -> RegisteredModel:
        """Give the registered model of an address.

        Raises
        ------
        TrackingError
            Where there is none.
        """
        return FolderRegistry(self.root).find(address)

    def _rows(self) -> Iterator[dict[str, object]]:
        for manifest in self.root.glob(f"*/{MANIFEST}"):
            row: dict[str, object] = {
                **dict.fromkeys(RUN_COLUMNS, ""),
                "run_id": manifest.parent.name,
            }
            try:
                row |= {
                    key: value
                    for key, value in read_manifest(manifest.parent).items()
                    if key in row
                }
            except TrackingError:
                row["status"] = "unreadable"
            yield row | {"address": str(manifest.parent)}

    def _folder(self, run_id: str) -> Path:
        return self.root / plain_name(run_id)

    def _finish(self, record: RunRecord) -> Path:
        folder = self._folder(record.run_id)
        before = read_manifest(folder)["status"] if (folder / MANIFEST).exists() else None
        if before == RunStatus.COMPLETED:
            raise TrackingError(f"{folder}: a completed run is there and stays as it is")
        write_run_folder(folder, record)
        return folder
