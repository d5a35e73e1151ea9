"""What the texture classes are told, beside the grey levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Norm = Literal["euclidean", "manhattan", "infinity", "no_weighting"]


@dataclass(frozen=True)
class TextureSettings:
    """How neighbours are chosen and directions are merged.

    Parameters
    ----------
    spacing_mm
        Voxel spacing along (z, y, x), mm.
    distances
        Distances (Chebyshev, voxels) at which GLCM, GLDM and NGTDM compare voxels.
    slice_axis
        With a number, only neighbours in planes across this axis of (z, y, x) count (`force2D`).
    weighting_norm
        Merges the directions of GLCM and GLRLM into one matrix weighted by distance; none gives
        the mean of the features of every direction.
    is_symmetrical
        Whether the GLCM counts every pair both ways.
    dependence_alpha
        Largest difference of grey levels that counts as dependent in the GLDM (`gldm_a`).
    """

    spacing_mm: tuple[float, float, float]
    distances: tuple[int, ...] = (1,)
    slice_axis: int | None = None
    weighting_norm: Norm | None = None
    is_symmetrical: bool = True
    dependence_alpha: int = 0
