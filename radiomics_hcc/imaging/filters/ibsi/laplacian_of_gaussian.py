"""Laplacian of Gaussian: blobs and edges of one size."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from radiomics_hcc.imaging.filters.ibsi.boundary import (
    Boundary,
    Image,
    SpacingMm,
    check_boundary,
    convolve_along,
)


@dataclass(frozen=True)
class LaplacianOfGaussian:
    r"""Laplacian of a Gaussian, as a kernel cut at a multiple of its width.

    .. math::
        g(k) = -\frac{1}{\sigma^2} \Big(\frac{1}{\sqrt{2\pi}\,\sigma}\Big)^D
        \Big(D - \frac{\|k\|^2}{\sigma^2}\Big) e^{-\|k\|^2 / 2\sigma^2}

    with sigma and k in voxels and D = 2 or 3 (IBSI 2 manual, arXiv:2006.05470; L6PA). The support
    along an axis is 1 + 2 floor(cutoff * sigma + 0.5) voxels. On a square or cubic support the
    kernel is a sum of D kernels that are products along the axes, so it is computed as such, equal
    to the full convolution up to rounding. The truncated kernel does not sum to exactly zero: a
    constant region answers with up to 0.03 % of its value at a cutoff of 4.

    Voxels that are not cubic get sigma in voxels along each axis; the factor 1 / sigma^2 then
    counts voxels along x. In the manual and here the response is per voxel area, not per mm2.

    Parameters
    ----------
    sigma_mm
        Width of the Gaussian (mm).
    cutoff
        Half the support in units of sigma.
    boundary
        What lies beyond the border of the image.
    by_slice
        Filter within slices (y, x) only.

    Raises
    ------
    ValueError
        Where the width or the cutoff is not positive, or the boundary is unknown.
    """

    sigma_mm: float
    cutoff: float = 4.0
    boundary: Boundary = "mirror"
    by_slice: bool = False

    def __post_init__(self) -> None:
        if self.sigma_mm <= 0 or self.cutoff <= 0:
            raise ValueError(f"sigma ({self.sigma_mm} mm) and cutoff must be positive")
        check_boundary(self.boundary)

    def __call__(self, image: Image, spacing_mm: SpacingMm) -> Image:
        """Response (z, y, x) to an image (z, y, x) of spacing (mm)."""
        axes = (1, 2) if self.by_slice else (0, 1, 2)
        kernels = {axis: self._kernels(self.sigma_mm / spacing_mm[axis]) for axis in axes}
        per_area = (spacing_mm[2] / self.sigma_mm) ** 2
        # smooth carries the product of Gaussians of the axes done so far, curved the sum of
        # the products in which one of them is replaced by its second derivative
        smooth, curved = image, np.zeros(image.shape)
        for axis, (gaussian, second) in kernels.items():
            curved = convolve_along(curved, gaussian, axis, self.boundary)
            curved += convolve_along(smooth, second, axis, self.boundary)
            smooth = convolve_along(smooth, gaussian, axis, self.boundary)
        curved *= per_area
        return curved

    def _kernels(self, sigma: float) -> tuple[Image, Image]:
        """The Gaussian along an axis, and it times (k^2 / sigma^2 - 1); sigma in voxels."""
        radius = math.floor(self.cutoff * sigma + 0.5)
        scaled = np.arange(-radius, radius + 1) / sigma
        gaussian = np.exp(-(scaled**2) / 2) / (math.sqrt(2 * math.pi) * sigma)
        return gaussian, gaussian * (scaled**2 - 1)
