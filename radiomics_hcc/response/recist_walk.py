"""The walk of the criteria that judge targets, non-targets and new lesions as RECIST 1.1 does."""

from __future__ import annotations

from typing import Protocol

from radiomics_hcc.response.eligibility import TargetEligibility
from radiomics_hcc.response.follow_up_walk import FollowUpWalk, JudgeTargets
from radiomics_hcc.response.new_lesions import NewLesionRule
from radiomics_hcc.response.summed_targets import SummedTargets
from radiomics_hcc.response.targets import TargetRule


class TargetCriterion(Protocol):
    """A criterion with targets: how they are measured, what may be one, what is new."""

    @property
    def target_rule(self) -> TargetRule:
        """How the targets are added up and compared."""

    @property
    def new_lesion_rule(self) -> NewLesionRule:
        """Which new lesions are tumour."""

    @property
    def eligibility(self) -> TargetEligibility:
        """What a target must be at baseline."""


def recist_walk(
    criterion: TargetCriterion, judge_targets: JudgeTargets | None = None
) -> FollowUpWalk:
    """Targets, then non-targets and new lesions, then the overall response.

    Parameters
    ----------
    criterion
        Whose rules hold.
    judge_targets
        What it makes of its targets; None: their sum against baseline and nadir.
    """
    rule = criterion.target_rule
    return FollowUpWalk(
        judge_targets=SummedTargets(rule) if judge_targets is None else judge_targets,
        is_gone=rule.is_gone,
        new_lesions=criterion.new_lesion_rule,
        eligibility=criterion.eligibility,
    )
