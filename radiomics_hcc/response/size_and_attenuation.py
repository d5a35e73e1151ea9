"""Targets judged by their size and their attenuation together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product

from radiomics_hcc.domain.response import (
    ResponseAssessment,
    ResponseClass,
    ResponseWord,
    UnorderedResponse,
)
from radiomics_hcc.response.attenuation import (
    AttenuationChange,
    AttenuationRule,
    attenuation_change,
    targets_with_lipiodol,
)
from radiomics_hcc.response.follow_up_walk import TargetFinding, target_history
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.size_and_attenuation_reasons import SizeAndAttenuationReason
from radiomics_hcc.response.target_reasons import TargetReason
from radiomics_hcc.response.targets import (
    TargetHistory,
    TargetRule,
    TargetSum,
    sum_targets,
    target_response,
)


@dataclass(frozen=True)
class SizeAndAttenuation:
    """Targets whose density in CT counts beside their size.

    Parameters
    ----------
    size, attenuation
        How sizes are added up, how attenuations are averaged.
    attenuation_remainder
        An attenuation of at most this share of the baseline is a response.
    needs_both
        Whether PR needs the decrease of both, size and attenuation, or of one of them.
    """

    size: TargetRule
    attenuation: AttenuationRule
    attenuation_remainder: Fraction
    needs_both: bool

    def __call__(
        self, course: Course, visit_index: int, earlier: Sequence[ResponseAssessment]
    ) -> TargetFinding:
        """Judge the targets of one visit."""
        current = sum_targets(course, visit_index, self.size)
        history = target_history(sum_targets(course, 0, self.size), earlier)
        change = attenuation_change(course, visit_index, self.attenuation)
        lipiodol = targets_with_lipiodol(course, visit_index, self.attenuation)
        response = self._by_size_alone(current, history)
        if response is not None:
            reason = TargetReason(current, history, self.size)(response)
        elif lipiodol:
            response = UnorderedResponse.NE
            reason = f"Lipiodol in {', '.join(lipiodol)}: attenuation says nothing; NE."
        else:
            response = self._by_both(current, history, change)
            reason = SizeAndAttenuationReason(
                current, history, change, self.size, self.attenuation_remainder
            )(response, needs_both=self.needs_both)
        return TargetFinding(response, reason, history.baseline, history.nadir, current.value)

    def _by_size_alone(self, current: TargetSum, history: TargetHistory) -> ResponseWord | None:
        """NA, CR and what is back after it was gone; None where attenuation counts too."""
        response = target_response(current, history, self.size)
        if response in (UnorderedResponse.NA, ResponseClass.CR):
            return response
        is_back = history.had_complete_response and current.remaining_outside_nodes
        regrown = history.nadir == 0 and current.remaining
        return ResponseClass.PD if is_back or regrown else None

    def _by_both(
        self, current: TargetSum, history: TargetHistory, change: AttenuationChange
    ) -> ResponseWord:
        """The class, where all that is not known could not change it; else NE."""
        relative = change.relative
        is_darker = (
            (True, False) if relative is None else (relative <= self.attenuation_remainder - 1,)
        )
        carried = self.size.carry_forward_pr and history.has_responded
        classes = {
            self._class_of(shrunk=shrunk, grown=grown, darker=darker, carried=carried)
            for (shrunk, grown), darker in product(self._sizes(current, history), is_darker)
        }
        if current.missing and not current.remaining:
            classes.add(ResponseClass.CR)
        return classes.pop() if len(classes) == 1 else UnorderedResponse.NE

    def _class_of(self, *, shrunk: bool, grown: bool, darker: bool, carried: bool) -> ResponseClass:
        if grown and not darker:
            return ResponseClass.PD
        has_both, has_one = shrunk and darker, shrunk or darker
        if carried or (has_both if self.needs_both else has_one):
            return ResponseClass.PR
        return ResponseClass.SD

    def _sizes(self, current: TargetSum, history: TargetHistory) -> set[tuple[bool, bool]]:
        """Whether the sum has shrunk and has grown, for every value that it may have."""
        baseline, nadir = history.baseline, history.nadir
        least = None if baseline is None else self.size.partial_remainder * baseline
        most = None if nadir is None else self.size.progression_factor * nadir
        bounds = [bound for bound in (least, most) if bound is not None]
        sums = _possible_sums(current.known, bounds) if current.missing else [current.known]
        return {
            pair
            for value in sums
            for pair in product(
                (True, False) if least is None else (value <= least,),
                (True, False) if most is None else (value >= most,),
            )
        }


def _possible_sums(known: Fraction, bounds: list[Fraction]) -> list[Fraction]:
    """A lower bound, and sums above it on, between and beyond the boundaries."""
    edges = sorted({known, *(bound for bound in bounds if bound > known)})
    between = [(low + high) / 2 for low, high in pairwise(edges)]
    return [*edges, *between, edges[-1] + 1]
