"""One row of `measurements.csv`, and the rows of one patient and reader in order of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum, StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Final

from radiomics_hcc.domain.measurement_columns import (
    FUNCTIONAL_COLUMNS,
    VARIANTS,
    variant_column,
)
from radiomics_hcc.domain.response import AssessmentTime, TreatmentResponseCategory

LIVER: Final = "liver"
NODE: Final = "node"
NODE_PORTA_HEPATIS: Final = "node_porta_hepatis"
PORTAL_VEIN: Final = "portal_vein"
EFFUSION: Final = "effusion"
KNOWN_SITES: Final = (LIVER, NODE, NODE_PORTA_HEPATIS, PORTAL_VEIN, EFFUSION)

VISIBLE_IN_RETROSPECT: Final = "visible_in_retrospect"
"""Flag of a lesion with role `new` that was there before, on any phase, once looked for again."""


class Role(StrEnum):
    """What a lesion is to the criterion."""

    TARGET = "target"
    NON_TARGET = "non_target"
    NEW = "new"
    MARKER = "marker"  # a value of the patient's blood, no lesion


class LesionStatus(StrEnum):
    """What a reader found of a lesion at one assessment."""

    MEASURED = "measured"
    PRESENT = "present"
    INCREASED = "increased"
    PROGRESSED = "progressed"
    TOO_SMALL = "too_small"
    ABSENT = "absent"
    MERGED = "merged"
    EQUIVOCAL = "equivocal"
    NOT_EVALUABLE = "not_evaluable"


class Finding(StrEnum):
    """What decides whether something new is tumour."""

    TYPICAL = "typical"
    ATYPICAL = "atypical"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    NOT_DONE = "not_done"
    TUMOUR = "tumour"
    BLAND = "bland"


@dataclass(frozen=True)
class Measurement:
    """One lesion, or one fragment of it, at one assessment.

    Parameters
    ----------
    patient_id, reader, assessment, lesion_id, role, site, status, finding
        See the columns of `measurements.csv`. `reader` is empty where none is named.
    longest_mm, perpendicular_mm, short_axis_mm, viable_mm, viable_perpendicular_mm
        Axial diameters in mm, exact; None where the cell is empty.
    volume_ml, viable_volume_ml
        Volumes in mL; mean_hu the mean attenuation in HU.
    phase, slice_mm
        Contrast phase in which the lesion was measured, and the distance of the slices.
    afp_ng_ml
        Alpha-fetoprotein in the blood, ng/mL; only rows with role `marker` have it.
    lirads_tr
        LI-RADS treatment response category.
    functional
        What images tell beside sizes, by column (`FUNCTIONAL_COLUMNS`); an empty cell is absent.
    variants
        Sizes measured again (`VARIANTS`): variant -> column -> size.
    flags
        What was said of the measurement, as `no_subtraction`.
    note
        Free text of the reader.
    where
        `file:line`, for messages. Not part of what makes two rows equal.
    """

    patient_id: str
    reader: str
    assessment: AssessmentTime
    lesion_id: str
    role: Role
    site: str
    status: LesionStatus
    finding: Finding | None = None
    longest_mm: Fraction | None = None
    perpendicular_mm: Fraction | None = None
    short_axis_mm: Fraction | None = None
    viable_mm: Fraction | None = None
    viable_perpendicular_mm: Fraction | None = None
    volume_ml: Fraction | None = None
    viable_volume_ml: Fraction | None = None
    mean_hu: Fraction | None = None
    phase: str = ""
    slice_mm: Fraction | None = None
    afp_ng_ml: Fraction | None = None
    lirads_tr: TreatmentResponseCategory | None = None
    functional: Mapping[str, Fraction] = field(default_factory=dict, hash=False)
    variants: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict, hash=False)
    flags: tuple[str, ...] = ()
    note: str = ""
    where: str = field(default="", compare=False)

    @property
    def is_node(self) -> bool:
        """Whether the lesion is a lymph node, measured by its short axis."""
        return self.site in (NODE, NODE_PORTA_HEPATIS)

    @property
    def is_marker(self) -> bool:
        """Whether the row is a value of the patient's blood."""
        return self.role is Role.MARKER

    @property
    def is_not_tumour(self) -> bool:
        """Whether the finding says that this is no tumour: bland thrombus, negative effusion."""
        return self.finding in (Finding.BLAND, Finding.NEGATIVE)

    def value(self, column: str) -> object:
        """What a column of `measurements.csv` holds; words as text, None where it is empty."""
        if column in FUNCTIONAL_COLUMNS:
            return self.functional.get(column)
        for variant, sizes in VARIANTS.items():
            for size in sizes:
                if column == variant_column(size, variant):
                    return self.variants.get(variant, {}).get(size)
        found: object = getattr(self, column)
        return str(found) if isinstance(found, Enum) else found


@dataclass(frozen=True)
class Visit:
    """What one reader recorded of one patient at one assessment."""

    time: AssessmentTime
    measurements: tuple[Measurement, ...]

    @property
    def has_markers(self) -> bool:
        """Whether there is a blood value among them."""
        return any(row.is_marker for row in self.measurements)

    def rows_of(self, lesion_id: str) -> tuple[Measurement, ...]:
        """The rows of one lesion; several when it fell into fragments."""
        return self._by_lesion.get(lesion_id, ())

    @cached_property
    def _by_lesion(self) -> Mapping[str, tuple[Measurement, ...]]:
        found: dict[str, tuple[Measurement, ...]] = {}
        for row in self.measurements:
            found[row.lesion_id] = (*found.get(row.lesion_id, ()), row)
        return found


@dataclass(frozen=True)
class Course:
    """One patient as one reader saw it: visits in order of time, the first is the baseline."""

    patient_id: str
    reader: str
    visits: tuple[Visit, ...]

    @property
    def baseline(self) -> Visit:
        """The first visit."""
        return self.visits[0]

    @property
    def imaging(self) -> Course | None:
        """The course without blood values and days that have nothing else; None where none is."""
        visits = (
            replace(visit, measurements=tuple(r for r in visit.measurements if not r.is_marker))
            for visit in self.visits
        )
        seen = tuple(visit for visit in visits if visit.measurements)
        return replace(self, visits=seen) if seen else None

    @property
    def new_lesions(self) -> tuple[str, ...]:
        """Lesions with role `new`, without those that were visible before in retrospect."""
        rows = [row for visit in self.visits for row in visit.measurements]
        known = {row.lesion_id for row in rows if VISIBLE_IN_RETROSPECT in row.flags}
        return tuple(name for name in self.lesions(Role.NEW) if name not in known)

    def lesions(self, role: Role) -> tuple[str, ...]:
        """Identities of the lesions with a role, sorted."""
        return self._by_role[role]

    @cached_property
    def _by_role(self) -> Mapping[Role, tuple[str, ...]]:
        found: dict[Role, set[str]] = {role: set() for role in Role}
        for visit in self.visits:
            for row in visit.measurements:
                found[row.role].add(row.lesion_id)
        return {role: tuple(sorted(names)) for role, names in found.items()}


def time_text(time: AssessmentTime) -> str:
    """Write an assessment for a sentence: `2026-03-01` or `day 63`."""
    return time.isoformat() if isinstance(time, date) else f"day {time}"
