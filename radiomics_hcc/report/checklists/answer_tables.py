"""The answers to a guideline as tables of a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from radiomics_hcc.report.blocks import MOST_ROWS, Table
from radiomics_hcc.report.checklists.items import Answer, Checklist, State

HEADS: Final = ("No.", "Asked for", "State", "What this record says")
SHORT: Final = re.compile("[,:]")
"""Where the short name of a guideline ends."""
PART: Final = ":"
"""Stands between a part of a guideline and its subsection."""


def answer_tables(checklist: Checklist, answers: Sequence[Answer]) -> tuple[Table, ...]:
    """Put answers into one table, or into one per part of a long guideline.

    Parameters
    ----------
    checklist
        The guideline.
    answers
        One per item, in the same order.
    """
    title = SHORT.split(checklist.full_name)[0]
    if len(answers) <= MOST_ROWS:
        return (_table(f"{title}, item by item", answers),)
    parts = groupby(answers, key=lambda each: each.section.partition(PART)[0])
    return tuple(_table(f"{title}: {part}", list(group)) for part, group in parts)


def counts_table(answers: Mapping[str, Sequence[Answer]]) -> Table:
    """Count the states of the answers by the name of the guideline."""
    counts = {name: Counter(each.state for each in found) for name, found in answers.items()}
    rows = tuple(
        (name, *(str(count[state]) for state in State), str(count.total()))
        for name, count in counts.items()
    )
    heads = ("Guideline", *(str(state).capitalize() for state in State), "Items")
    return Table("Items by how they are answered", heads, rows, frozenset(range(1, len(heads))))


def _table(caption: str, answers: Sequence[Answer]) -> Table:
    rows = tuple((each.number, each.label, str(each.state), each.sentence) for each in answers)
    return Table(caption, HEADS, rows)
