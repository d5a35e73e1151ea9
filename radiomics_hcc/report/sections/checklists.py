"""Reporting guidelines, answered from what the run recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from radiomics_hcc.report.blocks import Block, Fold, Paragraph, Section, csv_download
from radiomics_hcc.report.checklists.answer_tables import answer_tables, counts_table
from radiomics_hcc.report.checklists.checklist import (
    Answer,
    Checklist,
    State,
    all_checklists,
    answer,
    answers_frame,
    read_checklist,
)
from radiomics_hcc.report.checklists.score import score_of
from radiomics_hcc.report.sections.source import Source

TITLE: Final = "Reporting guidelines"
HOW: Final = (
    "Answered from this record alone. Documented: the evidence is recorded here, and the sentence "
    "quotes it. Partly: what the software can say, for the author to complete. Author to "
    "complete: only the author can know it, or this run did not record it. Nothing is ticked "
    "without evidence, and what a private edition hides does not count."
)


def checklists(source: Source) -> Section:
    """How far each guideline is answered, and item by item; nothing for a run without results."""
    if not source.record.is_completed:
        return Section("checklists", TITLE, ())
    read = [read_checklist(name) for name in all_checklists()]
    answered = {each.full_name: answer(each, source.record) for each in read}
    folds = (_fold(each, answered[each.full_name]) for each in read)
    return Section("checklists", TITLE, (Paragraph(HOW), counts_table(answered), *folds))


def _fold(checklist: Checklist, answers: Sequence[Answer]) -> Fold:
    done = sum(each.state is State.DOCUMENTED for each in answers)
    summary = f"{checklist.full_name}: {done} of {len(answers)} items documented"
    source = f"https://doi.org/{checklist.doi} ({checklist.year}). {checklist.note}".strip()
    blocks: list[Block] = [Paragraph(source, "quiet")]
    score = score_of(checklist, answers)
    if score is not None:
        blocks.append(Paragraph(score.sentence))
    blocks += answer_tables(checklist, answers)
    blocks.append(csv_download(f"{checklist.name}.csv", answers_frame(answers)))
    return Fold(summary, tuple(blocks))
