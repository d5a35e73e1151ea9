"""Runs in MLflow, as a view of the run folder that lies among each run's artifacts.

It uses a client with an explicit address: no active run, no
autologging, no global tracking address, so that a leftover `./mlruns` changes nothing.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pandas as pd

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.mlflow_tracker import registering
from radiomics_hcc.tracking.mlflow_tracker.store import Store, as_tracking_error, connect
from radiomics_hcc.tracking.mlflow_tracker.values import run_row
from radiomics_hcc.tracking.mlflow_tracker.writing import RunWriter
from radiomics_hcc.tracking.moved_store import ARTIFACTS
from radiomics_hcc.tracking.registry import ModelAddress, RegisteredModel, require_alias
from radiomics_hcc.tracking.run_folder import read_run_folder
from radiomics_hcc.tracking.store_access import (
    SQLITE_SCHEME,
    database_path,
    one_at_a_time,
    require_answer,
    require_usable,
)
from radiomics_hcc.tracking.tracker import as_failed, require_completed, run_frame


@dataclass(frozen=True)
class MlflowTracker:
    """Keep every run in MLflow: a parent run, one child run per model, logged models.

    Parameters
    ----------
    store
        The database or server with its client.
    """

    store: Store

    @classmethod
    def from_uri(cls, uri: str) -> Self:
        """Open a store; a local database is created where there is none.

        Raises
        ------
        TrackingError
            Where the database cannot be used or the server does not answer, within seconds.
        """
        if uri.startswith(("http://", "https://")):
            require_answer(uri)
            return cls(Store(uri, None, connect(uri)))
        database = database_path(uri)
        require_usable(database)
        address = f"{SQLITE_SCHEME}{database.as_posix()}"
        with one_at_a_time(database):
            client = connect(address)
        return cls(Store(address, database.parent / ARTIFACTS, client))

    def start(self, record: RunRecord) -> None:
        """Create the parent run, with the manifest among its artifacts.

        Raises
        ------
        TrackingError
            Where a run of this identity is there already, or the store cannot be written.
        """
        with as_tracking_error(self.store.uri):
            if self.store.find(record.run_id) is not None:
                raise TrackingError(f"{self.store.uri}: a run {record.run_id} is there already")
            RunWriter(self.store, record).begin()

    def complete(self, record: RunRecord) -> str:
        """Log everything; gives `runs:/<MLflow's identity of the parent run>`.

        Raises
        ------
        TrackingError
            Where the record is not completed, or a completed run is there already.
        """
        require_completed(record)
        return f"runs:/{self._finish(record)}"

    def fail(self, record: RunRecord, reason: str) -> None:
        """Log what there is of a run that broke, and why.

        Raises
        ------
        TrackingError
            Where a completed run is there already.
        """
        self._finish(as_failed(record, reason))

    def read(self, run: str) -> RunRecord:
        """Read a run by its identity or by its `runs:/` address.

        Raises
        ------
        TrackingError
            Where there is no such run, or its files are damaged.
        """
        with as_tracking_error(self.store.uri), tempfile.TemporaryDirectory() as scratch:
            found = self.store.find(run)
            if found is None:
                raise TrackingError(f"{self.store.uri}: no run {run!r}")
            return read_run_folder(self.store.fetch_folder(found, Path(scratch)))

    def list(self, experiment: str | None = None) -> pd.DataFrame:
        """List the runs that this package logged, newest first."""
        with as_tracking_error(self.store.uri):
            rows = [run_row(run) for run in self.store.search("tags.`rhcc.role` = 'experiment'")]
        return run_frame(rows, experiment)

    def register(self, run: str, model: str | None, alias: str) -> RegisteredModel:
        """Register a model of a completed run under its experiment's name, with an alias.

        Raises
        ------
        TrackingError
            Where the run is not there, not completed, or has no such model.
        """
        require_alias(alias)
        with as_tracking_error(self.store.uri):
            return registering.register(self.store, run, model, alias)

    def registered(self, address: ModelAddress) -> RegisteredModel:
        """Give the registered model of an address.

        Raises
        ------
        TrackingError
            Where there is none.
        """
        with as_tracking_error(self.store.uri):
            return registering.registered(self.store, address)

    def _finish(self, record: RunRecord) -> str:
        with as_tracking_error(self.store.uri):
            return RunWriter(self.store, record).finish()
