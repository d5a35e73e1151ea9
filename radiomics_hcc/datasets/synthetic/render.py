"""The noise-free patient on a grid: tissues, lesions, attenuation in each phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from radiomics_hcc.datasets.synthetic.body import Physique, paint_trunk
from radiomics_hcc.datasets.synthetic.lesion_state import LesionState, Pattern
from radiomics_hcc.datasets.synthetic.lesions import Lesion
from radiomics_hcc.datasets.synthetic.organs import LIVER_BOX, paint_organs
from radiomics_hcc.datasets.synthetic.shapes import Axes, Ellipsoid, Field, Point
from radiomics_hcc.datasets.synthetic.texture import LesionTexture, grain
from radiomics_hcc.datasets.synthetic.tissue import USUAL_PHASES, Tissue
from radiomics_hcc.datasets.synthetic.vessels import paint_vessels, portal_trunk
from radiomics_hcc.domain.volume import Geometry

LIVER_LABEL: Final = 1
AORTA_LABEL: Final = 2
PORTAL_VEIN_LABEL: Final = 3
CAPSULE_MM: Final = 1.8
NODULE_REACH: Final = 0.9  # how near to the edge a viable nodule lies
LIVER_GRAIN: Final = ((1.6, 4.0), (7.0, 4.0))  # length in mm, SD in HU
LUNG_GRAIN_HU: Final = 70.0
SPLEEN_GRAIN_HU: Final = 16.0  # arterial only
SOFT_GRAIN_HU: Final = 5.0
NECROSIS_GRAIN_HU: Final = 5.0
# Heterogeneity of a viable lesion against the arterial phase: its grain is that of its vessels.
GRAIN_SHARES: Final = {"unenhanced": 0.15, "arterial": 1.0, "portal": 0.55, "delayed": 0.4}
LIPIODOL_HU: Final = (257.0, 120.0)  # mean and SD, 24 h after treatment
LOWEST_LIPIODOL_HU: Final = 110.0
LIPIODOL_LENGTH_MM: Final = 3.5
LIVER_TISSUES: Final = (
    Tissue.LIVER,
    Tissue.HEPATIC_VEIN,
    Tissue.PORTAL_BRANCH,
    Tissue.VIABLE_TUMOUR,
    Tissue.NECROSIS,
    Tissue.CAPSULE,
    Tissue.ATYPICAL_NODULE,
)


@dataclass(frozen=True, eq=False)
class Look:
    """What the lesions of one patient look like at one time point.

    Parameters
    ----------
    texture
        Their heterogeneity.
    has_capsule
        Whether a capsule surrounds them.
    lipiodol
        Fraction of necrosis that holds lipiodol, 0 for none.
    """

    texture: LesionTexture
    has_capsule: bool
    lipiodol: float = 0.0


@dataclass(frozen=True, eq=False)
class Scene:
    """The noise-free truth of one time point on the image grid; arrays of shape (z, y, x).

    Parameters
    ----------
    tissue
        `Tissue` of each voxel.
    organs
        1 whole liver with its lesions, 2 aorta, 3 portal vein.
    lesions
        Lesion n of the list has label n + 1.
    viable
        Where a lesion is viable.
    images_hu
        Attenuation by phase.
    """

    tissue: NDArray[np.uint8]
    organs: NDArray[np.uint8]
    lesions: NDArray[np.uint8]
    viable: NDArray[np.bool_]
    images_hu: dict[str, Field]


@dataclass(frozen=True, eq=False)
class Painter:
    """Paints one patient at one time point.

    Parameters
    ----------
    geometry
        The image grid.
    physique
        The patient's body.
    attenuation_hu
        HU of every tissue by phase.
    shift_mm
        How far the body lies from its place, (z, y, x).
    phases
        What is painted; tissues and their grain are the same in all of them.
    """

    geometry: Geometry
    physique: Physique
    attenuation_hu: dict[str, NDArray[np.float32]]
    shift_mm: Point = (0.0, 0.0, 0.0)
    phases: tuple[str, ...] = USUAL_PHASES

    def paint(self, lesions: list[tuple[Lesion, LesionState]], look: Look, rng: Generator) -> Scene:
        """Paint the abdomen with its lesions."""
        axes = Axes.of(self.geometry, self.shift_mm)
        tissue = np.zeros(self.geometry.size, dtype=np.uint8)
        paint_trunk(tissue, axes, self.physique)
        paint_organs(tissue, axes, self.physique)
        paint_vessels(tissue, axes)
        labels = np.zeros_like(tissue)
        for number, (lesion, state) in enumerate(lesions, start=1):
            _paint_lesion(tissue, labels, axes, (lesion, state, number), look)
        organs = _organs(tissue, axes)
        images = {phase: self.attenuation_hu[phase][tissue] for phase in self.phases}
        self._add_tissue_grain(images, tissue, axes, rng)
        for number in range(1, len(lesions) + 1):
            self._add_lesion_grain(images, tissue, labels == number, look, rng)
        return Scene(tissue, organs, labels, tissue == Tissue.VIABLE_TUMOUR, images)

    def _add_tissue_grain(
        self, images: dict[str, Field], tissue: NDArray[np.uint8], axes: Axes, rng: Generator
    ) -> None:
        spacing = self.geometry.spacing_mm
        soft = grain(rng, tissue.shape, 1.2, spacing)
        amplitude = np.full(len(Tissue), SOFT_GRAIN_HU, dtype=np.float32)
        amplitude[Tissue.AIR] = amplitude[Tissue.LIVER] = amplitude[Tissue.VIABLE_TUMOUR] = 0
        amplitude[[Tissue.MARROW, Tissue.CORTICAL_BONE]] = 30
        amplitude[Tissue.LUNG] = LUNG_GRAIN_HU
        soft *= amplitude[tissue]
        box = axes.box(*LIVER_BOX)
        liver = np.isin(tissue[box], (Tissue.LIVER, Tissue.HEPATIC_VEIN, Tissue.CAPSULE))
        for length, spread in LIVER_GRAIN:
            soft[box] += liver * np.float32(spread) * grain(rng, liver.shape, length, spacing)
        for image in images.values():
            image += soft
        spleen = tissue == Tissue.SPLEEN
        moire = grain(rng, _extent(spleen)[1], 6.0, spacing)
        part = images["arterial"][_extent(spleen)[0]]
        part += np.float32(SPLEEN_GRAIN_HU) * moire * spleen[_extent(spleen)[0]]

    def _add_lesion_grain(
        self,
        images: dict[str, Field],
        tissue: NDArray[np.uint8],
        lesion: NDArray[np.bool_],
        look: Look,
        rng: Generator,
    ) -> None:
        box, shape = _extent(lesion)
        viable = tissue[box] == Tissue.VIABLE_TUMOUR
        viable &= lesion[box]
        dead = (tissue[box] == Tissue.NECROSIS) & lesion[box]
        field = grain(rng, shape, look.texture.length_mm, self.geometry.spacing_mm)
        coarse = grain(rng, shape, LIPIODOL_LENGTH_MM, self.geometry.spacing_mm)
        deposit = _lipiodol_hu(coarse, dead, look.lipiodol)
        level = field.mean(where=viable) if viable.any() else 0.0  # texture keeps the mean
        rough = np.float32(look.texture.amplitude_hu) * (field - level) * viable
        for phase, image in images.items():
            part = image[box]
            part += (
                np.float32(GRAIN_SHARES[phase]) * rough
                + np.float32(NECROSIS_GRAIN_HU) * field * dead
            )
            np.maximum(part, deposit, out=part)


def _paint_lesion(
    tissue: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    axes: Axes,
    item: tuple[Lesion, LesionState, int],
    look: Look,
) -> None:
    lesion, state, number = item
    if state.pattern is Pattern.ABSENT:
        return
    scale = state.whole_mm / lesion.shape.longest
    half = scale * lesion.shape.reach + CAPSULE_MM + 1
    reach = Ellipsoid(lesion.centre_mm, (half, half, half))
    box = axes.box(*reach.bounds_mm)
    offsets = _offsets(axes.crop(box), lesion.centre_mm, scale)
    radius = lesion.shape.radius(*offsets)
    part = tissue[box]
    if look.has_capsule:
        shell = (radius >= 1) & (radius < 1 + CAPSULE_MM / scale) & (part == Tissue.LIVER)
        part[shell] = Tissue.CAPSULE
    inside = (radius < 1) & (labels[box] == 0)
    is_atypical = lesion.is_new and state.pattern is Pattern.NECROTIC
    part[inside] = Tissue.ATYPICAL_NODULE if is_atypical else Tissue.NECROSIS
    part[inside & _viable(lesion, state, offsets, radius)] = Tissue.VIABLE_TUMOUR
    labels[box][inside] = number


def _offsets(axes: Axes, centre_mm: Point, scale_mm: float) -> tuple[Field, Field, Field]:
    """Offsets (z, y, x) from a centre in units of the lesion's scale."""
    z, y, x = (np.float32(place) for place in centre_mm)
    unit = np.float32(1 / scale_mm)
    return (axes.z - z) * unit, (axes.y - y) * unit, (axes.x - x) * unit


