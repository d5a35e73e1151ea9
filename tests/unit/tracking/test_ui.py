from __future__ import annotations

import os
import signal
import socket
import sys
import urllib.request
from pathlib import Path

import pytest

from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking import ui


def status(address: str) -> int:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return int(answer.status)


def is_listening(address: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((ui.HOST, int(address.rsplit(":", 1)[1]))) == 0


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_pages_answer_on_loopback_until_a_signal_ends_them(store: str) -> None:
    seen: list[str] = []

    def visit_and_leave(page: str) -> None:
        address = page.removesuffix(f"/{ui.TRAINING_PAGE}")
        seen.append(address)
        assert status(address) == 200
        assert status(f"{address}/health") == 200
        os.kill(os.getpid(), signal.SIGTERM)

    ui.serve(store, 0, announce=visit_and_leave)
    assert seen[0].startswith("http://127.0.0.1:")
    assert not is_listening(seen[0])


def test_a_taken_port_is_said_to_be_taken(store: str) -> None:
    with socket.socket() as other:
        other.bind((ui.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(TrackingError, match=f"port {port} is taken"):
            ui.serve(store, port, announce=pytest.fail)


def test_a_server_that_does_not_start_is_quoted(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such table')"]
    monkeypatch.setattr(ui, "_command", lambda *_: command)
    with pytest.raises(TrackingError, match=r"did not start.*\n.*no such table"):
        ui.serve(store, 0, announce=pytest.fail)


def test_a_folder_of_runs_has_no_pages(tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match="rhcc report"):
        ui.serve(str(tmp_path), announce=pytest.fail)


def test_a_server_elsewhere_is_only_pointed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    seen: list[str] = []
    ui.serve("https://mlflow.example.org", announce=seen.append, open_browser=True)
    assert seen == opened == [f"https://mlflow.example.org/{ui.TRAINING_PAGE}"]
