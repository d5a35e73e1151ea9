"""Links lead somewhere, and every page of the documentation can be reached."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from radiomics_hcc.evaluation.checks.table import CHECKS
from radiomics_hcc.experiment.listing import list_kind

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MADE_AT_BUILD_TIME = {"_build", "generated", "notebooks"}
PAGES = [
    path
    for path in sorted(DOCS.rglob("*.md"))
    if not MADE_AT_BUILD_TIME & set(path.relative_to(DOCS).parts)
]
OTHERS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
OTHERS += [ROOT / folder / "README.md" for folder in ("data", "experiments", "benchmarks")]
CODE = re.compile(r"^(`{3,})[^\n]*\n.*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```", re.MULTILINE | re.DOTALL)


@cache
def anchors(path: Path) -> frozenset[str]:
    """Anchors of the headings of a Markdown file as GitHub makes them."""
    seen: Counter[str] = Counter()
    found = []
    for heading in HEADING.findall(FENCED.sub("", path.read_text("utf-8"))):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        found.append(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return frozenset(found)


def broken(page: Path) -> Iterator[str]:
    for link in LINK.findall(CODE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = Path(os.path.normpath(page.parent / name)) if name else page
        is_wrong_anchor = anchor and anchor not in anchors(target) if target.is_file() else False
        if not target.exists() or is_wrong_anchor:
            yield link


def reached(page: Path) -> Iterator[Path]:
    """A page and all that its tables of contents lead to."""
    yield page
    for block in TOCTREE.findall(page.read_text("utf-8")):
        lines = [line.strip() for line in block.splitlines()]
        for entry in (line for line in lines if line and not line.startswith(":")):
            name = entry.partition("<")[2].rstrip(">") or entry
            for path in sorted(page.parent.glob(f"{name}.md")):
                if path != page:
                    yield from reached(path)


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    assert list(broken(page)) == []


def test_a_broken_link_and_a_broken_anchor_are_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A `b`: c\n[1](#a-b-c) [2](#nowhere) [3](lost.md) [4](page.md#a-b-c) `[5](code.md)`\n"
    )
    assert list(broken(page)) == ["#nowhere", "lost.md"]


def test_every_page_is_in_a_table_of_contents() -> None:
    assert [page for page in PAGES if page not in set(reached(DOCS / "index.md"))] == []


def test_every_check_has_a_page_and_a_row_of_its_table() -> None:
    index = (DOCS / "checks" / "index.md").read_text("utf-8")
    rows = [
        f"| [{code}]({code}.md) | {check.title} | {check.severity} | {check.stage} the fit |"
        for code, check in CHECKS.items()
    ]
    assert re.findall(r"^\| \[HCC.*$", index, re.MULTILINE) == rows
    assert {path.stem for path in reached(DOCS / "checks" / "index.md")} >= set(CHECKS)


def test_every_criterion_has_a_page_and_a_row_of_its_table() -> None:
    index = (DOCS / "criteria" / "index.md").read_text("utf-8")
    criteria = list_kind("criteria")
    told = dict(
        re.findall(r"^\| \[[^\]]+\]\(\w+\.md\) \| `(\w+)` \| (.+) \|$", index, re.MULTILINE)
    )
    assert told == dict(criteria)
    assert {path.stem for path in reached(DOCS / "criteria" / "index.md")} >= set(criteria)


def test_pages_that_the_readme_names_exist() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    named = re.findall(r"\bdocs/[\w/.-]+", readme)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name.rstrip(".")).exists()] == []
