"""The tumour burden of imRECIST: the targets and the new lesions that can be measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from radiomics_hcc.domain.response import ResponseAssessment, ResponseClass, UnorderedResponse
from radiomics_hcc.response.arithmetic import decimal_text
from radiomics_hcc.response.eligibility import TargetEligibility
from radiomics_hcc.response.follow_up_walk import TargetFinding, target_history
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.new_lesion_burden import (
    NewLesionSum,
    measured_new_lesions,
    sum_new_lesions,
)
from radiomics_hcc.response.new_lesions import NewLesionRule, new_lesions
from radiomics_hcc.response.target_reasons import TargetReason
from radiomics_hcc.response.targets import TargetRule, TargetSum, sum_targets, target_response


@dataclass(frozen=True)
class BurdenTargets:
    """Targets and measured new lesions, judged as one sum.

    Parameters
    ----------
    rule
        How a lesion is measured, and from where on the sum is a response or a progression.
    new_lesion_rule, eligibility
        Which new lesions are tumour, and which of them are measured.
    """

    rule: TargetRule
    new_lesion_rule: NewLesionRule
    eligibility: TargetEligibility

    def __call__(
        self, course: Course, visit_index: int, earlier: Sequence[ResponseAssessment]
    ) -> TargetFinding:
        """Judge the burden of one visit.

        Without targets at baseline the sum was 0, and new lesions that are measured are PD.
        """
        current, new = self._burden(course, visit_index), self._new(course, visit_index)
        history = target_history(self._burden(course, 0), earlier)
        rule = replace(self.rule, quantity="Tumour burden")
        response = target_response(current, history, rule)
        reason = TargetReason(current, history, rule)(response)
        if response is UnorderedResponse.NA and new.known > 0:
            response = ResponseClass.PD
            size = f"{decimal_text(new.known)} {rule.unit}"
            reason = f"New lesions of {size}, with nothing measured at baseline: PD."
        return TargetFinding(response, reason, history.baseline, history.nadir, current.value)

    def tell_new_lesions(self, course: Course, visit_index: int) -> tuple[str, ...]:
        """A sentence for each new lesion that is tumour: whether it is in the sum."""
        measured = measured_new_lesions(course, self.eligibility)
        return tuple(
            f"New lesion {name} is in the sum."
            if name in measured
            else f"New lesion {name} is not measurable: no CR."
            for name in self._tumours(course, visit_index)
        )

    def _burden(self, course: Course, visit_index: int) -> TargetSum:
        targets, new = sum_targets(course, visit_index, self.rule), self._new(course, visit_index)
        return TargetSum(
            known=targets.known + new.known,
            missing=(*targets.missing, *new.missing),
            remaining=(*targets.remaining, *new.remaining),
            remaining_outside_nodes=(*targets.remaining_outside_nodes, *new.remaining),
        )

    def _new(self, course: Course, visit_index: int) -> NewLesionSum:
        measured = measured_new_lesions(course, self.eligibility)
        tumours = self._tumours(course, visit_index)
        names = tuple(name for name in measured if name in tumours)
        return sum_new_lesions(course, visit_index, names, self.rule.measure)

    def tell_no_tumours(self, course: Course, visit_index: int) -> tuple[str, ...]:
        """A sentence for each new lesion that is no tumour, or not yet."""
        return new_lesions(course, self.new_lesion_rule)[visit_index].not_counted

    def _tumours(self, course: Course, visit_index: int) -> tuple[str, ...]:
        return new_lesions(course, self.new_lesion_rule)[visit_index].progressing
