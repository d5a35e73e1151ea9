"""The memory of iRECIST: from the first progression to its confirmation or its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from radiomics_hcc.domain.response import (
    ImmuneResponse,
    ResponseClass,
    ResponseWord,
    UnorderedResponse,
    days_between,
)
from radiomics_hcc.response.immune_visit import Category, ImmuneVisit
from radiomics_hcc.response.non_targets import has_progressed
from radiomics_hcc.response.overall import overall_response
from radiomics_hcc.response.targets import PROGRESSION_FACTOR

RESPONDED: Final = (ResponseClass.CR, ResponseClass.PR)
IMMUNE_WORDS: Final[dict[ResponseWord, ResponseWord]] = {
    ResponseClass.CR: ImmuneResponse.ICR,
    ResponseClass.PR: ImmuneResponse.IPR,
    ResponseClass.SD: ImmuneResponse.ISD,
    UnorderedResponse.NON_CR_NON_PD: ImmuneResponse.NON_ICR_NON_IUPD,
    UnorderedResponse.NE: UnorderedResponse.NE,
    UnorderedResponse.NA: UnorderedResponse.NA,
}
"""The word of iRECIST for a word of RECIST 1.1 that is no progression."""


@dataclass(frozen=True)
class Confirmation:
    """What confirms a progression.

    Parameters
    ----------
    increase_mm
        Further growth of a sum.
    min_days, max_days
        How long after the first iUPD an assessment can confirm it at the earliest, and how soon
        after the last iUPD it should.
    """

    increase_mm: Fraction
    min_days: int
    max_days: int

    @property
    def window(self) -> str:
        """The two limits, in words."""
        return f"{self.min_days} to {self.max_days} days"


@dataclass(frozen=True)
class Block:
    """An unbroken run of progression.

    Parameters
    ----------
    first, last
        The visit of the first iUPD, and that of the latest.
    categories
        What had progressed at the first iUPD.
    confirmed_by
        What confirmed it; empty while unconfirmed.
    """

    first: ImmuneVisit
    last: ImmuneVisit
    categories: frozenset[Category]
    confirmed_by: frozenset[Category] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """The answer of iRECIST at one visit: word, progressed categories, sentence and flags."""

    response: ResponseWord
    progressed: frozenset[Category]
    sentence: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImmuneMemory:
    """What is known before a visit.

    Parameters
    ----------
    rule
        What confirms a progression.
    block
        The progression that is neither confirmed and over, nor followed by a response.
    outlived
        New lesions that were there when an iUPD ended without confirmation. They count again
        only once they progress themselves, or another one appears.
    outlived_nadir
        Their smallest sum since, mm.
    """

    rule: Confirmation
    block: Block | None = None
    outlived: frozenset[str] = frozenset()
    outlived_nadir: Fraction | None = None

    def judge(self, visit: ImmuneVisit) -> Outcome:
        """The answer at the next visit."""
        if self.block is None:
            return self._judge_without_progression(visit)
        return self._judge_after_progression(visit, self.block)

    def after(self, visit: ImmuneVisit, outcome: Outcome) -> ImmuneMemory:
        """What is known after that visit."""
        if outcome.response is UnorderedResponse.NE:
            return self
        if outcome.response not in (ImmuneResponse.IUPD, ImmuneResponse.ICPD):
            return self._without_block(visit)
        if self.block is None:
            return replace(self, block=Block(visit, visit, outcome.progressed))
        block = replace(self.block, last=visit)
        if outcome.response is ImmuneResponse.ICPD and not block.confirmed_by:
            block = replace(block, confirmed_by=frozenset(self._worsening(visit, block)))
        return replace(self, block=block)

    def progressed(self, visit: ImmuneVisit) -> frozenset[Category]:
        """The categories that are progression at a visit."""
        new = {Category.NEW_LESIONS} if self._new_lesions_count(visit) else set()
        return visit.progressed | new

    def _judge_without_progression(self, visit: ImmuneVisit) -> Outcome:
        progressed = self.progressed(visit)
        if not progressed:
            word = _word_without_progression(visit)
            return Outcome(word, progressed, f"{word}.")
        what = " and ".join(sorted(progressed))
        sentence = f"progression of {what}, to be confirmed after {self.rule.window}; iUPD."
        return Outcome(ImmuneResponse.IUPD, progressed, sentence)

    def _judge_after_progression(self, visit: ImmuneVisit, block: Block) -> Outcome:
        progressed, worse = self.progressed(visit), self._worsening(visit, block)
        days = days_between(block.first.recist.assessment, visit.recist.assessment)
        too_early = days < self.rule.min_days
        early = (self._window_flag(days, block.first),) if too_early else ()
        if block.confirmed_by and progressed:
            sentence = f"confirmed since the iUPD of {block.first.when}; iCPD."
            return Outcome(ImmuneResponse.ICPD, progressed, sentence)
        if worse and not too_early:
            flags = self._late(visit, block)
            found = ". ".join(text for texts in worse.values() for text in texts)
            return Outcome(ImmuneResponse.ICPD, progressed | worse.keys(), f"{found}; iCPD.", flags)
        if progressed:
            sentence = self._unconfirmed(block, days if worse else None)
            return Outcome(ImmuneResponse.IUPD, progressed, sentence, early)
        return self._end(visit, block, early)

    def _end(self, visit: ImmuneVisit, block: Block, flags: tuple[str, ...]) -> Outcome:
        word = _word_without_progression(visit)
        lost = visit.recist.non_target_response is UnorderedResponse.NE
        if lost and Category.NON_TARGETS in block.categories:
            word = UnorderedResponse.NE
        if word is UnorderedResponse.NE:
            sentence = f"whether the iUPD of {block.first.when} holds cannot be told; NE."
            return Outcome(word, frozenset(), sentence, flags)
        name = "iCPD" if block.confirmed_by else "unconfirmed iUPD"
        sentence = f"the {name} of {block.first.when} is over; {word}."
        if visit.new_lesions:
            sentence = f"targets have responded since, though new lesions persist; {sentence}"
        return Outcome(word, frozenset(), sentence, flags)

    def _worsening(self, visit: ImmuneVisit, block: Block) -> dict[Category, list[str]]:
        """Why a progression is confirmed: by what has worsened, or what progressed besides."""
        found = {
            category: visit.worsening(block.first, category, self.rule.increase_mm)
            for category in sorted(block.categories)
        }
        for category in sorted(self.progressed(visit) - block.categories):
            found[category] = [f"Progression of {category} as well"]
        return {category: texts for category, texts in found.items() if texts}

    def _new_lesions_count(self, visit: ImmuneVisit) -> bool:
        """Whether the new lesions of a visit are progression.

        Within a progression that they began they count until all are gone, or until the targets
        have come to a better response than they had then (Seymour 2017, scenario B).
        """
        block = self.block
        if block is not None and Category.NEW_LESIONS in block.categories:
            return bool(visit.new_lesions) and not _has_responded_since(visit, block.first)
        if set(visit.new_lesions) - self.outlived:
            return True
        return bool(visit.new_lesions) and self._outlived_progress(visit)

    def _outlived_progress(self, visit: ImmuneVisit) -> bool:
        nadir, known = self.outlived_nadir, visit.measured_new.known
        names = visit.new_lesions
        if any(has_progressed(visit.course, visit.visit_index, name) for name in names):
            return True
        if nadir is None or known <= nadir:
            return False
        return known >= PROGRESSION_FACTOR * nadir and known - nadir >= self.rule.increase_mm

    def _without_block(self, visit: ImmuneVisit) -> ImmuneMemory:
        sums = [visit.measured_new.value]
        if self.block is None:
            sums.append(self.outlived_nadir)
        nadir = min((value for value in sums if value is not None), default=None)
        return ImmuneMemory(self.rule, None, frozenset(visit.new_lesions), nadir)

    def _unconfirmed(self, block: Block, early_days: int | None) -> str:
        if early_days is None:
            return f"nothing worse than at the iUPD of {block.first.when}, nor resolved; iUPD."
        return (
            f"worse than at the iUPD of {block.first.when}, but {early_days} days are too few to "
            f"confirm it ({self.rule.min_days}); iUPD."
        )

    def _late(self, visit: ImmuneVisit, block: Block) -> tuple[str, ...]:
        days = days_between(block.last.recist.assessment, visit.recist.assessment)
        return (self._window_flag(days, block.last),) if days > self.rule.max_days else ()

    def _window_flag(self, days: int, since: ImmuneVisit) -> str:
        return f"confirmation: {days} days after the iUPD of {since.when}, not {self.rule.window}"


def _word_without_progression(visit: ImmuneVisit) -> ResponseWord:
    """The overall word where nothing counts as progression; new lesions that persist bar iCR."""
    row = visit.recist
    word = overall_response(row.target_response, row.non_target_response, has_new_lesion=False)
    return IMMUNE_WORDS[ResponseClass.PR if _is_barred(word, visit) else word]


def _is_barred(word: ResponseWord, visit: ImmuneVisit) -> bool:
    return word is ResponseClass.CR and bool(visit.new_lesions)


def _has_responded_since(visit: ImmuneVisit, first: ImmuneVisit) -> bool:
    now, then = visit.recist.target_response, first.recist.target_response
    if not isinstance(now, ResponseClass) or not isinstance(then, ResponseClass):
        return False
    return now in RESPONDED and now < then
