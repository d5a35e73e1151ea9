"""Simoncelli wavelets: rings in the frequency domain, equal in all directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.fft

from radiomics_hcc.imaging.filters.ibsi.boundary import (
    Boundary,
    Image,
    SpacingMm,
    check_boundary,
    double,
)


@dataclass(frozen=True)
class SimoncelliWavelet:
    r"""Band j of the isotropic Simoncelli wavelet (IBSI 2 manual, arXiv:2006.05470; PRT7).

    .. math::
        \hat g(\nu) = \cos\Big(\frac{\pi}{2} \log_2 \frac{2\|\nu\|}{\nu_j}\Big),\quad
        \frac{\nu_j}{4} \le \|\nu\| \le \nu_j = 2^{1-j}

    and 0 elsewhere; frequencies in units of the Nyquist frequency. The filter works on the spectrum
    of the periodic image; another boundary condition first doubles the image with what lies beyond
    its border.

    The reference response maps place the n frequencies of an axis evenly from -1 to 1, both
    included, which for even n is half a step off those of the discrete Fourier transform. We follow
    the reference. A constant region gives 0, unless the periodic (doubled) image has an even number
    of voxels below about 3.5 * 2^j along its axes: there the half step lets the mean through.

    Parameters
    ----------
    level
        j, from 1 (the finest).
    boundary
        What lies beyond the border of the image.
    by_slice
        Filter within slices (y, x) only.

    Raises
    ------
    ValueError
        Where the level is below 1 or the boundary is unknown.
    """

    level: int = 1
    boundary: Boundary = "mirror"
    by_slice: bool = False

    def __post_init__(self) -> None:
        if self.level < 1:
            raise ValueError(f"level must be at least 1, not {self.level}")
        check_boundary(self.boundary)

    def __call__(self, image: Image, spacing_mm: SpacingMm) -> Image:  # noqa: ARG002 - as every filter
        """Response (z, y, x); the band counts voxels, so the spacing plays no part."""
        axes = (1, 2) if self.by_slice else (0, 1, 2)
        periodic, inside = double(image, axes, self.boundary)
        shape = [periodic.shape[axis] for axis in axes]
        spectrum = scipy.fft.rfftn(periodic, axes=axes)
        spectrum *= self._band(shape)
        return np.asarray(scipy.fft.irfftn(spectrum, s=shape, axes=axes, overwrite_x=True)[inside])

    def _band(self, shape: Sequence[int]) -> Image:
        """Weights of the half spectrum that `rfftn` gives.

        The part of the band that is even in the frequency is what acts on the real part of the
        response.
        """
        band = self._ring([_frequencies(length) for length in shape])
        opposite = [np.roll(_frequencies(length)[::-1], 1) for length in shape]
        return 0.5 * (band + self._ring(opposite))

    def _ring(self, frequencies: list[Image]) -> Image:
        *others, last = frequencies
        half = last[: last.size // 2 + 1]
        grid = np.meshgrid(*others, half, indexing="ij", sparse=True)
        radius = np.sqrt(sum(axis**2 for axis in grid))
        highest = 2.0 ** (1 - self.level)
        inside = (radius >= highest / 4) & (radius <= highest)
        ring = np.zeros_like(radius)
        ring[inside] = np.cos(np.pi / 2 * np.log2(2 * radius[inside] / highest))
        return ring


def _frequencies(length: int) -> Image:
    """The grid of the reference maps, in the order of the discrete Fourier transform."""
    return np.asarray(scipy.fft.ifftshift(np.linspace(-1.0, 1.0, length)))
