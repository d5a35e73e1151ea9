"""Limits, provenance and how to run it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import (
    Block,
    Code,
    Fold,
    Items,
    Missing,
    Paragraph,
    Section,
    Table,
)
from radiomics_hcc.report.sections.source import Source

INTERNAL: Final = (
    "This is internal testing by cross-validation on one data set. External testing on patients "
    "from another place and time is needed before any claim about them."
)
TESTED_ELSEWHERE: Final = (
    "The section on performance is internal testing by cross-validation on one data set. Groups of "
    "the same data set that were left out are not external patients either; see what the tests "
    "elsewhere were made on."
)
UNCERTAINTY: Final = (
    "Intervals describe the sampling of patients, not differences between scanners, protocols or "
    "readers."
)


def limits(source: Source) -> Section:
    """What the numbers cannot say."""
    intent = source.record.intent
    declared = words.INTENTS.get(intent, f"Declared intent: {intent}.")
    where = TESTED_ELSEWHERE if source.has("external_metrics") else INTERNAL
    sentences = (declared, where, UNCERTAINTY)
    return Section("limits", "Limits", (Items(sentences),))


def provenance(source: Source) -> Section:
    """Digests, versions, code state and configuration."""
    record = source.record
    rows = [
        ("Run", record.run_id),
        ("Status", str(record.status)),
        ("Started", record.started),
        ("Finished", record.finished or "not finished"),
        ("Digest of the configuration", record.config_sha256),
        ("Digest of the data", record.data_sha256),
        *_flat(record.provenance),
        *_software(source),
    ]
    facts = Table("Where the numbers come from", ("What", "Value"), _known(rows))
    return Section("provenance", "Provenance", (facts, _inputs(record), *_models(record)))


def repetition(source: Source) -> Section:
    """How to run it again, with the configuration."""
    record = source.record
    config = json.dumps(record.config, indent=2, default=str, ensure_ascii=False)
    steps = Paragraph(
        "Save the configuration beside its inputs and run it. Same inputs, configuration and "
        "versions give the same numbers; the digests above tell whether they are the same."
    )
    blocks: list[Block] = [steps, Code(f"rhcc run {record.name}.yaml", "Command")]
    if record.config:
        code = Code(config, "Resolved configuration (JSON, which is valid YAML)")
        blocks.append(Fold("Resolved configuration", (code,)))
    else:
        blocks.append(Missing("Resolved configuration"))
    return Section("repeat", "Run it again", tuple(blocks))


def _inputs(record: RunRecord) -> Block:
    if not record.inputs:
        return Missing("Input files")
    rows = tuple((item.name, item.file, item.sha256) for item in record.inputs)
    caption = f"Input files ({len(rows)})"
    return Fold(caption, (Table(caption, ("Role", "File or case", "SHA-256"), rows),))


def _models(record: RunRecord) -> list[Block]:
    rows = tuple(
        (words.model(item.model), f"{len(item.content)}", item.sha256) for item in record.models
    )
    heads = ("Model", "Bytes", "SHA-256")
    return [Table("Models refitted on all patients", heads, rows, frozenset({1}))] if rows else []


def _software(source: Source) -> list[tuple[str, str]]:
    software = source.record.summary.get("software")
    if isinstance(software, Mapping):
        return list(_flat(software))
    return [("Software", str(software))] if software else []


def _flat(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        name = f"{prefix}{key}" if prefix else key.replace("_", " ")
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}: ")
        elif isinstance(value, list | tuple):
            yield name, ", ".join(str(item) for item in value)
        elif isinstance(value, bool):
            yield name, "yes" if value else "no"
        else:
            yield name, "" if value is None else str(value)


def _known(rows: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((words.spoken(name), value or "not recorded") for name, value in rows)
