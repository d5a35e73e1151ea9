"""The walk of the criteria that judge targets by one sum: RECIST 1.1 and its relatives."""

from __future__ import annotations

from radiomics_hcc.response.eligibility import TargetEligibility
from radiomics_hcc.response.follow_up_walk import FollowUpWalk
from radiomics_hcc.response.new_lesions import NewLesionRule
from radiomics_hcc.response.summed_targets import SummedTargets
from radiomics_hcc.response.targets import TargetRule


def recist_walk(
    targets: TargetRule, new_lesions: NewLesionRule, eligibility: TargetEligibility
) -> FollowUpWalk:
    """Targets by their sum against baseline and nadir, then non-targets and new lesions."""
    summed = SummedTargets(targets)
    return FollowUpWalk(
        judge_targets=summed,
        is_gone=summed.is_gone,
        new_lesions=new_lesions,
        eligibility=eligibility,
    )
