"""Body wall, skeleton and lungs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from radiomics_hcc.datasets.synthetic.shapes import Axes, Ellipsoid, Field, Tube, paint, paint_over
from radiomics_hcc.datasets.synthetic.tissue import Tissue

SKIN_MM: Final = 2.0
WALL_MM: Final = 13.0
BODY_POWER: Final = 2.35  # a superellipse between an ellipse and a box
RIB_PITCH_MM: Final = 27.0
RIB_FALL_MM: Final = 125.0  # how far a rib drops from the spine to the front
RIB_HALF_HEIGHT_MM: Final = 5.5
RIB_HALF_DEPTH_MM: Final = 3.6
LOWEST_RIB_MM: Final = -62.0
VERTEBRA_PITCH_MM: Final = 33.0
DISC_MM: Final = 7.0
DOME_CURVATURE: Final = 0.0105  # 1 / mm
FAR_MM: Final = 400.0


@dataclass(frozen=True)
class Physique:
    """What differs between the bodies of two patients, mm.

    Parameters
    ----------
    half_width_mm, half_depth_mm
        Of the trunk.
    fat_mm
        Thickness of the subcutaneous fat.
    liver_scale
        Size of the liver against the average.
    dome_top_mm
        Height of the right half of the diaphragm.
    rib_phase_mm, disc_phase_mm
        Where ribs and discs begin.
    waves
        Phases that shape the surface of liver and bowel, radians.
    """

    half_width_mm: float
    half_depth_mm: float
    fat_mm: float
    liver_scale: float
    dome_top_mm: float
    rib_phase_mm: float
    disc_phase_mm: float
    waves: tuple[float, ...]

    @classmethod
    def draw(cls, rng: Generator) -> Physique:
        """Draw one adult."""
        return cls(
            half_width_mm=float(rng.uniform(130, 139)),
            half_depth_mm=float(rng.uniform(91, 99)),
            fat_mm=float(rng.uniform(7, 15)),
            liver_scale=float(rng.uniform(0.95, 1.08)),
            dome_top_mm=float(rng.uniform(72, 82)),
            rib_phase_mm=float(rng.uniform(0, RIB_PITCH_MM)),
            disc_phase_mm=float(rng.uniform(0, VERTEBRA_PITCH_MM)),
            waves=tuple(float(phase) for phase in rng.uniform(0, 2 * np.pi, 12)),
        )


def depth_mm(axes: Axes, physique: Physique) -> Field:
    """Depth under the skin along the ray to the body's axis, shape (1, y, x); negative outside."""
    across = np.abs(axes.x / np.float32(physique.half_width_mm)) ** BODY_POWER
    deep = np.abs(axes.y / np.float32(physique.half_depth_mm)) ** BODY_POWER
    level = np.maximum((across + deep) ** (1 / BODY_POWER), 1e-3)
    radius = np.sqrt(axes.x**2 + axes.y**2)
    depth: Field = ((1 / level - 1) * radius).astype(np.float32, copy=False)
    furrow = 5.0 * np.exp(-((axes.x / 14) ** 2)) * (axes.y > 0)  # over the spine
    return depth - furrow.astype(np.float32)


def cavity_depth_mm(axes: Axes, physique: Physique) -> Field:
    """Depth inside the muscle wall, shape (1, y, x); positive within the abdominal cavity."""
    return depth_mm(axes, physique) - np.float32(SKIN_MM + physique.fat_mm + WALL_MM)


def dome_mm(axes: Axes, physique: Physique) -> Field:
    """Height of the diaphragm, shape (1, y, x)."""
    right = physique.dome_top_mm - DOME_CURVATURE * ((axes.x + 56) ** 2 + (axes.y + 4) ** 2)
    left = physique.dome_top_mm - 8 - DOME_CURVATURE * ((axes.x - 60) ** 2 + (axes.y + 4) ** 2)
    height: Field = np.maximum(right, left)
    return height


def paint_trunk(labels: NDArray[np.uint8], axes: Axes, physique: Physique) -> None:
    """Fill `labels`, shape (z, y, x), with skin, fat, muscle, skeleton, lungs and heart."""
    depth = depth_mm(axes, physique)
    cavity = cavity_depth_mm(axes, physique)
    section = np.full(depth.shape, Tissue.AIR, dtype=np.uint8)
    section[depth > 0] = Tissue.SKIN
    section[depth > SKIN_MM] = Tissue.FAT
    section[cavity > -WALL_MM] = Tissue.MUSCLE
    section[cavity > 0] = Tissue.VISCERAL_FAT
    labels[...] = section
    _paint_ribs(labels, axes, physique, cavity)
    chest = (cavity > 1) & (axes.z > dome_mm(axes, physique))
    labels[chest] = Tissue.LUNG
    _paint_heart(labels, axes)
    _paint_back(labels, axes)
    _paint_spine(labels, axes, physique)


