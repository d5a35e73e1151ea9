"""Sizes that look as if they were written in another unit; named, never changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Final, TypeAlias

from radiomics_hcc.domain.response import AssessmentTime
from radiomics_hcc.errors import Problem
from radiomics_hcc.response.arithmetic import decimal_text
from radiomics_hcc.response.measurement import Course, Measurement, Role, time_text

EXTENTS: Final = ("longest_mm", "perpendicular_mm")  # of the whole lesion: they shrink slowly
DIAMETERS: Final = (*EXTENTS, "short_axis_mm", "viable_mm", "viable_perpendicular_mm")
VOLUMES: Final = ("volume_ml", "viable_volume_ml")
TARGET_MM: Final = 10  # RECIST 1.1, mRECIST: no target is smaller; written in cm every one is
LARGEST_MM: Final = 300  # longer than any liver
LARGEST_ML: Final = 6000  # more than any liver
SMALLEST_MM: Final = 1  # below it no whole lesion can be measured
NEAR_TEN: Final = (7, 14)  # how many times smaller still looks like cm in a column of mm
FEW: Final = 3  # values that a column needs before it is judged as a whole
BALL: Final = Fraction(5236, 10_000)  # pi / 6: volume of a ball over the cube of its diameter
CUBIC_MM_PER_ML: Final = 1000
LARGEST_BALL_SHARE: Final = 20  # no lesion is that much more than a ball on its longest diameter
NOT_IN_MM: Final = "is it in cm? Nothing was changed"
NOT_IN_ML: Final = "is it in mm3? Nothing was changed"


@dataclass(frozen=True)
class Size:
    """One size above 0 in one cell."""

    row: Measurement
    column: str
    value: Fraction
    is_baseline: bool
    is_fragment: bool

    def problem(self, why: str, remedy: str = NOT_IN_MM) -> Problem:
        """The size as a suspect."""
        cell = f"{self.column} {decimal_text(self.value)}"
        return Problem(self.row.where, f"{cell} of lesion {self.row.lesion_id!r} {why}", remedy)


Suspicion: TypeAlias = Callable[[Size], Problem | None]
"""Why a size is a suspect; None where it is not."""


def unit_warnings(courses: Sequence[Course]) -> list[Problem]:
    """Sizes that another unit would explain; each is named once.

    Named is a column in which half of the targets at the baseline are under 10 mm, or half of the
    volumes above 6000 mL; and in the other columns a size that is

    - above 300 mm or 6000 mL, or (whole lesion) under 1 mm;
    - 7 to 14 times smaller than the other readers' at the same assessment;
    - 7 to 14 times smaller than the same lesion's at the reader's other assessments; nodes and
      viable parts only at the baseline, as a response makes them small;
    - a target under 10 mm at the baseline and at least 7 times under the median target;
    - a longest diameter far too short for the volume, or for the viable diameter, beside it.

    Parameters
    ----------
    courses
        By patient, reader and time, without blood values.
    """
    sizes = [size for course in courses for size in _sizes_of(course)]
    columns = _whole_columns(sizes)
    suspicions: tuple[Suspicion, ...] = (
        _impossible,
        _among_readers(sizes),
        _among_assessments(sizes),
        _among_targets(sizes),
        _beside_others,
    )
    single = (
        next((found for suspicion in suspicions if (found := suspicion(size))), None)
        for size in sizes
        if size.column not in columns
    )
    return [*columns.values(), *(problem for problem in single if problem is not None)]


def _sizes_of(course: Course) -> Iterator[Size]:
    for visit in course.visits:
        for row in visit.measurements:
            is_baseline, is_fragment = (
                visit is course.baseline,
                len(visit.rows_of(row.lesion_id)) > 1,
            )
            for column in (*DIAMETERS, *VOLUMES):
                value = getattr(row, column)
                if value:
                    yield Size(row, column, value, is_baseline, is_fragment)


def _whole_columns(sizes: Sequence[Size]) -> dict[str, Problem]:
    """Columns that look wrong altogether, by name."""
    found = {}
    for column in DIAMETERS:
        targets = [size for size in sizes if size.column == column and _is_first_target(size)]
        middle = _middle(targets)
        if middle and middle < TARGET_MM:
            why = f"half of the {len(targets)} targets at the baseline are under {TARGET_MM} mm"
            found[column] = Problem(targets[0].row.where, f"{column}: {why}", NOT_IN_MM)
    for column in VOLUMES:
        volumes = [size for size in sizes if size.column == column]
        middle = _middle(volumes)
        if middle and middle > LARGEST_ML:
            why = f"half of the {len(volumes)} volumes are above {LARGEST_ML} mL"
            found[column] = Problem(volumes[0].row.where, f"{column}: {why}", NOT_IN_ML)
    return found


def _impossible(size: Size) -> Problem | None:
    if size.column in VOLUMES:
        too_large = size.value > LARGEST_ML
        return size.problem(f"is above {LARGEST_ML} mL", NOT_IN_ML) if too_large else None
    if size.value > LARGEST_MM:
        return size.problem(f"is above {LARGEST_MM} mm", "is the decimal point missing?")
    if size.column in EXTENTS and size.value < SMALLEST_MM:
        return size.problem(f"is under {SMALLEST_MM} mm", "is it in cm or m? Nothing was changed")
    return None


def _among_readers(sizes: Sequence[Size]) -> Suspicion:
    by_cell: dict[tuple[str, str, str, AssessmentTime], list[Size]] = defaultdict(list)
    for size in sizes:
        by_cell[(*_lesion(size), size.row.assessment)].append(size)

    def suspicion(size: Size) -> Problem | None:
        same = by_cell[(*_lesion(size), size.row.assessment)]
        others = [other.value for other in same if other.row.reader != size.row.reader]
        return _ten_times_smaller(size, others, "other readers") if others else None

    return suspicion


def _among_assessments(sizes: Sequence[Size]) -> Suspicion:
    by_lesion: dict[tuple[str, str, str, str], list[Size]] = defaultdict(list)
    for size in sizes:
        by_lesion[(*_lesion(size), size.row.reader)].append(size)

    def suspicion(size: Size) -> Problem | None:
        same = by_lesion[(*_lesion(size), size.row.reader)]
        others = [other for other in same if other.row.assessment != size.row.assessment]
        if not others or not (size.is_baseline or size.column in EXTENTS):
            return None
        days = ", ".join(time_text(other.row.assessment) for other in others)
        return _ten_times_smaller(size, [other.value for other in others], days)

    return suspicion


def _among_targets(sizes: Sequence[Size]) -> Suspicion:
    middles = {
        column: _middle([s for s in sizes if s.column == column and _is_first_target(s)])
        for column in DIAMETERS
    }

    def suspicion(size: Size) -> Problem | None:
        middle = middles.get(size.column)
        if not middle or not _is_first_target(size) or size.value >= TARGET_MM:
            return None
        if middle < NEAR_TEN[0] * size.value:
            return None
        return size.problem(f"is under {TARGET_MM} mm, the median target {decimal_text(middle)} mm")

    return suspicion


def _beside_others(size: Size) -> Problem | None:
    """Whether the same row has a volume or a viable diameter that cannot be."""
    volume, viable = size.row.volume_ml, size.row.viable_mm
    if size.column != "longest_mm" or size.is_fragment:
        return None
    ball = BALL * size.value**3 / CUBIC_MM_PER_ML
    if volume and volume > LARGEST_BALL_SHARE * ball:
        why = f"is too short for the volume_ml {decimal_text(volume)} beside it"
        return size.problem(why, "is it in cm, or the volume in mm3? Nothing was changed")
    if viable and viable >= NEAR_TEN[0] * size.value:
        return size.problem(f"is shorter than its viable part, {decimal_text(viable)}")
    return None


def _ten_times_smaller(size: Size, others: Sequence[Fraction], whose: str) -> Problem | None:
    """Whether the median of the others is about ten times as large."""
    if size.column in VOLUMES or size.is_fragment:
        return None
    least, most = NEAR_TEN
    if max(others) < least * size.value:
        return None
    middle = median(others)
    if not least * size.value <= middle <= most * size.value:
        return None
    return size.problem(f"is about ten times smaller than {decimal_text(middle)} ({whose})")


def _lesion(size: Size) -> tuple[str, str, str]:
    return size.row.patient_id, size.row.lesion_id, size.column


def _is_first_target(size: Size) -> bool:
    return size.is_baseline and size.row.role is Role.TARGET


def _middle(sizes: Sequence[Size]) -> Fraction | None:
    """The median; None of too few values."""
    return median(size.value for size in sizes) if len(sizes) >= FEW else None
