"""Liver, upper abdominal organs and bowel."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.datasets.synthetic.body import Physique, cavity_depth_mm, dome_mm
from radiomics_hcc.datasets.synthetic.shapes import (
    Axes,
    Ellipsoid,
    Field,
    Tube,
    paint_over,
)
from radiomics_hcc.datasets.synthetic.tissue import Tissue

LIVER_BOX: Final = ((-92.0, -80.0, -112.0), (84.0, 72.0, 74.0))
BLEND_MM: Final = 14.0  # how softly the lobes flow into each other
WAVE_MM: Final = 2.5
LIVER_DENTS: Final = (
    (Ellipsoid((0, 40, 8), (400, 44, 34)), 42.0),  # spine and great vessels
    (Ellipsoid((-62, 42, -52), (52, 32, 36)), 36.0),  # right kidney
    (Ellipsoid((-62, 2, 4), (52, 44, 44)), 44.0),  # hilum, duodenum, pancreas
    (Ellipsoid((0, -6, 62), (90, 40, 46)), 44.0),  # stomach
)


def liver_field_mm(axes: Axes, physique: Physique) -> Field:
    """Approximate signed distance to the liver's surface, mm, negative inside."""
    scale = physique.liver_scale
    right = Ellipsoid((-2, 0, -60), (86 * scale, 74 * scale, 70 * scale), 2.3)
    left = Ellipsoid((22, -44, 6), (40 * scale, 27 * scale, 60 * scale))
    field = _smooth_minimum(_distance(right, axes, 62), _distance(left, axes, 34))
    for dent, size in LIVER_DENTS:
        field = -_smooth_minimum(-field, _distance(dent, axes, size))
    field = field + _waves(axes, physique.waves)
    field = np.maximum(field, -cavity_depth_mm(axes, physique))
    outside: Field = np.maximum(field, axes.z - dome_mm(axes, physique))
    return outside


def paint_organs(labels: NDArray[np.uint8], axes: Axes, physique: Physique) -> None:
    """Paint the abdominal organs, liver last, into `labels`, shape (z, y, x)."""
    _paint_bowel(labels, axes, physique)
    _paint_stomach(labels, axes, physique)
    _paint_spleen(labels, axes)
    _paint_kidneys(labels, axes)
    pancreas = ((-46, -10, -12), (-40, -16, 14), (-24, 8, 46), (-10, 26, 66))
    for start, end in itertools.pairwise(pancreas):
        paint_over(labels, axes, Tube(start, end, 9, 8), {Tissue.VISCERAL_FAT: Tissue.PANCREAS})
    box = axes.box(*LIVER_BOX)
    part = labels[box]
    part[liver_field_mm(axes.crop(box), physique) < 0] = Tissue.LIVER
    fissure = Tube((-40, -66, -8), (24, -52, -4), 4.5, 2.0)
    paint_over(labels, axes, fissure, {Tissue.LIVER: Tissue.VISCERAL_FAT})
    wall = Ellipsoid((-44, -36, -38), (30, 17, 15))
    paint_over(labels, axes, wall, _inside_abdomen(Tissue.BOWEL_WALL))
    paint_over(labels, axes, Ellipsoid((-44, -36, -38), (28, 15.2, 13.2)), _gallbladder())


def _gallbladder() -> dict[Tissue, Tissue]:
    return {Tissue.BOWEL_WALL: Tissue.GALLBLADDER}


def _inside_abdomen(new: Tissue) -> dict[Tissue, Tissue]:
    replaced = (Tissue.VISCERAL_FAT, Tissue.LIVER, Tissue.STOOL, Tissue.BOWEL_GAS, Tissue.FLUID)
    return dict.fromkeys(replaced, new)


def _paint_stomach(labels: NDArray[np.uint8], axes: Axes, physique: Physique) -> None:
    side, front, filling = np.sin(physique.waves[6:9])
    parts = (
        ((30, -12 + 5 * front, 60 + 4 * side), (38, 36 + 5 * filling, 30 + 4 * filling)),
        ((4, -38 + 4 * front, 42 + 5 * side), (28, 22 + 3 * filling, 28)),
        ((-14, -44, 18 + 4 * side), (16, 15, 26)),
    )
    fat_to = {Tissue.VISCERAL_FAT: Tissue.STOMACH_WALL, Tissue.LUNG: Tissue.STOMACH_WALL}
    for centre, semi in parts:
        paint_over(labels, axes, Ellipsoid(centre, semi), fat_to)
    for centre, semi in parts:
        inner = Ellipsoid(centre, (semi[0] - 5, semi[1] - 4.5, semi[2] - 4.5))
        _fill_hollow(labels, axes, inner, Tissue.STOMACH_WALL, Tissue.FLUID)


