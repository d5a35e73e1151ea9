"""RECIST 1.1: the longest diameter of whole lesions, the short axis of nodes."""

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
from radiomics_hcc.response.new_lesion_evidence import UnequivocalLesion
from radiomics_hcc.response.new_lesions import NewLesionRule
from radiomics_hcc.response.parameters import check_sizes
from radiomics_hcc.response.recist_family import RecistFamily
from radiomics_hcc.response.requirements import THROMBUS_GAPS, missing_columns, new_lesion_gaps
from radiomics_hcc.response.sizes import whole_column, whole_size, whole_unmeasured
from radiomics_hcc.response.targets import TargetRule


@dataclass(frozen=True)
class RECIST11(Step):
    """Response Evaluation Criteria in Solid Tumours, version 1.1.

    CR: all targets gone, nodes under 10 mm. PR: sum <= 0.70 x baseline. PD: sum >= 1.20 x nadir
    and at least `progression_min_mm` above it, any regrowth from 0, a target outside the nodes
    back after a complete response, a non-target that progressed, or a new lesion.

    Parameters
    ----------
    progression_min_mm
        Smallest absolute increase of the sum that is progression.
    carry_forward_pr
        Once PR, growth is judged against the nadir and PR stays until PD (100 -> 70 -> 80 is PR).
    target_minimum_mm, node_minimum_mm
        Smaller targets at baseline are noted in the reason; for slices thicker than 5 mm the
        minimum is twice the slice.
    backdate_new_lesions
        An equivocal lesion that is later confirmed is progression at its first detection.

    References
    ----------
    Eisenhauer EA et al. Eur J Cancer 2009;45:228-247.
    """

    kind: ClassVar[str] = "recist11"
    reads_markers: ClassVar[bool] = False
    progression_min_mm: float = 5
    carry_forward_pr: bool = True
    target_minimum_mm: float = 10
    node_minimum_mm: float = 15
    backdate_new_lesions: bool = True

    def __post_init__(self) -> None:
        check_sizes(self)

    def problems(self, measurements: Measurements) -> list[Problem]:
        """Missing size columns, and new thrombi without a finding."""
        return [
            *missing_columns(measurements, whole_column, self.kind),
            *new_lesion_gaps(measurements, THROMBUS_GAPS),
        ]

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one course: one answer per follow-up."""
        return self._family()(course)

    def _family(self) -> RecistFamily:
        node = exact(self.node_minimum_mm)
        return RecistFamily(
            targets=TargetRule(
                measure=whole_size,
                unmeasured=whole_unmeasured,
                progression_min=exact(self.progression_min_mm),
                carry_forward_pr=self.carry_forward_pr,
                quantity="Sum of diameters",
                gone="All targets are gone",
            ),
            new_lesions=NewLesionRule(UnequivocalLesion(), self.backdate_new_lesions),
            eligibility=TargetEligibility(whole_size, exact(self.target_minimum_mm), node, node),
        )
