"""Whether an MLflow store can be used, told at once instead of after minutes of retries."""

from __future__ import annotations

import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from radiomics_hcc.errors import TrackingError

SQLITE_SCHEME: Final = "sqlite:///"
_SQLITE_MAGIC: Final = b"SQLite format 3\x00"
_SERVER_SECONDS: Final = 5.0
_LOCK_SECONDS: Final = 120.0  # creating a database takes about three; several may queue


def database_path(uri: str) -> Path:
    """Give the absolute path of `sqlite:///relative.db` or `sqlite:////absolute.db`.

    Raises
    ------
    TrackingError
        Where the address names no file, or has a `?` or `#` that SQLite would misread.
    """
    name = uri.removeprefix(SQLITE_SCHEME)
    if not uri.startswith(SQLITE_SCHEME) or not name or "?" in name or "#" in name:
        raise TrackingError(
            f"{uri}: not the address of a SQLite file; write sqlite:///mlflow.db, without ? and #"
        )
    return Path(name).expanduser().absolute()


def require_usable(database: Path) -> None:
    """Check that a local database can be written, or made where there is none.

    Raises
    ------
    TrackingError
        Where the folder cannot be written, or the file is not an SQLite database.
    """
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=database.parent):
            pass
        if database.exists():
            with database.open("r+b") as stream:
                start = stream.read(len(_SQLITE_MAGIC))
            if start not in (b"", _SQLITE_MAGIC):
                raise TrackingError(f"{database}: this file is not an SQLite database")
    except OSError as error:
        raise TrackingError(
            f"{database}: the runs cannot be kept there ({error.strerror or error}); choose a "
            "folder that can be written, such as execution.tracker: sqlite:///mlflow.db"
        ) from error


@contextmanager
def one_at_a_time(database: Path) -> Iterator[None]:
    """Let one process in at a time: MLflow's creation of a database races.

    Raises
    ------
    TrackingError
        Where another process holds the lock for two minutes.
    """
    lock = FileLock(f"{database}.lock", timeout=_LOCK_SECONDS)
    try:
        lock.acquire()
    except Timeout as error:
        raise TrackingError(
            f"{database}: another process has been opening it for {_LOCK_SECONDS:.0f} s; "
            f"where none is running, delete {lock.lock_file}"
        ) from error
    try:
        yield
    finally:
        lock.release()


def require_answer(uri: str) -> None:
    """Ask a server whether it is there.

    Raises
    ------
    TrackingError
        Where nothing answers within seconds.
    """
    try:
        with urllib.request.urlopen(f"{uri.rstrip('/')}/health", timeout=_SERVER_SECONDS):
            pass
    except urllib.error.HTTPError as answer:
        answer.close()  # it answered; whether it lets us in is seen at the first call
    except (OSError, ValueError) as error:
        raise TrackingError(f"{uri}: no MLflow server answers there ({error})") from error
