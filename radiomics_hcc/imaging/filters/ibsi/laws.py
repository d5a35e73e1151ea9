"""Laws kernels: level, edge, spot, wave and ripple, and their energy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from radiomics_hcc.imaging.filters.ibsi.boundary import (
    Boundary,
    Image,
    SpacingMm,
    check_boundary,
)
from radiomics_hcc.imaging.filters.ibsi.pooling import Pooling, pool
from radiomics_hcc.imaging.filters.ibsi.separable import (
    Kernels,
    convolve_separable,
    rotated_responses,
)

# weights before division by their Euclidean length (IBSI 2 manual, table of Laws kernels)
WEIGHTS: Final[Mapping[str, tuple[int, ...]]] = {
    "L3": (1, 2, 1),
    "L5": (1, 4, 6, 4, 1),
    "E3": (-1, 0, 1),
    "E5": (-1, -2, 0, 2, 1),
    "S3": (-1, 2, -1),
    "S5": (-1, 0, 2, 0, -1),
    "W5": (-1, 2, 0, -2, 1),
    "R5": (1, -4, 6, -4, 1),
}


@dataclass(frozen=True)
class Laws:
    """Products of Laws kernels (IBSI 2 manual, arXiv:2006.05470; JTXT).

    Parameters
    ----------
    kernels
        Names in the manual's order x, y, z: ``"E5L5S5"`` has the edge along x; two names, such as
        ``"L5S5"``, filter within slices. Each kernel has Euclidean length 1.
    boundary
        What lies beyond the border of the image.
    pooling
        ``max`` or ``average`` over the 24 (in slices: 4) right-angle rotations; None for the one
        orientation.
    energy_distance
        If given, the response is the mean of its absolute values over all voxels within this
        Chebyshev distance (voxels): a box of side 2 distance + 1, in slices a square.

    Raises
    ------
    ValueError
        Where a kernel is unknown, their number is not 2 or 3, the distance is negative, or the
        boundary is unknown.
    """

    kernels: str
    boundary: Boundary = "mirror"
    pooling: Pooling | None = None
    energy_distance: int | None = None

    def __post_init__(self) -> None:
        names = self._names()
        if "".join(names) != self.kernels or len(names) not in (2, 3):
            known = ", ".join(WEIGHTS)
            raise ValueError(f"kernels {self.kernels!r} must be two or three of {known}")
        if self.energy_distance is not None and self.energy_distance < 0:
            raise ValueError(f"energy_distance must not be negative: {self.energy_distance}")
        check_boundary(self.boundary)

    def __call__(self, image: Image, spacing_mm: SpacingMm) -> Image:  # noqa: ARG002 - as every filter
        """Response (z, y, x); kernels count voxels, so the spacing plays no part."""
        kernels = self._kernels()
        if self.pooling is None:
            response = convolve_separable(image, kernels, self.boundary)
        else:
            response = pool(rotated_responses(image, kernels, self.boundary), self.pooling)
        if self.energy_distance is None:
            return response
        side = 2 * self.energy_distance + 1
        box = (np.full(side, 1 / side),) * len(kernels)
        return convolve_separable(np.abs(response), box, self.boundary)

    def _names(self) -> list[str]:
        return re.findall("|".join(WEIGHTS), self.kernels)

    def _kernels(self) -> Kernels:
        """Unit kernels along (z, y, x) or (y, x): the names count from x."""
        weights = [np.asarray(WEIGHTS[name], dtype=np.float64) for name in reversed(self._names())]
        return tuple(one / np.linalg.norm(one) for one in weights)
