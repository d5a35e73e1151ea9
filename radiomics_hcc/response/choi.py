"""Choi: the size of whole lesions together with their attenuation in CT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.response import ResponseAssessment
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import exact
from radiomics_hcc.response.attenuation import PHASE_COLUMNS, WEIGHTINGS, AttenuationRule
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.parameters import check_parameters
from radiomics_hcc.response.recist_walk import recist_walk
from radiomics_hcc.response.requirements import (
    THROMBUS_GAPS,
    always,
    missing_columns,
    new_lesion_gaps,
)
from radiomics_hcc.response.size_and_attenuation import SizeAndAttenuation
from radiomics_hcc.response.sizes import whole_column, whole_size, whole_unmeasured
from radiomics_hcc.response.targets import NOTHING, TargetRule
from radiomics_hcc.response.whole_lesion_rules import WholeLesionRules


@dataclass(frozen=True)
class Choi(WholeLesionRules):
    """Choi criteria: size or attenuation makes the response.

    CR: all targets gone. PR: sum of diameters <= 0.90 x baseline, or mean attenuation <= 0.85 x
    baseline. PD: sum >= 1.10 x nadir without the decrease of attenuation, any regrowth from 0, a
    non-target that progressed, or a new lesion. With lipiodol in a target: not evaluable.

    Parameters
    ----------
    size_decrease_percent, size_increase_percent
        Decrease of the sum against the baseline that is PR, increase over the nadir that is PD;
        both inclusive.
    attenuation_decrease_percent
        Decrease of the mean attenuation against the baseline that is PR, inclusive.
    attenuation_phase
        `portal`: column `mean_hu`, as published. `arterial`: column `mean_hu_arterial`.
    attenuation_weighting
        How several targets make one mean, on which the paper is silent. `equal`: each counts the
        same. `volume`: by `volume_ml` at that visit.
    lipiodol_fraction_maximum
        With more lipiodol than this share of its volume, or the flag `lipiodol`, the attenuation
        of a target says nothing. At 257 HU of the deposit 5 % is a change of about 10 %.
    carry_forward_pr, normal_node_mm, target_minimum_mm, node_minimum_mm, backdate_new_lesions
        See `WholeLesionRules`.

    References
    ----------
    Choi H et al. J Clin Oncol 2007;25:1753-1759.
    """

    kind: ClassVar[str] = "choi"
    plot_limits: ClassVar[tuple[float, float] | None] = (-10.0, 10.0)
    needs_both: ClassVar[bool] = False
    size_decrease_percent: float = 10
    size_increase_percent: float = 10
    attenuation_decrease_percent: float = 15
    attenuation_phase: str = "portal"
    attenuation_weighting: str = "equal"
    lipiodol_fraction_maximum: float = 0.05

    def __post_init__(self) -> None:
        choices = {
            "attenuation_phase": tuple(PHASE_COLUMNS),
            "attenuation_weighting": WEIGHTINGS,
        }
        check_parameters(self, choices)

    def problems(self, measurements: Measurements) -> list[Problem]:
        """Missing columns of sizes and attenuation, and new thrombi without a finding."""
        columns = [PHASE_COLUMNS[self.attenuation_phase]]
        columns += ["volume_ml"] if self.attenuation_weighting == "volume" else []
        return [
            *missing_columns(measurements, whole_column, self.kind),
            *(p for c in columns for p in missing_columns(measurements, always(c), self.kind)),
            *new_lesion_gaps(measurements, THROMBUS_GAPS),
        ]

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one course: one answer per follow-up."""
        judge = SizeAndAttenuation(
            size=self.target_rule,
            attenuation=self.attenuation_rule,
            attenuation_remainder=1 - exact(self.attenuation_decrease_percent) / 100,
            needs_both=self.needs_both,
        )
        return recist_walk(self, judge)(course)

    @property
    def target_rule(self) -> TargetRule:
        """How the sizes of the targets are added up and compared."""
        return TargetRule(
            measure=whole_size,
            unmeasured=whole_unmeasured,
            progression_min=NOTHING,
            carry_forward_pr=self.carry_forward_pr,
            quantity="Sum of diameters",
            gone="All targets are gone",
            partial_remainder=1 - exact(self.size_decrease_percent) / 100,
            progression_factor=1 + exact(self.size_increase_percent) / 100,
            normal_node_mm=exact(self.normal_node_mm),
        )

    @property
    def attenuation_rule(self) -> AttenuationRule:
        """How the attenuations of the targets make one."""
        return AttenuationRule(
            phase=self.attenuation_phase,
            weighting=self.attenuation_weighting,
            lipiodol_fraction_maximum=exact(self.lipiodol_fraction_maximum),
        )
