"""The files that lie inside a page, as files beside a text that cannot hold them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from radiomics_hcc.report.blocks import Block, Download, Fold, Pair, Picture, Section

SUFFIXES: Final = {"image/svg+xml": ".svg", "image/png": ".png"}
UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class PageFiles:
    """Names and bytes of a page's files.

    Parameters
    ----------
    content
        Bytes by file name.
    names
        File name by `data:` address.
    """

    content: Mapping[str, bytes] = field(repr=False)
    names: Mapping[str, str] = field(repr=False)


def page_files(sections: Iterable[Section]) -> PageFiles:
    """Collect every picture and download of a page.

    A name has letters, digits, dots, underscores and dashes only; where two files of different
    content have the same name, the later one is numbered.
    """
    content: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for wanted, uri in _files(block for section in sections for block in section.blocks):
        if uri not in names:
            names[uri] = _free_name(wanted, content)
            content[names[uri]] = bytes_of(uri)
    return PageFiles(content, names)


def bytes_of(uri: str) -> bytes:
    """The bytes of a `data:` address."""
    return base64.b64decode(uri.partition("base64,")[2])


def media_type(uri: str) -> str:
    """The media type of a `data:` address, without its parameters."""
    return uri.removeprefix("data:").partition(",")[0].partition(";")[0]


def _files(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """The wanted name and address of every file, in reading order."""
    for block in blocks:
        if isinstance(block, Download):
            yield block.name, block.uri
        elif isinstance(block, Picture):
            yield f"{block.identity}{SUFFIXES[media_type(block.uri)]}", block.uri
            yield from _files([block.download] if block.download else [])
        elif isinstance(block, Pair):
            yield from _files(block.pictures)
        elif isinstance(block, Fold):
            yield from _files(block.blocks)


def _free_name(wanted: str, taken: Mapping[str, bytes]) -> str:
    path = PurePosixPath(UNSAFE.sub("_", wanted).lstrip(".") or "file")
    name, number = path.name, 1
    while name in taken:
        number += 1
        name = f"{path.stem}_{number}{path.suffix}"
    return name
