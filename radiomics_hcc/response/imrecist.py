"""imRECIST: RECIST 1.1 under immunotherapy, where new lesions are added to the sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from radiomics_hcc.domain.response import (
    ResponseAssessment,
    ResponseClass,
    ResponseWord,
    UnorderedResponse,
)
from radiomics_hcc.response.imrecist_burden import BurdenTargets
from radiomics_hcc.response.measurement import Course, time_text
from radiomics_hcc.response.non_targets import non_target_response
from radiomics_hcc.response.overall import overall_response
from radiomics_hcc.response.progression import NEGATION_DAYS, negation
from radiomics_hcc.response.recist_rules import RecistRules
from radiomics_hcc.response.recist_walk import recist_walk
from radiomics_hcc.response.target_states import target_states

NOT_COUNTED: Final = "Non-targets progressed or are back, which is no PD by imRECIST."


@dataclass(frozen=True)
class IMRECIST(RecistRules):
    """Immune-modified RECIST (Hodi 2018): only measurable disease makes a progression.

    New lesions that can be measured are added to the sum of the targets; those that cannot only
    bar CR. Non-targets bar CR, their progression is no PD. PD: sum >= 1.20 x nadir and at least
    `progression_min_mm` above it. A PD is negated by an assessment that is not PD at least 4
    weeks later: it stays in its row, with a flag, and does not end the search for the best
    response.

    Parameters
    ----------
    progression_min_mm
        Smallest absolute increase of the sum that is progression.
    carry_forward_pr, normal_node_mm, target_minimum_mm, node_minimum_mm, backdate_new_lesions
        See `WholeLesionRules`. New lesions are measured from the same sizes on as targets.

    References
    ----------
    Hodi FS et al. J Clin Oncol 2018;36:850-858: abstract read, the rules as two reviews tabulate
    them (Cancer Biol Med 2019;16:655-670, PMC6942076 table 3).
    """

    kind: ClassVar[str] = "imrecist"

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one course: one answer per follow-up."""
        judge = self._burden
        found = recist_walk(self, judge)(course)
        rows = [
            self._row(course, index, judge(course, index, found[: index - 1]).reason, row)
            for index, row in enumerate(found, start=1)
        ]
        return tuple(_with_negation(rows, index) for index in range(len(rows)))

    @property
    def _burden(self) -> BurdenTargets:
        return BurdenTargets(self.target_rule, self.new_lesion_rule, self.eligibility)

    def _row(
        self, course: Course, index: int, target_reason: str, row: ResponseAssessment
    ) -> ResponseAssessment:
        new = self._burden.tell_new_lesions(course, index)
        non_target = _no_progression(row.non_target_response)
        response = _overall(row.target_response, non_target, has_new_lesion=bool(new))
        overall = "" if response is row.target_response else f"Overall {response}."
        non_target_reason = self._tell_non_targets(course, index, row)
        states = target_states(course, index)
        told = (*new, *self._burden.tell_no_tumours(course, index), overall)
        sentences = (target_reason, *states, non_target_reason, *told, *self.eligibility(course))
        return replace(
            row,
            non_target_response=non_target,
            new_lesion=False,
            response=response,
            reason=" ".join(sentence for sentence in sentences if sentence),
        )

    def _tell_non_targets(self, course: Course, index: int, row: ResponseAssessment) -> str:
        if row.non_target_response is ResponseClass.PD:
            return NOT_COUNTED
        is_gone = self.target_rule.is_gone
        return non_target_response(course, index, is_gone, had_complete_response=False)[1]


def _no_progression(non_target: ResponseWord) -> ResponseWord:
    if non_target is ResponseClass.PD:
        return UnorderedResponse.NON_CR_NON_PD
    return non_target


def _overall(
    target: ResponseWord, non_target: ResponseWord, *, has_new_lesion: bool
) -> ResponseWord:
    word = overall_response(target, non_target, has_new_lesion=False)
    if not has_new_lesion or word not in (ResponseClass.CR, UnorderedResponse.NA):
        return word
    is_without_targets = target is UnorderedResponse.NA
    return UnorderedResponse.NON_CR_NON_PD if is_without_targets else ResponseClass.PR


def _with_negation(rows: Sequence[ResponseAssessment], index: int) -> ResponseAssessment:
    row = rows[index]
    later = negation(rows, index, IMRECIST.kind)
    if row.response is not ResponseClass.PD or later is None:
        return row
    weeks = NEGATION_DAYS[IMRECIST.kind] // 7
    text = f"PD negated by {later.response} at {time_text(later.assessment)}"
    reason = f"{row.reason} {text}, at least {weeks} weeks later."
    return replace(row, reason=reason, flags=(*row.flags, text))
