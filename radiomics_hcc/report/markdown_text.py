"""Text, lists, tables and code as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from radiomics_hcc.report.blocks import Table

MARKS: Final = re.compile(r"([\\`*_{}\[\]#|~$])")
BULLET: Final = re.compile(r"^(?=[-+=])")
NUMBERED: Final = re.compile(r"^(\d+)(?=[.)](?:\s|$))")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, in one line.

    Examples
    --------
    >>> escaped("a|b <b> *x*")
    'a\\\\|b &lt;b&gt; \\\\*x\\\\*'
    """
    line = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    marked = MARKS.sub(r"\\\1", line)
    return NUMBERED.sub(r"\1\\", BULLET.sub(r"\\", marked))


def table_lines(table: Table) -> Iterator[str]:
    """A table with its caption above and its note below."""
    yield f"**{escaped(table.caption)}**"
    marks = ["---:" if place in table.numeric else "---" for place in range(len(table.columns))]
    rows = [table.columns, *table.rows]
    head, *body = (" | ".join(escaped(cell) for cell in row) for row in rows)
    lines = (f"| {line} |" for line in (head, " | ".join(marks), *body))
    yield "\n".join(lines)
    if table.note:
        yield escaped(table.note)


def listed(sentences: Iterable[str]) -> str:
    """Sentences as a list."""
    return "\n".join(f"- {escaped(sentence)}" for sentence in sentences)


def fenced(text: str) -> str:
    """A block of code whose fence is longer than any within it."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
