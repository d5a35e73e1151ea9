"""The rules that the criteria on enhancing tissue share, whatever they add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.step import Step
from radiomics_hcc.response.arithmetic import exact
from radiomics_hcc.response.eligibility import TargetEligibility
from radiomics_hcc.response.new_lesion_evidence import HepatocellularNodule, UnequivocalLesion
from radiomics_hcc.response.new_lesions import NewLesionRule
from radiomics_hcc.response.parameters import check_parameters
from radiomics_hcc.response.sizes import viable_size


@dataclass(frozen=True)
class ViableLesionRules(Step):
    """Parameters of mRECIST, EASL and qEASL, some of them from RECIST 1.1.

    Parameters
    ----------
    carry_forward_pr
        Once PR, growth is judged against the nadir and PR stays until PD (100 -> 70 -> 80 is PR).
    allow_other_phase
        Use viable sizes that were read in another phase than the arterial (column `phase`), with
        a flag, instead of calling them not evaluable.
    normal_node_mm
        A node with a shorter short axis is gone; 0 switches this off.
    target_minimum_mm, node_minimum_mm, porta_hepatis_minimum_mm
        Targets with a smaller viable diameter (short axis) at baseline are noted in the reason. A
        new node at the porta hepatis counts from `porta_hepatis_minimum_mm` short axis on.
    new_nodule_minimum_mm, interval_growth_mm
        A new liver nodule is progression at this longest diameter with the typical pattern, or
        after this growth.
    backdate_new_lesions
        A new lesion that is proved later is progression at its first detection.
    """

    reads_markers: ClassVar[bool] = False
    carry_forward_pr: bool = True
    allow_other_phase: bool = False
    normal_node_mm: float = 10
    target_minimum_mm: float = 10
    node_minimum_mm: float = 15
    porta_hepatis_minimum_mm: float = 20
    new_nodule_minimum_mm: float = 10
    interval_growth_mm: float = 10
    backdate_new_lesions: bool = True

    def __post_init__(self) -> None:
        check_parameters(self)

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
    def new_lesion_rule(self) -> NewLesionRule:
        """Which new lesions are tumour."""
        nodule = HepatocellularNodule(
            minimum_mm=exact(self.new_nodule_minimum_mm),
            interval_growth_mm=exact(self.interval_growth_mm),
            elsewhere=UnequivocalLesion(exact(self.porta_hepatis_minimum_mm)),
        )
        return NewLesionRule(nodule, self.backdate_new_lesions)
