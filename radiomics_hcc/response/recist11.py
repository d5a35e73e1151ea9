"""RECIST 1.1: the longest diameter of whole lesions, the short axis of nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from radiomics_hcc.domain.response import ResponseAssessment
from radiomics_hcc.response.measurement import Course
from radiomics_hcc.response.recist_rules import RecistRules
from radiomics_hcc.response.recist_walk import recist_walk


@dataclass(frozen=True)
class RECIST11(RecistRules):
    """Response Evaluation Criteria in Solid Tumours, version 1.1.

    CR: all targets gone, nodes under 10 mm. PR: sum <= 0.70 x baseline. PD: sum >= 1.20 x nadir
    and at least `progression_min_mm` above it, any regrowth from 0, a target outside the nodes
    back after a complete response, a non-target that progressed, or a new lesion.

    Parameters
    ----------
    progression_min_mm
        Smallest absolute increase of the sum that is progression.
    carry_forward_pr, normal_node_mm, target_minimum_mm, node_minimum_mm, backdate_new_lesions
        See `WholeLesionRules`.

    References
    ----------
    Eisenhauer EA et al. Eur J Cancer 2009;45:228-247.
    """

    kind: ClassVar[str] = "recist11"

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """Assess one course: one answer per follow-up."""
        return recist_walk(self)(course)
