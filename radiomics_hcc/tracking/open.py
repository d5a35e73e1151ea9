"""Which tracker keeps the runs, chosen by its address; each is imported on first use."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.registry import MODELS_SCHEME, registered_run
from radiomics_hcc.tracking.run_folder import MANIFEST, read_run_folder
from radiomics_hcc.tracking.store_access import SQLITE_SCHEME, database_path
from radiomics_hcc.tracking.tracker import Tracker

ENTRY_POINT_GROUP: Final = "radiomics_hcc.trackers"
DEFAULT_TRACKER_URI: Final = "sqlite:///mlflow.db"

_MLFLOW: Final = "radiomics_hcc.tracking.mlflow_tracker:MlflowTracker"
TRACKERS: Final[Mapping[str, str]] = {
    "folder": "radiomics_hcc.tracking.folder_tracker:FolderTracker",
    "sqlite": _MLFLOW,
    "http": _MLFLOW,
    "https": _MLFLOW,
}


def default_tracker_uri() -> str:
    """Give MLflow's own `MLFLOW_TRACKING_URI` where it is set, else `sqlite:///mlflow.db`."""
    return os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_TRACKER_URI


def all_trackers() -> dict[str, str]:
    """Where the class of each tracker is, by the scheme of its address, other packages' too."""
    added = {point.name: point.value for point in entry_points(group=ENTRY_POINT_GROUP)}
    return added | dict(TRACKERS)


def open_tracker(uri: str) -> Tracker:
    """Open the tracker of an address.

    Parameters
    ----------
    uri
        `sqlite:///mlflow.db`, `http(s)://server`, `folder:PATH`, or a plain path of a folder.

    Raises
    ------
    TrackingError
        For an unknown kind of address, or a store that cannot be opened.
    """
    scheme = _scheme(uri)
    known = all_trackers()
    if scheme not in known:
        raise TrackingError(
            f"{uri}: no tracker for {scheme!r} addresses; known: {', '.join(sorted(known))}, "
            "or the path of a folder"
        )
    tracker: Tracker = EntryPoint(scheme, known[scheme], ENTRY_POINT_GROUP).load().from_uri(uri)
    return tracker


def open_kept(uri: str) -> Tracker:
    """Open a tracker to read from it; a database that is not there is not made.

    Raises
    ------
    TrackingError
        As `open_tracker`, and where no run was ever kept there.
    """
    if uri.startswith(SQLITE_SCHEME) and not database_path(uri).exists():
        raise TrackingError(
            f"{uri}: there is no such store, no run was kept there yet; name another with --tracker"
        )
    return open_tracker(uri)


def find_run(run: str, uri: str) -> RunRecord:
    """Find a run by its folder, its address, its identity, or its experiment.

    Parameters
    ----------
    run
        A run folder, an address such as `runs:/...`, `models:/NAME@champion` for a registered
        model, a run's identity, or the name of an experiment, which stands for its newest
        completed run.
    uri
        The tracker to ask where `run` is no folder.

    Raises
    ------
    TrackingError
        Where nothing is found; names what comes near.
    """
    if (Path(run) / MANIFEST).is_file():
        return read_run_folder(Path(run))
    tracker = open_kept(uri)
    if run.startswith(MODELS_SCHEME):
        return registered_run(tracker, run, uri)
    if run.startswith("runs:/"):
        return tracker.read(run)
    return tracker.read(_choose(run, tracker.list(), uri))


def _choose(run: str, runs: pd.DataFrame, uri: str) -> str:
    if (runs["run_id"] == run).any():
        return run
    named = runs[runs["name"] == run]
    completed = named[named["status"] == RunStatus.COMPLETED]
    if len(completed):
        return str(completed["run_id"].iloc[0])
    if len(named):
        raise TrackingError(
            f"{uri}: none of the {len(named)} runs of experiment {run} was completed"
        )
    known = sorted({*runs["name"], *runs["run_id"]})
    near = get_close_matches(run, known, n=3) or sorted(set(runs["name"]))
    hint = f"there are: {', '.join(near)}" if near else "no run was kept there yet"
    raise TrackingError(f"{uri}: no run or experiment {run!r}; {hint}")


def _scheme(uri: str) -> str:
    """The word before the colon; a path has none, and one letter is a Windows drive."""
    scheme, colon, _ = uri.partition(":")
    return scheme if colon and len(scheme) > 1 and scheme.isalnum() else "folder"
