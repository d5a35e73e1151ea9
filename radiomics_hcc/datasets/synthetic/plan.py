"""Everything that is drawn at random for one patient before a voxel is painted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator, SeedSequence
from numpy.typing import NDArray

from radiomics_hcc.datasets.synthetic.body import Physique
from radiomics_hcc.datasets.synthetic.clinical import Visits, draw_treatment
from radiomics_hcc.datasets.synthetic.course import Course
from radiomics_hcc.datasets.synthetic.lesions import (
    LiverSpace,
    draw_diameters,
    draw_new_lesion,
    place_lesions,
)
from radiomics_hcc.datasets.synthetic.render import Look
from radiomics_hcc.datasets.synthetic.scanner import SCANNERS, Scanner
from radiomics_hcc.datasets.synthetic.shapes import Point
from radiomics_hcc.datasets.synthetic.texture import CLASS_EFFECT, SIZE_EFFECT, LesionTexture
from radiomics_hcc.datasets.synthetic.tissue import draw_attenuation
from radiomics_hcc.datasets.synthetic.treatment import treat

POSE_MM: Final[Point] = (4.5, 2.5, 2.5)  # largest shift of the body between the scans, (z, y, x)
CAPSULE_SHARE: Final = 0.35
LIPIODOL_SHARE: Final = 0.7  # of conventional TACE
LIPIODOL_FRACTION: Final = (0.15, 0.45)  # of the necrosis


@dataclass(frozen=True, eq=False)
class Streams:
    """Independent random generators of one patient, one per purpose.

    A change in how one part draws leaves the other parts as they were.
    """

    body: Generator
    lesions: Generator
    course: Generator
    clinical: Generator
    pre: Generator
    post: Generator
    readers: Generator

    @classmethod
    def of(cls, seed: int, number: int) -> Streams:
        """Streams of patient `number`; they depend on the seed and the number alone."""
        children = SeedSequence(seed, spawn_key=(number,)).spawn(7)
        return cls(*(np.random.default_rng(child) for child in children))


@dataclass(frozen=True, eq=False)
class PatientPlan:
    """One patient before imaging.

    Parameters
    ----------
    physique, attenuation_hu
        The body and the HU of its tissues by phase.
    course
        Lesions before and after treatment.
    before_look, after_look
        What lesions look like at either time.
    pose_mm
        Shift of the body in the second scan, (z, y, x).
    scanner, treatment, visits
        Site, treatment and days.
    """

    physique: Physique
    attenuation_hu: dict[str, NDArray[np.float32]]
    course: Course
    before_look: Look
    after_look: Look
    pose_mm: Point
    scanner: Scanner
    treatment: str
    visits: Visits

    @classmethod
    def draw(cls, streams: Streams, intended: str, signal: float) -> PatientPlan:
        """Draw a patient who is to have one response class.

        Parameters
        ----------
        signal
            How strongly the class shows in texture and size before treatment; at 0 nothing that
            precedes treatment knows the class.
        """
        effect = signal * CLASS_EFFECT[intended]
        physique = Physique.draw(streams.body)
        attenuation = draw_attenuation(streams.body)
        scanner = SCANNERS[int(streams.body.integers(len(SCANNERS)))]
        treatment = draw_treatment(streams.clinical)
        before_look = _draw_look(streams.body, effect)
        return cls(
            physique=physique,
            attenuation_hu=attenuation,
            course=_draw_course(streams, physique, intended, effect),
            before_look=before_look,
            after_look=_treated_look(streams.post, before_look, treatment),
            pose_mm=_draw_pose(streams.post),
            scanner=scanner,
            treatment=treatment,
            visits=Visits.draw(streams.clinical),
        )


def _draw_course(streams: Streams, physique: Physique, intended: str, effect: float) -> Course:
    diameters = draw_diameters(streams.lesions, float(np.exp(SIZE_EFFECT * effect)))
    lesions, space = place_lesions(streams.lesions, LiverSpace.of(physique), diameters)
    new = draw_new_lesion(streams.lesions, space)
    return treat(streams.course, lesions, new, intended)


def _draw_look(rng: Generator, effect: float) -> Look:
    return Look(LesionTexture.draw(rng, effect), bool(rng.random() < CAPSULE_SHARE))


def _treated_look(rng: Generator, before: Look, treatment: str) -> Look:
    takes_up = rng.random() < LIPIODOL_SHARE
    fraction = float(rng.uniform(*LIPIODOL_FRACTION))
    held = fraction if takes_up and treatment == "cTACE" else 0.0
    return Look(before.texture, before.has_capsule, held)


def _draw_pose(rng: Generator) -> Point:
    z, y, x = (float(rng.uniform(-limit, limit)) for limit in POSE_MM)
    return (z, y, x)
