"""The walk through the follow-ups that all criteria of the RECIST family share."""

from __future__ import annotations

from dataclasses import dataclass, replace

from radiomics_hcc.domain.response import (
    ResponseAssessment,
    ResponseClass,
    ResponseWord,
    UnorderedResponse,
)
from radiomics_hcc.response.eligibility import TargetEligibility
from radiomics_hcc.response.measurement import Course, Measurement, Role
from radiomics_hcc.response.new_lesions import NewLesionRule, NewLesions, new_lesions
from radiomics_hcc.response.non_targets import non_target_response
from radiomics_hcc.response.overall import overall_response
from radiomics_hcc.response.target_reasons import TargetReason
from radiomics_hcc.response.targets import (
    NORMAL_NODE_MM,
    Measure,
    TargetHistory,
    TargetRule,
    TargetSum,
    sum_targets,
    target_response,
)


@dataclass(frozen=True)
class RecistFamily:
    """Targets by their sum against baseline and nadir, then non-targets and new lesions.

    Parameters
    ----------
    targets, new_lesions, eligibility
        What differs between the criteria of the family.
    """

    targets: TargetRule
    new_lesions: NewLesionRule
    eligibility: TargetEligibility

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess every follow-up of one course, each with all that came before it."""
        new = new_lesions(course, self.new_lesions)
        baseline = sum_targets(course, 0, self.targets).value
        history = TargetHistory(baseline, () if baseline is None else (baseline,))
        assessed = []
        for visit_index in range(1, len(course.visits)):
            current = sum_targets(course, visit_index, self.targets)
            row = self._assess(course, visit_index, current, history, new[visit_index])
            assessed.append(row)
            history = _after(history, current, row)
        return tuple(assessed)

    def _assess(
        self,
        course: Course,
        visit_index: int,
        current: TargetSum,
        history: TargetHistory,
        new: NewLesions,
    ) -> ResponseAssessment:
        target = target_response(current, history, self.targets)
        non_target, non_target_reason = non_target_response(
            course,
            visit_index,
            lambda row: is_gone(row, self.targets.measure),
            had_complete_response=history.had_complete_response,
        )
        response = overall_response(target, non_target, has_new_lesion=bool(new.progressing))
        target_reason = TargetReason(current, history, self.targets)(target)
        overall = "" if response is target else f"Overall {response}."
        notes = self.eligibility(course)
        sentences = (target_reason, non_target_reason, *new.sentences, overall, *notes)
        has_targets = bool(course.lesions(Role.TARGET))
        return ResponseAssessment(
            patient_id=course.patient_id,
            reader=course.reader,
            baseline=course.baseline.time,
            assessment=course.visits[visit_index].time,
            baseline_sum=history.baseline if has_targets else None,
            nadir_sum=history.nadir if has_targets else None,
            current_sum=current.value if has_targets else None,
            target_response=target,
            non_target_response=non_target,
            new_lesion=bool(new.progressing),
            response=response,
            reason=" ".join(sentence for sentence in sentences if sentence),
        )


def is_gone(row: Measurement, measure: Measure) -> bool:
    """Whether the size of a row says that the lesion is gone: 0, or a node under 10 mm."""
    size = measure(row)
    return size is not None and (size == 0 or (row.is_node and size < NORMAL_NODE_MM))


def _after(history: TargetHistory, current: TargetSum, row: ResponseAssessment) -> TargetHistory:
    added = () if current.value is None else (current.value,)
    return replace(
        history,
        evaluable=(*history.evaluable, *added),
        has_responded=_has_responded(row.target_response, before=history.has_responded),
        had_complete_response=history.had_complete_response or row.response is ResponseClass.CR,
    )


def _has_responded(target: ResponseWord, *, before: bool) -> bool:
    if target is UnorderedResponse.NE:
        return before
    return target in (ResponseClass.CR, ResponseClass.PR)
