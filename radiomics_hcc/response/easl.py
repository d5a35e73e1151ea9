"""EASL: the product of the two largest diameters of enhancing tissue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.response import ResponseAssessment
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import exact
from radiomics_hcc.response.arterial_phase import with_phase_flags
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.parameters import check_parameters
from radiomics_hcc.response.products import (
    TOO_SMALL_MM2,
    UNIT,
    arterial_product,
    arterial_product_lacks,
    viable_product,
    viable_product_gaps,
    viable_product_lacks,
)
from radiomics_hcc.response.recist_walk import recist_walk
from radiomics_hcc.response.requirements import HEPATOCELLULAR_GAPS, new_lesion_gaps
from radiomics_hcc.response.summed_targets import PROGRESSION_OF, SummedTargets, judged_by
from radiomics_hcc.response.targets import NOTHING, TargetRule
from radiomics_hcc.response.viable_lesion_rules import ViableLesionRules


@dataclass(frozen=True)
class EASL(ViableLesionRules):
    """European Association for the Study of the Liver, 2001: enhancing tissue, in mm2.

    As WHO on the product of the two viable diameters of liver lesions; elsewhere whole lesions
    are measured. CR: no enhancement in any target. PR: sum <= 0.50 x baseline. PD: one or more
    lesions with a product above 1.25 x their own nadir, any regrowth from 0, a non-target that
    progressed, or a new lesion. A liver target without viable diameters (no arterial phase), or
    with those of another phase, is not evaluable.

    Parameters
    ----------
    partial_decrease_percent, progression_increase_percent
        Decrease of the sum that is PR (inclusive), increase of the product that is PD.
    progression_inclusive
        Whether an increase of exactly that much is PD; papers differ, the panel's is "more than
        25 %".
    progression_of
        `lesion`: the growth of any one lesion is PD, as in WHO. `sum`: that of the sum, as in
        later comparisons of criteria (Riaz et al. 2011).
    carry_forward_pr, allow_other_phase, normal_node_mm
        See `ViableLesionRules`; EASL itself is silent on them.
    target_minimum_mm, node_minimum_mm, porta_hepatis_minimum_mm
        As before.
    new_nodule_minimum_mm, interval_growth_mm, backdate_new_lesions
        As before.

    References
    ----------
    Bruix J et al. J Hepatol 2001;35:421-430. Riaz A et al. J Hepatol 2011;54:695-704.
    """

    kind: ClassVar[str] = "easl"
    plot_limits: ClassVar[tuple[float, float] | None] = (-50.0, 25.0)
    partial_decrease_percent: float = 50
    progression_increase_percent: float = 25
    progression_inclusive: bool = False
    progression_of: str = "lesion"

    def __post_init__(self) -> None:
        check_parameters(self, {"progression_of": PROGRESSION_OF})

    def problems(self, measurements: Measurements) -> list[Problem]:
        """Missing size columns, and new lesions that cannot be judged as they stand."""
        return [
            *viable_product_gaps(measurements, self.kind),
            *new_lesion_gaps(measurements, HEPATOCELLULAR_GAPS),
        ]

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one course: one answer per follow-up."""
        walk = recist_walk(self, judged_by(self.progression_of, SummedTargets(self.target_rule)))
        return with_phase_flags(course, walk(course))

    @property
    def target_rule(self) -> TargetRule:
        """How the targets are added up and compared."""
        any_phase = self.allow_other_phase
        return TargetRule(
            measure=viable_product if any_phase else arterial_product,
            unmeasured=viable_product_lacks if any_phase else arterial_product_lacks,
            progression_min=NOTHING,
            carry_forward_pr=self.carry_forward_pr,
            quantity="Sum of viable products",
            gone="No enhancement in any target",
            unit=UNIT,
            partial_remainder=1 - exact(self.partial_decrease_percent) / 100,
            progression_factor=1 + exact(self.progression_increase_percent) / 100,
            progression_inclusive=self.progression_inclusive,
            too_small=TOO_SMALL_MM2,
            normal_node_mm=exact(self.normal_node_mm),
        )
