"""What was said of a measurement that puts the response in doubt, carried to the response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from radiomics_hcc.domain.response import ResponseAssessment
from radiomics_hcc.response.measurement import Course, Role, Visit

DOUBTS: Final = {
    "lipiodol_unsubtracted": "lipiodol without an unenhanced phase may pass for viable tissue",
    "poor_registration": "the unenhanced phase may not lie on the arterial one",
    "phase_mismatch": "attenuation contradicts the stated contrast phase",
    "phase_twice": "two images are of one phase, and the first was measured",
    "beyond_image": "the lesion reaches the edge of the image and may be larger",
    "not_axial": "slices are not axial, and diameters lie in their plane",
}
"""Flags of targets that a reader of the response must know, and what they mean."""


def with_doubts(
    course: Course, assessments: Sequence[ResponseAssessment]
) -> tuple[ResponseAssessment, ...]:
    """Add to each response the doubts about its targets at the baseline and at the visit.

    Parameters
    ----------
    course
        What was assessed.
    assessments
        Of the course.
    """
    visits = {visit.time: visit for visit in course.visits}
    return tuple(
        replace(row, flags=(*row.flags, *_sentences(course.baseline, visits[row.assessment])))
        for row in assessments
    )


def _sentences(baseline: Visit, current: Visit) -> list[str]:
    found = []
    for flag, meaning in DOUBTS.items():
        places = [
            f"{row.lesion_id} at {when}"
            for visit, when in ((baseline, "baseline"), (current, "this visit"))
            for row in visit.measurements
            if row.role is Role.TARGET and any(_word(said) == flag for said in row.flags)
        ]
        if places:
            found.append(f"{flag}: {meaning} ({', '.join(dict.fromkeys(places))})")
    return found


def _word(flag: str) -> str:
    return flag.partition(":")[0].strip()
