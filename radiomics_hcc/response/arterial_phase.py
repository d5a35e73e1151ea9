"""Viable sizes belong to the arterial phase, and sizes are compared within one phase."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from radiomics_hcc.domain.response import ResponseAssessment
from radiomics_hcc.response.measurement import LIVER, PORTAL_VEIN, Course, Measurement, Role
from radiomics_hcc.response.sizes import viable_size, viable_unmeasured

ARTERIAL: Final = "arterial"  # also within a word, as `late_arterial`


def is_read_elsewhere(row: Measurement) -> bool:
    """Whether a viable size in the liver was read in a phase that is stated and not arterial."""
    in_liver = row.site in (LIVER, PORTAL_VEIN)
    sizes = (row.viable_mm, row.viable_perpendicular_mm, row.viable_volume_ml)
    has_viable = any(size is not None for size in sizes)
    return in_liver and has_viable and _is_other_phase(row.phase)


def read_elsewhere(row: Measurement) -> str:
    """What a row lacks whose viable size `is_read_elsewhere`."""
    return f"was read in the phase {row.phase!r}, not in the arterial phase"


def arterial_viable_size(row: Measurement) -> Fraction | None:
    """Size in mm under mRECIST; None where it was not measured, or not in the arterial phase."""
    return None if is_read_elsewhere(row) else viable_size(row)


def arterial_viable_unmeasured(row: Measurement) -> str:
    """What a row without `arterial_viable_size` lacks."""
    if is_read_elsewhere(row):
        return read_elsewhere(row)
    return viable_unmeasured(row)


def changed_phases(course: Course, visit_index: int) -> tuple[str, ...]:
    """Flags for liver targets whose phase is another than at the baseline.

    "Measure liver lesions in the same vascular phase" (RECIST 1.1): a lesion may look larger or
    smaller for that alone. Only phases that are stated at both visits are compared.
    """
    now, then = (_phases(course, index) for index in (visit_index, 0))
    changed: dict[tuple[str, str], list[str]] = {}
    for name in now.keys() & then.keys():
        if now[name] != then[name]:
            changed.setdefault((now[name], then[name]), []).append(name)
    return tuple(
        f"phase: {', '.join(sorted(names))} read in {new}, at baseline in {old}"
        for (new, old), names in sorted(changed.items())
    )


def other_phases(course: Course, visit_index: int) -> tuple[str, ...]:
    """Flags for liver targets whose viable size was not read in the arterial phase."""
    read = {
        row.lesion_id: row.phase
        for index in (0, visit_index)
        for row in course.visits[index].measurements
        if row.role is Role.TARGET and is_read_elsewhere(row)
    }
    return tuple(
        f"phase: viable size of {name} read in {phase}" for name, phase in sorted(read.items())
    )


def with_phase_flags(
    course: Course, rows: Sequence[ResponseAssessment]
) -> tuple[ResponseAssessment, ...]:
    """The answers for all follow-ups, each with its flags of `other_phases`."""
    return tuple(
        replace(row, flags=(*row.flags, *other_phases(course, index)))
        for index, row in enumerate(rows, start=1)
    )


def _phases(course: Course, visit_index: int) -> dict[str, str]:
    return dict(_stated_phases(course, visit_index))


def _stated_phases(course: Course, visit_index: int) -> Iterator[tuple[str, str]]:
    for row in course.visits[visit_index].measurements:
        if row.role is Role.TARGET and row.site == LIVER and row.phase:
            yield row.lesion_id, row.phase


def _is_other_phase(phase: str) -> bool:
    return bool(phase) and ARTERIAL not in phase
