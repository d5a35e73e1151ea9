"""mRECIST: the viable, arterially enhancing diameter of hepatocellular carcinoma."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.response import ResponseAssessment
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import exact
from radiomics_hcc.response.arterial_phase import (
    arterial_viable_size,
    arterial_viable_unmeasured,
    with_phase_flags,
)
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.recist_walk import recist_walk
from radiomics_hcc.response.requirements import (
    HEPATOCELLULAR_GAPS,
    missing_columns,
    new_lesion_gaps,
)
from radiomics_hcc.response.sizes import viable_column, viable_size, viable_unmeasured
from radiomics_hcc.response.targets import TargetRule
from radiomics_hcc.response.viable_lesion_rules import ViableLesionRules


@dataclass(frozen=True)
class MRECIST(ViableLesionRules):
    """Modified RECIST for hepatocellular carcinoma.

    CR: no arterial enhancement in any target. PR: viable sum <= 0.70 x baseline. PD: viable sum
    >= 1.20 x nadir, any regrowth from 0, a non-target that progressed, or a new lesion. Nodes
    and lesions outside the liver are measured as in RECIST 1.1. A liver target without
    `viable_mm` (no arterial phase), or read in another phase, is not evaluable.

    Parameters
    ----------
    progression_min_mm
        Smallest absolute increase of the sum that is progression; the published table has none.
    carry_forward_pr, allow_other_phase, normal_node_mm
        See `ViableLesionRules`.
    target_minimum_mm, node_minimum_mm, porta_hepatis_minimum_mm
        See `ViableLesionRules`.
    new_nodule_minimum_mm, interval_growth_mm, backdate_new_lesions
        See `ViableLesionRules`.

    References
    ----------
    Lencioni R, Llovet JM. Semin Liver Dis 2010;30:52-60.
    """

    kind: ClassVar[str] = "mrecist"
    plot_limits: ClassVar[tuple[float, float] | None] = (-30.0, 20.0)
    progression_min_mm: float = 0

    def problems(self, measurements: Measurements) -> list[Problem]:
        """Missing size columns, and new lesions that cannot be judged as they stand."""
        return [
            *missing_columns(measurements, viable_column, self.kind),
            *new_lesion_gaps(measurements, HEPATOCELLULAR_GAPS),
        ]

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one course: one answer per follow-up."""
        return with_phase_flags(course, recist_walk(self)(course))

    @property
    def target_rule(self) -> TargetRule:
        """How the targets are added up and compared."""
        any_phase = self.allow_other_phase
        return TargetRule(
            measure=viable_size if any_phase else arterial_viable_size,
            unmeasured=viable_unmeasured if any_phase else arterial_viable_unmeasured,
            progression_min=exact(self.progression_min_mm),
            carry_forward_pr=self.carry_forward_pr,
            quantity="Viable sum",
            gone="No arterial enhancement in any target",
            normal_node_mm=exact(self.normal_node_mm),
        )
