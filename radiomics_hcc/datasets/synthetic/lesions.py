"""Lesions of one patient: how many, how large, where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from radiomics_hcc.datasets.synthetic.body import Physique, cavity_depth_mm, dome_mm
from radiomics_hcc.datasets.synthetic.lesion_shape import LesionShape
from radiomics_hcc.datasets.synthetic.organs import LIVER_BOX, liver_field_mm
from radiomics_hcc.datasets.synthetic.shapes import Axes, Ellipsoid, Point, Tube
from radiomics_hcc.datasets.synthetic.vessels import CONFLUENCE, HILUM

COUNT_CHANCES: Final = (0.5, 0.33, 0.17)  # one, two, three lesions
LARGEST_MEDIAN_MM: Final = 48.0
LARGEST_LOG_SD: Final = 0.75  # right-skewed, as baseline sums are
SMALLEST_MM: Final = 13.0
LARGEST_MM: Final = 100.0
PLACEMENT_STEP_MM: Final = 4.0
BULGE_MM: Final = 10.0  # a lesion may push the liver's surface out this far
LESION_GAP_MM: Final = 4.0
CENTRE_DEPTH_MM: Final = 4.0
CORE_CHANCE: Final = 0.15  # of a natural necrotic core in a large lesion
CORE_FROM_MM: Final = 50.0
CORE_SIZES: Final = (0.15, 0.3)  # against the lesion
NEW_LESION_ID: Final = "N1"
NEW_LESION_MM: Final = (14.0, 26.0)
KEEP_OUT: Final = (Ellipsoid((-40, 14, 0), (400, 25, 32)), Tube(CONFLUENCE, HILUM, 9, 9))


@dataclass(frozen=True, eq=False)
class Lesion:
    """One lesion before treatment.

    Parameters
    ----------
    lesion_id
        `L1` is the largest.
    centre_mm
        (z, y, x) from the middle of the volume.
    diameter_mm
        Longest axial diameter.
    shape
        Its form.
    core
        Relative size of a natural necrotic core, 0 for none.
    room
        By which factor it could grow without touching anything.
    """

    lesion_id: str
    centre_mm: Point
    diameter_mm: float
    shape: LesionShape
    core: float = 0.0
    room: float = 1.0

    @property
    def is_new(self) -> bool:
        """Whether it appears only after treatment."""
        return self.lesion_id == NEW_LESION_ID

    @property
    def viable_mm(self) -> float:
        """Longest axial diameter that keeps out of the core."""
        return self.scale_mm * self.shape.longest_around_core(self.core)

    @property
    def scale_mm(self) -> float:
        """Millimetres per unit of the shape."""
        return self.diameter_mm / self.shape.longest

    @property
    def reach_mm(self) -> float:
        """Radius of a ball around the centre that holds the lesion."""
        return self.scale_mm * self.shape.reach


def draw_diameters(rng: Generator, enlargement: float) -> list[float]:
    """Longest diameters, largest first, mm; `enlargement` multiplies them all."""
    count = 1 + int(rng.choice(len(COUNT_CHANCES), p=COUNT_CHANCES))
    first = LARGEST_MEDIAN_MM * enlargement * np.exp(LARGEST_LOG_SD * rng.standard_normal())
    sizes = [float(np.clip(first, SMALLEST_MM, LARGEST_MM))]
    for _ in range(count - 1):
        sizes.append(float(max(sizes[-1] * rng.uniform(0.4, 0.95), SMALLEST_MM)))
    return sizes


@dataclass(frozen=True, eq=False)
class LiverSpace:
    """Where lesions may lie, on a coarse grid of its own.

    Parameters
    ----------
    axes
        The grid.
    allowed
        Where any part of a lesion may be, shape (z, y, x).
    deep
        Where a centre may be, shape (z, y, x).
    """

    axes: Axes
    allowed: NDArray[np.bool_]
    deep: NDArray[np.bool_]

    @classmethod
    def of(cls, physique: Physique) -> LiverSpace:
        """Find the room in the liver of one patient."""
        along = [
            np.arange(low, high, PLACEMENT_STEP_MM, dtype=np.float32)
            for low, high in zip(*LIVER_BOX, strict=True)
        ]
        axes = Axes(along[0][:, None, None], along[1][None, :, None], along[2][None, None, :])
        field = liver_field_mm(axes, physique)
        allowed = field < BULGE_MM
        allowed &= (cavity_depth_mm(axes, physique) > 1) & (axes.z < dome_mm(axes, physique))
        for solid in KEEP_OUT:
            allowed &= ~solid.contains(axes)
        return cls(axes, allowed, field < -CENTRE_DEPTH_MM)

    def without(self, centre_mm: Point, radius_mm: float) -> LiverSpace:
        """The space that is left when a ball is taken."""
        ball = Ellipsoid(centre_mm, (radius_mm, radius_mm, radius_mm))
        return LiverSpace(self.axes, self.allowed & ~ball.contains(self.axes), self.deep)

    def clearance_mm(self) -> NDArray[np.float64]:
        """Distance of every possible centre to the nearest forbidden place, 0 elsewhere, mm."""
        padded = np.pad(self.allowed, 1)
        distance = ndimage.distance_transform_edt(padded, sampling=PLACEMENT_STEP_MM)
        inner: NDArray[np.float64] = distance[1:-1, 1:-1, 1:-1] - PLACEMENT_STEP_MM / 2
        return np.where(self.deep, inner, 0.0)

    def place(self, rng: Generator, reach_mm: float) -> tuple[Point, float]:
        """Choose a centre for a ball, and its clearance; the roomiest where none has room."""
        clearance = self.clearance_mm()
        fits = np.flatnonzero(clearance >= min(reach_mm, clearance.max()))
        chosen = int(fits[rng.integers(fits.size)])
        index = np.unravel_index(chosen, clearance.shape)
        along = (self.axes.z.ravel(), self.axes.y.ravel(), self.axes.x.ravel())
        z, y, x = (float(axis[i]) for axis, i in zip(along, index, strict=True))
        return (z, y, x), float(clearance.flat[chosen])


def place_lesions(
    rng: Generator, space: LiverSpace, diameters_mm: list[float]
) -> tuple[list[Lesion], LiverSpace]:
    """Place lesions apart from each other; one that has no room shrinks, or is left out.

    Returns
    -------
    The lesions, largest first, and the space that they leave.
    """
    placed: list[Lesion] = []
    for diameter in diameters_mm:
        lesion = _place_one(rng, space, diameter, f"L{len(placed) + 1}")
        if lesion.diameter_mm >= SMALLEST_MM:
            placed.append(lesion)
            space = space.without(lesion.centre_mm, lesion.reach_mm + LESION_GAP_MM)
    return [_with_room(lesion, placed) for lesion in placed], space


def draw_new_lesion(rng: Generator, space: LiverSpace) -> Lesion:
    """A lesion that appears after treatment, in what room is left."""
    return _place_one(rng, space, float(rng.uniform(*NEW_LESION_MM)), NEW_LESION_ID)


def _place_one(rng: Generator, space: LiverSpace, diameter_mm: float, name: str) -> Lesion:
    shape = LesionShape.draw(rng)
    wanted = Lesion(name, (0.0, 0.0, 0.0), diameter_mm, shape)
    centre, clearance = space.place(rng, wanted.reach_mm)
    fitting = diameter_mm * min(1.0, clearance / wanted.reach_mm)
    core = float(rng.uniform(*CORE_SIZES)) * float(rng.random() < CORE_CHANCE)
    return Lesion(name, centre, fitting, shape, core if fitting > CORE_FROM_MM else 0.0, clearance)


def _with_room(lesion: Lesion, all_lesions: list[Lesion]) -> Lesion:
    """Turn the clearance in `room` into a growth factor that neighbours can share."""
    limits = [lesion.room / lesion.reach_mm]
    for other in all_lesions:
        if other is not lesion:
            apart = float(np.linalg.norm(np.subtract(other.centre_mm, lesion.centre_mm)))
            limits.append((apart - 2) / (lesion.reach_mm + other.reach_mm))
    return Lesion(
        lesion.lesion_id,
        lesion.centre_mm,
        lesion.diameter_mm,
        lesion.shape,
        lesion.core,
        max(min(limits), 1.0),
    )
