"""Mean filter: local average over a square or a cube."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radiomics_hcc.imaging.filters.ibsi.boundary import (
    Boundary,
    Image,
    SpacingMm,
    check_boundary,
)
from radiomics_hcc.imaging.filters.ibsi.separable import convolve_separable


@dataclass(frozen=True)
class Mean:
    """The mean of the M x M (x M) voxels around each voxel (IBSI 2 manual, arXiv:2006.05470; S60F).

    Parameters
    ----------
    support
        M, side of the square or cube in voxels; odd.
    boundary
        What lies beyond the border of the image.
    by_slice
        Average within slices (y, x) only.

    Raises
    ------
    ValueError
        Where the support is even or not positive, or the boundary is unknown.
    """

    support: int
    boundary: Boundary = "mirror"
    by_slice: bool = False

    def __post_init__(self) -> None:
        if self.support < 1 or self.support % 2 == 0:
            raise ValueError(f"support must be odd and positive, not {self.support} voxels")
        check_boundary(self.boundary)

    def __call__(self, image: Image, spacing_mm: SpacingMm) -> Image:  # noqa: ARG002 - as every filter
        """Response (z, y, x) in the unit of the image; the spacing plays no part."""
        kernel = np.full(self.support, 1 / self.support)
        return convolve_separable(image, (kernel,) * (2 if self.by_slice else 3), self.boundary)
