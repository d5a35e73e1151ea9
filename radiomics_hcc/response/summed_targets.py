"""Targets judged by a sum, or by the sum and the growth of each lesion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from radiomics_hcc.domain.response import ResponseAssessment, ResponseClass, UnorderedResponse
from radiomics_hcc.response.follow_up_walk import (
    JudgeTargets,
    TargetFinding,
    had_complete_response,
    target_history,
)
from radiomics_hcc.response.measurement import Course, LesionStatus, Role
from radiomics_hcc.response.target_reasons import TargetReason
from radiomics_hcc.response.targets import (
    TargetHistory,
    TargetRule,
    is_progression,
    sum_targets,
    target_response,
)

PROGRESSION_OF: Final = ("lesion", "sum")  # whose growth is progression
ONE_IS_ENOUGH: Final = "One lesion that grows is enough."


@dataclass(frozen=True)
class SummedTargets:
    """Targets judged by their sum against baseline and nadir.

    Parameters
    ----------
    rule
        What is added up, in which unit, and from where on it is a response or a progression.
    """

    rule: TargetRule

    def __call__(
        self, course: Course, visit_index: int, earlier: Sequence[ResponseAssessment]
    ) -> TargetFinding:
        """Judge the targets of one visit."""
        current = sum_targets(course, visit_index, self.rule)
        history = target_history(sum_targets(course, 0, self.rule), earlier)
        response = target_response(current, history, self.rule)
        reason = TargetReason(current, history, self.rule)(response)
        return TargetFinding(response, reason, history.baseline, history.nadir, current.value)


@dataclass(frozen=True)
class LesionwiseTargets:
    """Targets whose sum makes CR, PR and SD; the growth of any one of them is progression.

    Each lesion is compared with its own nadir, the smallest of its earlier sizes, baseline
    included. Where targets have merged, a lesion has no nadir of its own any more: the sum
    decides.

    Parameters
    ----------
    summed
        Judges the sum.
    """

    summed: SummedTargets

    def __call__(
        self, course: Course, visit_index: int, earlier: Sequence[ResponseAssessment]
    ) -> TargetFinding:
        """Judge the targets of one visit."""
        finding = self.summed(course, visit_index, earlier)
        if finding.response in (UnorderedResponse.NA, ResponseClass.CR):
            return finding
        if _has_merged(course, visit_index):
            return finding
        had_cr = had_complete_response(earlier)
        grown = [
            sentence
            for name in course.lesions(Role.TARGET)
            if (sentence := self._growth(course, name, visit_index, had_cr=had_cr))
        ]
        if not grown:
            return finding
        sum_alone = [] if finding.response is ResponseClass.PD else [f"Sum alone: {finding.reason}"]
        reason = " ".join([*grown, ONE_IS_ENOUGH, *sum_alone])
        return replace(finding, response=ResponseClass.PD, reason=reason)

    def _growth(self, course: Course, lesion_id: str, visit_index: int, *, had_cr: bool) -> str:
        """Why one lesion is progression; empty where it is not."""
        rule = replace(self.summed.rule, quantity=f"Lesion {lesion_id}")
        lesion = _only(course, lesion_id)
        current = sum_targets(lesion, visit_index, rule)
        sums = [sum_targets(lesion, index, rule).value for index in range(visit_index)]
        known = tuple(value for value in sums if value is not None)
        history = TargetHistory(sums[0], known, had_complete_response=had_cr)
        if not is_progression(current, history, rule):
            return ""
        return TargetReason(current, history, rule)(ResponseClass.PD)


def judged_by(progression_of: str, summed: SummedTargets) -> JudgeTargets:
    """Judge progression by each `lesion` or by the `sum`."""
    return summed if progression_of == "sum" else LesionwiseTargets(summed)


def _only(course: Course, lesion_id: str) -> Course:
    visits = (replace(visit, measurements=visit.rows_of(lesion_id)) for visit in course.visits)
    return replace(course, visits=tuple(visits))


def _has_merged(course: Course, visit_index: int) -> bool:
    seen = (row for visit in course.visits[: visit_index + 1] for row in visit.measurements)
    return any(row.status is LesionStatus.MERGED for row in seen)
