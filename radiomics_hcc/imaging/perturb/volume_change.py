"""Contours drawn wider or tighter, by a fraction of the lesion's volume."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np
import scipy  # loads its parts when they are used first
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask
from radiomics_hcc.errors import ExtractionError, InputError, Problem
from radiomics_hcc.imaging.perturb.perturbation import Perturbation
from radiomics_hcc.imaging.perturb.scene import Scene
from radiomics_hcc.imaging.region import Box, bounding_box, widen

SPARE_VOXELS: Final = 3  # around the new contour, for its steps and the smoothing


@dataclass(frozen=True)
class VolumeChange(Perturbation):
    """Let a contour grow or shrink evenly until the volume has changed by a fraction.

    Voxels enter in the order of their distance to the lesion, or leave in the order of their
    depth in it (Euclidean, mm, on the grid's own spacing), until the number of voxels is the
    nearest to (1 + fraction) times that of before: steps far below a voxel count. The distance map
    is smoothed by one voxel, so that of equally near voxels those enter first that make the
    contour rounder, not any; what is left of ties goes by the order of the voxels. Growth adds
    voxels only, shrinkage takes some away only, and a fraction of 0 changes nothing.

    Parameters
    ----------
    fraction
        Of the volume, above -1: 0.1 for 10 % more, -0.1 for 10 % less.

    References
    ----------
    Zwanenburg et al. Sci Rep 2019;9:614 (volume adaptation; there the last voxels are drawn by
    lot from the rim).
    """

    kind: ClassVar[str] = "volume"
    fraction: float

    def __post_init__(self) -> None:
        if not -1 < self.fraction < np.inf:
            what = f"a fraction of {self.fraction:g}"
            raise InputError([Problem("volume", what, "give a finite number above -1")])

    def change(self, scene: Scene, generator: np.random.Generator) -> Scene:  # noqa: ARG002 (no chance)
        """Grow or shrink the lesion.

        Raises
        ------
        ExtractionError
            Where the lesion is empty, or the scene has no room for the growth.
        """
        inside = scene.mask.array
        voxels = int(np.count_nonzero(inside))
        if voxels == 0:
            raise ExtractionError("volume: the region is empty before its volume is changed")
        wanted = round(voxels * (1 + self.fraction))
        if wanted > inside.size:
            raise ExtractionError("volume: the image has no room for the grown region")
        box = self._box(scene.mask, wanted)
        array = inside.copy()
        array[box] = _nearest(inside[box], scene.mask.geometry.spacing_mm, wanted - voxels)
        return replace(scene, mask=Mask(array, scene.mask.geometry))

    def _box(self, mask: Mask, wanted: int) -> Box:
        """Where the new contour lies: of all bodies of a volume, a ball must grow furthest."""
        radius_mm = float(np.cbrt(3000.0 * mask.volume_ml / (4.0 * np.pi)))
        reach_mm = radius_mm * (float(np.cbrt(1 + max(self.fraction, 0.0))) - 1)
        z, y, x = (
            SPARE_VOXELS + math.ceil(reach_mm / step_mm) for step_mm in mask.geometry.spacing_mm
        )
        size = mask.array.shape
        box = widen(bounding_box(mask.array), (z, y, x), size)
        holds = math.prod(side.stop - side.start for side in box)
        return box if holds >= wanted else widen(box, max(size), size)


def _nearest(
    inside: NDArray[np.bool_], spacing_mm: tuple[float, float, float], more: int
) -> NDArray[np.bool_]:
    """The region with so many voxels more, the nearest, or fewer, the least deep."""
    if more == 0:
        return inside
    candidates = np.flatnonzero(~inside if more > 0 else inside)
    outwards_mm = _signed_distance_mm(inside, spacing_mm).ravel()[candidates]
    order = np.argsort(outwards_mm if more > 0 else -outwards_mm, kind="stable")
    changed = inside.copy()
    changed.flat[candidates[order[: abs(more)]]] = more > 0
    return changed


def _signed_distance_mm(
    inside: NDArray[np.bool_], spacing_mm: tuple[float, float, float]
) -> NDArray[np.float64]:
    """Distance to the region, mm, negative inside it, smoothed by the shortest voxel edge."""
    edt = scipy.ndimage.distance_transform_edt
    distance_mm = edt(~inside, sampling=spacing_mm)
    if not inside.all():
        distance_mm = distance_mm - edt(inside, sampling=spacing_mm)
    sd = [min(spacing_mm) / step_mm for step_mm in spacing_mm]
    smooth: NDArray[np.float64] = scipy.ndimage.gaussian_filter(distance_mm, sd, mode="nearest")
    return smooth
