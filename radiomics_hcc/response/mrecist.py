"""mRECIST: the viable, arterially enhancing diameter of hepatocellular carcinoma."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.response import ResponseAssessment
from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import exact
from radiomics_hcc.response.eligibility import TargetEligibility
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.new_lesion_evidence import HepatocellularNodule, UnequivocalLesion
from radiomics_hcc.response.new_lesions import NewLesionRule
from radiomics_hcc.response.parameters import check_sizes
from radiomics_hcc.response.recist_family import RecistFamily
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
    `viable_mm` (no arterial phase) is not evaluable.

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

    References
    ----------
    Lencioni R, Llovet JM. Semin Liver Dis 2010;30:52-60.
    """

    kind: ClassVar[str] = "mrecist"
    reads_markers: ClassVar[bool] = False
    progression_min_mm: float = 0
    carry_forward_pr: bool = True
    target_minimum_mm: float = 10
    node_minimum_mm: float = 15
    porta_hepatis_minimum_mm: float = 20
    new_nodule_minimum_mm: float = 10
    interval_growth_mm: float = 10
    backdate_new_lesions: bool = True

    def __post_init__(self) -> None:
        check_sizes(self)

    def problems(self, measurements: Measurements) -> list[Problem]:
        """Missing size columns, and new lesions that cannot be judged as they stand."""
        return [
            *missing_columns(measurements, viable_column, self.kind),
            *new_lesion_gaps(measurements, HEPATOCELLULAR_GAPS),
        ]

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one course: one answer per follow-up."""
        return self._family()(course)

    def _family(self) -> RecistFamily:
        porta_hepatis_mm = exact(self.porta_hepatis_minimum_mm)
        nodule = HepatocellularNodule(
            minimum_mm=exact(self.new_nodule_minimum_mm),
            interval_growth_mm=exact(self.interval_growth_mm),
            elsewhere=UnequivocalLesion(porta_hepatis_mm),
        )
        return RecistFamily(
            targets=TargetRule(
                measure=viable_size,
                unmeasured=viable_unmeasured,
                progression_min=exact(self.progression_min_mm),
                carry_forward_pr=self.carry_forward_pr,
                quantity="Viable sum",
                gone="No arterial enhancement in any target",
            ),
            new_lesions=NewLesionRule(nodule, self.backdate_new_lesions),
            eligibility=TargetEligibility(
                viable_size,
                exact(self.target_minimum_mm),
                exact(self.node_minimum_mm),
                porta_hepatis_mm,
            ),
        )
