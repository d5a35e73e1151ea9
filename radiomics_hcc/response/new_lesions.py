"""New lesions: from when on each of them counts as progression."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from radiomics_hcc.response.measurement import (
    Course,
    LesionStatus,
    Measurement,
    Role,
    time_text,
)

UNSEEN: Final = (LesionStatus.ABSENT, LesionStatus.NOT_EVALUABLE)


@dataclass(frozen=True)
class NewLesionEvidence:
    """Whether the rows of a new lesion so far are progression, and why.

    `may_be_dated_back` is false where the lesion was no tumour then (a normal node, a bland
    thrombus): what it becomes later is an event of its own, and nothing before it counts.
    """

    is_progression: bool
    why: str
    may_be_dated_back: bool = True


JudgeNewLesion: TypeAlias = Callable[[Sequence[Measurement]], NewLesionEvidence]
"""Judges a new lesion at the last of its rows, given in order of time since it was first seen."""


@dataclass(frozen=True)
class NewLesionRule:
    """How a criterion judges new lesions.

    Parameters
    ----------
    judge
        Evidence at one row, with the earlier rows of the same lesion.
    backdate
        Whether progression that is proved later counts from the first detection on.
    """

    judge: JudgeNewLesion
    backdate: bool


@dataclass(frozen=True)
class NewLesions:
    """New lesions at one visit.

    Parameters
    ----------
    progressing
        Those that count as progression.
    sentences
        One for each, whether it counts or not.
    not_counted
        The sentences of those that do not.
    """

    progressing: tuple[str, ...]
    sentences: tuple[str, ...]
    not_counted: tuple[str, ...]


def new_lesions(course: Course, rule: NewLesionRule) -> tuple[NewLesions, ...]:
    """Judge the new lesions at every visit, the baseline included (where there are none).

    A new lesion that counts goes on counting until it is recorded as absent; a visit without a
    row, or not evaluable, does not make it go away. What comes back after it was absent is
    judged afresh. A lesion that a reader flagged `visible_in_retrospect` never counts.

    Where `rule.backdate` holds, a lesion proved at a later visit counts from the visit of its
    first detection ("adjudicated in retrospect as progression at the time it was first
    detected", Lencioni & Llovet 2010; RECIST 1.1 says the same of equivocal lesions).
    """
    found: list[list[tuple[str, NewLesionEvidence]]] = [[] for _ in course.visits]
    for name in course.lesions(Role.NEW):
        is_new = name in course.new_lesions
        judged = _judged(course, name, rule) if is_new else _seen_before(course, name)
        for index, evidence in judged.items():
            found[index].append((name, evidence))
    return tuple(
        NewLesions(
            progressing=tuple(name for name, evidence in at_visit if evidence.is_progression),
            sentences=tuple(evidence.why for _, evidence in at_visit),
            not_counted=tuple(e.why for _, e in at_visit if not e.is_progression),
        )
        for at_visit in found
    )


def _judged(course: Course, name: str, rule: NewLesionRule) -> dict[int, NewLesionEvidence]:
    """Evidence by visit, for the visits at which the lesion was there."""
    judged: dict[int, NewLesionEvidence] = {}
    rows: list[Measurement] = []
    first = 0
    for index, visit in enumerate(course.visits):
        row = next(iter(visit.rows_of(name)), None)
        if row is not None and row.status is LesionStatus.ABSENT:
            rows = []
        elif row is not None and row.status not in UNSEEN:
            first = first if rows else index
            rows.append(row)
            judged[index] = _kept(rule.judge(rows), judged.get(index - 1), name)
            _backdate(judged, range(first, index), course, rule)
        elif rows:
            judged[index] = _unrecorded(judged[index - 1], name)
    return judged


def _seen_before(course: Course, name: str) -> dict[int, NewLesionEvidence]:
    """What was there before, once it is looked for again, is no new lesion."""
    why = f"{name} was visible before in retrospect: no new lesion."
    rows = [
        (index, row) for index, visit in enumerate(course.visits) for row in visit.rows_of(name)
    ]
    return {
        index: NewLesionEvidence(False, why, may_be_dated_back=False)
        for index, row in rows
        if row.status not in UNSEEN
    }


def _unrecorded(before: NewLesionEvidence, name: str) -> NewLesionEvidence:
    answer = "PD" if before.is_progression else "no progression yet"
    why = f"New lesion {name}, seen before, is not recorded as absent: {answer}."
    return replace(before, why=why)


def _kept(
    evidence: NewLesionEvidence, before: NewLesionEvidence | None, name: str
) -> NewLesionEvidence:
    if evidence.is_progression or before is None or not before.is_progression:
        return evidence
    return NewLesionEvidence(True, f"New lesion {name} is still there: PD.")


def _backdate(
    judged: dict[int, NewLesionEvidence], earlier: range, course: Course, rule: NewLesionRule
) -> None:
    proof = judged[earlier.stop]
    if not rule.backdate or not proof.is_progression:
        return
    proved = time_text(course.visits[earlier.stop].time)
    for index in reversed(earlier):
        if not judged[index].may_be_dated_back:
            return
        if not judged[index].is_progression:
            why = f"{judged[index].why} Proved at {proved} and dated back: PD."
            judged[index] = NewLesionEvidence(True, why)
