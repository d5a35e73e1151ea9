"""Which lesions of a baseline may be targets, and whether the recorded targets are such."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol, runtime_checkable

from radiomics_hcc.response.arithmetic import decimal_text
from radiomics_hcc.response.measurement import (
    EFFUSION,
    NODE,
    NODE_PORTA_HEPATIS,
    PORTAL_VEIN,
    Course,
    LesionStatus,
    Measurement,
    Role,
)
from radiomics_hcc.response.targets import TOO_SMALL_MM, Measure

MAXIMUM_TARGETS: Final = 5  # RECIST 1.1 and mRECIST
MAXIMUM_TARGETS_PER_ORGAN: Final = 2  # RECIST 1.1 and mRECIST
THIN_SLICE_MM: Final = Fraction(5)  # RECIST 1.1: up to it the smallest size holds as it stands
SLICES_PER_TARGET: Final = 2  # RECIST 1.1: thicker slices ask for twice their distance
INFILTRATIVE: Final = "infiltrative"
PREVIOUSLY_TREATED: Final = "previously_treated"
UNMEASURABLE_SITES: Final = (PORTAL_VEIN, EFFUSION)
UNSIZED: Final = {
    LesionStatus.NOT_EVALUABLE: "was not evaluable at the baseline",
    LesionStatus.ABSENT: "is not there at the baseline",
}


@dataclass(frozen=True)
class TargetEligibility:
    """What a target must be at baseline.

    A lesion flagged `infiltrative` has no borders to measure between and is never a target. One
    flagged `previously_treated` is a target where the viable part is measured; by its whole size
    it is none, as RECIST 1.1 takes such a lesion only after it has progressed.

    Parameters
    ----------
    measure
        The diameter in mm that makes a target; it need not be what the criterion adds up.
    minimum_mm, node_minimum_mm, porta_hepatis_minimum_mm
        Smallest size of a target, of a node and of a node at the porta hepatis. For slices over
        5 mm (`slice_mm`) it is at least twice the slice.
    maximum, maximum_per_organ
        How many targets; all nodes are one organ, the whole liver is one.
    needs_enhancement
        Whether the viable, arterially enhancing part is what counts (mRECIST, EASL, qEASL).

    References
    ----------
    Eisenhauer EA et al. Eur J Cancer 2009;45:228-247. Lencioni R, Llovet JM. Semin Liver Dis
    2010;30:52-60.
    """

    measure: Measure
    minimum_mm: Fraction
    node_minimum_mm: Fraction
    porta_hepatis_minimum_mm: Fraction
    maximum: int = MAXIMUM_TARGETS
    maximum_per_organ: int = MAXIMUM_TARGETS_PER_ORGAN
    needs_enhancement: bool = False

    def __call__(self, course: Course) -> tuple[str, ...]:
        """Say in sentences what a reader should look at again.

        The assessment goes on all the same: the reader saw the images, we did not.
        """
        targets = [row for row in course.baseline.measurements if row.role is Role.TARGET]
        return (*self._wrong_lesions(targets), *self._too_many(targets))

    def size(self, row: Measurement) -> Fraction | None:
        """Diameter in mm that decides; 5 where too small to measure, None where unknown."""
        if row.status is LesionStatus.TOO_SMALL:
            return TOO_SMALL_MM
        return None if row.status in UNSIZED else self.measure(row)

    def minimum(self, row: Measurement) -> Fraction:
        """Smallest diameter in mm of a target at this site and slice distance."""
        special = {NODE: self.node_minimum_mm, NODE_PORTA_HEPATIS: self.porta_hepatis_minimum_mm}
        least = special.get(row.site, self.minimum_mm)
        if row.slice_mm is None or row.slice_mm <= THIN_SLICE_MM:
            return least
        return max(least, SLICES_PER_TARGET * row.slice_mm)

    def exclusion(self, row: Measurement) -> str:
        """Why a lesion cannot be a target, as `is 8 mm, ...`; empty where it can."""
        if self.size(row) is None:
            missing = UNSIZED.get(row.status, "has no size that the criterion can use")
            return self._unmeasurable(row) or missing
        return self._unmeasurable(row) or self._too_small(row)

    def _unmeasurable(self, row: Measurement) -> str:
        if row.site in UNMEASURABLE_SITES:
            return f"is not measurable ({row.site})"
        if INFILTRATIVE in row.flags:
            return "is infiltrative, without borders to measure between"
        if PREVIOUSLY_TREATED in row.flags and not self.needs_enhancement:
            return "was treated before: its whole size makes no target until it has progressed"
        return ""

    def _too_small(self, row: Measurement) -> str:
        size, least = self.size(row), self.minimum(row)
        if size is None or size >= least:
            return ""
        if size == 0 and self.needs_enhancement:
            return "has no arterial enhancement"
        thick = ""
        if row.slice_mm is not None and least == SLICES_PER_TARGET * row.slice_mm:
            thick = f", twice the slice of {decimal_text(row.slice_mm)} mm"
        return f"is {decimal_text(size)} mm, below the {decimal_text(least)} mm of a target{thick}"

    def _wrong_lesions(self, targets: list[Measurement]) -> list[str]:
        """Sentences on the recorded targets; that a size is missing is said by the sum."""
        return [
            f"Check baseline: target {row.lesion_id} {why}."
            for row in targets
            if (why := self._unmeasurable(row) or self._too_small(row))
        ]

    def _too_many(self, targets: list[Measurement]) -> list[str]:
        organs = Counter(organ_of(row) for row in targets)
        found = [
            f"Check baseline: {count} {organ} targets, at most {self.maximum_per_organ} per organ."
            for organ, count in sorted(organs.items())
            if count > self.maximum_per_organ
        ]
        if len(targets) > self.maximum:
            found.append(f"Check baseline: {len(targets)} targets, at most {self.maximum}.")
        return found


@runtime_checkable
class HasTargets(Protocol):
    """A criterion that says which lesions may be its targets."""

    @property
    def eligibility(self) -> TargetEligibility:
        """What a target must be at baseline."""


def organ_of(row: Measurement) -> str:
    """The organ for counting targets: all nodes are one, any other site is its own."""
    return NODE if row.is_node else row.site
