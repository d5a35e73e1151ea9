"""New lesions with a size: which of them are measured, and their sum, apart from the targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from radiomics_hcc.response.eligibility import TargetEligibility, organ_of
from radiomics_hcc.response.measurement import Course, LesionStatus, Measurement
from radiomics_hcc.response.new_lesions import UNSEEN
from radiomics_hcc.response.targets import NOTHING, TOO_SMALL_MM, Measure


@dataclass(frozen=True)
class NewLesionSum:
    """The measured new lesions of one visit.

    Parameters
    ----------
    known
        Sum in mm of all that was measured: a lower bound where something is missing.
    missing, remaining
        Lesions without a size, each with the reason; lesions that are not gone.
    """

    known: Fraction
    missing: tuple[str, ...]
    remaining: tuple[str, ...]

    @property
    def value(self) -> Fraction | None:
        """The sum; None where a lesion was not measured."""
        return None if self.missing else self.known


def measured_new_lesions(course: Course, eligibility: TargetEligibility) -> tuple[str, ...]:
    """Choose the new lesions that are measured, as targets are: 2 per organ, 5 in all.

    A lesion is measured when it was large enough at its first appearance (10 mm, a node 15 mm
    short axis). Earlier ones come first, then larger ones, then by `lesion_id`. The others are
    new non-targets for good.
    """
    chosen: list[Measurement] = []
    for row in sorted(_first_rows(course), key=lambda row: _place(course, row, eligibility)):
        of_organ = sum(organ_of(other) == organ_of(row) for other in chosen)
        has_place = len(chosen) < eligibility.maximum and of_organ < eligibility.maximum_per_organ
        if has_place and not eligibility.exclusion(row):
            chosen.append(row)
    return tuple(row.lesion_id for row in chosen)


def sum_new_lesions(
    course: Course, visit_index: int, names: tuple[str, ...], measure: Measure
) -> NewLesionSum:
    """Add up new lesions at a visit.

    Parameters
    ----------
    course, visit_index
        Which visit.
    names
        The measured lesions among those that are tumour at this visit.
    measure
        The size in mm of one row.

    Returns
    -------
    NewLesionSum
        Absent is 0 mm, too small to measure 5 mm; a lesion without a row is missing.
    """
    known, missing, remaining = NOTHING, [], []
    for name in names:
        rows = course.visits[visit_index].rows_of(name)
        size = _size(rows[0], measure) if rows else None
        if size is None:
            missing.append(f"{name} {'was not measured' if rows else 'has no row'}")
        elif size > 0:
            remaining.append(name)
            known += size
    return NewLesionSum(known, tuple(missing), tuple(remaining))


def _size(row: Measurement, measure: Measure) -> Fraction | None:
    if row.status is LesionStatus.ABSENT:
        return NOTHING
    return TOO_SMALL_MM if row.status is LesionStatus.TOO_SMALL else measure(row)


def _first_rows(course: Course) -> Iterator[Measurement]:
    for name in course.new_lesions:
        rows = (row for visit in course.visits for row in visit.rows_of(name))
        first = next((row for row in rows if row.status not in UNSEEN), None)
        if first is not None:
            yield first


def _place(
    course: Course, row: Measurement, eligibility: TargetEligibility
) -> tuple[int, Fraction, str]:
    times = [visit.time for visit in course.visits]
    size = eligibility.size(row) or NOTHING
    return times.index(row.assessment), -size, row.lesion_id
