"""Which process makes a run, so that a run without an end can be told from one under way."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_START_FIELD: Final = 22  # of /proc/PID/stat, counted from 1: start in ticks since the boot
_PROC: Final = Path("/proc")


def this_process() -> dict[str, object]:
    """Describe the running process; every value is JSON.

    Returns
    -------
    dict
        `host_sha256` (of the machine's name, which itself is not kept), `pid`, and `birth`, when
        the process began as the kernel counts it; None where that is not known.
    """
    return {"host_sha256": _host(), "pid": os.getpid(), "birth": _birth(os.getpid())}


def has_ended(process: object) -> bool | None:
    """Say whether a process is gone.

    Parameters
    ----------
    process
        As `this_process` described it.

    Returns
    -------
    bool or None
        None where it cannot be told: another machine, no description, or no POSIX system.
    """
    match process:
        case {"host_sha256": str() as host, "pid": int() as pid, **rest} if host == _host():
            return _is_gone(pid, rest.get("birth"))
    return None


def state_of_start(provenance: Mapping[str, object]) -> str:
    """Say in words what became of a run that has no end."""
    ended = has_ended(provenance.get("process"))
    if ended is None:
        return "started (no end, perhaps running on another machine)"
    return "started (no end, its process is gone)" if ended else "started (running)"


def _is_gone(pid: int, birth: object) -> bool | None:
    if os.name != "posix":  # asking would end the process there
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _is_defunct(pid) or (birth is not None and _birth(pid) != birth)


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third on: the second may hold spaces."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _birth(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[_START_FIELD - 3]) if fields else None


def _is_defunct(pid: int) -> bool:
    """Whether a process ended and only waits for its parent to notice."""
    return _stat(pid)[:1] == ["Z"]


def _host() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()
