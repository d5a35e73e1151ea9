"""What a run's report says, whatever it is written as: HTML, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.report import words
from radiomics_hcc.report.blocks import Block, Fold, Items, Missing, Section
from radiomics_hcc.report.figures.gallery import figures
from radiomics_hcc.report.sections.checklists import checklists
from radiomics_hcc.report.sections.cohort import cohort, labels
from radiomics_hcc.report.sections.elsewhere import elsewhere
from radiomics_hcc.report.sections.errors import errors
from radiomics_hcc.report.sections.features import features
from radiomics_hcc.report.sections.findings import findings
from radiomics_hcc.report.sections.instability import instability
from radiomics_hcc.report.sections.model_card import model_card
from radiomics_hcc.report.sections.performance import baselines, performance
from radiomics_hcc.report.sections.reader_agreement import reader_agreement
from radiomics_hcc.report.sections.readers import readers
from radiomics_hcc.report.sections.response import response
from radiomics_hcc.report.sections.source import Source
from radiomics_hcc.report.sections.subgroups import subgroups
from radiomics_hcc.report.sections.trust import limits, provenance, repetition
from radiomics_hcc.report.sections.usefulness import usefulness
from radiomics_hcc.report.sections.uses import uses
from radiomics_hcc.report.sections.verdict import Verdict, verdict

Builder: TypeAlias = Callable[[Source], Section]

BUILDERS: Final[tuple[Builder, ...]] = (
    cohort,
    labels,
    response,
    features,
    performance,
    baselines,
    usefulness,
    instability,
    readers,
    reader_agreement,
    subgroups,
    errors,
    uses,
    elsewhere,
    findings,
    limits,
    provenance,
    model_card,
    checklists,
    repetition,
)
"""The parts of the page below the verdict, in reading order."""

PRIVATE_EDITION: Final = "private_edition"
"""Key of a record's summary: what was hidden of it, one sentence each."""

DEVICE: Final = "Research software, not a medical device. Not for decisions about a patient."
INCORPORATION: Final = (
    "The scan on which the response was read is among the features. Justification given:"
)
HIDDEN: Final = "not recorded in this run, or left out of its private edition"


@dataclass(frozen=True, eq=False)
class Page:
    """The content of a report.

    Parameters
    ----------
    record
        The run.
    intent
        What the declared intent means, in words.
    verdict
        The answer, its traffic light and key numbers.
    sections
        The parts below, in reading order.
    """

    record: RunRecord
    intent: str
    verdict: Verdict
    sections: tuple[Section, ...]

    @property
    def hidden(self) -> tuple[str, ...]:
        """What a private edition does not show, one sentence each; empty of an ordinary one."""
        return _hidden(self.record)

    @property
    def incorporation(self) -> str:
        """The stamp of a run whose features include the scan of the label; else empty."""
        justification = self.record.summary.get("incorporation_justification")
        return f"{INCORPORATION} {justification}" if justification else ""


def page_of(record: RunRecord) -> Page:
    """Put a run into words; a run that failed or has not finished has a page too."""
    intent = words.INTENTS.get(record.intent, f"Declared intent: {record.intent}.")
    return Page(record, intent, verdict(record), tuple(sections(record)))


def sections(record: RunRecord) -> list[Section]:
    """The parts of the page below the verdict, in reading order; what is missing comes last.

    A part without blocks is one that the run did not ask for, such as tests elsewhere.
    """
    source = Source(record, {**record.figures, **figures(record)})
    built = [section for section in (build(source) for build in BUILDERS) if section.blocks]
    if _hidden(record):
        built = [replace(section, blocks=_told_apart(section.blocks)) for section in built]
    told = [section for section in built if not section.is_missing]
    missing = [section for section in built if section.is_missing]
    return [*told, _not_there(record, missing)] if missing else told


def _hidden(record: RunRecord) -> tuple[str, ...]:
    sentences = record.summary.get(PRIVATE_EDITION, ())
    return tuple(map(str, sentences)) if isinstance(sentences, list | tuple) else ()


def _told_apart(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """In a private edition what is missing may have been left out."""
    return tuple(_reworded(block) for block in blocks)


def _reworded(block: Block) -> Block:
    if isinstance(block, Missing):
        return replace(block, reason=HIDDEN)
    return replace(block, blocks=_told_apart(block.blocks)) if isinstance(block, Fold) else block


def _not_there(record: RunRecord, missing: list[Section]) -> Section:
    lines = tuple(f"{section.title}: {', '.join(section.missing)}" for section in missing)
    title = "Not in this private edition" if _hidden(record) else "Not recorded in this run"
    return Section("not-recorded", title, (Items(lines),))
