"""What treatment does to the lesions of one patient, and the true response."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.random import Generator, SeedSequence

from radiomics_hcc.datasets.synthetic.course import TARGETS_PER_ORGAN, Course
from radiomics_hcc.datasets.synthetic.lesion_state import LesionState, Pattern, state_of
from radiomics_hcc.datasets.synthetic.lesions import Lesion

RESPONSE_SHARES: Final = (("CR", 0.22), ("PR", 0.44), ("SD", 0.30), ("PD", 0.04))
GOLDEN_STEP: Final = (5**0.5 - 1) / 2
CLASS_STREAM: Final = 2**31  # spawn key no patient can have
SMALLEST_REMNANT_MM: Final = 6.0
PARTIAL_RATIO: Final = 0.7  # of the baseline, mRECIST
THINNEST_RIM_MM: Final = 4.0
WHOLLY_VIABLE: Final = 0.93  # viable against whole diameter
NEW_LESION_CHANCE: Final = 0.6  # of progression
ATYPICAL_NODULE_CHANCE: Final = 0.1
VANISHING_CHANCE: Final = 0.4
VANISHING_LIMIT_MM: Final = 32.0
SHRINKAGE: Final = {"CR": (0.6, 0.96), "PR": (0.7, 1.0), "SD": (0.85, 1.04), "PD": (0.95, 1.1)}


def intended_response(seed: int, patient: int) -> str:
    """The class that one patient is drawn to have.

    A golden-ratio sequence over the patients, so that a small cohort has every common class while
    no patient depends on how many there are.
    """
    start = np.random.default_rng(SeedSequence(seed, spawn_key=(CLASS_STREAM,))).random()
    position = (start + patient * GOLDEN_STEP) % 1.0
    bounds = np.cumsum([share for _, share in RESPONSE_SHARES])
    index = min(int(np.searchsorted(bounds, position, side="right")), len(RESPONSE_SHARES) - 1)
    return RESPONSE_SHARES[index][0]


def draw_change(rng: Generator, response: str) -> float:
    """Ratio of the viable sums after and before treatment for a class, kept off its limits."""
    if response == "CR":
        return 0.0
    if response == "PR":
        return float(0.685 - 0.6 * rng.beta(1.1, 2.1))
    if response == "SD":
        return float(np.clip(0.9 + 0.11 * rng.standard_normal(), 0.73, 1.17))
    return float(1.23 + rng.exponential(0.3))


def treat(rng: Generator, lesions: list[Lesion], new: Lesion, intended: str) -> Course:
    """Give the lesions of one patient the response that was drawn.

    Parameters
    ----------
    lesions
        At least one, largest first.
    new
        A lesion that may appear; used when progression asks for it.
    """
    before = tuple(
        state_of(lesion, Pattern.FULL, lesion.diameter_mm, lesion.core) for lesion in lesions
    )
    change = _possible_change(draw_change(rng, intended), before, lesions)
    by_new_lesion = intended == "PD" and (change < 1.21 or rng.random() < NEW_LESION_CHANCE)
    if by_new_lesion:
        change = min(change, float(rng.uniform(0.75, 1.15)))
    viable = _viable_after(rng, before, lesions, change)
    after = tuple(
        _after(rng, lesion, diameter, intended, is_target=index < TARGETS_PER_ORGAN)
        for index, (lesion, diameter) in enumerate(zip(lesions, viable, strict=True))
    )
    atypical = intended != "PD" and rng.random() < ATYPICAL_NODULE_CHANCE
    appears = by_new_lesion or atypical
    appearing = (new, _new_state(new, typical=by_new_lesion)) if appears else None
    return Course(intended, tuple(lesions), before, after, appearing, by_new_lesion)


def _possible_change(
    wanted: float, before: tuple[LesionState, ...], lesions: list[Lesion]
) -> float:
    """Limit growth to the room that the targets have."""
    targets = list(zip(before, lesions, strict=True))[:TARGETS_PER_ORGAN]
    room = sum(state.viable_mm * lesion.room for state, lesion in targets)
    most = room / sum(state.viable_mm for state, _ in targets)
    return min(wanted, max(most, 1.0)) if wanted > 1 else wanted


def _viable_after(
    rng: Generator, before: tuple[LesionState, ...], lesions: list[Lesion], change: float
) -> list[float]:
    """Share the change of the sum between the lesions unevenly, within their room."""
    sizes = np.array([state.viable_mm for state in before])
    room = np.array([lesion.room for lesion in lesions])
    uneven = np.exp(0.25 * rng.standard_normal(sizes.size)) if change <= 1 else room
    targets = slice(0, TARGETS_PER_ORGAN)
    wanted = change * sizes[targets].sum()
    factor = np.minimum(uneven * wanted / (uneven * sizes)[targets].sum(), room)
    short = wanted - (factor * sizes)[targets].sum()
    if short > 0:  # one lesion filled its room: the other takes what is left
        spare = ((room - factor) * sizes)[targets]
        factor[targets] += short * spare / max(spare.sum(), 1e-9) / sizes[targets]
    diameters = factor * sizes
    remnant = SMALLEST_REMNANT_MM if change > PARTIAL_RATIO else 0.0
    diameters[diameters < SMALLEST_REMNANT_MM] = remnant
    if change > 0 and not diameters[targets].any():
        diameters[0] = SMALLEST_REMNANT_MM
    return [float(diameter) for diameter in diameters]


def _after(
    rng: Generator, lesion: Lesion, viable_mm: float, intended: str, *, is_target: bool
) -> LesionState:
    """State of one lesion after treatment, given its viable diameter."""
    low, high = SHRINKAGE[intended]
    whole = lesion.diameter_mm * min(float(rng.uniform(low, high)), lesion.room)
    vanishes = rng.random() < VANISHING_CHANCE and lesion.diameter_mm < VANISHING_LIMIT_MM
    direction = _direction(rng)
    prefers_rim = rng.random() < 0.5
    if viable_mm == 0:
        gone = vanishes or (intended == "CR" and not is_target)
        pattern = Pattern.ABSENT if gone else Pattern.NECROTIC
        return LesionState(pattern) if gone else state_of(lesion, pattern, whole)
    if viable_mm > WHOLLY_VIABLE * whole:
        return state_of(lesion, Pattern.FULL, viable_mm)
    core = lesion.shape.core_for(viable_mm / whole)
    if prefers_rim and (1 - core) * whole / 2 >= THINNEST_RIM_MM:
        return state_of(lesion, Pattern.RIM, whole, core)
    return state_of(lesion, Pattern.NODULE, whole, viable_mm / whole, direction)


def _new_state(lesion: Lesion, *, typical: bool) -> LesionState:
    whole = state_of(lesion, Pattern.FULL, lesion.diameter_mm)
    return whole if typical else state_of(lesion, Pattern.NECROTIC, whole.whole_mm)


def _direction(rng: Generator) -> tuple[float, float, float]:
    z, y, x = rng.standard_normal(3) * (0.5, 1.0, 1.0)
    length = float(np.sqrt(z * z + y * y + x * x))
    return (float(z) / length, float(y) / length, float(x) / length)
