"""The score of a guideline that weighs its items: what is documented, and what could be added."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from radiomics_hcc.report.checklists.items import Answer, Checklist, State

PERCENT: Final = 100


@dataclass(frozen=True)
class Score:
    """Shares of the weight of the items that apply, percent; together 100.

    Parameters
    ----------
    documented
        Of the items that the record documents: the least that the study reaches.
    partly
        Of the items that the record answers in part and the author completes.
    author
        Of the items that only the author can answer, or that the run did not do.
    """

    documented: float
    partly: float
    author: float

    @property
    def sentence(self) -> str:
        """The score as a range; shares are rounded down, so that none is told too high."""
        sure, rest = math.floor(self.documented), math.floor(self.partly)
        return (
            f"At least {sure} % of the weight of the items that apply, by what the software "
            f"documents; the author's items can add up to {PERCENT - sure} % (items that are "
            f"answered in part: {rest} %). This is no final score: that is the author's and the "
            "reviewer's."
        )


def score_of(checklist: Checklist, answers: Sequence[Answer]) -> Score | None:
    """Add up the weights of the items by the state of their answers.

    Parameters
    ----------
    checklist
        A guideline; each of its items has a weight, or none has.
    answers
        One per item, in the same order.

    Returns
    -------
    Score or None
        weight(state) / weight(all that apply), percent; None where the guideline has no weights.
    """
    weights = [item.weight or 0.0 for item in checklist.items]
    total = sum(weights) - _weight(State.NOT_APPLICABLE, weights, answers)
    if total <= 0:
        return None
    states = (State.DOCUMENTED, State.PARTLY, State.AUTHOR)
    return Score(*(PERCENT * _weight(state, weights, answers) / total for state in states))


def _weight(state: State, weights: Sequence[float], answers: Sequence[Answer]) -> float:
    pairs = zip(weights, answers, strict=True)
    return sum(weight for weight, answer in pairs if answer.state is state)
