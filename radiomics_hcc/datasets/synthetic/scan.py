"""One visit's scan: an image of each contrast phase, each in a breath hold of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.random import Generator, SeedSequence
from numpy.typing import NDArray
from scipy import ndimage

from radiomics_hcc.datasets.synthetic.render import Scene
from radiomics_hcc.datasets.synthetic.scanner import Scanner
from radiomics_hcc.datasets.synthetic.settings import SyntheticSettings
from radiomics_hcc.datasets.synthetic.shapes import Point
from radiomics_hcc.datasets.synthetic.tissue import PHASES, USUAL_PHASES

OUTLINED_PHASE: Final = USUAL_PHASES[0]
STILL: Final[Point] = (0.0, 0.0, 0.0)
SCAN_STREAM: Final = 2**30  # spawn key that no stream of a patient has
NOISE, BREATH = 0, 1
BREATH_DIRECTION: Final[Point] = (1.0, 0.4, 0.25)  # mostly towards head or feet; SD (z, y, x)
LEAST_BREATH: Final = 0.5  # of the largest shift

Number = TypeVar("Number", np.float32, np.uint8)


@dataclass(frozen=True, eq=False)
class PhaseImage:
    """An image of one contrast phase.

    Parameters
    ----------
    phase
        Which one.
    image_hu
        Shape (z, y, x), HU.
    lesions
        Label map of the lesions where this image has them, shape (z, y, x).
    shift_mm
        How far everything lies from its arterial place, (z, y, x), mm.
    """

    phase: str
    image_hu: NDArray[np.int16]
    lesions: NDArray[np.uint8]
    shift_mm: Point


@dataclass(frozen=True)
class Scan:
    """Scans one visit of one patient.

    Each phase that not every cohort has draws noise from a generator of its own, and so does each
    breath hold: which phases there are, and how far they move, changes no other image.

    Parameters
    ----------
    settings
        Of the cohort.
    number
        Of the patient, from 0.
    visit
        0 before treatment, 1 after.
    scanner
        Blur, noise, calibration.
    """

    settings: SyntheticSettings
    number: int
    visit: int
    scanner: Scanner

    def __call__(self, scene: Scene, rng: Generator) -> Iterator[PhaseImage]:
        """Image the phases that every cohort has, then the others.

        Parameters
        ----------
        rng
            Of the noise in the arterial and portal phase.
        """
        further = [phase for phase in self.settings.phases if phase not in USUAL_PHASES]
        for phase in USUAL_PHASES:
            yield self._image(phase, scene, rng)
        for phase in further:
            yield self._image(phase, scene, self._generator(phase, NOISE))

    def _image(self, phase: str, scene: Scene, noise: Generator) -> PhaseImage:
        geometry = self.settings.geometry
        truth, lesions, shift = scene.images_hu[phase], scene.lesions, self._shift_mm(phase)
        if shift != STILL:
            truth = moved(truth, shift, geometry.spacing_mm)
            lesions = moved(lesions, shift, geometry.spacing_mm, order=0)
        return PhaseImage(phase, self.scanner.acquire(truth, geometry, noise), lesions, shift)

    def _shift_mm(self, phase: str) -> Point:
        """Shift of one breath hold against the arterial one, (z, y, x)."""
        largest = self.settings.breath_shift_mm
        if phase == OUTLINED_PHASE or largest == 0:
            return STILL
        rng = self._generator(phase, BREATH)
        direction = rng.standard_normal(3) * BREATH_DIRECTION
        length = largest * rng.uniform(LEAST_BREATH, 1)
        z, y, x = direction * (length / np.linalg.norm(direction))
        return (float(z), float(y), float(x))

    def _generator(self, phase: str, purpose: int) -> Generator:
        key = (self.number, SCAN_STREAM, self.visit, PHASES.index(phase), purpose)
        return np.random.default_rng(SeedSequence(self.settings.seed, spawn_key=key))


def moved(
    array: NDArray[Number],
    shift_mm: Point,
    spacing_mm: tuple[float, float, float],
    *,
    order: int = 1,
) -> NDArray[Number]:
    """Move an array, shape (z, y, x), rigidly; what comes in repeats the edge.

    Parameters
    ----------
    shift_mm
        (z, y, x), mm.
    order
        1 interpolates linearly, 0 takes the nearest voxel: for label maps.
    """
    voxels = [shift / step for shift, step in zip(shift_mm, spacing_mm, strict=True)]
    result: NDArray[Number] = ndimage.shift(array, voxels, order=order, mode="nearest")
    return result
