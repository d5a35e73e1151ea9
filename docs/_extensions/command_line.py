"""Every verb of `rhcc` with its arguments and options, as Markdown, read from the program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import typer

from radiomics_hcc.cli.app import app

VALUE_WORDS: Final = {Path: "PATH", int: "N", float: "NUMBER", str: "TEXT"}


def command_line() -> str:
    """A heading, a usage line and a table for each verb; those of a group follow it."""
    verbs = typer.main.get_command(app).commands
    return "\n".join(line for name, verb in verbs.items() for line in _verb(f"rhcc {name}", verb))


def _verb(name: str, verb: Any, mark: str = "##") -> Iterator[str]:
    yield from (f"{mark} `{name}`", "", _escaped(" ".join((verb.help or "").split())), "")
    if hasattr(verb, "commands"):
        for inner, command in verb.commands.items():
            yield from _verb(f"{name} {inner}", command, f"{mark}#")
    else:
        yield from _usage_and_table(name, verb)


def _usage_and_table(name: str, verb: Any) -> Iterator[str]:
    parts = [part for part in verb.params if part.name != "help"]
    words = [_argument(part) for part in parts if part.param_type_name == "argument"]
    asked = ["[OPTIONS]"] if len(words) < len(parts) else []
    yield from ("```text", " ".join([name, *words, *asked]), "```", "")
    if parts:
        values = _value_words(verb)
        yield from ("| | default | does |", "|---|---|---|")
        yield from (_row(part, values.get(part.name, "")) for part in parts)
        yield ""


def _value_words(verb: Any) -> dict[str, str]:
    """A word for what each option takes; a switch takes nothing."""
    words = {}
    for name, kind in get_type_hints(verb.callback).items():
        kinds = {
            kind,
            *get_args(kind),
            *(inner for part in get_args(kind) for inner in get_args(part)),
        }
        words[name] = next((word for each, word in VALUE_WORDS.items() if each in kinds), "")
    return words


def _row(part: Any, value: str) -> str:
    is_argument = part.param_type_name == "argument"
    name = (
        _argument(part) if is_argument else " ".join(filter(None, [", ".join(_names(part)), value]))
    )
    return f"| `{name}` | {_default(part)} | {_escaped(part.help or '')} |"


def _names(part: Any) -> list[str]:
    return [*part.opts, *part.secondary_opts]


def _argument(part: Any) -> str:
    word = part.name.upper() + ("..." if part.nargs == -1 else "")
    return word if part.required else f"[{word}]"


def _default(part: Any) -> str:
    if part.required:
        return "must be given"
    return f"`{part.default}`" if part.default not in (None, False, (), []) else ""


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
