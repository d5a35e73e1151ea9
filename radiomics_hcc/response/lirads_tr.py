"""LI-RADS treatment response: categories that a reader recorded, checked and tabulated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from radiomics_hcc.domain.response import (
    ResponseAssessment,
    ResponseWord,
    TreatmentResponseCategory,
    UnorderedResponse,
)
from radiomics_hcc.domain.step import Step
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.measurement import Course, LesionStatus, Measurement, Visit
from radiomics_hcc.response.measurements import Measurements
from radiomics_hcc.response.parameters import check_parameters
from radiomics_hcc.response.row_rules import TREATED_SITES

V2018: Final = "v2018"
V2024: Final = "v2024"
RADIATION: Final = "radiation"
"""The flag of a row whose lesion had radiation-based treatment."""

NONVIABLE = TreatmentResponseCategory.NONVIABLE
NONPROGRESSING = TreatmentResponseCategory.NONPROGRESSING
EQUIVOCAL = TreatmentResponseCategory.EQUIVOCAL
NONEVALUABLE = TreatmentResponseCategory.NONEVALUABLE
VIABLE = TreatmentResponseCategory.VIABLE

WITHOUT_RADIATION: Final = (NONVIABLE, EQUIVOCAL, VIABLE, NONEVALUABLE)  # v2018 for all lesions
WITH_RADIATION: Final = (NONVIABLE, NONPROGRESSING, VIABLE, NONEVALUABLE)  # v2024
WORST_FIRST: Final = (VIABLE, UnorderedResponse.NE, NONEVALUABLE, EQUIVOCAL, NONPROGRESSING)
"""What decides for a patient, before nonviable: one viable lesion, whatever the others are; then
what is not known, as it might be viable; then doubt; then tumour that does not grow."""


@dataclass(frozen=True)
class LiradsTR(Step):
    """LI-RADS treatment response (LR-TR) of lesions after locoregional treatment.

    A reader records a category per lesion (column `lirads_tr`); this checks the words against the
    version and states the worst of a patient's treated liver lesions at each follow-up: viable,
    NE (a treated lesion without a category), nonevaluable, equivocal, nonprogressing, nonviable.
    A lesion counts from its first category on; recorded as absent it counts as
    nonviable. LR-TR does not apply to systemic treatment, nor to new lesions before they are
    treated.

    Parameters
    ----------
    version
        `v2018`: nonviable, equivocal, viable, nonevaluable. `v2024`: the same, and for lesions
        treated by radiation nonviable, nonprogressing, viable, nonevaluable.
    radiation
        Whether every lesion was treated by radiation (TARE, SBRT). Single lesions have the word
        `radiation` in the column `flags`. Matters to v2024 only.
    radiation_equivocal
        Whether v2024 takes `equivocal` of an irradiated lesion too.

    References
    ----------
    American College of Radiology. CT/MRI LI-RADS v2018; CT/MRI LI-RADS Treatment Response v2024.
    Voizard N et al. Insights Imaging 2019;10:121.
    """

    kind: ClassVar[str] = "lirads_tr"
    reads_markers: ClassVar[bool] = False
    plot_limits: ClassVar[tuple[float, float] | None] = None
    version: str = V2018
    radiation: bool = False
    radiation_equivocal: bool = False

    def __post_init__(self) -> None:
        check_parameters(self, {"version": (V2018, V2024)})

    def problems(self, measurements: Measurements) -> list[Problem]:
        """A table without any category, and categories that the version does not have."""
        recorded = [row for row in measurements.rows if row.lirads_tr is not None]
        if not recorded:
            remedy = "record a category per treated lesion in the column lirads_tr"
            return [Problem(measurements.source, "has no LI-RADS category", remedy)]
        return [
            Problem(
                row.where,
                f"lirads_tr {row.lirads_tr} of lesion {row.lesion_id!r} is not in LI-RADS "
                f"{self.version}{self._treatment(row)}",
                f"it has {', '.join(map(str, self._allowed(row)))}",
            )
            for row in recorded
            if row.lirads_tr not in self._allowed(row)
        ]

    def __call__(self, course: Course) -> tuple[ResponseAssessment, ...]:
        """State the worst category at every follow-up of one course."""
        treated = _categorised(course.baseline)
        assessed = []
        for visit in course.visits[1:]:
            treated |= _categorised(visit)
            found = dict(_categories(visit, treated))
            assessed.append(_assessment(course, visit, found))
        return tuple(assessed)

    def _allowed(self, row: Measurement) -> tuple[TreatmentResponseCategory, ...]:
        if self.version == V2018 or not self._is_irradiated(row):
            return WITHOUT_RADIATION
        return (*WITH_RADIATION, EQUIVOCAL) if self.radiation_equivocal else WITH_RADIATION

    def _is_irradiated(self, row: Measurement) -> bool:
        return self.radiation or RADIATION in row.flags

    def _treatment(self, row: Measurement) -> str:
        if self.version == V2018:
            return ""
        is_irradiated = self._is_irradiated(row)
        return f" for lesions treated {'by' if is_irradiated else 'without'} radiation"


def _categorised(visit: Visit) -> set[str]:
    return {row.lesion_id for row in visit.measurements if row.lirads_tr is not None}


def _categories(visit: Visit, treated: set[str]) -> Iterator[tuple[str, ResponseWord]]:
    """The category of each treated lesion at a visit; NE where none was recorded."""
    for lesion_id in sorted(treated):
        rows = visit.rows_of(lesion_id)
        if any(row.status is LesionStatus.MERGED for row in rows):
            continue  # its common lesion has the category
        words: list[ResponseWord] = [row.lirads_tr for row in rows if row.lirads_tr is not None]
        if any(row.status is LesionStatus.ABSENT for row in rows):
            words.append(NONVIABLE)
        yield lesion_id, _worst(words) if words else UnorderedResponse.NE


def _worst(words: list[ResponseWord]) -> ResponseWord:
    return next((word for word in WORST_FIRST if word in words), NONVIABLE)


def _assessment(
    course: Course, visit: Visit, found: Mapping[str, ResponseWord]
) -> ResponseAssessment:
    response = _worst(list(found.values())) if found else UnorderedResponse.NE
    return ResponseAssessment(
        patient_id=course.patient_id,
        reader=course.reader,
        baseline=course.baseline.time,
        assessment=visit.time,
        baseline_sum=None,
        nadir_sum=None,
        current_sum=None,
        target_response=response,
        non_target_response=UnorderedResponse.NA,
        new_lesion=False,
        response=response,
        reason=_reason(visit, found, response),
    )


def _reason(visit: Visit, found: Mapping[str, ResponseWord], response: ResponseWord) -> str:
    """How many lesions have which category, which decide, and which have none."""
    if not found:
        return "No LI-RADS category was recorded: NE."
    counts = Counter(found.values())
    table = ", ".join(
        f"{counts[word]} {word if word is not UnorderedResponse.NE else 'without a category'}"
        for word in (*WORST_FIRST, NONVIABLE)
        if counts[word]
    )
    deciding = ", ".join(name for name, word in found.items() if word is response)
    gone = [row.lesion_id for row in visit.measurements if _counts_as_gone(row, found)]
    others = sorted({row.lesion_id for row in visit.measurements if _is_untreated(row, found)})
    sentences = [f"Treated lesions: {table}. Worst: {response} ({deciding})."]
    sentences += [f"Absent, counted as nonviable: {', '.join(gone)}."] if gone else []
    sentences += [f"Never categorised: {', '.join(others)}."] if others else []
    return " ".join(sentences)


def _counts_as_gone(row: Measurement, found: Mapping[str, ResponseWord]) -> bool:
    return row.status is LesionStatus.ABSENT and row.lirads_tr is None and row.lesion_id in found


def _is_untreated(row: Measurement, found: Mapping[str, ResponseWord]) -> bool:
    is_seen = row.status not in (LesionStatus.ABSENT, LesionStatus.MERGED)
    return row.site in TREATED_SITES and is_seen and row.lesion_id not in found
