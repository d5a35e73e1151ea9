"""A local store whose folder was moved or copied: MLflow keeps absolute places of its files."""

from __future__ import annotations

import sqlite3
import urllib.parse
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Final

from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.store_access import database_path, one_at_a_time, require_usable

ARTIFACTS: Final = "mlartifacts"
"""The folder beside the database that holds the files of every run."""

PLACES: Final = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
"""Table and column of every place that MLflow 3 keeps (its schema as of 3.17)."""


def artifacts_here(recorded: str, artifacts: Path | None) -> Path | None:
    """Give where a recorded place lies in the store's own folder.

    Parameters
    ----------
    recorded
        Place of the files of a run, as MLflow keeps it.
    artifacts
        The `mlartifacts` folder beside the database; None where a server decides.

    Returns
    -------
    Path or None
        The same place below `artifacts`; None where it lies there already, or was never kept in
        a folder of that name.
    """
    path = _local_path(recorded)
    if path is None or artifacts is None or path.is_relative_to(artifacts):
        return None
    root = _root(path)
    return None if root is None or _is_same(root, artifacts) else artifacts / path.relative_to(root)


def require_not_moved(uri: str, recorded: str, artifacts: Path | None) -> None:
    """Refuse to write into a store whose files would go to where it was before.

    Raises
    ------
    TrackingError
        With the command that puts it right.
    """
    if artifacts_here(recorded, artifacts) is not None:
        raise TrackingError(
            f"{uri}: the store was moved or copied; new files would go to {recorded}. Run "
            f"`rhcc track relocate --tracker {uri}` once, then try again"
        )


def relocate(uri: str) -> int:
    """Write the present folder into a moved store; gives how many places were changed.

    Places outside a folder `mlartifacts` are left alone. Nothing is copied or deleted.

    Raises
    ------
    TrackingError
        Where there is no such database, or it cannot be changed.
    """
    database = database_path(uri)
    if not database.is_file():
        raise TrackingError(f"{uri}: there is no database to relocate")
    require_usable(database)
    with one_at_a_time(database):
        try:
            with closing(sqlite3.connect(database)) as connection, connection:
                return sum(_rewrite(connection, place, database.parent) for place in PLACES)
        except sqlite3.Error as error:
            raise TrackingError(f"{uri}: the places cannot be changed ({error})") from error


def _rewrite(connection: sqlite3.Connection, place: tuple[str, str], folder: Path) -> int:
    table, column = place
    found = connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")
    changed = 0
    for (recorded,) in found.fetchall():
        new = artifacts_here(recorded, folder / ARTIFACTS)
        if new is not None:
            words = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"
            changed += connection.execute(words, (new.as_uri(), recorded)).rowcount
    return changed


def _local_path(recorded: str) -> Path | None:
    """The path of a `file:` address or of a plain absolute path, None for anything else."""
    parts = urllib.parse.urlsplit(recorded)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(urllib.request.url2pathname(parts.path))
    path = Path(recorded)
    return path if path.is_absolute() else None


def _root(path: Path) -> Path | None:
    """The innermost folder `mlartifacts` that a path lies in."""
    return next((folder for folder in path.parents if folder.name == ARTIFACTS), None)


def _is_same(root: Path, artifacts: Path) -> bool:
    """Whether two names lead to one folder, as through a link."""
    return root.resolve() == artifacts.resolve()
