"""Patients, their studies and the regions of interest in their images."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol

import pandas as pd

from radiomics_hcc.domain.peritumoural import RingRecipe
from radiomics_hcc.domain.volume import Mask, Volume

COHORT_COLUMNS: Final = (
    "patient_id",
    "timepoint",
    "date",
    "phase",
    "modality",
    "region",
    "lesion_id",
    "image",
    "mask",
    "label",
    "status",
)
"""The columns of `cohort.csv`."""


class Timepoint(StrEnum):
    """The usual names of time points; any other name is allowed."""

    PRE = "pre"
    POST = "post"


class Phase(StrEnum):
    """Contrast phases of CT; an MR sequence name may stand in their place."""

    UNENHANCED = "unenhanced"
    ARTERIAL = "arterial"
    PORTAL = "portal"
    DELAYED = "delayed"


class Region(StrEnum):
    """The usual regions of interest; any other name is allowed."""

    LESION = "lesion"
    LIVER = "liver"
    AORTA = "aorta"
    PORTAL_VEIN = "portal_vein"


class Status(StrEnum):
    """Whether a region is there to be measured."""

    PRESENT = "present"
    ABSENT = "absent"
    MERGED = "merged"


UNMEASURED_REASONS: Final[Mapping[Status, str]] = {
    Status.ABSENT: "the lesion is absent",
    Status.MERGED: "the lesion has merged with another",
}
"""Why a row has no region to be measured: it vanished, or another row measures it."""

UNMEASURED: Final = tuple(UNMEASURED_REASONS)


class ImageReader(Protocol):
    """Reads the files that a cohort names."""

    def read_volume(self, path: Path) -> Volume:
        """Read an image."""

    def read_mask(self, path: Path, label: int | str) -> Mask:
        """Read one label of a label map."""


@dataclass(frozen=True)
class Case:
    """One region of interest in one image: a row of `cohort.csv`, or a ring around a lesion.

    Parameters
    ----------
    patient_id, timepoint, phase, modality, region, lesion_id
        What is measured; an unknown phase or lesion is an empty word.
    image, mask
        Absolute paths; no mask where the lesion is absent.
    label
        Integer label, or the name of a segment.
    date
        Day of the scan.
    status
        `absent` for a lesion that vanished, `merged` for one that is part of another by now.
    source
        `file:line` of the row.
    reader
        Reads image and mask when asked.
    ring
        For a peritumoural ring, what it rests on beside `mask`, which is its lesion's; such a
        case has a reader that gives the ring.
    """

    patient_id: str
    timepoint: str
    image: Path | None
    mask: Path | None
    label: int | str = 1
    date: date | None = None
    phase: str = ""
    modality: str = "CT"
    region: str = Region.LESION
    lesion_id: str = ""
    status: Status = Status.PRESENT
    source: str = ""
    reader: ImageReader | None = field(default=None, repr=False, compare=False)
    ring: RingRecipe | None = None

    @property
    def is_absent(self) -> bool:
        """Whether nothing is to be measured: it has vanished, or another row measures it."""
        return self.status in UNMEASURED

    @property
    def absence(self) -> str:
        """Why nothing is to be measured, in words; empty for a region that is there."""
        return UNMEASURED_REASONS.get(self.status, "")

    @property
    def name(self) -> str:
        """Words that name the case for a person."""
        parts = (self.patient_id, self.timepoint, self.phase, self.region, self.lesion_id)
        return " ".join(part for part in parts if part)

    @property
    def files(self) -> dict[str, Path]:
        """The files that the case rests on, by their part: `image`, `mask`, and those of a ring."""
        found = {"image": self.image, "mask": self.mask}
        if self.ring is not None:
            masks = {"liver": self.ring.liver, "other": self.ring.others}
            found |= {
                f"{part}_{number}": file.path
                for part, files in masks.items()
                for number, file in enumerate(files, 1)
            }
        return {part: path for part, path in found.items() if path is not None}

    def read_image(self) -> Volume:
        """Read the image, intensities of shape (z, y, x)."""
        return self._reader().read_volume(_present(self.image, self, "image"))

    def read_mask(self) -> Mask:
        """Read the mask of this region, shape (z, y, x)."""
        return self._reader().read_mask(_present(self.mask, self, "mask"), self.label)

    def _reader(self) -> ImageReader:
        if self.reader is None:
            raise ValueError(f"{self.name}: this case was made without a reader")
        return self.reader


@dataclass(frozen=True)
class Patient:
    """A patient, as `patients.csv` tells.

    Parameters
    ----------
    patient_id
        The patient's identity in every table.
    treatment, treatment_date
        What was done and when.
    clinical
        Every other column by name; an empty cell is absent.
    """

    patient_id: str
    treatment: str = ""
    treatment_date: date | None = None
    clinical: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """The images of one patient at one time point."""

    patient_id: str
    timepoint: str
    date: date | None
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Lesion:
    """One lesion of one patient through time."""

    patient_id: str
    lesion_id: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, eq=False)
class Cohort:
    """Regions of interest of many patients; images are read only when asked for.

    Parameters
    ----------
    cases
        In the order of the table.
    patients
        By `patient_id`; holds every patient that has a case.
    sources
        The tables that were read.
    """

    cases: tuple[Case, ...]
    patients: Mapping[str, Patient]
    sources: tuple[Path, ...] = ()

    def select(
        self,
        *,
        timepoints: Iterable[str] | None = None,
        phases: Iterable[str] | None = None,
        regions: Iterable[str] | None = None,
    ) -> Cohort:
        """Keep the cases of these time points, phases and regions; patients all stay."""
        wanted = ((timepoints, "timepoint"), (phases, "phase"), (regions, "region"))
        cases = self.cases
        for values, name in wanted:
            if values is not None:
                allowed = set(values)
                cases = tuple(case for case in cases if getattr(case, name) in allowed)
        return replace(self, cases=cases)

    @property
    def studies(self) -> tuple[Study, ...]:
        """The cases by patient and time point."""
        groups = _grouped(self.cases, lambda case: (case.patient_id, case.timepoint))
        return tuple(
            Study(patient, timepoint, next((c.date for c in cases if c.date), None), cases)
            for (patient, timepoint), cases in groups.items()
        )

    @property
    def lesions(self) -> tuple[Lesion, ...]:
        """The lesion cases by patient and lesion."""
        lesions = (case for case in self.cases if case.region == Region.LESION)
        groups = _grouped(lesions, lambda case: (case.patient_id, case.lesion_id))
        return tuple(Lesion(patient, lesion, cases) for (patient, lesion), cases in groups.items())

    @cached_property
    def timepoints(self) -> tuple[str, ...]:
        """Time points by the median date of their scans, else `pre` first, else as they come."""
        return order_timepoints((case.timepoint, case.date) for case in self.cases)

    def frame(self) -> pd.DataFrame:
        """One row per case, with the columns of `cohort.csv` and the row's source."""
        columns = [*COHORT_COLUMNS, "source"]
        rows = [[getattr(case, name) for name in columns] for case in self.cases]
        return pd.DataFrame(rows, columns=columns)

    def clinical_frame(self) -> pd.DataFrame:
        """One row per patient: treatment, its date and the clinical columns."""
        rows = {
            patient.patient_id: {
                "treatment": patient.treatment,
                "treatment_date": patient.treatment_date,
                **patient.clinical,
            }
            for patient in self.patients.values()
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("patient_id")

    def __len__(self) -> int:
        return len(self.cases)

    def _repr_html_(self) -> str:
        summary = (
            f"{len(self.patients)} patients, {len(self.lesions)} lesions, {len(self)} regions of "
            f"interest at {', '.join(self.timepoints)}"
        )
        shown = self.frame().head(10).drop(columns=["image", "mask", "source"])
        return f"<p>{html.escape(summary)}</p>" + str(shown.to_html(index=False))


def order_timepoints(dated: Iterable[tuple[str, date | None]]) -> tuple[str, ...]:
    """Order time points by the median date of their scans; undated `pre` comes first.

    Examples
    --------
    >>> order_timepoints([("post", date(2020, 3, 1)), ("pre", date(2020, 1, 1))])
    ('pre', 'post')
    """
    days: dict[str, list[int]] = {}
    for timepoint, day in dated:
        days.setdefault(timepoint, []).extend([day.toordinal()] if day else [])

    def rank(timepoint: str) -> tuple[float, bool]:
        known = sorted(days[timepoint])
        middle = float(known[len(known) // 2]) if known else 0.0
        return (middle, timepoint != Timepoint.PRE)

    return tuple(sorted(days, key=rank))


def _grouped(
    cases: Iterable[Case], key: Callable[[Case], tuple[str, str]]
) -> dict[tuple[str, str], tuple[Case, ...]]:
    groups: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        groups.setdefault(key(case), []).append(case)
    return {identity: tuple(members) for identity, members in groups.items()}


def _present(path: Path | None, case: Case, what: str) -> Path:
    if path is None:
        raise ValueError(f"{case.name}: has no {what}")
    return path
