"""The rules of RECIST 1.1 that its immune variants take over as they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import exact
from radiomics_hcc.response.eligibility import TargetEligibility
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.new_lesion_evidence import UnequivocalLesion
from radiomics_hcc.response.new_lesions import NewLesionRule
from radiomics_hcc.response.parameters import check_parameters
from radiomics_hcc.response.requirements import THROMBUS_GAPS, missing_columns, new_lesion_gaps
from radiomics_hcc.response.sizes import whole_column, whole_size, whole_unmeasured
from radiomics_hcc.response.targets import TargetRule


@dataclass(frozen=True)
class RecistRules(Step):
    """Parameters of RECIST 1.1: the longest diameter of whole lesions, the short axis of nodes.

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
    """

    reads_markers: ClassVar[bool] = False
    plot_limits: ClassVar[tuple[float, float] | None] = (-30.0, 20.0)
    progression_min_mm: float = 5
    carry_forward_pr: bool = True
    target_minimum_mm: float = 10
    node_minimum_mm: float = 15
    backdate_new_lesions: bool = True

    def __post_init__(self) -> None:
        check_parameters(self)

    def problems(self, measurements: Measurements) -> list[Problem]:
        """Missing size columns, and new thrombi without a finding."""
        return [
            *missing_columns(measurements, whole_column, self.kind),
            *new_lesion_gaps(measurements, THROMBUS_GAPS),
        ]

    @property
    def eligibility(self) -> TargetEligibility:
        """What a target must be at baseline."""
        node = exact(self.node_minimum_mm)
        return TargetEligibility(whole_size, exact(self.target_minimum_mm), node, node)

    @property
    def target_rule(self) -> TargetRule:
        """How the targets are added up and compared."""
        return TargetRule(
            measure=whole_size,
            unmeasured=whole_unmeasured,
            progression_min=exact(self.progression_min_mm),
            carry_forward_pr=self.carry_forward_pr,
            quantity="Sum of diameters",
            gone="All targets are gone",
        )

    @property
    def new_lesion_rule(self) -> NewLesionRule:
        """Which new lesions are tumour."""
        return NewLesionRule(UnequivocalLesion(), self.backdate_new_lesions)
