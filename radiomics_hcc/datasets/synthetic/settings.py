"""What a synthetic cohort is made from."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from radiomics_hcc.datasets.synthetic.organs import LIVER_BOX
from radiomics_hcc.datasets.synthetic.tissue import PHASES, USUAL_PHASES
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.domain.volume import Geometry
from radiomics_hcc.errors import Problem

SMALL_SIZE: Final = (32, 72, 96)
SMALL_SPACING_MM: Final = (6.0, 3.0, 3.0)
COARSEST_MM: Final = 6.0
LARGEST_SHIFT_MM: Final = 30.0  # a deep breath moves the liver by 10 to 30 mm
TOLD_WHERE_UNUSUAL: Final = ("phases", "breath_shift_mm")


@dataclass(frozen=True)
class SyntheticSettings:
    """What a synthetic cohort is made from; equal settings give equal bytes.

    Parameters
    ----------
    patients
        How many; patient k is the same in a cohort of any size.
    seed
        Of everything random.
    signal
        Strength of the signal planted in the lesions' texture before treatment: 1 lets one
        texture feature tell objective response with an AUC near 0.9, 0 plants nothing.
    size
        Voxels along (z, y, x).
    spacing_mm
        Voxel spacing along (z, y, x), mm.
    phases
        Contrast phases of each scan: `arterial` and `portal`, and any of `unenhanced` and
        `delayed`. Further phases leave the bytes of the other images as they are.
    breath_shift_mm
        How far the liver may lie from its arterial place in each other phase, mm. Masks stay
        where the arterial phase has them; `truth_shifts.csv` tells how far each image moved.
    """

    patients: int = 24
    seed: int = 7
    signal: float = 1.0
    size: tuple[int, int, int] = (64, 144, 192)
    spacing_mm: tuple[float, float, float] = (3.0, 1.5, 1.5)
    phases: tuple[str, ...] = USUAL_PHASES
    breath_shift_mm: float = 0.0

    @classmethod
    def small(cls, patients: int = 24, seed: int = 7, signal: float = 1.0) -> SyntheticSettings:
        """The same patients on a coarse grid, eight times as fast, for tests and examples."""
        return cls(patients, seed, signal, SMALL_SIZE, SMALL_SPACING_MM)

    @property
    def geometry(self) -> Geometry:
        """The grid of every image; its middle is the origin of patient space."""
        z, y, x = (
            -(count - 1) / 2 * step for count, step in zip(self.size, self.spacing_mm, strict=True)
        )
        return Geometry(self.size, self.spacing_mm, origin_mm=(x, y, z))

    def record(self) -> dict[str, object]:
        """The settings by name; the last two where they are not the usual ones."""
        usual = SyntheticSettings()
        return {
            name: value
            for name, value in dataclasses.asdict(self).items()
            if name not in TOLD_WHERE_UNUSUAL or value != getattr(usual, name)
        }

    def problems(self) -> list[Problem]:
        """Everything that keeps a cohort from being made."""
        checks = [
            (self.patients >= 1, "patients", self.patients, "give 1 or more"),
            (self.seed >= 0, "seed", self.seed, "give 0 or more"),
            (0 <= self.signal <= 3, "signal", self.signal, "give 0 (none) to 3"),
            (
                all(0 < step <= COARSEST_MM for step in self.spacing_mm),
                "spacing_mm",
                self.spacing_mm,
                f"give more than 0 and at most {COARSEST_MM:g} mm",
            ),
            (
                0 <= self.breath_shift_mm <= LARGEST_SHIFT_MM,
                "breath_shift_mm",
                self.breath_shift_mm,
                f"give 0 (none) to {LARGEST_SHIFT_MM:g} mm",
            ),
            *self._coverage(),
        ]
        wrong = [
            Problem(name, f"is {found}", remedy) for good, name, found, remedy in checks if not good
        ]
        return [*wrong, *self._phase_problems()]

    def _coverage(self) -> Iterator[tuple[bool, str, object, str]]:
        """Whether the images cover the liver along each axis."""
        for axis, count, step, low, high in zip(
            "zyx", self.size, self.spacing_mm, *LIVER_BOX, strict=True
        ):
            needed = 2 * max(-low, high)
            remedy = f"the liver needs at least {needed:g} mm along {axis}"
            yield count * step >= needed, f"size along {axis}", f"{count} x {step:g} mm", remedy

    def _phase_problems(self) -> Iterator[Problem]:
        known = [str(phase) for phase in PHASES]
        for phase, times in Counter(self.phases).items():
            if phase not in known:
                yield Problem("phases", f"unknown phase {phase!r}", did_you_mean(phase, known))
            elif times > 1:
                yield Problem("phases", f"{phase} is there {times} times", "name it once")
        for phase in USUAL_PHASES:
            if phase not in self.phases:
                yield Problem(
                    "phases", f"{phase} is missing", "arterial and portal are always made"
                )
