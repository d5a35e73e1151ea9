"""Response words, one assessed follow-up, and the table of them."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import total_ordering
from pathlib import Path
from typing import Final, TypeAlias

import pandas as pd

AssessmentTime: TypeAlias = date | int
"""When a reader assessed a patient: a date, or a day number counted from any fixed day."""

RESPONSE_COLUMNS: Final = (
    "patient_id",
    "reader",
    "assessment",
    "baseline_sum",
    "nadir_sum",
    "current_sum",
    "target_response",
    "non_target_response",
    "new_lesion",
    "response",
    "reason",
    "change_from_baseline_percent",
    "change_from_nadir_percent",
    "flags",
    "baseline",
)
FLAG_SEPARATOR: Final = "; "


class ResponseWord(Enum):
    """Base of every word that may stand for a response in the output.

    A criterion with words of its own (such as iUPD) derives its enumeration from this one.
    """

    def __str__(self) -> str:
        return str(self.value)


@total_ordering
class ResponseClass(ResponseWord):
    """The four ordered classes, best first: CR < PR < SD < PD. Only these train a model."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, ResponseClass):
            return NotImplemented
        order = list(ResponseClass)
        return order.index(self) < order.index(other)


class UnorderedResponse(ResponseWord):
    """Words of the output that have no place in the order and never are a training label."""

    NE = "NE"
    """Not evaluable: something that could change the answer was not assessed."""

    NA = "NA"
    """Not applicable: there was no such lesion at baseline."""

    NON_CR_NON_PD = "NON-CR/NON-PD"
    """Non-target disease that persists without unequivocal progression."""


class ImmuneResponse(ResponseWord):
    """The words of iRECIST, whose progression is unconfirmed before it is confirmed."""

    ICR = "iCR"
    IPR = "iPR"
    ISD = "iSD"
    IUPD = "iUPD"
    ICPD = "iCPD"
    NON_ICR_NON_IUPD = "NON-iCR/NON-iUPD"


class MarkerResponse(ResponseWord):
    """Whether a tumour marker in the blood has fallen as far as asked."""

    RESPONDER = "responder"
    NON_RESPONDER = "non-responder"


class TreatmentResponseCategory(ResponseWord):
    """LI-RADS treatment response, as a reader recorded it."""

    NONVIABLE = "nonviable"
    NONPROGRESSING = "nonprogressing"
    EQUIVOCAL = "equivocal"
    VIABLE = "viable"
    NONEVALUABLE = "nonevaluable"


@dataclass(frozen=True)
class ResponseAssessment:
    """The response of one patient at one follow-up, as one reader saw it.

    Parameters
    ----------
    patient_id, reader
        Who was assessed, and by whom (empty where the table names no reader).
    baseline, assessment
        When the baseline and this follow-up took place.
    baseline_sum, nadir_sum, current_sum
        Sums over the target lesions, exact, in the unit of the criterion (mm for diameters).
        The nadir is the smallest earlier sum, baseline included. None where not evaluable.
    target_response, non_target_response
        Response of each kind of lesion; `NA` where there was none at baseline.
    new_lesion
        Whether a lesion that was not there at baseline counts as progression.
    response
        The overall response.
    reason
        Why, in words that a radiologist can check.
    flags
        What a reader should look at again, as `pseudoprogression: ...`; never a class of its own.
    """

    patient_id: str
    reader: str
    baseline: AssessmentTime
    assessment: AssessmentTime
    baseline_sum: Fraction | None
    nadir_sum: Fraction | None
    current_sum: Fraction | None
    target_response: ResponseWord
    non_target_response: ResponseWord
    new_lesion: bool
    response: ResponseWord
    reason: str
    flags: tuple[str, ...] = ()

    @property
    def change_from_baseline(self) -> Fraction | None:
        """(current - baseline) / baseline; None where one is not evaluable or there is no sum."""
        return _relative_change(self.current_sum, self.baseline_sum)

    @property
    def change_from_nadir(self) -> Fraction | None:
        """(current - nadir) / nadir; None where one is not evaluable or the nadir is 0."""
        return _relative_change(self.current_sum, self.nadir_sum)

    @property
    def training_label(self) -> ResponseClass | None:
        """The class when it is one of the four ordered ones, else None (NE trains nothing)."""
        return self.response if isinstance(self.response, ResponseClass) else None


@dataclass(frozen=True)
class ResponseTable:
    """All assessed follow-ups of a set of patients.

    Parameters
    ----------
    criterion
        The kind of the criterion, as `mrecist`.
    assessments
        By patient, reader and time.
    without_follow_up
        (patient_id, reader) of those who have a baseline and nothing after it. They have no row
        but stay in the denominator of every rate.
    """

    criterion: str
    assessments: tuple[ResponseAssessment, ...]
    without_follow_up: tuple[tuple[str, str], ...] = ()

    def frame(self) -> pd.DataFrame:
        """One row per patient, reader and follow-up; sums as floats, empty where not evaluable."""
        return pd.DataFrame(
            [_frame_row(item) for item in self.assessments], columns=list(RESPONSE_COLUMNS)
        )

    def write(self, path: Path | str) -> Path:
        """Write the table as CSV and return where it lies."""
        target = Path(path)
        self.frame().to_csv(target, index=False)
        return target

    def __iter__(self) -> Iterator[ResponseAssessment]:
        return iter(self.assessments)

    def __len__(self) -> int:
        return len(self.assessments)

    def _repr_html_(self) -> str:
        counts = Counter(str(item.response) for item in self.assessments)
        summary = ", ".join(f"{word} {count}" for word, count in counts.most_common())
        caption = f"{self.criterion}: {len(self)} assessments ({summary})"
        if self.without_follow_up:
            caption += f"; {len(self.without_follow_up)} without follow-up"
        table = str(self.frame().to_html(index=False, na_rep="", max_rows=60))
        return f"<p>{html.escape(caption)}</p>{table}"


def days_between(start: AssessmentTime, end: AssessmentTime) -> int:
    """Days from one assessment to another.

    Raises
    ------
    ValueError
        When one is a date and the other a day number.
    """
    if isinstance(start, date) and isinstance(end, date):
        return (end - start).days
    if isinstance(start, int) and isinstance(end, int):
        return end - start
    raise ValueError(f"{start} and {end}: a date and a day number cannot be compared")


def _frame_row(item: ResponseAssessment) -> tuple[object, ...]:
    return (
        item.patient_id,
        item.reader,
        _time(item.assessment),
        _number(item.baseline_sum),
        _number(item.nadir_sum),
        _number(item.current_sum),
        str(item.target_response),
        str(item.non_target_response),
        item.new_lesion,
        str(item.response),
        item.reason,
        _percent(item.change_from_baseline),
        _percent(item.change_from_nadir),
        FLAG_SEPARATOR.join(item.flags),
        _time(item.baseline),
    )


def _time(when: AssessmentTime) -> str | int:
    return when.isoformat() if isinstance(when, date) else when


def _relative_change(current: Fraction | None, reference: Fraction | None) -> Fraction | None:
    return None if current is None or not reference else (current - reference) / reference


def _percent(change: Fraction | None) -> float:
    return _number(None if change is None else 100 * change)


def _number(value: Fraction | None) -> float:
    return float("nan") if value is None else float(value)
