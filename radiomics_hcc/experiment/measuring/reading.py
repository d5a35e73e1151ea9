"""What the images told of one lesion at one time point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a lesion that the cohort names at a time point."""

    MEASURED = "measured"
    ABSENT = "absent"
    MERGED = "merged"
    FAILED = "failed"
    MISSING = "missing"


@dataclass(frozen=True)
class LesionReading:
    """One lesion, or one fragment of it, at one time point.

    Parameters
    ----------
    patient_id, timepoint, lesion_id
        Which lesion, when.
    outcome
        `measured`; `absent` or `merged` as the cohort says; `failed` with a reason; `missing`
        where the cohort has no row for a lesion that it names at another visit of the patient.
    phase, modality
        Where sizes were measured.
    values
        Numbers by column of `measurements.csv`; a column that cannot be had is not there.
    reasons
        Why a column is not there, by column.
    flags, note
        What was said of the measurement, and the numbers that it rests on.
    reason
        Why it failed or is missing.
    fragment
        The identity of the fragment in the cohort, `L1~a`; empty for a whole lesion, and where
        all fragments have one outcome because nothing is measured.
    """

    patient_id: str
    timepoint: str
    lesion_id: str
    outcome: Outcome
    phase: str = ""
    modality: str = ""
    values: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    note: str = ""
    reason: str = ""
    fragment: str = ""

    @property
    def name(self) -> str:
        """Words that name it for a person."""
        return f"{self.patient_id} {self.timepoint} {self.lesion_id}"

    @property
    def key(self) -> tuple[str, str, str]:
        """Patient, time point, and lesion or fragment as the cohort names it."""
        return (self.patient_id, self.timepoint, self.fragment or self.lesion_id)
