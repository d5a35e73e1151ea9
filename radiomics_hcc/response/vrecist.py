"""vRECIST: the volume of whole lesions, with the limits of RECIST turned into volumes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.response import ResponseAssessment
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import exact
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.recist_walk import recist_walk
from radiomics_hcc.response.requirements import THROMBUS_GAPS, missing_columns, new_lesion_gaps
from radiomics_hcc.response.targets import NOTHING, TargetRule
from radiomics_hcc.response.volumes import (
    TOO_SMALL_ML,
    UNIT,
    whole_volume,
    whole_volume_column,
    whole_volume_lacks,
)
from radiomics_hcc.response.whole_lesion_rules import WholeLesionRules


@dataclass(frozen=True)
class VRECIST(WholeLesionRules):
    """Volumetric RECIST: the sum of the volumes of the targets, in mL.

    CR: all targets gone. PR: sum <= 0.35 x baseline. PD: sum >= 1.73 x nadir, any regrowth from
    0, a non-target that progressed, or a new lesion. For a ball, 30 % less diameter is 65.7 %
    less volume and 20 % more diameter 72.8 % more.

    Parameters
    ----------
    partial_decrease_percent, progression_increase_percent
        Decrease of the sum that is PR, increase that is PD; both inclusive. The rounded cut-offs
        of the published comparisons.
    carry_forward_pr, normal_node_mm, target_minimum_mm, node_minimum_mm, backdate_new_lesions
        See `WholeLesionRules`.

    References
    ----------
    Tacher V et al. Radiology 2016;278:275-284. Limits of diameters: Eisenhauer EA et al. Eur J
    Cancer 2009;45:228-247.
    """

    kind: ClassVar[str] = "vrecist"
    plot_limits: ClassVar[tuple[float, float] | None] = (-65.0, 73.0)
    partial_decrease_percent: float = 65
    progression_increase_percent: float = 73

    def problems(self, measurements: Measurements) -> list[Problem]:
        """A missing column of volumes, and new thrombi without a finding."""
        return [
            *missing_columns(measurements, whole_volume_column, self.kind),
            *new_lesion_gaps(measurements, THROMBUS_GAPS),
        ]

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one course: one answer per follow-up."""
        return recist_walk(self)(course)

    @property
    def target_rule(self) -> TargetRule:
        """How the targets are added up and compared."""
        return TargetRule(
            measure=whole_volume,
            unmeasured=whole_volume_lacks,
            progression_min=NOTHING,
            carry_forward_pr=self.carry_forward_pr,
            quantity="Sum of volumes",
            gone="All targets are gone",
            unit=UNIT,
            partial_remainder=1 - exact(self.partial_decrease_percent) / 100,
            progression_factor=1 + exact(self.progression_increase_percent) / 100,
            too_small=TOO_SMALL_ML,
            normal_node_mm=exact(self.normal_node_mm),
        )
