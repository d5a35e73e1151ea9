"""The rules that the criteria on whole lesions share, whatever they add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.step import Step
from radiomics_hcc.response.arithmetic import exact
from radiomics_hcc.response.eligibility import TargetEligibility
from radiomics_hcc.response.new_lesion_evidence import UnequivocalLesion
from radiomics_hcc.response.new_lesions import NewLesionRule
from radiomics_hcc.response.parameters import check_parameters
from radiomics_hcc.response.sizes import whole_size


@dataclass(frozen=True)
class WholeLesionRules(Step):
    """Parameters of RECIST 1.1 that the other criteria on whole lesions take over.

    Parameters
    ----------
    carry_forward_pr
        Once PR, growth is judged against the nadir and PR stays until PD (100 -> 70 -> 80 is PR).
    normal_node_mm
        A node with a shorter short axis is gone; 0 switches this off.
    target_minimum_mm, node_minimum_mm
        Targets with a smaller diameter at baseline are noted in the reason; for slices thicker
        than 5 mm the minimum is twice the slice.
    backdate_new_lesions
        An equivocal lesion that is later confirmed is progression at its first detection.
    """

    reads_markers: ClassVar[bool] = False
    carry_forward_pr: bool = True
    normal_node_mm: float = 10
    target_minimum_mm: float = 10
    node_minimum_mm: float = 15
    backdate_new_lesions: bool = True

    def __post_init__(self) -> None:
        check_parameters(self)

    @property
    def eligibility(self) -> TargetEligibility:
        """What a target must be at baseline."""
        node = exact(self.node_minimum_mm)
        return TargetEligibility(whole_size, exact(self.target_minimum_mm), node, node)

    @property
    def new_lesion_rule(self) -> NewLesionRule:
        """Which new lesions are tumour."""
        return NewLesionRule(UnequivocalLesion(), self.backdate_new_lesions)
