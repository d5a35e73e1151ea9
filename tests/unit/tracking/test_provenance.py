from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from pathlib import Path

import numpy as np
import pytest

from radiomics_hcc.tracking import provenance
from radiomics_hcc.tracking.provenance import collect, git_state


def git(folder: Path, *words: str) -> bytes:
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]
    command = ["git", "-C", str(folder), *identity, *words]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "experiment.yaml").write_text("seed: 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    return tmp_path


def test_clean_repository_has_commit_and_the_digest_of_nothing(repository: Path) -> None:
    assert git_state(repository) == {
        "commit": git(repository, "rev-parse", "HEAD").decode().strip(),
        "dirty": False,
        "diff_sha256": hashlib.sha256(b"").hexdigest(),
        "reason": None,
    }


def test_a_change_makes_the_repository_dirty_and_is_digested(repository: Path) -> None:
    (repository / "experiment.yaml").write_text("seed: 2\n")
    state = git_state(repository)
    difference = git(repository, "diff", "--binary", "HEAD")
    assert state["dirty"] is True
    assert state["diff_sha256"] == hashlib.sha256(difference).hexdigest()


def test_a_folder_outside_any_repository_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    state = git_state(tmp_path)
    assert (state["commit"], state["reason"]) == (None, "not a git repository")


def test_a_repository_without_a_commit_says_so(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert git_state(tmp_path)["reason"] == "the repository has no commit yet"


def test_a_machine_without_git_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state(tmp_path)["reason"] == "git is not installed"


def test_a_slow_git_is_given_up(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "GIT_SECONDS", 1e-6)
    assert "took longer" in str(git_state(repository)["reason"])


def test_command_keeps_names_but_no_folders(tmp_path: Path) -> None:
    words = ["/home/Jane Doe/bin/rhcc", "run", "/data/p.yaml", "--out=/home/jane/x.html", "-v"]
    found = collect(tmp_path, started="2026-11-20T10:15:00+00:00", arguments=words)
    assert found["command"] == ["rhcc", "run", "p.yaml", "--out=x.html", "-v"]


def test_versions_are_those_that_run(tmp_path: Path) -> None:
    found = collect(tmp_path, started="2026-11-20T10:15:00+00:00", arguments=[])
    assert found["python"] == platform.python_version()
    packages = found["packages"]
    assert isinstance(packages, dict)
    assert packages["numpy"] == np.__version__
    assert json.loads(json.dumps(found)) == found


def test_code_and_process_are_noted(tmp_path: Path) -> None:
    found = collect(tmp_path, started="", arguments=[])
    assert set(found["code"]) == {"commit", "dirty", "diff_sha256", "reason"}
    assert set(found["process"]) == {"host_sha256", "pid", "birth"}


def test_an_installed_package_says_that_it_has_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "_PACKAGE", tmp_path)
    state = provenance.code_state()
    assert state["commit"] is None
    assert "installed" in str(state["reason"])
