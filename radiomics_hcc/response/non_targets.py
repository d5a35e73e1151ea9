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
    is the reader's call, status `progressed`.
    """
    names = tumour_non_targets(course, visit_index)
    if not names:
        return UnorderedResponse.NA, ""
    visit = course.visits[visit_index]
    found = {name: _status_of(visit.rows_of(name), is_gone) for name in names}
    progressed = _with(found, LesionStatus.PROGRESSED)
    if progressed:
        return ResponseClass.PD, f"Non-target {progressed} progressed unequivocally: PD."
    present = _with(found, LesionStatus.PRESENT)
    if present and had_complete_response:
        return ResponseClass.PD, f"Non-target {present} is back after a complete response: PD."
    missing = _with(found, LesionStatus.NOT_EVALUABLE)
    if missing:
        return UnorderedResponse.NE, f"Non-target {missing} was not evaluated."
    if present:
        return UnorderedResponse.NON_CR_NON_PD, f"Non-target {present} persists."
    return ResponseClass.CR, "All non-targets are gone."


def _status_of(rows: tuple[Measurement, ...], is_gone: IsGone) -> LesionStatus:
    if not rows:
        return LesionStatus.NOT_EVALUABLE
    row = rows[0]
    if row.status in (LesionStatus.MEASURED, LesionStatus.PRESENT) and is_gone(row):
        return LesionStatus.ABSENT
    if row.status in (LesionStatus.ABSENT, LesionStatus.PROGRESSED, LesionStatus.NOT_EVALUABLE):
        return row.status
    return LesionStatus.PRESENT


def _with(found: dict[str, LesionStatus], status: LesionStatus) -> str:
    return ", ".join(name for name, value in found.items() if value is status)
