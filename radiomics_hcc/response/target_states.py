"""What a sum of targets does not show: fragments, merged lesions, those too small to measure."""

from __future__ import annotations

from collections.abc import Sequence

from radiomics_hcc.response.measurement import Course, LesionStatus, Measurement, Role
from radiomics_hcc.response.targets import target_rows


def target_states(course: Course, visit_index: int) -> tuple[str, ...]:
    """A sentence for every target that is not one measured lesion at a visit.

    Parameters
    ----------
    course
        One patient as one reader saw it.
    visit_index
        The visit; 0 is the baseline.

    Returns
    -------
    Empty where every target was measured as one lesion, is gone, or has no row.
    """
    found = (
        _state(name, target_rows(course, visit_index, name)) for name in course.lesions(Role.TARGET)
    )
    return tuple(sentence for sentence in found if sentence)


def _state(name: str, rows: Sequence[Measurement]) -> str:
    if len(rows) > 1:
        return f"{name} fell into {len(rows)} fragments, which count together."
    statuses = {row.status for row in rows}
    if LesionStatus.MERGED in statuses:
        return f"{name} has merged with another target, which is measured."
    if LesionStatus.TOO_SMALL in statuses:
        return f"{name} is there but too small to measure."
    return ""
