"""What a run answers to the items of a guideline: never ticked without evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.report.checklists.evidence import (
    condition_holds,
    evidence_is_there,
    place_of,
    quoted,
    spoken,
)
from radiomics_hcc.report.checklists.items import (
    PLACEHOLDER,
    Answer,
    Checklist,
    How,
    Item,
    State,
)
from radiomics_hcc.report.checklists.reading import all_checklists, read_checklist

__all__ = [
    "Answer",
    "Checklist",
    "Item",
    "State",
    "all_checklists",
    "answer",
    "answers_frame",
    "read_checklist",
]

NOT_COMPLETED: Final = "The run did not complete: its record is evidence of nothing."


def answer(checklist: Checklist, record: RunRecord) -> list[Answer]:
    """Answer every item of a guideline from what a run recorded, in the guideline's order.

    A run that did not complete answers none, whatever its configuration announced.
    """
    return [_answer(item, record) for item in checklist.items]


def answers_frame(answers: Sequence[Answer]) -> pd.DataFrame:
    """Put answers into a table.

    Returns
    -------
    DataFrame
        `number, section, label, state, sentence, evidence`; the places of the evidence with
        semicolons between them.
    """
    rows = [
        (
            each.number,
            each.section,
            each.label,
            str(each.state),
            each.sentence,
            "; ".join(each.evidence),
        )
        for each in answers
    ]
    columns = ["number", "section", "label", "state", "sentence", "evidence"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _answer(item: Item, record: RunRecord) -> Answer:
    known = (item.number, item.section, item.label)
    if not record.is_completed:
        return Answer(*known, State.AUTHOR, (), NOT_COMPLETED if item.how is not How.MANUAL else "")
    if not _applies(item, record):
        return Answer(*known, State.NOT_APPLICABLE)
    if item.how is How.MANUAL:
        return Answer(*known, State.AUTHOR)
    absent = [each for each in item.evidence if not evidence_is_there(record, each)]
    if absent:
        missing = "; ".join(map(spoken, absent))
        return Answer(*known, State.AUTHOR, (), f"Not in this record: {missing}.")
    state = State.DOCUMENTED if item.how is How.AUTO else State.PARTLY
    return Answer(*known, state, tuple(map(place_of, item.evidence)), _sentence(item, record))


def _applies(item: Item, record: RunRecord) -> bool:
    """Whether the item is asked of this run; what the record does not know leaves it asked."""
    needed = all(condition_holds(record, condition) is not False for condition in item.applies)
    return needed and not any(condition_holds(record, condition) for condition in item.unless)


def _sentence(item: Item, record: RunRecord) -> str:
    told = (case.says for case in item.cases if condition_holds(record, case.when))
    return PLACEHOLDER.sub(lambda found: _quotation(found, record), next(told, item.says))


def _quotation(found: re.Match[str], record: RunRecord) -> str:
    return quoted(record, found["place"], found["form"] or "")
