"""What the site adds to the pages at build time: text read from the program, links, copies."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from radiomics_hcc.cli.app import VERBS
from radiomics_hcc.experiment.listing import experiment_schema

EXTENSIONS = Path(__file__).parents[3] / "docs" / "_extensions"


@pytest.fixture
def extension(monkeypatch: pytest.MonkeyPatch):
    """Import an extension of the site by its name."""
    monkeypatch.syspath_prepend(str(EXTENSIONS))

    def load(name: str) -> ModuleType:
        return import_module(name)

    return load


def test_every_verb_has_a_heading_and_its_options(extension) -> None:
    text = extension("command_line").command_line()
    headings = re.findall(r"^## `rhcc ([\w-]+)`$", text, re.MULTILINE)
    assert set(headings) > set(VERBS)
    assert "### `rhcc cache verify`" in text
    assert "| `--output, -o PATH` | must be given | File to write; its folder is made. |" in text
    assert "| `--engine TEXT` | `native` | native or pyradiomics. |" in text
    assert "| `--no-cache` |  | Keep nothing. |" in text
    assert "rhcc extract COHORT [OPTIONS]" in text


def test_every_key_of_the_experiment_file_has_a_row(extension) -> None:
    text = extension("experiment_file").experiment_file()
    schema = experiment_schema()
    sections = [schema, *(part for part in schema["$defs"].values() if "properties" in part)]
    keys = [key for section in sections for key in section["properties"]]
    assert len(keys) > 60
    assert [key for key in keys if f"\n| `{key}` |" not in text] == []
    links = set(re.findall(r"\]\(#([\w-]+)\)", text))
    assert links <= set(re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE))
    assert "## Intent: `intent`" in text


def test_a_file_of_the_repository_replaces_its_marker(extension) -> None:
    filled = extension("generated_text").filled
    page = "# T\n\n<!-- generated: file data/README.md -->\nlink\n<!-- end -->\n\nafter\n"
    text = filled(page, "files.md")
    assert "one row per region of interest in one image" in text
    assert "# Data\n" not in text
    assert "link\n" not in text
    assert text.endswith("after\n")


@pytest.mark.parametrize(
    ("link", "page", "expected"),
    [
        ("../data/README.md", "response.md", "files.md"),
        ("../../CHANGELOG.md", "api/index.md", "../changelog.md"),
        ("../data/README.md#the-synthetic-cohort", "a.md", "files.md#the-synthetic-cohort"),
        ("../notebooks/01_first_features.ipynb", "a.md", "notebooks/01_first_features.ipynb"),
        ("readers.md", "response.md", "readers.md"),
        ("../metrics.md#auc", "decisions/0004.md", "../metrics.md#auc"),
        ("https://example.org/a.md", "a.md", "https://example.org/a.md"),
    ],
)
def test_links_lead_to_the_page_that_shows_a_file(extension, link, page, expected) -> None:
    assert extension("generated_text").filled(f"[x]({link})", page) == f"[x]({expected})"


def test_notebooks_are_copied_and_old_copies_go(extension, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    (source / "01.ipynb").write_text("{}")
    (source / "notes.txt").write_text("")
    target.mkdir()
    (target / "00_old.ipynb").write_text("{}")
    copy = extension("notebook_pages").copy_notebooks
    copy(source, target)
    assert [path.name for path in target.iterdir()] == ["01.ipynb"]
    before = (target / "01.ipynb").stat().st_mtime_ns
    copy(source, target)
    assert (target / "01.ipynb").stat().st_mtime_ns == before


def test_references_are_numbered_over_the_page_and_bars_are_no_substitution(extension) -> None:
    rewritten = extension("docstrings").rewritten
    lines = ["By |rho|, `a | b | c`, see [1]_.", "", ".. math:: |x|", "", ".. [1] A (2000)."]
    assert rewritten("p.C.f", lines) == [
        r"By \|rho\|, `a | b | c`, see [#p-c-f-1]_.",
        "",
        ".. math:: |x|",
        "",
        ".. [#p-c-f-1] A (2000).",
    ]
