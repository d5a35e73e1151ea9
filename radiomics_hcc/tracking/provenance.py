"""Where a run comes from: versions, machine, git state, command."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

from radiomics_hcc.tracking.process import this_process

PACKAGES: Final = (
    "radiomics-hcc",
    "joblib",
    "matplotlib",
    "mlflow",
    "numpy",
    "pandas",
    "pyarrow",
    "pyradiomics-bhklab",
    "scikit-learn",
    "scipy",
    "simpleitk",
    "skops",
)
GIT_SECONDS: Final = 10.0
_PACKAGE: Final = Path(__file__).resolve().parent


class _GitStateError(Exception):
    """Carries why there is no git state, inside this file."""


def collect(folder: Path, *, started: str, arguments: Sequence[str]) -> dict[str, object]:
    """Gather what somebody needs to repeat a run; every value is JSON.

    Parameters
    ----------
    folder
        Where the experiment's file lies; its git state is noted.
    started
        ISO time of the start, UTC.
    arguments
        The command line; folders in it are left out, since they name people and places.

    Returns
    -------
    dict
        `started, python, platform, machine, cpu_count, packages, command, git, code, process`. A
        package that is not installed has version None. `git`, of the experiment's folder, and
        `code`, of this package, have `commit, dirty, diff_sha256`, each None with a `reason`
        where there is no repository; `dirty` looks at tracked files. `process` tells later
        whether the run is still under way.
    """
    return {
        "started": started,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu_count": os.cpu_count(),
        "packages": {name: package_version(name) for name in PACKAGES},
        "command": [_without_folders(argument) for argument in arguments],
        "git": git_state(folder),
        "code": code_state(),
        "process": this_process(),
    }


def git_state(folder: Path) -> dict[str, object]:
    """Note the commit of a folder and the SHA-256 of what was changed since.

    Never fails: where git is missing, too slow, or the folder is in no repository, the values
    are None and `reason` says why.
    """
    try:
        commit = _git(folder, "rev-parse", "--verify", "HEAD").decode().strip()
        difference = _git(folder, "diff", "--binary", "--no-ext-diff", "--no-textconv", "HEAD")
    except _GitStateError as error:
        return {"commit": None, "dirty": None, "diff_sha256": None, "reason": str(error)}
    digest = hashlib.sha256(difference).hexdigest()
    return {"commit": commit, "dirty": bool(difference), "diff_sha256": digest, "reason": None}


def code_state() -> dict[str, object]:
    """Note the commit of this package where it runs from a repository; see `git_state`."""
    try:
        _git(_PACKAGE, "ls-files", "--error-unmatch", Path(__file__).name)
    except _GitStateError:
        reason = "the package is installed, not run from its repository"
        return {"commit": None, "dirty": None, "diff_sha256": None, "reason": reason}
    return git_state(_PACKAGE)


def _git(folder: Path, *words: str) -> bytes:
    program = shutil.which("git")
    if program is None:
        raise _GitStateError("git is not installed")
    # A repository's own settings must not start programs, nor may this take its locks.
    command = [program, "-c", "core.fsmonitor=false", "-C", str(folder), *words]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired as error:
        raise _GitStateError(f"git took longer than {GIT_SECONDS:.0f} s") from error
    if done.returncode != 0:
        raise _GitStateError(_git_reason(done.stderr.decode(errors="replace")))
    return done.stdout


def _git_reason(message: str) -> str:
    if "not a git repository" in message:
        return "not a git repository"
    if "Needed a single revision" in message:
        return "the repository has no commit yet"
    first_line = message.strip().partition("\n")[0]
    return re.sub(r"'[^']*'", "'...'", first_line) or "git failed without a word"


def package_version(package: str) -> str | None:
    """Give the installed version of a package, None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _without_folders(argument: str) -> str:
    """Keep the last name of a path, also of one behind `--option=`."""
    return "=".join(re.split(r"[/\\]", part)[-1] for part in argument.split("="))