def _viable(
    lesion: Lesion, state: LesionState, offsets: tuple[Field, Field, Field], radius: Field
) -> NDArray[np.bool_]:
    """Where a lesion is viable, on the grid of its normalised `radius`."""
    if state.pattern is Pattern.NECROTIC:
        return np.zeros(radius.shape, dtype=bool)
    if state.pattern is not Pattern.NODULE:
        outside_core: NDArray[np.bool_] = radius >= state.core
        return outside_core
    shape = lesion.shape
    direction = np.array(state.direction, dtype=np.float32)
    edge = 1 / float(shape.radius(*(np.full((1, 1, 1), part) for part in direction)).item())
    moved = direction * np.float32(edge * (1 - state.nodule) * NODULE_REACH)
    z, y, x = (
        (axis - shift) / np.float32(state.nodule)
        for axis, shift in zip(offsets, moved, strict=True)
    )
    inside: NDArray[np.bool_] = shape.radius(z, y, x) < 1
    return inside


def _organs(tissue: NDArray[np.uint8], axes: Axes) -> NDArray[np.uint8]:
    labels = np.zeros_like(tissue)
    labels[np.isin(tissue, LIVER_TISSUES)] = LIVER_LABEL
    labels[tissue == Tissue.AORTA] = AORTA_LABEL
    labels[portal_trunk(axes) & (tissue == Tissue.PORTAL_VEIN)] = PORTAL_VEIN_LABEL
    return labels


def _lipiodol_hu(field: Field, dead: NDArray[np.bool_], fraction: float) -> Field:
    """Attenuation of lipiodol where it lies in necrosis, far below any tissue elsewhere."""
    nothing = np.full(field.shape, -2000, dtype=np.float32)
    if fraction == 0 or not dead.any():
        return nothing
    held = dead & (field >= np.quantile(field[dead], 1 - fraction))
    strength = field - field[held].mean()
    strength /= max(float(strength[held].std()), 1e-3)
    deposit = np.maximum(LIPIODOL_HU[0] + LIPIODOL_HU[1] * strength, LOWEST_LIPIODOL_HU)
    return np.where(held, deposit, nothing).astype(np.float32)


def _extent(region: NDArray[np.bool_]) -> tuple[tuple[slice, ...], tuple[int, ...]]:
    """Bounding box of a region and its shape; empty where the region is."""
    box = []
    for axis in range(region.ndim):
        others = tuple(other for other in range(region.ndim) if other != axis)
        found = np.flatnonzero(region.any(axis=others))
        box.append(slice(int(found[0]), int(found[-1]) + 1) if found.size else slice(0, 0))
    return tuple(box), tuple(part.stop - part.start for part in box)