def _fill_hollow(
    labels: NDArray[np.uint8], axes: Axes, solid: Ellipsoid, wall: Tissue, content: Tissue
) -> None:
    box = axes.box(*solid.bounds_mm)
    crop = axes.crop(box)
    part = labels[box]
    inside = solid.contains(crop) & (part == wall)
    part[inside] = content
    part[inside & (crop.y < solid.centre_mm[1] - 0.35 * solid.semi_axes_mm[1])] = Tissue.BOWEL_GAS


def _paint_spleen(labels: NDArray[np.uint8], axes: Axes) -> None:
    outer = Ellipsoid((22, 34, 76), (46, 38, 34))
    hollow = Ellipsoid((22, 12, 56), (40, 34, 32))
    box = axes.box(*outer.bounds_mm)
    crop = axes.crop(box)
    part = labels[box]
    free = (part == Tissue.VISCERAL_FAT) | (part == Tissue.STOMACH_WALL)
    part[outer.contains(crop) & ~hollow.contains(crop) & free] = Tissue.SPLEEN


def _paint_kidneys(labels: NDArray[np.uint8], axes: Axes) -> None:
    for centre in ((-62.0, 44.0, -52.0), (-48.0, 44.0, 54.0)):
        free = {Tissue.VISCERAL_FAT: Tissue.KIDNEY_CORTEX, Tissue.MUSCLE: Tissue.KIDNEY_CORTEX}
        paint_over(labels, axes, Ellipsoid(centre, (48, 24, 23)), free)
        medulla = {Tissue.KIDNEY_CORTEX: Tissue.KIDNEY_MEDULLA}
        paint_over(labels, axes, Ellipsoid(centre, (40, 17, 16)), medulla)
        z, y, x = centre
        hilum = Ellipsoid((z, y - 6, x - np.sign(x) * 9), (26, 11, 15))
        sinus = dict.fromkeys((Tissue.KIDNEY_CORTEX, Tissue.KIDNEY_MEDULLA), Tissue.VISCERAL_FAT)
        paint_over(labels, axes, hilum, sinus)


def _paint_bowel(labels: NDArray[np.uint8], axes: Axes, physique: Physique) -> None:
    wave = physique.waves
    flexures = ((-78, -34, -70), (-74, -54, -38), (-84, -58, 0), (-70, -54, 44), (-30, -26, 88))
    for index, (start, end) in enumerate(itertools.pairwise(flexures)):
        radius = 15 + 2 * np.sin(wave[index])
        _paint_loop(labels, axes, Tube(start, end, radius, radius), Tissue.STOOL)
    for index in range(14):
        angle = wave[index % 12] + index * 2.4
        reach = 14 + 3.2 * index
        centre = (
            -84 + 11 * np.sin(wave[(index + 5) % 12]),
            -18 + 0.45 * reach * np.sin(angle),
            24 + reach * np.cos(angle),
        )
        tip = (centre[0] + 12, centre[1] + 10 * np.cos(wave[index % 12]), centre[2] + 16)
        _paint_loop(labels, axes, Tube(centre, tip, 10.5, 9.5), Tissue.FLUID)


def _paint_loop(labels: NDArray[np.uint8], axes: Axes, tube: Tube, content: Tissue) -> None:
    paint_over(labels, axes, tube, {Tissue.VISCERAL_FAT: Tissue.BOWEL_WALL})
    radius = tube.start_radius_mm - 2.5
    lumen = Tube(tube.start_mm, tube.end_mm, radius, tube.end_radius_mm - 2.5)
    paint_over(labels, axes, lumen, {Tissue.BOWEL_WALL: content})
    if content == Tissue.STOOL:
        lift = radius * 0.35
        gas = Tube(_forward(tube.start_mm, lift), _forward(tube.end_mm, lift), radius * 0.6, 6)
        paint_over(labels, axes, gas, {content: Tissue.BOWEL_GAS})


def _forward(point: tuple[float, float, float], by_mm: float) -> tuple[float, float, float]:
    return (point[0], point[1] - by_mm, point[2])


def _distance(solid: Ellipsoid, axes: Axes, size_mm: float) -> Field:
    level = solid.level(axes)
    distance: Field = (level ** np.float32(1 / solid.power) - 1) * np.float32(size_mm)
    return distance


def _smooth_minimum(first: Field, second: Field) -> Field:
    overlap = np.maximum(BLEND_MM - np.abs(first - second), 0) / np.float32(BLEND_MM)
    blended = np.minimum(first, second) - overlap**2 * np.float32(BLEND_MM / 4)
    smooth: Field = blended.astype(np.float32, copy=False)
    return smooth


def _waves(axes: Axes, phases: tuple[float, ...]) -> Field:
    slow = np.sin(axes.x / 19 + phases[0]) * np.sin(axes.y / 17 + phases[1])
    fast = np.sin(axes.y / 9 + phases[3]) * np.sin(axes.x / 10 + phases[4])
    large = slow * np.sin(axes.z / 21 + phases[2])
    small = fast * np.sin(axes.z / 12 + phases[5])
    return (np.float32(WAVE_MM) * (large + np.float32(0.4) * small)).astype(np.float32)
