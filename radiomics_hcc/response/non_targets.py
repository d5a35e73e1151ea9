"""Non-target lesions: one answer for all of them at one visit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from radiomics_hcc.domain.response import ResponseClass, ResponseWord, UnorderedResponse
from radiomics_hcc.response.measurement import Course, LesionStatus, Measurement, Role

IsGone: TypeAlias = Callable[[Measurement], bool]
"""Whether a size that was given for a non-target says that it is gone."""


def tumour_non_targets(course: Course, visit_index: int) -> tuple[str, ...]:
    """Identities of the non-targets; what was last found bland or negative is none."""
    seen = [row for visit in course.visits[: visit_index + 1] for row in visit.measurements]
    last = {row.lesion_id: row for row in seen if row.finding is not None}
    return tuple(
        name
        for name in course.lesions(Role.NON_TARGET)
        if name not in last or not last[name].is_not_tumour
    )


def non_target_response(
    course: Course, visit_index: int, is_gone: IsGone, *, had_complete_response: bool
) -> tuple[ResponseWord, str]:
    """Classify all non-targets at a visit, with the reason.

    PD where one progressed unequivocally, or is back after a complete overall response; NE where
    one was not evaluated; CR where all are gone; otherwise NON-CR/NON-PD. Without any at
    baseline: NA. RECIST 1.1 calls 'unequivocal' about +73 % in volume (+20 % in diameter); that
    is the reader's call, status `progressed`. Growth that was not called so (`increased`) is
    none, unless the lesion had progressed before.
    """
    names = tumour_non_targets(course, visit_index)
    if not names:
        return UnorderedResponse.NA, ""
    found = {name: _status_of(course, visit_index, name, is_gone) for name in names}
    progressed = _with(found, LesionStatus.PROGRESSED)
    if progressed:
        return ResponseClass.PD, f"{_named(progressed)} progressed unequivocally: PD."
    present = _with(found, LesionStatus.PRESENT)
    if present and had_complete_response:
        are = _one_or_more(present, "is", "are")
        return ResponseClass.PD, f"{_named(present)} {are} back after a complete response: PD."
    missing = _with(found, LesionStatus.NOT_EVALUABLE)
    if missing:
        were = _one_or_more(missing, "was", "were")
        return UnorderedResponse.NE, f"{_named(missing)} {were} not evaluated."
    if present:
        persist = _one_or_more(present, "persists", "persist")
        return UnorderedResponse.NON_CR_NON_PD, f"{_named(present)} {persist}."
    return ResponseClass.CR, "All non-targets are gone."


def has_progressed(course: Course, visit_index: int, name: str) -> bool:
    """Whether a lesion has progressed unequivocally, or has grown further since it had."""
    row = next(iter(course.visits[visit_index].rows_of(name)), None)
    if row is not None and row.status is LesionStatus.INCREASED and visit_index > 0:
        earlier = range(visit_index)
        seen = [index for index in earlier if course.visits[index].rows_of(name)]
        return bool(seen) and has_progressed(course, seen[-1], name)
    return row is not None and row.status is LesionStatus.PROGRESSED


def _status_of(course: Course, visit_index: int, name: str, is_gone: IsGone) -> LesionStatus:
    rows = course.visits[visit_index].rows_of(name)
    if not rows:
        return LesionStatus.NOT_EVALUABLE
    row = rows[0]
    if has_progressed(course, visit_index, name):
        return LesionStatus.PROGRESSED
    if row.status in (LesionStatus.MEASURED, LesionStatus.PRESENT) and is_gone(row):
        return LesionStatus.ABSENT
    if row.status in (LesionStatus.ABSENT, LesionStatus.NOT_EVALUABLE):
        return row.status
    return LesionStatus.PRESENT


def _with(found: dict[str, LesionStatus], status: LesionStatus) -> list[str]:
    return [name for name, value in found.items() if value is status]


def _named(names: list[str]) -> str:
    return f"{_one_or_more(names, 'Non-target', 'Non-targets')} {', '.join(names)}"


def _one_or_more(names: list[str], one: str, more: str) -> str:
    return one if len(names) == 1 else more
