"""The sum of diameters of RECIST 1.1, which its immune variants take over as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import exact
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.requirements import THROMBUS_GAPS, missing_columns, new_lesion_gaps
from radiomics_hcc.response.sizes import whole_column, whole_size, whole_unmeasured
from radiomics_hcc.response.targets import TargetRule
from radiomics_hcc.response.whole_lesion_rules import WholeLesionRules


@dataclass(frozen=True)
class RecistRules(WholeLesionRules):
    """Parameters of RECIST 1.1: the longest diameter of whole lesions, the short axis of nodes.

    Parameters
    ----------
    progression_min_mm
        Smallest absolute increase of the sum that is progression.
    carry_forward_pr, normal_node_mm, target_minimum_mm, node_minimum_mm, backdate_new_lesions
        See `WholeLesionRules`.
    """

    plot_limits: ClassVar[tuple[float, float] | None] = (-30.0, 20.0)
    progression_min_mm: float = 5

    def problems(self, measurements: Measurements) -> list[Problem]:
        """Missing size columns, and new thrombi without a finding."""
        return [
            *missing_columns(measurements, whole_column, self.kind),
            *new_lesion_gaps(measurements, THROMBUS_GAPS),
        ]

    @property
    def target_rule(self) -> TargetRule:
        """How the targets are added up and compared."""
        return TargetRule(
            measure=whole_size,
            unmeasured=whole_unmeasured,
            progression_min=exact(self.progression_min_mm),
            carry_forward_pr=self.carry_forward_pr,
            quantity="Sum of diameters",
            gone="All targets are gone",
            normal_node_mm=exact(self.normal_node_mm),
        )
