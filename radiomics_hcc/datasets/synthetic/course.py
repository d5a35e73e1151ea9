"""The course of one patient and its true mRECIST response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from radiomics_hcc.datasets.synthetic.lesion_state import LesionState
from radiomics_hcc.datasets.synthetic.lesions import Lesion

TARGETS_PER_ORGAN: Final = 2  # mRECIST


@dataclass(frozen=True, eq=False)
class Course:
    """The lesions of one patient before and after treatment, and the true response.

    Parameters
    ----------
    intended
        The response class that the patient was drawn to have.
    lesions
        Largest first; the first two are targets.
    before, after
        Their states.
    new
        A lesion that appears after treatment, with its state.
    new_is_typical
        Whether it enhances and washes out.
    """

    intended: str
    lesions: tuple[Lesion, ...]
    before: tuple[LesionState, ...]
    after: tuple[LesionState, ...]
    new: tuple[Lesion, LesionState] | None
    new_is_typical: bool

    @property
    def baseline_sum_mm(self) -> float:
        """Viable sum of the targets before treatment, in tenths of a millimetre, mm."""
        return viable_sum_mm(self.before)

    @property
    def current_sum_mm(self) -> float:
        """Viable sum of the targets after treatment, in tenths of a millimetre, mm."""
        return viable_sum_mm(self.after)

    def items(self, *, is_first: bool) -> list[tuple[Lesion, LesionState]]:
        """Each lesion with its state at the first or the second time point, a new one last."""
        if is_first:
            return list(zip(self.lesions, self.before, strict=True))
        appeared = [self.new] if self.new is not None else []
        return [*zip(self.lesions, self.after, strict=True), *appeared]

    @property
    def response(self) -> str:
        """True mRECIST response at the first follow-up, by exact arithmetic."""
        if self.new is not None and self.new_is_typical:
            return "PD"
        targets = target_response(self.baseline_sum_mm, self.current_sum_mm)
        others_alive = any(state.viable_mm > 0 for state in self.after[TARGETS_PER_ORGAN:])
        return "PR" if targets == "CR" and others_alive else targets


def viable_sum_mm(states: tuple[LesionState, ...]) -> float:
    """Sum of the viable diameters of the targets, each rounded to 0.1 mm."""
    return _tenths(states) / 10


def target_response(baseline_mm: float, current_mm: float) -> str:
    """mRECIST class of the targets when the baseline is the nadir (Lencioni and Llovet 2010).

    CR nothing viable; PR at least -30 %; PD at least +20 %; both inclusive, in exact arithmetic.
    """
    baseline, current = round(baseline_mm * 10), round(current_mm * 10)
    if current == 0:
        return "CR"
    if 5 * current >= 6 * baseline:
        return "PD"
    return "PR" if 10 * current <= 7 * baseline else "SD"


def _tenths(states: tuple[LesionState, ...]) -> int:
    return sum(round(state.viable_mm * 10) for state in states[:TARGETS_PER_ORGAN])
