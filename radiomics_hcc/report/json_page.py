"""The report of a run as JSON: the same parts, tables with their values, for programs."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Final

import pandas as pd

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.report.blocks import (
    Block,
    Download,
    Fold,
    Missing,
    Pair,
    Picture,
    Section,
    Table,
    cell_text,
)
from radiomics_hcc.report.files import bytes_of, media_type
from radiomics_hcc.report.page import DEVICE, Page, page_of

SCHEMA_VERSION: Final = 1


def render_json(record: RunRecord) -> str:
    """The page of a run as JSON text (RFC 8259: no NaN, which is null, nor infinity).

    A table has its cells as text in `rows`, and in `values` as they were where they were numbers
    before. A download that is a CSV file has its `columns` and `rows`. The bytes of figures are
    left to the other formats; their data is here. The same record gives the same text.
    """
    return as_json(page_of(record))


def as_json(page: Page) -> str:
    """Write a page as JSON; see `render_json`."""
    return json.dumps(_page(page), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(record: RunRecord, path: Path | str) -> Path:
    """Write the page of a run as JSON and return where it lies."""
    target = Path(path)
    target.write_text(render_json(record), encoding="utf-8")
    return target


def _page(page: Page) -> dict[str, object]:
    record = page.record
    return {
        "schema_version": SCHEMA_VERSION,
        "notice": DEVICE,
        "private_edition": list(page.hidden),
        "run": {
            "run_id": record.run_id,
            "name": record.name,
            "question": record.question,
            "intent": str(record.intent),
            "intent_in_words": page.intent,
            "status": str(record.status),
            "started": record.started,
            "finished": record.finished,
            "config_sha256": record.config_sha256,
            "data_sha256": record.data_sha256,
        },
        "verdict": {**dataclasses.asdict(page.verdict), "incorporation": page.incorporation},
        "findings": [dataclasses.asdict(finding) for finding in record.findings],
        "provenance": plain(record.provenance),
        "config": plain(record.config),
        "sections": [_section(section) for section in page.sections],
    }


def _section(section: Section) -> dict[str, object]:
    return {
        "identity": section.identity,
        "title": section.title,
        "blocks": _blocks(section.blocks),
    }


def _blocks(blocks: Iterable[Block]) -> list[dict[str, object]]:
    return [_block(block) for block in blocks]


def _block(block: Block) -> dict[str, object]:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Download):
        return _download(block)
    if isinstance(block, Picture):
        return _picture(block)
    if isinstance(block, Pair):
        return {"kind": block.kind, "pictures": _blocks(block.pictures)}
    if isinstance(block, Fold):
        return {"kind": block.kind, "summary": block.summary, "blocks": _blocks(block.blocks)}
    if isinstance(block, Missing):
        return {"kind": block.kind, "what": block.what, "sentence": block.sentence}
    fields = {each.name: getattr(block, each.name) for each in dataclasses.fields(block)}
    return {"kind": block.kind, **{name: plain(value) for name, value in fields.items()}}


def _table(table: Table) -> dict[str, object]:
    values = {"values": plain(table.values)} if table.values else {}
    return {
        "kind": table.kind,
        "caption": table.caption,
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
        "note": table.note,
        **values,
    }


def _download(download: Download) -> dict[str, object]:
    head = {"kind": download.kind, "name": download.name, "media_type": media_type(download.uri)}
    if download.columns:
        return {**head, "columns": list(download.columns), "rows": plain(download.values)}
    return {**head, "text": bytes_of(download.uri).decode("utf-8", errors="replace")}


def _picture(picture: Picture) -> dict[str, object]:
    return {
        "kind": picture.kind,
        "identity": picture.identity,
        "media_type": media_type(picture.uri),
        "alt": picture.alt,
        "caption": picture.caption,
        "data": None if picture.data is None else _table(picture.data),
        "download": None if picture.download is None else _download(picture.download),
    }


def plain(value: object) -> object:
    """A value as JSON knows it: numbers that are not finite are null, other objects text."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part) for part in value]
    if type(value).__name__ == "bool":  # numpy's own
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else None
    return None if value is pd.NA or value is pd.NaT else cell_text(value)
