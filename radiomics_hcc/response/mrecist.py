"""mRECIST: the viable, arterially enhancing diameter of hepatocellular carcinoma."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from radiomics_hcc.domain.response import ResponseAssessment
from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import exact
from radiomics_hcc.response.arterial_phase import (
    arterial_viable_size,
    arterial_viable_unmeasured,
    other_phases,
)
from radiomics_hcc.response.eligibility import TargetEligibility
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.new_lesion_evidence import HepatocellularNodule, UnequivocalLesion
from radiomics_hcc.response.new_lesions import NewLesionRule
from radiomics_hcc.response.parameters import check_parameters
from radiomics_hcc.response.recist_walk import recist_walk
from radiomics_hcc.response.requirements import (
    HEPATOCELLULAR_GAPS,
    missing_columns,
    new_lesion_gaps,
)
from radiomics_hcc.response.sizes import viable_column, viable_size, viable_unmeasured
from radiomics_hcc.response.targets import TargetRule


@dataclass(frozen=True)
class MRECIST(Step):
    """Modified RECIST for hepatocellular carcinoma.

    CR: no arterial enhancement in any target. PR: viable sum <= 0.70 x baseline. PD: viable sum
    >= 1.20 x nadir, any regrowth from 0, a non-target that progressed, or a new lesion. Nodes
    and lesions outside the liver are measured as in RECIST 1.1. A liver target without
    `viable_mm` (no arterial phase), or read in another phase, is not evaluable.

    Parameters
    ----------
    progression_min_mm
        Smallest absolute increase of the sum that is progression; the published table has none.
    carry_forward_pr
        Once PR, growth is judged against the nadir and PR stays until PD (100 -> 70 -> 80 is PR).
    target_minimum_mm, node_minimum_mm, porta_hepatis_minimum_mm
        Smaller targets at baseline are noted in the reason. A new node at the porta hepatis
        counts from `porta_hepatis_minimum_mm` short axis on.
    new_nodule_minimum_mm, interval_growth_mm
        A new liver nodule is progression at this longest diameter with the typical pattern, or
        after this growth.
    backdate_new_lesions
        A new lesion that is proved later is progression at its first detection.
    allow_other_phase
        Use viable sizes that were read in another phase than the arterial (column `phase`), with
        a flag, instead of calling them not evaluable.

    References
    ----------
    Lencioni R, Llovet JM. Semin Liver Dis 2010;30:52-60.
    """

    kind: ClassVar[str] = "mrecist"
    reads_markers: ClassVar[bool] = False
    plot_limits: ClassVar[tuple[float, float] | None] = (-30.0, 20.0)
    progression_min_mm: float = 0
    carry_forward_pr: bool = True
    target_minimum_mm: float = 10
    node_minimum_mm: float = 15
    porta_hepatis_minimum_mm: float = 20
    new_nodule_minimum_mm: float = 10
    interval_growth_mm: float = 10
    backdate_new_lesions: bool = True
    allow_other_phase: bool = False

    def __post_init__(self) -> None:
        check_parameters(self)

    def problems(self, measurements: Measurements) -> list[Problem]:
        """Missing size columns, and new lesions that cannot be judged as they stand."""
        return [
            *missing_columns(measurements, viable_column, self.kind),
            *new_lesion_gaps(measurements, HEPATOCELLULAR_GAPS),
        ]

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one course: one answer per follow-up."""
        walk = recist_walk(self.target_rule, self.new_lesion_rule, self.eligibility)
        return tuple(
            replace(row, flags=(*row.flags, *other_phases(course, index)))
            for index, row in enumerate(walk(course), start=1)
        )

    @property
    def eligibility(self) -> TargetEligibility:
        """What a target must be at baseline."""
        return TargetEligibility(
            viable_size,
            exact(self.target_minimum_mm),
            exact(self.node_minimum_mm),
            exact(self.porta_hepatis_minimum_mm),
            needs_enhancement=True,
        )

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
        )

    @property
    def new_lesion_rule(self) -> NewLesionRule:
        """Which new lesions are tumour."""
        nodule = HepatocellularNodule(
            minimum_mm=exact(self.new_nodule_minimum_mm),
            interval_growth_mm=exact(self.interval_growth_mm),
            elsewhere=UnequivocalLesion(exact(self.porta_hepatis_minimum_mm)),
        )
        return NewLesionRule(nodule, self.backdate_new_lesions)
