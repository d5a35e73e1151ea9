"""iRECIST: RECIST 1.1 under immunotherapy, where a progression must be confirmed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from radiomics_hcc.domain.response import (
    ImmuneResponse,
    ResponseAssessment,
    ResponseClass,
    ResponseWord,
)
from radiomics_hcc.errors import ConfigError, Problem
from radiomics_hcc.response.arithmetic import decimal_text, exact
from radiomics_hcc.response.immune_progression import (
    IMMUNE_WORDS,
    Confirmation,
    ImmuneMemory,
    Outcome,
)
from radiomics_hcc.response.immune_visit import Category, ImmuneVisit
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.new_lesion_burden import measured_new_lesions, sum_new_lesions
from radiomics_hcc.response.new_lesions import new_lesions
from radiomics_hcc.response.recist_rules import RecistRules
from radiomics_hcc.response.recist_walk import recist_walk
from radiomics_hcc.response.sizes import whole_size
from radiomics_hcc.response.targets import sum_targets


@dataclass(frozen=True)
class IRECIST(RecistRules):
    """RECIST 1.1 modified for immunotherapy: the first progression is unconfirmed (iUPD).

    An iUPD is confirmed (iCPD) by further worsening of what had progressed, or by progression in
    another category: the target sum, or the sum of the measured new lesions, at least
    `confirmation_increase_mm` above that of the first iUPD (small increases add up); any further
    growth of a non-target or of a new lesion that is not measured; one more new lesion. Without
    any it stays iUPD. With iSD, iPR or iCR the bar is reset: a later progression is a new iUPD,
    against the nadir.

    Parameters
    ----------
    progression_min_mm
        Smallest absolute increase of the sum that is progression.
    carry_forward_pr, normal_node_mm, target_minimum_mm, node_minimum_mm, backdate_new_lesions
        See `WholeLesionRules`. New lesions are measured from the same sizes on as targets.
    confirmation_increase_mm
        Further growth of a sum that confirms a progression.
    confirmation_min_days
        An assessment sooner after the first iUPD confirms nothing; it is flagged.
    confirmation_max_days
        An assessment later after the last iUPD still confirms, as no rule is published for it;
        it is flagged.

    References
    ----------
    Seymour L et al. Lancet Oncol 2017;18:e143-e152: tables 2 and 3, and the RECIST working
    group's answers to questions on them, read; the text of the paper was not re-read.
    """

    kind: ClassVar[str] = "irecist"
    confirmation_increase_mm: float = 5
    confirmation_min_days: int = 28
    confirmation_max_days: int = 56

    def __post_init__(self) -> None:
        super().__post_init__()
        days = (self.confirmation_min_days, self.confirmation_max_days)
        are_whole = all(isinstance(value, int) and not isinstance(value, bool) for value in days)
        if not are_whole or not 0 <= days[0] <= days[1]:
            what = f"is {days[0]!r}, confirmation_max_days {days[1]!r}"
            remedy = "give whole days, 0 or more, the least before the most"
            raise ConfigError([Problem("irecist.confirmation_min_days", what, remedy)])

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one course: one answer per follow-up."""
        rule = Confirmation(
            exact(self.confirmation_increase_mm),
            self.confirmation_min_days,
            self.confirmation_max_days,
        )
        memory, assessed = ImmuneMemory(rule), []
        for visit in self._visits(course):
            outcome = memory.judge(visit)
            first = memory.block.first if memory.block else visit
            memory = memory.after(visit, outcome)
            confirmed_by = memory.block.confirmed_by if memory.block else frozenset()
            assessed.append(_row(visit, outcome, confirmed_by, first))
        return tuple(assessed)

    def _visits(self, course: Course) -> tuple[ImmuneVisit, ...]:
        rows = recist_walk(self)(course)
        new = new_lesions(course, self.new_lesion_rule)
        measured = measured_new_lesions(course, self.eligibility)
        return tuple(
            ImmuneVisit(
                course=course,
                visit_index=index,
                recist=row,
                targets=sum_targets(course, index, self.target_rule),
                new_lesions=new[index].progressing,
                measured_new=sum_new_lesions(
                    course,
                    index,
                    tuple(name for name in measured if name in new[index].progressing),
                    whole_size,
                ),
                unmeasured_new=tuple(
                    name for name in new[index].progressing if name not in measured
                ),
            )
            for index, row in enumerate(rows, start=1)
        )


def _row(
    visit: ImmuneVisit, outcome: Outcome, confirmed_by: frozenset[Category], first: ImmuneVisit
) -> ResponseAssessment:
    row = visit.recist
    sentences = (
        f"RECIST 1.1: {row.reason}",
        _new_lesion_text(visit, first),
        f"iRECIST: {outcome.sentence}",
    )
    return replace(
        row,
        target_response=_part(row.target_response, Category.TARGETS, confirmed_by),
        non_target_response=_part(row.non_target_response, Category.NON_TARGETS, confirmed_by),
        new_lesion=Category.NEW_LESIONS in outcome.progressed,
        response=outcome.response,
        reason=" ".join(sentence for sentence in sentences if sentence),
        flags=(*row.flags, *outcome.flags),
    )


def _part(
    word: ResponseWord, category: Category, confirmed_by: frozenset[Category]
) -> ResponseWord:
    if word is ResponseClass.PD:
        return ImmuneResponse.ICPD if category in confirmed_by else ImmuneResponse.IUPD
    return IMMUNE_WORDS[word]


def _new_lesion_text(visit: ImmuneVisit, first: ImmuneVisit) -> str:
    """The sum of the measured new lesions, which is kept apart from that of the targets."""
    now, then = visit.measured_new, first.measured_new
    if not now.remaining and not now.missing:
        return ""
    least = "at least " if now.missing else ""
    text = f"New-lesion sum {least}{decimal_text(now.known)} mm"
    if first is visit:
        return f"{text}."
    before = "incomplete" if then.value is None else f"{decimal_text(then.known)} mm"
    return f"{text} ({before} at {first.when})."
