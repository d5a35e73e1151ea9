"""Whether the targets of a baseline are what the criterion asks for; warnings, never errors."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

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


@dataclass(frozen=True)
class TargetEligibility:
    """What a target must be at baseline.

    Parameters
    ----------
    measure
        The size that is added up.
    minimum_mm, node_minimum_mm, porta_hepatis_minimum_mm
        Smallest size of a target, of a node and of a node at the porta hepatis.
    maximum, maximum_per_organ
        How many targets; all nodes are one organ, the whole liver is one.
    """

    measure: Measure
    minimum_mm: Fraction
    node_minimum_mm: Fraction
    porta_hepatis_minimum_mm: Fraction
    maximum: int = MAXIMUM_TARGETS
    maximum_per_organ: int = MAXIMUM_TARGETS_PER_ORGAN

    def __call__(self, course: Course) -> tuple[str, ...]:
        """Say in sentences what a reader should look at again.

        The assessment goes on all the same: the reader saw the images, we did not.
        """
        targets = [row for row in course.baseline.measurements if row.role is Role.TARGET]
        return (*self._wrong_lesions(targets), *self._too_many(targets))

    def _wrong_lesions(self, targets: list[Measurement]) -> list[str]:
        found = []
        for row in targets:
            size = TOO_SMALL_MM if row.status is LesionStatus.TOO_SMALL else self.measure(row)
            if row.site in (PORTAL_VEIN, EFFUSION):
                found.append(f"Check baseline: {row.lesion_id} ({row.site}) is not measurable.")
            elif size is not None and size < self._minimum(row):
                found.append(
                    f"Check baseline: target {row.lesion_id} is {decimal_text(size)} mm, below "
                    f"the {decimal_text(self._minimum(row))} mm of a target."
                )
        return found

    def _too_many(self, targets: list[Measurement]) -> list[str]:
        organs = Counter("node" if row.is_node else row.site for row in targets)
        found = [
            f"Check baseline: {count} {organ} targets, at most {self.maximum_per_organ} per organ."
            for organ, count in sorted(organs.items())
            if count > self.maximum_per_organ
        ]
        if len(targets) > self.maximum:
            found.append(f"Check baseline: {len(targets)} targets, at most {self.maximum}.")
        return found

    def _minimum(self, row: Measurement) -> Fraction:
        special = {NODE: self.node_minimum_mm, NODE_PORTA_HEPATIS: self.porta_hepatis_minimum_mm}
        return special.get(row.site, self.minimum_mm)
