"""Who may be a target under a criterion, and which lesions are chosen, each with its reason."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import pandas as pd

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.response.criterion import Criterion
from radiomics_hcc.response.eligibility import HasTargets, TargetEligibility, organ_of
from radiomics_hcc.response.measurement import (
    Course,
    LesionStatus,
    Measurement,
    Role,
)
from radiomics_hcc.response.measurement_checks import course_problems
from radiomics_hcc.response.measurement_row import ROLE_STATUSES
from radiomics_hcc.response.measurements import Measurements, courses_of

SELECTION_COLUMNS: Final = (
    "patient_id",
    "reader",
    "lesion_id",
    "organ",
    "size_mm",
    "recorded_role",
    "eligible",
    "chosen",
    "reason",
)
SEEN: Final = (LesionStatus.PRESENT, LesionStatus.INCREASED, LesionStatus.PROGRESSED)


@dataclass(frozen=True)
class TargetCandidate:
    """One lesion of a baseline, and whether it is taken as a target.

    Parameters
    ----------
    measurement
        Its row at the baseline.
    size_mm
        The diameter that decides, in mm; None where it is not known.
    is_eligible, is_chosen
        Whether it may be a target, and whether it is one of those that are chosen.
    reason
        Why, in words.
    """

    measurement: Measurement
    size_mm: Fraction | None
    is_eligible: bool
    is_chosen: bool
    reason: str

    @property
    def is_recorded(self) -> bool:
        """Whether the table has the lesion as a target."""
        return self.measurement.role is Role.TARGET


@dataclass(frozen=True)
class TargetSelection:
    """The targets that a criterion would choose from all lesions of the baselines.

    Parameters
    ----------
    criterion
        Its kind.
    candidates
        By patient, reader and size, the largest first.
    measurements
        The table that was asked.
    """

    criterion: str
    candidates: tuple[TargetCandidate, ...]
    measurements: Measurements

    def frame(self) -> pd.DataFrame:
        """One row per lesion that is there at a baseline."""
        rows = [
            (
                item.measurement.patient_id,
                item.measurement.reader,
                item.measurement.lesion_id,
                organ_of(item.measurement),
                float("nan") if item.size_mm is None else float(item.size_mm),
                item.measurement.role.value,
                item.is_eligible,
                item.is_chosen,
                item.reason,
            )
            for item in self.candidates
        ]
        return pd.DataFrame(rows, columns=list(SELECTION_COLUMNS))

    @property
    def differences(self) -> tuple[TargetCandidate, ...]:
        """Lesions whose recorded role is another than what would be chosen."""
        return tuple(item for item in self.candidates if item.is_recorded != item.is_chosen)

    def with_selected_targets(self) -> Measurements:
        """The table with the chosen lesions as targets and the others as non-targets.

        Nothing else is changed; a lesion is target or non-target at all its visits. A chosen
        lesion that a later row has as seen, with a size, is measured.

        Raises
        ------
        InputError
            Where a row cannot have the other role: a chosen lesion that was seen later but not
            measured, or a lesion that fell into fragments or was merged and is not chosen.
        """
        roles = {
            _key(item.measurement): Role.TARGET if item.is_chosen else Role.NON_TARGET
            for item in self.candidates
        }
        rows = tuple(
            _with_role(row, roles.get(_key(row), row.role)) for row in self.measurements.rows
        )
        problems = list(_role_problems(rows))
        if not problems:
            seen = [course.imaging for course in courses_of(rows)]
            problems = course_problems([course for course in seen if course is not None])
        if problems:
            raise InputError(problems, title=f"targets by {self.criterion} cannot be set")
        return replace(self.measurements, rows=rows)

    def __len__(self) -> int:
        return len(self.candidates)

    def _repr_html_(self) -> str:
        chosen = sum(item.is_chosen for item in self.candidates)
        caption = (
            f"Targets by {self.criterion}: {chosen} of {len(self)} lesions; "
            f"{len(self.differences)} recorded otherwise"
        )
        table = str(self.frame().to_html(index=False, na_rep="", max_rows=60))
        return f"<p>{html.escape(caption)}</p>{table}"


def select_targets(measurements: Measurements, criterion: Criterion) -> TargetSelection:
    """Choose the targets of every baseline from all lesions that are there, whatever their role.

    A lesion must be eligible (`criterion.eligibility`); of the eligible ones the largest are
    taken, ties by `lesion_id`, at most 2 per organ and 5 in all. The table is not changed.

    Parameters
    ----------
    measurements
        From `read_measurements`.
    criterion
        Any that has targets.

    Raises
    ------
    InputError
        Where the criterion has no targets (blood values, recorded categories).
    """
    if not isinstance(criterion, HasTargets):
        problem = Problem("criterion", f"{criterion.kind} has no target lesions", "choose another")
        raise InputError([problem], title="targets")
    candidates = (
        candidate
        for course in measurements.imaging_courses
        for candidate in _candidates(course, criterion.eligibility)
    )
    return TargetSelection(criterion.kind, tuple(candidates), measurements)


def _candidates(course: Course, eligibility: TargetEligibility) -> Iterator[TargetCandidate]:
    rows = [row for row in course.baseline.measurements if row.role is not Role.NEW]
    taken: Counter[str] = Counter()
    for row in _largest_first(rows, eligibility):
        exclusion = eligibility.exclusion(row)
        surplus = "" if exclusion else _surplus(row, taken, eligibility)
        is_chosen = not exclusion and not surplus
        if is_chosen:
            taken[organ_of(row)] += 1
        chosen = f"chosen: {_rank(taken[organ_of(row)])} largest of {organ_of(row)}"
        reason = exclusion or surplus or chosen
        yield TargetCandidate(row, eligibility.size(row), not exclusion, is_chosen, reason)


def _largest_first(
    rows: Sequence[Measurement], eligibility: TargetEligibility
) -> list[Measurement]:
    def order(row: Measurement) -> tuple[bool, Fraction, str]:
        size = eligibility.size(row)
        return size is None, -(size or Fraction(0)), row.lesion_id

    return sorted(rows, key=order)


def _surplus(row: Measurement, taken: Counter[str], eligibility: TargetEligibility) -> str:
    """Why an eligible lesion is not taken: larger ones fill its organ, or all places."""
    organ, most = organ_of(row), eligibility.maximum_per_organ
    if taken[organ] >= most:
        return f"{most} lesions of {organ}, not smaller, are chosen already"
    if taken.total() >= eligibility.maximum:
        return f"{eligibility.maximum} lesions, not smaller, are chosen already"
    return ""


def _rank(position: int) -> str:
    return {1: "the", 2: "second", 3: "third"}.get(position, f"{position}th")


def _key(row: Measurement) -> tuple[str, str, str]:
    return row.patient_id, row.reader, row.lesion_id


def _with_role(row: Measurement, role: Role) -> Measurement:
    if row.role is role:
        return row
    is_measured = role is Role.TARGET and row.status in SEEN and _has_size(row)
    return replace(row, role=role, status=LesionStatus.MEASURED if is_measured else row.status)


def _has_size(row: Measurement) -> bool:
    sizes = (row.longest_mm, row.short_axis_mm, row.viable_mm, row.volume_ml)
    return any(size is not None for size in sizes)


def _role_problems(rows: Sequence[Measurement]) -> Iterator[Problem]:
    for row in rows:
        if row.status not in ROLE_STATUSES[row.role]:
            yield Problem(
                row.where,
                f"lesion {row.lesion_id!r} would be a {row.role.value} but has status "
                f"{row.status.value!r}",
                "measure it at this visit, or set the roles by hand",
            )