def _paint_ribs(labels: NDArray[np.uint8], axes: Axes, physique: Physique, cavity: Field) -> None:
    turn = np.arctan2(np.abs(axes.x), axes.y) / np.float32(np.pi)  # 0 at the back, 1 in front
    level = axes.z + RIB_FALL_MM * turn
    in_rib = (level + physique.rib_phase_mm) % RIB_PITCH_MM - RIB_PITCH_MM / 2
    radial = np.abs(cavity + 4.5)
    reach = (in_rib / RIB_HALF_HEIGHT_MM) ** 2 + (radial / RIB_HALF_DEPTH_MM) ** 2
    present = (level > LOWEST_RIB_MM + 60 * turn) & (turn > 0.12) & (turn < 0.9)
    rib = present & (reach < 1)
    bony = turn < 0.7
    labels[rib & bony] = Tissue.CORTICAL_BONE
    labels[rib & (reach < 0.35) & bony] = Tissue.MARROW
    labels[rib & ~bony] = Tissue.CARTILAGE


def _paint_heart(labels: NDArray[np.uint8], axes: Axes) -> None:
    pericardium = Ellipsoid((76, -56, 4), (84, 48, 66))
    paint_over(labels, axes, pericardium, {Tissue.LUNG: Tissue.VISCERAL_FAT})
    paint(labels, axes, Ellipsoid((104, -22, 22), (38, 40, 52)), Tissue.HEART_WALL)
    paint(labels, axes, Ellipsoid((106, -22, 0), (28, 28, 22)), Tissue.HEART_BLOOD)
    paint(labels, axes, Ellipsoid((106, -20, 40), (28, 27, 22)), Tissue.HEART_BLOOD)


def _paint_back(labels: NDArray[np.uint8], axes: Axes) -> None:
    for side in (-1, 1):
        paint(labels, axes, Ellipsoid((0, 64, side * 27), (FAR_MM, 15, 22), 2.4), Tissue.MUSCLE)
        psoas = Ellipsoid((-96, 42, side * 32), (62, 15, 13))
        paint(labels, axes, psoas, Tissue.MUSCLE)
        crus = Ellipsoid((-10, 22, side * 14 + 2), (90, 14, 6))
        paint(labels, axes, crus, Tissue.MUSCLE)


def _paint_spine(labels: NDArray[np.uint8], axes: Axes, physique: Physique) -> None:
    body = Ellipsoid((0, 38, 1), (FAR_MM, 16, 20), 2.3)
    marrow = Ellipsoid((0, 38, 1), (FAR_MM, 14.2, 18.2), 2.3)
    arch = Ellipsoid((0, 60, 1), (FAR_MM, 13, 15))
    paint(labels, axes, arch, Tissue.CORTICAL_BONE)
    paint(labels, axes, Ellipsoid((0, 60, 1), (FAR_MM, 11.5, 13.5)), Tissue.MARROW)
    paint(labels, axes, Ellipsoid((0, 78, 1), (FAR_MM, 9, 3)), Tissue.CORTICAL_BONE)
    paint(labels, axes, body, Tissue.CORTICAL_BONE)
    paint(labels, axes, marrow, Tissue.MARROW)
    paint(labels, axes, Ellipsoid((0, 59, 1), (FAR_MM, 8, 10)), Tissue.SPINAL_CANAL)
    for side in (-1, 1):
        _paint_transverse(labels, axes, physique, side)
    disc = (axes.z + physique.disc_phase_mm) % VERTEBRA_PITCH_MM < DISC_MM
    box = axes.box(*marrow.bounds_mm)
    part = labels[box]
    part[disc[box[0]] & marrow.contains(axes.crop(box))] = Tissue.CARTILAGE


def _paint_transverse(labels: NDArray[np.uint8], axes: Axes, physique: Physique, side: int) -> None:
    first = -physique.disc_phase_mm - VERTEBRA_PITCH_MM * 4 + 20
    for level in np.arange(first, 130, VERTEBRA_PITCH_MM):
        process = Tube((level, 60, side * 14), (level - 2, 66, side * 34), 5, 3.5)
        paint(labels, axes, process, Tissue.CORTICAL_BONE)
