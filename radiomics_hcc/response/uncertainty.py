"""Which responses the uncertainty of the measurement allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Final

import pandas as pd

from radiomics_hcc.domain.measurement_columns import VARIANTS
from radiomics_hcc.domain.response import ResponseAssessment, ResponseWord
from radiomics_hcc.response.criterion import Criterion
from radiomics_hcc.response.measurement import Course, Measurement, Visit
from radiomics_hcc.response.measurements import Measurements

NOMINAL: Final = ""  # the sizes as they were measured


@dataclass(frozen=True)
class MeasuredUncertainty:
    """What one response becomes when sizes are measured a little differently.

    Parameters
    ----------
    assessment
        The response from the sizes as they are.
    by_variant
        The response when one variant (`VARIANTS`) is in force at all visits.
    possible
        All responses over every choice of a variant, or none, at the baseline and another at all
        follow-ups (5 x 5); the response from the sizes as they are comes first.
    """

    assessment: ResponseAssessment
    by_variant: Mapping[str, ResponseWord]
    possible: tuple[ResponseWord, ...]

    @property
    def is_certain(self) -> bool:
        """Whether every choice leads to the same response."""
        return len(self.possible) == 1

    @property
    def flags(self) -> tuple[str, ...]:
        """Sentences for a row of the response table; empty where the response is certain."""
        if self.is_certain:
            return ()
        flips: dict[str, list[str]] = {}
        for variant, word in self.by_variant.items():
            if word is not self.assessment.response:
                flips.setdefault(str(word), []).append(variant)
        words = ", ".join(f"{word} with {' or '.join(names)}" for word, names in flips.items())
        possible = f"possible responses: {', '.join(map(str, self.possible))}"
        return (f"class flips: {words}", possible) if flips else (possible,)


@dataclass(frozen=True)
class UncertaintyTable:
    """The measured uncertainty of every assessment that has sizes measured again."""

    criterion: str
    assessments: tuple[MeasuredUncertainty, ...]

    def frame(self) -> pd.DataFrame:
        """One row per assessment: the response, that with each variant, and all that may be."""
        return pd.DataFrame(
            [
                {
                    "patient_id": item.assessment.patient_id,
                    "reader": item.assessment.reader,
                    "assessment": str(item.assessment.assessment),
                    "response": str(item.assessment.response),
                    **{variant: str(word) for variant, word in item.by_variant.items()},
                    "possible": ", ".join(map(str, item.possible)),
                    "is_certain": item.is_certain,
                }
                for item in self.assessments
            ],
            columns=[
                "patient_id",
                "reader",
                "assessment",
                "response",
                *VARIANTS,
                "possible",
                "is_certain",
            ],
        )

    def __len__(self) -> int:
        return len(self.assessments)

    def _repr_html_(self) -> str:
        certain = sum(item.is_certain for item in self.assessments)
        caption = f"{self.criterion}: {certain} of {len(self)} assessments are certain"
        table = str(self.frame().to_html(index=False, na_rep="", max_rows=60))
        return f"<p>{caption}</p>{table}"


def uncertainty(measurements: Measurements, criterion: Criterion) -> UncertaintyTable:
    """Assess with every variant of the sizes; courses without any are left out.

    Parameters
    ----------
    measurements
        With variant columns, as `rhcc measure` writes them.
    criterion
        Any.
    """
    courses = measurements.courses_for(markers=criterion.reads_markers)
    found = [
        item
        for course in courses
        if has_variants(course)
        for item in course_uncertainty(course, criterion)
    ]
    return UncertaintyTable(criterion.kind, tuple(found))


def has_variants(course: Course) -> bool:
    """Whether any size of the course was measured again."""
    return bool(_variants_of(course))


def course_uncertainty(course: Course, criterion: Criterion) -> tuple[MeasuredUncertainty, ...]:
    """Assess one course with every variant of its sizes: one answer per follow-up.

    A lesion without a variant keeps its size. One walk through the course is made for each
    choice at the baseline and at the follow-ups, so that the nadir follows the choice.
    """
    walks = {choice: criterion(varied) for choice, varied in varied_courses(course).items()}
    nominal = walks[NOMINAL, NOMINAL]
    return tuple(
        MeasuredUncertainty(
            assessment=row,
            by_variant={
                name: walks.get((name, name), nominal)[index].response for name in VARIANTS
            },
            possible=_distinct([walk[index].response for walk in walks.values()]),
        )
        for index, row in enumerate(nominal)
    )


def varied_courses(course: Course) -> dict[tuple[str, str], Course]:
    """The course with one variant's sizes at the baseline and another's afterwards.

    Parameters
    ----------
    course
        A course.

    Returns
    -------
    dict
        By the variant of the baseline and that of the follow-ups, both among those that the course
        has; an empty word stands for the sizes as they are.
    """
    choices = (NOMINAL, *_variants_of(course))
    varied = {name: tuple(_varied(visit, name) for visit in course.visits) for name in choices}
    return {
        (first, later): replace(course, visits=(*varied[first][:1], *varied[later][1:]))
        for first, later in product(choices, choices)
    }


def flagged(course: Course, criterion: Criterion) -> tuple[ResponseAssessment, ...]:
    """Assess one course; what the measured uncertainty allows stands in the flags."""
    if not has_variants(course):
        return criterion(course)
    return tuple(
        replace(item.assessment, flags=(*item.assessment.flags, *item.flags))
        for item in course_uncertainty(course, criterion)
    )


def _variants_of(course: Course) -> tuple[str, ...]:
    """The variants that any row of the course has, in their own order."""
    rows = [row for visit in course.visits for row in visit.measurements]
    return tuple(name for name in VARIANTS if any(name in row.variants for row in rows))


def _varied(visit: Visit, variant: str) -> Visit:
    if variant == NOMINAL:
        return visit
    rows = tuple(_varied_row(row, row.variants.get(variant, {})) for row in visit.measurements)
    return replace(visit, measurements=rows)


def _varied_row(row: Measurement, sizes: Mapping[str, Fraction]) -> Measurement:
    return replace(
        row,
        longest_mm=sizes.get("longest_mm", row.longest_mm),
        perpendicular_mm=sizes.get("perpendicular_mm", row.perpendicular_mm),
        volume_ml=sizes.get("volume_ml", row.volume_ml),
        viable_mm=sizes.get("viable_mm", row.viable_mm),
        viable_perpendicular_mm=sizes.get("viable_perpendicular_mm", row.viable_perpendicular_mm),
        viable_volume_ml=sizes.get("viable_volume_ml", row.viable_volume_ml),
    )


def _distinct(words: Sequence[ResponseWord]) -> tuple[ResponseWord, ...]:
    return tuple(dict.fromkeys(words))
