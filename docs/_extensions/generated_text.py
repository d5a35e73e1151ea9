"""Text that pages get at build time: command line, experiment file, files of the repository.

A page asks for it by `<!-- generated: command line -->`; what stands from there to `<!-- end -->`
is for those who read the page on GitHub.
Links to Markdown files outside `docs/` lead to the page that shows the file.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from command_line import command_line
from experiment_file import experiment_file

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

ROOT: Final = Path(__file__).parents[2]
GENERATORS: Final = {"command line": command_line, "experiment file": experiment_file}
MARKER: Final = re.compile(
    r"^<!-- generated: ([^\n]+) -->\n.*?<!-- end -->$", re.MULTILINE | re.DOTALL
)
LINK: Final = re.compile(r"(?<=\]\()([\w./-]+\.(?:md|ipynb))(?=[)#])")
PAGE_OF_FILE: Final = {
    "README.md": "index.md",
    "data/README.md": "files.md",
    "experiments/README.md": "experiments.md",
    "benchmarks/README.md": "speed.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""Files outside `docs/`, and the page that shows each."""


def filled(text: str, page: str) -> str:
    """The text of a page with what it asks for, and with links that lead to pages."""

    def generated(found: re.Match[str]) -> str:
        kind, _, name = found[1].partition(" ")
        if kind == "file":
            return _file(name, page)
        return GENERATORS[found[1]]()

    return MARKER.sub(generated, _with_links_to_pages(text, f"docs/{page}", page))


def _file(name: str, page: str) -> str:
    """A Markdown file of the repository without its first heading, which the page has."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return _with_links_to_pages(re.sub(r"\A# .*\n", "", text), name, page)


def _with_links_to_pages(text: str, source: str, page: str) -> str:
    """Links of a file at `source` (from the root) as they must be on a page of `docs/`."""

    def moved(found: re.Match[str]) -> str:
        target = os.path.normpath(PurePosixPath(source).parent / found[1])
        inside = PAGE_OF_FILE.get(target) or _inside_docs(target)
        if inside is None:
            return found[1]
        return os.path.relpath(inside, PurePosixPath(page).parent)

    return LINK.sub(moved, text)


def _inside_docs(target: str) -> str | None:
    """The page of a path from the root; notebooks are copied beside the pages."""
    if target.startswith("notebooks/"):
        return target
    return target.removeprefix("docs/") if target.startswith("docs/") else None


def _fill(app: Sphinx, page: str, source: list[str]) -> None:
    suffix = Path(app.env.doc2path(page)).suffix
    if suffix == ".md":
        source[0] = filled(source[0], f"{page}.md")


def _always_anew(_app: Sphinx, env: BuildEnvironment, *_changes: set[str]) -> list[str]:
    """Pages with generated text are read again: what they show lies outside of them."""
    pages = (page for page in env.found_docs if env.doc2path(page).suffix == ".md")
    return [page for page in pages if MARKER.search(env.doc2path(page).read_text("utf-8"))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("source-read", _fill)
    app.connect("env-get-outdated", _always_anew)
    return {"parallel_read_safe": True}
