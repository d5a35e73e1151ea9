"""Target lesions: their sum at one visit, and the response that follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, TypeAlias

from radiomics_hcc.domain.response import ResponseClass, ResponseWord, UnorderedResponse
from radiomics_hcc.response.measurement import Course, LesionStatus, Measurement, Role

PARTIAL_REMAINDER: Final = Fraction(7, 10)  # PR: at least -30 % against the baseline, inclusive
PROGRESSION_FACTOR: Final = Fraction(6, 5)  # PD: at least +20 % against the nadir, inclusive
NORMAL_NODE_MM: Final = Fraction(10)  # RECIST 1.1: a node with a shorter short axis is normal
TOO_SMALL_MM: Final = Fraction(5)  # RECIST 1.1: present, but too small to measure
NOTHING: Final = Fraction(0)

Measure: TypeAlias = Callable[[Measurement], Fraction | None]
"""The size of one row that a criterion adds up; None where it was not measured."""


@dataclass(frozen=True)
class TargetRule:
    """What a criterion of the RECIST family may vary about targets.

    Parameters
    ----------
    measure, unmeasured
        The size that is added up, and what is missing where there is none ("has no ...").
    progression_min
        Smallest absolute increase over the nadir that is progression, in the sum's unit.
    carry_forward_pr
        Whether a partial response, once reached, stays one until progression.
    quantity, gone, unit
        How the sum, a complete response and the unit are called in a sentence.
    partial_remainder, progression_factor, progression_inclusive
        PR: sum <= partial_remainder x baseline. PD: sum >= progression_factor x nadir; where it
        is not inclusive, only above it.
    too_small
        What a target counts that is there but too small to measure, in the sum's unit.
    normal_node_mm
        A node with a shorter short axis is gone; 0: only a node that is absent is.
    """

    measure: Measure
    unmeasured: Callable[[Measurement], str]
    progression_min: Fraction
    carry_forward_pr: bool
    quantity: str
    gone: str
    unit: str = "mm"
    partial_remainder: Fraction = PARTIAL_REMAINDER
    progression_factor: Fraction = PROGRESSION_FACTOR
    progression_inclusive: bool = True
    too_small: Fraction = TOO_SMALL_MM
    normal_node_mm: Fraction = NORMAL_NODE_MM

    def grows_enough(self, size: Fraction, nadir: Fraction) -> bool:
        """Whether the relative increase over the nadir is that of progression."""
        limit = self.progression_factor * nadir
        return size >= limit if self.progression_inclusive else size > limit

    def is_gone(self, row: Measurement) -> bool:
        """Whether the size of a row says that the lesion is gone: 0, or a normal node."""
        return self.measure(row) == 0 or is_normal_node(row, self.normal_node_mm)


@dataclass(frozen=True)
class TargetSum:
    """The targets at one visit.

    Parameters
    ----------
    known
        Sum of all that was measured: a lower bound where something is missing.
    missing
        Lesions that were not evaluable, each with the reason.
    remaining, remaining_outside_nodes
        Lesions that certainly are not gone.
    """

    known: Fraction
    missing: tuple[str, ...]
    remaining: tuple[str, ...]
    remaining_outside_nodes: tuple[str, ...]

    @property
    def value(self) -> Fraction | None:
        """The sum; None where a lesion was not evaluable."""
        return None if self.missing else self.known


@dataclass(frozen=True)
class TargetHistory:
    """What is known of the targets before a visit.

    Parameters
    ----------
    baseline
        Sum at baseline; None where it was not evaluable.
    evaluable
        All earlier evaluable sums, baseline included.
    has_responded
        Whether the targets were in PR or CR at the last evaluable visit.
    had_complete_response
        Whether an earlier overall response was CR.
    baseline_at_least
        What was measured at a baseline that was not evaluable: the sum was that or more.
    baseline_missing
        Lesions that were not evaluable at the baseline, each with the reason.
    """

    baseline: Fraction | None
    evaluable: tuple[Fraction, ...] = field(default=())
    has_responded: bool = False
    had_complete_response: bool = False
    baseline_at_least: Fraction = NOTHING
    baseline_missing: tuple[str, ...] = ()

    @property
    def known_baseline(self) -> Fraction:
        """The sum at baseline, or the part of it that was measured."""
        return self.baseline_at_least if self.baseline is None else self.baseline

    @property
    def nadir(self) -> Fraction | None:
        """The smallest earlier sum, baseline included; None where none was evaluable."""
        return min(self.evaluable, default=None)


def sum_targets(course: Course, visit_index: int, rule: TargetRule) -> TargetSum:
    """Add up the targets at a visit; fragments of a lesion are added to it.

    Absent is 0, too small to measure 5 mm, a measured size is what it is. A lesion without a row
    was not evaluated; merged into another it adds nothing, also at later visits without a row.
    """
    known, missing, remaining, outside = NOTHING, [], [], []
    for lesion_id in course.lesions(Role.TARGET):
        rows = target_rows(course, visit_index, lesion_id)
        if not rows:
            missing.append(f"{lesion_id} has no row")
        for row in rows:
            size, why = _size_of(row, rule)
            known += size
            if why:
                missing.append(f"{lesion_id} {why}")
            if size > 0 and not is_normal_node(row, rule.normal_node_mm):
                remaining.append(lesion_id)
                outside += [] if row.is_node else [lesion_id]
    return TargetSum(known, _unique(missing), _unique(remaining), _unique(outside))


def target_response(current: TargetSum, history: TargetHistory, rule: TargetRule) -> ResponseWord:
    """Classify the targets: not evaluable, CR, PD, PR and SD are tested in this order.

    A missing lesion makes the answer NE unless what was measured is progression already: the
    missing size cannot be negative. One that is missing at the baseline leaves CR and PR possible:
    the baseline was what was measured, or more. CR is a predicate over lesions (nodes under 10 mm
    are gone), not a sum of 0. With a baseline sum of 0 there is no target: NA.
    """
    if history.baseline == 0:
        return UnorderedResponse.NA
    if current.value is not None and history.known_baseline > 0 and not current.remaining:
        return ResponseClass.CR
    if is_progression(current, history, rule):
        return ResponseClass.PD
    if current.value is None or history.known_baseline == 0:
        return UnorderedResponse.NE
    if current.value <= rule.partial_remainder * history.known_baseline:
        return ResponseClass.PR
    if rule.carry_forward_pr and history.has_responded:
        return ResponseClass.PR
    return UnorderedResponse.NE if history.baseline is None else ResponseClass.SD


def is_progression(current: TargetSum, history: TargetHistory, rule: TargetRule) -> bool:
    """Whether the measured part alone is progression.

    From a nadir of 0 any regrowth is; after a complete overall response any target outside the
    lymph nodes that is back is (nodes are judged by the nadir).
    """
    if history.had_complete_response and current.remaining_outside_nodes:
        return True
    nadir = history.nadir
    if nadir is None or not current.remaining:
        return False
    if nadir == 0:
        return True
    grows_enough = rule.grows_enough(current.known, nadir)
    return grows_enough and current.known - nadir >= rule.progression_min


def is_normal_node(row: Measurement, below_mm: Fraction = NORMAL_NODE_MM) -> bool:
    """Whether a lymph node is so small that it is normal; its short axis decides."""
    short_axis = TOO_SMALL_MM if row.status is LesionStatus.TOO_SMALL else row.short_axis_mm
    return row.is_node and short_axis is not None and short_axis < below_mm


def target_rows(course: Course, visit_index: int, lesion_id: str) -> tuple[Measurement, ...]:
    """The rows of a lesion at a visit; merged at an earlier one, it stays so without a row."""
    rows = course.visits[visit_index].rows_of(lesion_id)
    if rows or visit_index == 0:
        return rows
    earlier = target_rows(course, visit_index - 1, lesion_id)
    return tuple(row for row in earlier if row.status is LesionStatus.MERGED)


def _size_of(row: Measurement, rule: TargetRule) -> tuple[Fraction, str]:
    """Size, and why it is only a lower bound (empty when it is exact)."""
    if row.status in (LesionStatus.ABSENT, LesionStatus.MERGED):
        return NOTHING, ""
    if row.status is LesionStatus.TOO_SMALL:
        return rule.too_small, ""
    if row.status is LesionStatus.NOT_EVALUABLE:
        return NOTHING, "was not evaluable"
    size = rule.measure(row)
    return (NOTHING, rule.unmeasured(row)) if size is None else (size, "")


def _unique(words: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
