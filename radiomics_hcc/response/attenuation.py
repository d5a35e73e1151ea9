"""Mean attenuation of the targets against the baseline, as Choi compares it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from radiomics_hcc.response.measurement import Course, LesionStatus, Measurement, Role
from radiomics_hcc.response.targets import target_rows

PHASE_COLUMNS: Final = {"portal": "mean_hu", "arterial": "mean_hu_arterial"}
WEIGHTINGS: Final = ("equal", "volume")
LIPIODOL_FLAG: Final = "lipiodol"
LIPIODOL_COLUMN: Final = "lipiodol_fraction"


@dataclass(frozen=True)
class AttenuationRule:
    """How the attenuation of several targets becomes one number.

    Parameters
    ----------
    phase
        Contrast phase, `portal` or `arterial`.
    weighting
        `equal`: every target counts the same. `volume`: by its volume at that visit.
    lipiodol_fraction_maximum
        With a larger share of lipiodol the attenuation of a target says nothing.
    """

    phase: str
    weighting: str
    lipiodol_fraction_maximum: Fraction

    @property
    def column(self) -> str:
        """The column that holds the attenuation."""
        return PHASE_COLUMNS[self.phase]

    def attenuation_hu(self, row: Measurement) -> Fraction | None:
        """Mean attenuation of the whole lesion, HU; None where it was not measured."""
        return row.mean_hu if self.phase == "portal" else row.functional.get(self.column)

    def weight(self, row: Measurement) -> Fraction | None:
        """How much a row counts; None where its volume was not measured."""
        return Fraction(1) if self.weighting == "equal" else row.volume_ml

    def has_lipiodol(self, row: Measurement) -> bool:
        """Whether lipiodol in the lesion drowns its attenuation."""
        share = row.functional.get(LIPIODOL_COLUMN, Fraction(0))
        return LIPIODOL_FLAG in row.flags or share > self.lipiodol_fraction_maximum


@dataclass(frozen=True)
class AttenuationChange:
    """Mean attenuation of the targets that can be compared, now and at baseline.

    Parameters
    ----------
    baseline_hu, current_hu
        Means in HU over the same lesions; None where `missing` says why.
    missing
        What is lacking for the comparison.
    left_out
        Lesions that are gone, merged or too small to have an attenuation at one of the visits.
    """

    baseline_hu: Fraction | None
    current_hu: Fraction | None
    missing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def relative(self) -> Fraction | None:
        """(current - baseline) / baseline; None where it is not known."""
        if self.baseline_hu is None or self.current_hu is None:
            return None
        return self.current_hu / self.baseline_hu - 1


def attenuation_change(
    course: Course, visit_index: int, rule: AttenuationRule
) -> AttenuationChange:
    """Compare the mean attenuation of the targets with the baseline.

    The mean is taken over the targets that are measured at both visits, so that a lesion that
    vanished does not change it by its absence. A target that should have an attenuation and has
    none makes the change unknown, as does a mean of 0 HU or less at baseline, which a relative
    change cannot be taken from.
    """
    before, now, missing, left_out = [], [], [], []
    for lesion_id in course.lesions(Role.TARGET):
        first, current = (target_rows(course, index, lesion_id) for index in (0, visit_index))
        unseen = _unseen(first, " at baseline") or _unseen(current, "")
        unmeasured = _unmeasured(first, " at baseline", rule) or _unmeasured(current, "", rule)
        if unseen:
            missing.append(f"{lesion_id} {unseen}")
        elif not (_sized(first) and _sized(current)):
            left_out.append(lesion_id)
        elif unmeasured:
            missing.append(f"{lesion_id} {unmeasured}")
        else:
            before.append(_lesion_mean(_sized(first), rule))
            now.append(_lesion_mean(_sized(current), rule))
    if not missing and not before:
        missing.append("no target has an attenuation at both visits")
    if missing:
        return AttenuationChange(None, None, tuple(missing), tuple(left_out))
    baseline_hu, current_hu = _weighted_mean(before), _weighted_mean(now)
    if baseline_hu <= 0:
        return AttenuationChange(None, None, ("0 HU or less at baseline",), tuple(left_out))
    return AttenuationChange(baseline_hu, current_hu, (), tuple(left_out))


def targets_with_lipiodol(
    course: Course, visit_index: int, rule: AttenuationRule
) -> tuple[str, ...]:
    """Targets measured at baseline and at a visit that had lipiodol at one of them."""
    found = []
    for lesion_id in course.lesions(Role.TARGET):
        first, current = (_sized(target_rows(course, i, lesion_id)) for i in (0, visit_index))
        if first and current and any(rule.has_lipiodol(row) for row in (*first, *current)):
            found.append(lesion_id)
    return tuple(found)


def _sized(rows: tuple[Measurement, ...]) -> tuple[Measurement, ...]:
    """The rows of something that is there and large enough to have an attenuation."""
    return tuple(row for row in rows if row.status is LesionStatus.MEASURED and row.longest_mm != 0)


def _unseen(rows: tuple[Measurement, ...], when: str) -> str:
    """Why nothing is known of a lesion at a visit; empty where something is."""
    if not rows:
        return f"has no row{when}"
    is_lost = any(row.status is LesionStatus.NOT_EVALUABLE for row in rows)
    return f"was not evaluable{when}" if is_lost else ""


def _unmeasured(rows: tuple[Measurement, ...], when: str, rule: AttenuationRule) -> str:
    """What the rows of a lesion lack for a mean attenuation; empty where nothing."""
    if any(rule.attenuation_hu(row) is None for row in _sized(rows)):
        return f"has no {rule.column}{when}"
    if any(not rule.weight(row) for row in _sized(rows)):
        return f"has no volume{when}"
    return ""


def _lesion_mean(rows: tuple[Measurement, ...], rule: AttenuationRule) -> tuple[Fraction, Fraction]:
    """Mean attenuation of a lesion, over its fragments, and its weight."""
    fragments = [(rule.attenuation_hu(row), rule.weight(row)) for row in rows]
    known = [(hu, weight) for hu, weight in fragments if hu is not None and weight is not None]
    weight = sum((weight for _, weight in known), Fraction(0))
    return _weighted_mean(known), weight if rule.weighting == "volume" else Fraction(1)


def _weighted_mean(values: list[tuple[Fraction, Fraction]]) -> Fraction:
    total = sum((weight for _, weight in values), Fraction(0))
    return sum((value * weight for value, weight in values), Fraction(0)) / total
