"""The model card of the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from radiomics_hcc.report.blocks import Block, Code, Download, Heading, Items, Section, data_uri
from radiomics_hcc.report.sections.card.parts import card_parts, model_card_markdown
from radiomics_hcc.report.sections.card.reading import CardPart
from radiomics_hcc.report.sections.source import Source

FILE: Final = "model_card.md"


def model_card(source: Source) -> Section:
    """What the primary model is for, from what it was made, how it did, and its limits.

    Without blocks where the run did not complete.
    """
    parts = card_parts(source.record)
    blocks = [block for part in parts for block in _part(part)]
    if blocks:
        text = model_card_markdown(source.record).encode()
        blocks.append(Download(FILE, data_uri("text/markdown;charset=utf-8", text)))
    return Section("model-card", "Model card", tuple(blocks))


def _part(part: CardPart) -> Iterator[Block]:
    yield Heading(part.title)
    yield Items(part.sentences)
    if part.table is not None:
        yield part.table
    if part.code:
        yield Code(part.code, "Command")
