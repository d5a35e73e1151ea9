"""WHO: the product of the two largest diameters of whole lesions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.response import ResponseAssessment
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import exact
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.parameters import check_parameters
from radiomics_hcc.response.products import (
    TOO_SMALL_MM2,
    UNIT,
    whole_product,
    whole_product_gaps,
    whole_product_lacks,
)
from radiomics_hcc.response.recist_walk import recist_walk
from radiomics_hcc.response.requirements import THROMBUS_GAPS, new_lesion_gaps
from radiomics_hcc.response.summed_targets import PROGRESSION_OF, SummedTargets, judged_by
from radiomics_hcc.response.targets import NOTHING, TargetRule
from radiomics_hcc.response.whole_lesion_rules import WholeLesionRules


@dataclass(frozen=True)
class WHO(WholeLesionRules):
    """World Health Organization criteria: sums of products of two diameters, in mm2.

    CR: all targets gone. PR: sum of products <= 0.50 x baseline. PD: one or more lesions with a
    product >= 1.25 x their own nadir, any regrowth from 0, a non-target that progressed, or a
    new lesion. The paper asks a second look at 4 weeks for CR and PR: `best` confirms them.

    Parameters
    ----------
    partial_decrease_percent, progression_increase_percent
        Decrease of the sum that is PR, increase of the product that is PD; both inclusive.
    progression_of
        `lesion`: the growth of any one lesion is PD, as published. `sum`: that of the sum, as
        many groups read it (Therasse et al. 2000).
    carry_forward_pr, normal_node_mm, target_minimum_mm, node_minimum_mm, backdate_new_lesions
        See `WholeLesionRules`; WHO itself names no minimum size and no rule for nodes.

    References
    ----------
    WHO handbook for reporting results of cancer treatment. Geneva 1979. Miller AB et al. Cancer
    1981;47:207-214. Therasse P et al. J Natl Cancer Inst 2000;92:205-216.
    """

    kind: ClassVar[str] = "who"
    plot_limits: ClassVar[tuple[float, float] | None] = (-50.0, 25.0)
    partial_decrease_percent: float = 50
    progression_increase_percent: float = 25
    progression_of: str = "lesion"

    def __post_init__(self) -> None:
        check_parameters(self, {"progression_of": PROGRESSION_OF})

    def problems(self, measurements: Measurements) -> list[Problem]:
        """Missing size columns, and new thrombi without a finding."""
        return [
            *whole_product_gaps(measurements, self.kind),
            *new_lesion_gaps(measurements, THROMBUS_GAPS),
        ]

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one course: one answer per follow-up."""
        walk = recist_walk(self, judged_by(self.progression_of, SummedTargets(self.target_rule)))
        return walk(course)

    @property
    def target_rule(self) -> TargetRule:
        """How the targets are added up and compared."""
        return TargetRule(
            measure=whole_product,
            unmeasured=whole_product_lacks,
            progression_min=NOTHING,
            carry_forward_pr=self.carry_forward_pr,
            quantity="Sum of products",
            gone="All targets are gone",
            unit=UNIT,
            partial_remainder=1 - exact(self.partial_decrease_percent) / 100,
            progression_factor=1 + exact(self.progression_increase_percent) / 100,
            too_small=TOO_SMALL_MM2,
            normal_node_mm=exact(self.normal_node_mm),
        )
