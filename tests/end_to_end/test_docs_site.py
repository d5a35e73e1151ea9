"""The documentation site is built without a warning, and shows itself without a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import radiomics_hcc as rh

pytest.importorskip("furo", reason="the documentation's libraries are not installed (make docs)")

ROOT = Path(__file__).parents[2]
LOADED = re.compile(r'<(?:script|img|iframe|source)\b[^>]*\bsrc="([^"]+)"')
LINKED = re.compile(r'<link\b[^>]*\brel="(?:stylesheet|preload|icon)"[^>]*\bhref="([^"]+)"')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; every warning of the build is an error."""
    folder = tmp_path_factory.mktemp("site")
    words = ["--fail-on-warning", "--keep-going", "-b", "html", "-d", str(folder / "read")]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words, str(ROOT / "docs"), str(folder / "html")],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "html"


@pytest.mark.slow
def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 100
    for page in pages:
        text = page.read_text(encoding="utf-8")
        loaded = [*LOADED.findall(text), *LINKED.findall(text)]
        assert [name for name in loaded if re.match(r"(?:https?:)?//", name)] == [], page


@pytest.mark.slow
def test_every_public_name_verb_and_notebook_has_its_place(site: Path) -> None:
    for name in rh.__all__:
        assert (
            name.startswith("__") or (site / f"api/generated/radiomics_hcc.{name}.html").is_file()
        )
    assert 'id="rhcc-extract"' in (site / "command_line.html").read_text(encoding="utf-8")
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert "<img" in (site / f"notebooks/{path.stem}.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_examples_were_run_and_tell_nothing_of_the_machine(site: Path) -> None:
    for name in ("quick_start", "own_cohort", "from_pyradiomics", "for_reviewers", "cluster"):
        text = (site / f"{name}.html").read_text(encoding="utf-8")
        assert "cell_output" in text
        assert not re.search(r"/(?:tmp|home|root|work)/\w", text), name
