"""Which runs stand beside each other, which do not and why, and what must be known first."""

from __future__ import annotations

from typing import Final

import pandas as pd

from radiomics_hcc.domain.evaluation import SEVERITIES
from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import (
    Block,
    FindingList,
    Heading,
    Paragraph,
    Section,
    Table,
    cell_text,
    csv_download,
    table_of,
)
from radiomics_hcc.report.comparing.material import Material, folded
from radiomics_hcc.report.numbers import NOT_AVAILABLE

DIGEST_CHARACTERS: Final = 8
REASON_CHARACTERS: Final = 200
"""Of the reason why a run was left out; the whole of it is in the CSV."""
LETTERS: Final = (
    "Letters stand for the models in every table and figure below. They follow the order in which "
    "the runs were given and say nothing about which is better."
)


def read_first(material: Material) -> Section:
    """What a reader must know before the numbers, the most severe first."""
    found = sorted(
        material.comparison.findings,
        key=lambda each: (-SEVERITIES.index(each.severity), each.code),
    )
    listed = FindingList(tuple((each.code, each.severity, each.sentence) for each in found))
    block: Block = listed if found else Paragraph("No check has anything to report.")
    return Section("findings", "Read this first", (block,))


def runs(material: Material) -> Section:
    """The compared models with their runs, and the runs that were left out."""
    frame = material.frame("runs")
    identities = Table(
        "Runs with their digests",
        ("Model", "Run", "Experiment", "Model in the run", "Configuration", "Data"),
        tuple(_identity(material, row) for _, row in frame.iterrows()),
    )
    blocks: list[Block] = [
        Paragraph(LETTERS, "quiet"),
        *_table(material, frame),
        folded("runs", identities, frame),
        Heading("Left out"),
        *_left_out(material),
    ]
    return Section("runs", "The runs", tuple(blocks))


def _table(material: Material, frame: pd.DataFrame) -> list[Block]:
    """The models; a question that all of them ask stands above the table."""
    questions = [cell_text(question) for question in frame["question"]]
    is_one = len(set(questions)) == 1
    cells = tuple(
        (
            material.name(row["label"]),
            words.spoken(str(row["intent"])),
            cell_text(row["patients"]),
            when(str(row["started"])),
            *([] if is_one else [question]),
        )
        for (_, row), question in zip(frame.iterrows(), questions, strict=True)
    )
    heads = ("Model", "Intent", "Patients", "Started", *([] if is_one else ["Question"]))
    table = Table("Models that are compared", heads, cells, frozenset({2}))
    return [Paragraph(f"All ask: {questions[0]}"), table] if is_one else [table]


def _identity(material: Material, row: pd.Series) -> tuple[str, ...]:
    digests = (digest(str(row[name])) for name in ("config_sha256", "data_sha256"))
    named = (cell_text(row[name]) for name in ("run_id", "name", "model"))
    return (material.name(row["label"]), *named, *digests)


def _left_out(material: Material) -> list[Block]:
    frame = material.frame("left_out")
    if frame.empty:
        return [Paragraph("No run was left out.")]
    table = table_of(
        frame.assign(reason=[_shortened(str(reason)) for reason in frame["reason"]]),
        "Runs that were left out, with the reason",
    )
    return [table, csv_download("left_out.csv", frame)]


def _shortened(reason: str) -> str:
    return reason if len(reason) <= REASON_CHARACTERS else f"{reason[:REASON_CHARACTERS]} …"


def digest(text: str) -> str:
    """The beginning of a digest, as far as it is read aloud."""
    return text[:DIGEST_CHARACTERS] or NOT_AVAILABLE


def when(started: str) -> str:
    """An ISO time without its seconds: `2026-11-20 10:15 UTC`; other text as it is."""
    day, letter, time = started.partition("T")
    if not letter or len(time) < len("10:15"):
        return started or NOT_AVAILABLE
    zone = " UTC" if time.endswith(("+00:00", "Z")) else ""
    return f"{day} {time[:5]}{zone}"
