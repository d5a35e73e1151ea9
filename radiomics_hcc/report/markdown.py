"""The report of a run as Markdown: the text of the page, with figures and tables beside it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.report.blocks import (
    Block,
    Code,
    Download,
    FindingList,
    Fold,
    Heading,
    Items,
    Missing,
    Pair,
    Paragraph,
    Picture,
    Section,
    Table,
)
from radiomics_hcc.report.files import PageFiles, page_files
from radiomics_hcc.report.markdown_text import escaped, fenced, listed, table_lines
from radiomics_hcc.report.page import DEVICE, Page, page_of

FILES: Final = "report_files"


def render_markdown(record: RunRecord, folder: str = FILES) -> str:
    """The page of a run as GitHub-flavoured Markdown.

    Every value is escaped, so that it is read as text. The same record gives the same text.

    Parameters
    ----------
    record
        The run.
    folder
        Where `write_markdown` puts figures and CSV files, relative to the text.
    """
    return as_markdown(page_of(record), folder)


def as_markdown(page: Page, folder: str = FILES) -> str:
    """Write a page as Markdown; see `render_markdown`."""
    return _text(page, page_files(page.sections), folder)


def write_markdown(record: RunRecord, path: Path | str) -> Path:
    """Write the text, and its figures and CSV files into `<name>_files` beside it.

    Raises
    ------
    InputError
        Where a private edition would lie among files that it has not, as those of an ordinary
        report under the same name; nothing is written then.
    """
    target = Path(path)
    folder = target.with_name(f"{target.stem}_files")
    page = page_of(record)
    files = page_files(page.sections)
    if page.hidden:
        _refuse_others(folder, files)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.content.items():
        (folder / name).write_bytes(content)
    target.write_text(_text(page, files, folder.name), encoding="utf-8")
    return target


def _refuse_others(folder: Path, files: PageFiles) -> None:
    """Refuse a folder with files of another report: who gives it away would give them too."""
    others = sorted({path.name for path in folder.glob("*")} - set(files.content))
    if others:
        what = f"{len(others)} files of another report lie there, such as {others[0]}"
        remedy = "choose another name, or remove the folder if nobody needs it"
        raise InputError([Problem(str(folder), what, remedy)], "private edition")


def _text(page: Page, files: PageFiles, folder: str) -> str:
    shown = _Writer(files, quote(folder))
    lines = [*_head(page), *(line for section in page.sections for line in shown.section(section))]
    foot = f"Run {escaped(page.record.run_id)}. Research software, not a medical device."
    return "\n\n".join([*lines, "---", foot]) + "\n"


def _head(page: Page) -> Iterator[str]:
    """Question, what is hidden, verdict and key numbers."""
    record, verdict = page.record, page.verdict
    yield f"# {escaped(record.question)}"
    yield f"{escaped(record.name)} ({escaped(str(record.status))})"
    yield escaped(page.intent)
    if page.hidden:
        yield "## Private edition"
        yield listed(page.hidden)
    yield "## Verdict"
    yield f"**{escaped(verdict.sentence)}**"
    if verdict.more:
        yield escaped(verdict.more)
    yield escaped(verdict.light)
    if page.incorporation:
        yield f"**Incorporation was allowed.** {escaped(page.incorporation)}"
    if verdict.facts:
        yield listed(f"{each.label}: {each.value}; {each.detail}" for each in verdict.facts)
    yield escaped(DEVICE)


@dataclass(frozen=True)
class _Writer:
    """Writes blocks; pictures and downloads point into the folder of files."""

    files: PageFiles
    folder: str

    def section(self, section: Section) -> Iterator[str]:
        yield f"## {escaped(section.title)}"
        for block in section.blocks:
            yield from self.block(block)

    def block(self, block: Block) -> Iterator[str]:
        if isinstance(block, Heading):
            yield f"### {escaped(block.text)}"
        elif isinstance(block, Paragraph):
            yield escaped(block.text)
        elif isinstance(block, Missing):
            yield f"*{escaped(block.sentence)}*"
        elif isinstance(block, Items):
            yield listed(block.sentences)
        elif isinstance(block, Code):
            yield f"{escaped(block.label)}:"
            yield fenced(block.text)
        elif isinstance(block, FindingList):
            yield listed(" ".join(finding) for finding in block.findings)
        else:
            yield from self._of_files(block)

    def _of_files(self, block: Table | Download | Picture | Pair | Fold) -> Iterator[str]:
        if isinstance(block, Table):
            yield from table_lines(block)
        elif isinstance(block, Download):
            yield f"[Download {escaped(block.name)}]({self._address(block.uri)})"
        elif isinstance(block, Pair):
            for picture in block.pictures:
                yield from self.block(picture)
        elif isinstance(block, Fold):
            yield from self._folded(block.summary, block.blocks)
        else:
            yield f"![{escaped(block.alt)}]({self._address(block.uri)})"
            yield escaped(block.caption)
            behind = [each for each in (block.data, block.download) if each is not None]
            if behind:
                yield from self._folded("Data of this figure", behind)

    def _folded(self, summary: str, blocks: Iterable[Block]) -> Iterator[str]:
        words = html.escape(" ".join(summary.split()), quote=False)  # no Markdown within HTML
        yield f"<details>\n<summary>{words}</summary>"
        for block in blocks:
            yield from self.block(block)
        yield "</details>"

    def _address(self, uri: str) -> str:
        return f"{self.folder}/{self.files.names[uri]}"
