"""The README tells the truth: its Python runs, its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import radiomics_hcc as rh
from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort
from radiomics_hcc.domain.evaluation import Evaluation

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.search(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synthesise_cohort(tmp_path / "demo" / "cohort", SyntheticSettings.small(24))
    monkeypatch.chdir(tmp_path)
    assert PYTHON is not None
    names: dict[str, object] = {}
    exec(PYTHON[1].replace("repeats=10", "repeats=1").replace("jobs=2", "jobs=1"), names)
    assert isinstance(names["result"], Evaluation)
    assert isinstance(names["change"], rh.FeatureTable)
    assert "auc" in set(names["result"].metrics["metric"])


def test_the_readme_names_targets_and_files_that_exist() -> None:
    targets = set(re.findall(r"^make (\w+)", README, re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets >= {"demo", "test"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_the_files_named_in_contributing_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.findall(r"`([a-z_]+/[\w/.]+)`", text)
    named = [name for name in found if "NNN" not in name]  # a place to be filled in
    assert len(named) >= 8
    for name in named:
        assert (ROOT / name).exists() or (ROOT / "radiomics_hcc" / name).exists(), name
