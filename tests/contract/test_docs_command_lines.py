"""Every `rhcc` that a page writes names a verb and options that exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from radiomics_hcc.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = [
    path
    for path in sorted((ROOT / "docs").rglob("*.md"))
    if not {"_build", "generated"} & set(path.relative_to(ROOT).parts)
]
OTHERS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
OTHERS += [ROOT / folder / "README.md" for folder in ("data", "experiments", "benchmarks")]
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(rhcc\b[^`]*)`")
SHELL_LINE = re.compile(r"^\s*(?:\$ )?(?:.*(?:\bdo|&&|[;|\"]) )?(rhcc .*)$")
VERBS = typer.main.get_command(app).commands
OF_ALL = {"-h", "--help", "--version", "--debug"}


def shell_lines(block: str) -> Iterator[str]:
    """Commands of a block, one per line; a line that ends with a backslash goes on."""
    for line in re.sub(r"\\\n\s*", " ", block).splitlines():
        if found := SHELL_LINE.match(line):
            yield found[1]


def commands(text: str) -> Iterator[list[str]]:
    """The words of every command of a page, up to a comment or the next command."""
    outside = FENCE.sub("", text)
    lines = [line for block in FENCE.findall(text) for line in shell_lines(block)]
    lines += [" ".join(code.split()) for code in INLINE.findall(outside)]
    for line in lines:
        words = shlex.split(re.sub(r"[\[\]\"]", " ", line), comments=True)
        ends = [n for n, word in enumerate(words) if word in {"&", "&&", "|", ";", ">"}]
        yield words[1 : ends[0] if ends else None]


def unknown(words: list[str]) -> list[str]:
    """What of a command does not exist: its verb, or options of the verb."""
    if not words or words[0] in OF_ALL or not words[0].islower():
        return []  # the program itself, or `rhcc VERB`
    if words[0] not in VERBS:
        return [words[0]]
    verb, rest = VERBS[words[0]], words[1:]
    if hasattr(verb, "commands"):
        if not rest:
            return []
        if rest[0] not in verb.commands:
            return [" ".join(words[:2])]
        verb, rest = verb.commands[rest[0]], rest[1:]
    known = OF_ALL | {name for part in verb.params for name in (*part.opts, *part.secondary_opts)}
    given = [word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)]
    return [option for option in given if option not in known]


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_of_a_page_exist(page: Path) -> None:
    told = {" ".join(words): unknown(words) for words in commands(page.read_text("utf-8"))}
    assert {command: missing for command, missing in told.items() if missing} == {}


def test_commands_are_found_and_mistakes_are_seen() -> None:
    page = (
        "```console\n$ rhcc run a.yaml \\\n    --job 2\n$ ls && rhcc list checks | sort\n```\n"
        "Say `rhcc\nextrakt`, `rhcc cache verfy` or `rhcc VERB --help`."
    )
    assert [unknown(words) for words in commands(page)] == [
        ["--job"],
        [],
        ["extrakt"],
        ["cache verfy"],
        [],
    ]
