"""The walk through the follow-ups for a criterion that judges targets in a way of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from radiomics_hcc.domain.response import (
    ResponseAssessment,
    ResponseClass,
    ResponseWord,
    UnorderedResponse,
)
from radiomics_hcc.response.arterial_phase import changed_phases
from radiomics_hcc.response.eligibility import TargetEligibility
from radiomics_hcc.response.measurement import Course, Role
from radiomics_hcc.response.new_lesions import NewLesionRule, NewLesions, new_lesions
from radiomics_hcc.response.non_targets import IsGone, non_target_response
from radiomics_hcc.response.overall import overall_response
from radiomics_hcc.response.target_states import target_states
from radiomics_hcc.response.targets import TargetHistory, TargetSum


@dataclass(frozen=True)
class TargetFinding:
    """What the targets of one visit say.

    Parameters
    ----------
    response, reason
        Their class, and why in words.
    baseline_sum, nadir_sum, current_sum
        In the criterion's unit; None where not evaluable.
    """

    response: ResponseWord
    reason: str
    baseline_sum: Fraction | None
    nadir_sum: Fraction | None
    current_sum: Fraction | None


JudgeTargets: TypeAlias = Callable[[Course, int, Sequence[ResponseAssessment]], TargetFinding]
"""Judges the targets at a visit, by its index, given the answers for the earlier follow-ups."""


@dataclass(frozen=True)
class FollowUpWalk:
    """Targets, non-targets and new lesions of every follow-up, then the overall response.

    Parameters
    ----------
    judge_targets
        What the criterion makes of its targets.
    is_gone
        Whether a size that was given for a non-target says that it is gone.
    new_lesions, eligibility
        What is progression because it is new, and what may be a target.
    """

    judge_targets: JudgeTargets
    is_gone: IsGone
    new_lesions: NewLesionRule
    eligibility: TargetEligibility

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess every follow-up of one course, each with all that came before it."""
        new = new_lesions(course, self.new_lesions)
        assessed: list[ResponseAssessment] = []
        for visit_index in range(1, len(course.visits)):
            row = self._assess(course, visit_index, tuple(assessed), new[visit_index])
            assessed.append(row)
        return tuple(assessed)

    def _assess(
        self,
        course: Course,
        visit_index: int,
        earlier: Sequence[ResponseAssessment],
        new: NewLesions,
    ) -> ResponseAssessment:
        target = self.judge_targets(course, visit_index, earlier)
        non_target, non_target_reason = non_target_response(
            course,
            visit_index,
            self.is_gone,
            had_complete_response=had_complete_response(earlier),
        )
        has_new_lesion = bool(new.progressing)
        response = overall_response(target.response, non_target, has_new_lesion=has_new_lesion)
        overall = "" if response is target.response else f"Overall {response}."
        notes = self.eligibility(course)
        states = target_states(course, visit_index)
        sentences = (target.reason, *states, non_target_reason, *new.sentences, overall, *notes)
        has_targets = bool(course.lesions(Role.TARGET))
        return ResponseAssessment(
            patient_id=course.patient_id,
            reader=course.reader,
            baseline=course.baseline.time,
            assessment=course.visits[visit_index].time,
            baseline_sum=target.baseline_sum if has_targets else None,
            nadir_sum=target.nadir_sum if has_targets else None,
            current_sum=target.current_sum if has_targets else None,
            target_response=target.response,
            non_target_response=non_target,
            new_lesion=has_new_lesion,
            response=response,
            reason=" ".join(sentence for sentence in sentences if sentence),
            flags=changed_phases(course, visit_index),
        )


def target_history(baseline: TargetSum, earlier: Sequence[ResponseAssessment]) -> TargetHistory:
    """What the baseline and the earlier follow-ups say of the targets."""
    sums = (baseline.value, *(row.current_sum for row in earlier))
    return TargetHistory(
        baseline=baseline.value,
        evaluable=tuple(value for value in sums if value is not None),
        has_responded=_has_responded(earlier),
        had_complete_response=had_complete_response(earlier),
        baseline_at_least=baseline.known,
        baseline_missing=baseline.missing,
    )


def had_complete_response(earlier: Sequence[ResponseAssessment]) -> bool:
    """Whether an earlier overall response was CR."""
    return any(row.response is ResponseClass.CR for row in earlier)


def _has_responded(earlier: Sequence[ResponseAssessment]) -> bool:
    found = [row.target_response for row in earlier]
    evaluable = [word for word in found if word is not UnorderedResponse.NE]
    return bool(evaluable) and evaluable[-1] in (ResponseClass.CR, ResponseClass.PR)
