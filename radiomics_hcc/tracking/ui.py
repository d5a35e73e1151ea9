"""MLflow's pages on this machine alone, with as few processes as it can do with."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.open import open_tracker
from radiomics_hcc.tracking.store_access import SQLITE_SCHEME, database_path

HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 5000
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.1
TRAINING_PAGE: Final = "#/experiments?workflowType=machine_learning"
"""Else MLflow opens its pages about language models, which have nothing to show here."""

_LEAN: Final = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # else a dozen idle worker processes
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


def serve(
    uri: str,
    port: int = DEFAULT_PORT,
    *,
    announce: Callable[[str], None],
    open_browser: bool = False,
) -> None:
    """Show the runs in a browser until Ctrl-C; a server elsewhere is only pointed at.

    Parameters
    ----------
    uri
        `sqlite:///mlflow.db`, or the address of a running server.
    port
        On loopback; 0 takes a free one.
    announce
        Receives the address when the pages are there.
    open_browser
        Whether to open the address, too.

    Raises
    ------
    TrackingError
        Where the address has no pages, the port is taken, or the server does not start.
    """
    if uri.startswith(("http://", "https://")):
        _show(uri, announce, open_browser)
        return
    try:
        with _terminated_like_interrupted(), running_server(uri, port) as (address, server):
            _show(address, announce, open_browser)
            server.wait()
    except KeyboardInterrupt:
        return
    raise TrackingError(f"the MLflow server at {address} ended by itself")


@contextmanager
def running_server(
    uri: str, port: int = DEFAULT_PORT
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run the server as long as the block lasts; gives its address and process.

    Raises
    ------
    TrackingError
        Where the address is no `sqlite:///`, the port is taken, or the server does not start.
    """
    database = _existing_database(uri)
    chosen = _free_port(port)
    address = f"http://{HOST}:{chosen}"
    with tempfile.TemporaryFile() as output:
        server = subprocess.Popen(
            _command(database, chosen),
            cwd=database.parent,  # a leftover ./mlruns where we are must not matter
            env={**os.environ, **_LEAN},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            if not _answers(address, server):
                output.seek(0)
                said = output.read().decode(errors="replace")[-2000:]
                raise TrackingError(f"the MLflow server did not start; it said:\n{said}")
            yield address, server
        finally:
            _stop(server)


def _show(address: str, announce: Callable[[str], None], open_browser: bool) -> None:
    page = f"{address.rstrip('/')}/{TRAINING_PAGE}"
    announce(page)
    if open_browser:
        webbrowser.open(page)


def _existing_database(uri: str) -> Path:
    if not uri.startswith(SQLITE_SCHEME):
        raise TrackingError(
            f"{uri}: a folder of runs has no pages; use `rhcc report` and `rhcc compare`"
        )
    database = database_path(uri)
    if not database.exists():
        open_tracker(uri)
    return database


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        if os.name == "posix":  # as servers do: a port that was just left is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise TrackingError(f"port {port} is taken; choose another or 0") from error
        return int(probe.getsockname()[1])


def _command(database: Path, port: int) -> list[str]:
    artifacts = (database.parent / "mlartifacts").as_uri()
    return [
        *(sys.executable, "-m", "mlflow", "server"),
        *("--backend-store-uri", f"{SQLITE_SCHEME}{database.as_posix()}"),
        *("--artifacts-destination", artifacts),
        *("--host", HOST, "--port", str(port), "--workers", "1"),
    ]


def _answers(address: str, server: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            time.sleep(_POLL_SECONDS)
    return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and the workers that it started, which share its process group."""
    _signal(server, signal.SIGTERM)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        if os.name == "posix":
            _signal(server, signal.SIGKILL)
        else:
            server.kill()
        server.wait()


def _signal(server: subprocess.Popen[bytes], number: int) -> None:
    if os.name != "posix":
        server.terminate()
        return
    try:
        os.killpg(server.pid, number)
    except ProcessLookupError:
        return


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Treat a polite request to end like Ctrl-C, so that the server never outlives us."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
