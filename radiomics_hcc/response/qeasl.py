"""qEASL: the enhancing volume of hepatocellular carcinoma."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import ClassVar

from radiomics_hcc.domain.response import ResponseAssessment, UnorderedResponse
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import decimal_text, exact
from radiomics_hcc.response.arterial_phase import with_phase_flags
from radiomics_hcc.response.follow_up_walk import TargetFinding
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.recist_walk import recist_walk
from radiomics_hcc.response.requirements import (
    HEPATOCELLULAR_GAPS,
    missing_columns,
    new_lesion_gaps,
)
from radiomics_hcc.response.summed_targets import SummedTargets
from radiomics_hcc.response.targets import NOTHING, TargetRule
from radiomics_hcc.response.viable_lesion_rules import ViableLesionRules
from radiomics_hcc.response.volumes import (
    TOO_SMALL_ML,
    UNIT,
    arterial_volume,
    arterial_volume_lacks,
    enhancing_share,
    enhancing_volume,
    enhancing_volume_column,
    enhancing_volume_lacks,
)


@dataclass(frozen=True)
class QEASL(ViableLesionRules):
    """Quantitative EASL: the enhancing volume of liver lesions, in mL.

    CR: no enhancing volume in any target. PR: sum <= 0.35 x baseline. PD: sum >= 1.73 x nadir,
    any regrowth from 0, a non-target that progressed, or a new lesion. Outside the liver whole
    volumes are added. The reason also gives the enhancing share of the liver targets' volume. A
    liver target without `viable_volume_ml` (no arterial phase), or with that of another phase,
    is not evaluable.

    Parameters
    ----------
    partial_decrease_percent, progression_increase_percent
        Decrease of the sum that is PR, increase that is PD; both inclusive. The rounded cut-offs
        of the published comparisons; others are in use.
    carry_forward_pr, allow_other_phase, normal_node_mm
        See `ViableLesionRules`.
    target_minimum_mm, node_minimum_mm, porta_hepatis_minimum_mm
        As before.
    new_nodule_minimum_mm, interval_growth_mm, backdate_new_lesions
        As before.

    References
    ----------
    Lin M et al. J Vasc Interv Radiol 2012;23:1629-1637 (method). Tacher V et al. Radiology
    2016;278:275-284 (limits).
    """

    kind: ClassVar[str] = "qeasl"
    plot_limits: ClassVar[tuple[float, float] | None] = (-65.0, 73.0)
    partial_decrease_percent: float = 65
    progression_increase_percent: float = 73

    def problems(self, measurements: Measurements) -> list[Problem]:
        """Missing columns of volumes, and new lesions that cannot be judged as they stand."""
        return [
            *missing_columns(measurements, enhancing_volume_column, self.kind),
            *new_lesion_gaps(measurements, HEPATOCELLULAR_GAPS),
        ]

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one course: one answer per follow-up."""
        walk = recist_walk(self, EnhancingTargets(SummedTargets(self.target_rule)))
        return with_phase_flags(course, walk(course))

    @property
    def target_rule(self) -> TargetRule:
        """How the targets are added up and compared."""
        any_phase = self.allow_other_phase
        return TargetRule(
            measure=enhancing_volume if any_phase else arterial_volume,
            unmeasured=enhancing_volume_lacks if any_phase else arterial_volume_lacks,
            progression_min=NOTHING,
            carry_forward_pr=self.carry_forward_pr,
            quantity="Enhancing volume",
            gone="No enhancing volume in any target",
            unit=UNIT,
            partial_remainder=1 - exact(self.partial_decrease_percent) / 100,
            progression_factor=1 + exact(self.progression_increase_percent) / 100,
            too_small=TOO_SMALL_ML,
            normal_node_mm=exact(self.normal_node_mm),
        )


@dataclass(frozen=True)
class EnhancingTargets:
    """Judges the sum of enhancing volumes and says their share of the whole tumours."""

    summed: SummedTargets

    def __call__(
        self, course: Course, visit_index: int, earlier: Sequence[ResponseAssessment]
    ) -> TargetFinding:
        """Judge the targets of one visit."""
        finding = self.summed(course, visit_index, earlier)
        if finding.response is UnorderedResponse.NE:
            return finding
        share = _shares(enhancing_share(course, 0), enhancing_share(course, visit_index))
        return replace(finding, reason=f"{finding.reason} {share}" if share else finding.reason)


def _shares(baseline: Fraction | None, current: Fraction | None) -> str:
    if baseline is None or current is None:
        return ""
    now, before = (decimal_text(round(100 * share, 1)) for share in (current, baseline))
    return f"Enhancing: {now} % of the tumour volume, {before} % at baseline."
