"""Three readers measure the lesions, each with errors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.random import Generator

from radiomics_hcc.datasets.synthetic.clinical import Visits
from radiomics_hcc.datasets.synthetic.course import TARGETS_PER_ORGAN, Course
from radiomics_hcc.datasets.synthetic.lesion_state import LesionState, Pattern
from radiomics_hcc.datasets.synthetic.lesions import NEW_LESION_ID

READERS: Final = ("R1", "R2", "R3")
BASELINE_CV: Final = 0.14  # of the viable sum
FOLLOW_UP_CV: Final = 0.26
LESION_CV: Final = 0.05  # the part of it that differs from lesion to lesion
WHOLE_CV: Final = 0.06  # of whole diameters
FALSE_REMNANT_CHANCE: Final = 0.18
MISSED_REMNANT_CHANCE: Final = 0.35
EASILY_MISSED_MM: Final = 15.0
TARGET_MINIMUM_MM: Final = 10.0
HU_ERROR: Final = 3.0

Row = dict[str, object]


@dataclass(frozen=True, eq=False)
class Assessment:
    """What lies before the readers at one time point.

    Parameters
    ----------
    day
        Date of the scan.
    states
        True states of the lesions.
    mean_hu
        Portal venous mean of each whole lesion, NaN where it is gone.
    is_baseline
        Whether it is the first.
    """

    day: date
    states: tuple[LesionState, ...]
    mean_hu: tuple[float, ...]
    is_baseline: bool


def measurement_rows(
    rng: Generator,
    course: Course,
    visits: Visits,
    mean_hu: tuple[tuple[float, ...], tuple[float, ...]],
) -> list[Row]:
    """Rows of `measurements.csv` for one patient, without the identity.

    Parameters
    ----------
    mean_hu
        Portal venous means of the lesions before and after; a new lesion comes last.
    """
    before = Assessment(visits.before, course.before, mean_hu[0], True)
    after = Assessment(visits.after, course.after, mean_hu[1], False)
    rows = []
    for reader in READERS:
        for assessment in (before, after):
            rows += _read(rng, course, assessment, reader)
        if course.new is not None:
            rows.append(_read_new(rng, course.new[1], course, visits.after, reader))
    return rows


def _read(rng: Generator, course: Course, assessment: Assessment, reader: str) -> list[Row]:
    spread = BASELINE_CV if assessment.is_baseline else FOLLOW_UP_CV
    bias = _factor(rng, float(np.sqrt(spread**2 - LESION_CV**2)))
    rows = []
    for index, (lesion, state) in enumerate(zip(course.lesions, assessment.states, strict=True)):
        role = "target" if index < TARGETS_PER_ORGAN else "non_target"
        row: Row = {"reader": reader, "assessment": assessment.day.isoformat()}
        row |= {"lesion_id": lesion.lesion_id, "role": role, "site": "liver"}
        if state.pattern is Pattern.ABSENT:
            row["status"] = "absent"
        elif role == "non_target":
            row["status"] = "present"
        else:
            row["status"] = "measured"
            row |= _sizes(rng, state, bias, is_baseline=assessment.is_baseline)
            hu = assessment.mean_hu[index] + HU_ERROR * rng.standard_normal()
            row["mean_hu"] = round(float(hu), 1)
        rows.append(row)
    return rows


def _sizes(
    rng: Generator, state: LesionState, bias: float, *, is_baseline: bool
) -> dict[str, float]:
    whole_factor = _factor(rng, WHOLE_CV)
    viable = _read_viable(rng, state, bias, is_baseline=is_baseline)
    if is_baseline:
        viable = max(viable, TARGET_MINIMUM_MM)
    longest = max(state.whole_mm * whole_factor, viable)
    across = min(state.perpendicular_mm * whole_factor * _factor(rng, LESION_CV), longest)
    thickness = _thickness(state) * viable * _factor(rng, LESION_CV)
    volume = state.volume_ml * (longest / state.whole_mm) ** 3
    alive = state.viable_volume_ml / state.viable_mm**3 if state.viable_mm > 0 else 0.0
    alive = alive or state.volume_ml / state.whole_mm**3
    sizes = {
        "longest_mm": longest,
        "perpendicular_mm": across,
        "viable_mm": viable,
        "viable_perpendicular_mm": min(thickness, viable, across) if viable else 0.0,
        "volume_ml": volume,
        "viable_volume_ml": min(alive * viable**3, volume),
    }
    return {name: round(size, 1 if name.endswith("mm") else 2) for name, size in sizes.items()}


def _read_viable(rng: Generator, state: LesionState, bias: float, *, is_baseline: bool) -> float:
    """One reader's viable diameter, mm: scaled, or seen where nothing is, or overlooked."""
    slip, size = rng.random(), rng.uniform(0.2, 0.45)
    read = state.viable_mm * bias * _factor(rng, LESION_CV)
    if state.viable_mm == 0:
        return float(size * state.whole_mm) if slip < FALSE_REMNANT_CHANCE else 0.0
    can_miss = state.viable_mm < EASILY_MISSED_MM and not is_baseline
    return 0.0 if can_miss and slip < MISSED_REMNANT_CHANCE else read


def _thickness(state: LesionState) -> float:
    """Perpendicular against longest viable diameter; of the whole lesion where nothing lives."""
    if state.viable_mm > 0:
        return state.viable_perpendicular_mm / state.viable_mm
    return state.perpendicular_mm / state.whole_mm


def _read_new(rng: Generator, state: LesionState, course: Course, day: date, reader: str) -> Row:
    factor = _factor(rng, WHOLE_CV)
    return {
        "reader": reader,
        "assessment": day.isoformat(),
        "lesion_id": NEW_LESION_ID,
        "role": "new",
        "site": "liver",
        "status": "measured",
        "finding": "typical" if course.new_is_typical else "atypical",
        "longest_mm": round(state.whole_mm * factor, 1),
        "perpendicular_mm": round(state.perpendicular_mm * factor, 1),
    }


def _factor(rng: Generator, variation: float) -> float:
    """Log-normal factor of mean 1 with a given coefficient of variation."""
    spread = float(np.sqrt(np.log1p(variation**2)))
    return float(np.exp(spread * rng.standard_normal() - spread**2 / 2))
