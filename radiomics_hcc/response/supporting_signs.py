"""What beside sizes tells that a tumour responds: enhancement, necrosis, blood, other sites."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from radiomics_hcc.domain.response import AssessmentTime, MarkerResponse, days_between
from radiomics_hcc.response.afp import AFPResponse
from radiomics_hcc.response.arithmetic import decimal_text
from radiomics_hcc.response.measurement import (
    LIVER,
    PORTAL_VEIN,
    VISIBLE_IN_RETROSPECT,
    Course,
    LesionStatus,
    Measurement,
    Role,
    Visit,
)

LEAST_DROP_HU: Final = Fraction(10)  # convention: the least enhancement that counts as such
LEAST_RISE_OF_NECROSIS: Final = Fraction(1, 10)  # convention, of the lesion's volume
GROWTH: Final = Fraction(6, 5)  # RECIST 1.1: progression at 1.2 times the reference
WORSE: Final = (LesionStatus.PROGRESSED, LesionStatus.INCREASED)
LIVER_SITES: Final = (LIVER, PORTAL_VEIN)


def supporting_signs(course: Course, time: AssessmentTime) -> tuple[str, ...]:
    """Signs at one assessment, against the baseline, that speak for a pseudoprogression.

    Arterial enhancement of a target down by at least 10 HU; necrotic fraction up by at least 0.1;
    AFP response (`AFPResponse`); extrahepatic lesions that neither grew by 20 % nor progressed nor
    appeared. What was not recorded gives no sign.

    Parameters
    ----------
    course
        With its rows of role `marker`.
    time
        Of one of its visits.
    """
    images = course.imaging
    if images is None:
        return ()
    at = next((visit for visit in images.visits if visit.time == time), None)
    if at is None:
        return ()
    pairs = [(images.baseline, at, name) for name in course.lesions(Role.TARGET)]
    found = [sentence for pair in pairs for sentence in _of_lesion(*pair)]
    return (*found, *_afp(course, time), *_extrahepatic(images.baseline, at))


def _of_lesion(before: Visit, after: Visit, name: str) -> Iterator[str]:
    enhancement = _change(before, after, name, "arterial_enhancement_hu")
    if enhancement and enhancement[0] - enhancement[1] >= LEAST_DROP_HU:
        first, last = map(decimal_text, enhancement)
        yield f"arterial enhancement of {name} fell from {first} to {last} HU"
    necrosis = _change(before, after, name, "necrotic_fraction")
    if necrosis and necrosis[1] - necrosis[0] >= LEAST_RISE_OF_NECROSIS:
        first, last = map(decimal_text, necrosis)
        yield f"necrotic fraction of {name} rose from {first} to {last}"


def _change(
    before: Visit, after: Visit, name: str, column: str
) -> tuple[Fraction, Fraction] | None:
    values = [
        [row.functional[column] for row in visit.rows_of(name) if column in row.functional]
        for visit in (before, after)
    ]
    return (values[0][0], values[1][0]) if values[0] and values[1] else None


def _afp(course: Course, time: AssessmentTime) -> Iterator[str]:
    """The last AFP up to the assessment, where it is a response."""
    judged = [row for row in AFPResponse()(course) if days_between(row.assessment, time) >= 0]
    if judged and judged[-1].response is MarkerResponse.RESPONDER:
        yield judged[-1].reason.partition(":")[0]


def _extrahepatic(before: Visit, after: Visit) -> Iterator[str]:
    known, now = _outside_liver(before), _outside_liver(after)
    if not known or known.keys() - now.keys():
        return
    if any(_is_new(row) or row.status in WORSE for row in now.values()):
        return
    sizes = [(_recist_mm(known[name]), _recist_mm(now[name])) for name in known]
    measured = [(first, last) for first, last in sizes if first is not None and last is not None]
    first, last = sum(pair[0] for pair in measured), sum(pair[1] for pair in measured)
    if not measured or last < GROWTH * first:
        yield f"{len(known)} extrahepatic lesion{'s' if len(known) > 1 else ''} stable"


def _outside_liver(visit: Visit) -> dict[str, Measurement]:
    return {row.lesion_id: row for row in visit.measurements if row.site not in LIVER_SITES}


def _is_new(row: Measurement) -> bool:
    is_seen = row.status is not LesionStatus.ABSENT and VISIBLE_IN_RETROSPECT not in row.flags
    return row.role is Role.NEW and is_seen


def _recist_mm(row: Measurement) -> Fraction | None:
    if row.status is LesionStatus.ABSENT:
        return Fraction(0)
    return row.short_axis_mm if row.is_node else row.longest_mm
