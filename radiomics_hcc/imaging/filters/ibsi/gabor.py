"""Gabor filter: stripes of one width and direction, within planes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from radiomics_hcc.imaging.filters.ibsi.boundary import (
    Boundary,
    Image,
    SpacingMm,
    check_boundary,
    pad,
)
from radiomics_hcc.imaging.filters.ibsi.pooling import Pooling, pool

Spectrum = NDArray[np.complex128]  # (rows, columns)


@dataclass(frozen=True)
class Gabor:
    r"""Modulus of the two-dimensional Gabor filter (IBSI 2 manual, arXiv:2006.05470; Q88H).

    .. math::
        g(k) = \exp\Big(-\frac{\tilde k_1^2 + \gamma^2 \tilde k_2^2}{2\sigma^2}
        + i\,\frac{2\pi \tilde k_1}{\lambda}\Big)

    where :math:`\tilde k_1` runs along the wave, turned by theta from x towards y, and lengths are
    in mm. The kernel is not normalised: the response grows with the number of voxels under the
    envelope. A constant region gives its value times the modulus of the sum of the kernel, which is
    near 0 where the wave is short against the envelope.

    Parameters
    ----------
    sigma_mm
        Width of the envelope along the wave (mm).
    wavelength_mm
        lambda, length of the wave (mm).
    aspect_ratio
        gamma; the envelope is sigma / gamma wide across the wave.
    theta
        Direction of the wave (radians); with `theta_step`, the first direction.
    theta_step
        If given, pool over the directions theta, theta + step ... of half a turn; the other half
        has the same modulus. It must divide pi.
    pooling
        How the directions are pooled.
    orthogonal_planes
        Average the responses in the planes (y, x), (z, x) and (z, y) instead of (y, x) alone.
    boundary
        What lies beyond the border of the image.
    cutoff
        Half the support of the kernel in units of the wider of the two widths; the manual leaves
        it open. At 6 the envelope has fallen to 1.5e-8.

    Raises
    ------
    ValueError
        Where a length, the ratio or the cutoff is not positive, the step does not divide pi, or
        the boundary is unknown.
    """

    sigma_mm: float
    wavelength_mm: float
    aspect_ratio: float
    theta: float = 0.0
    theta_step: float | None = None
    pooling: Pooling = "average"
    orthogonal_planes: bool = False
    boundary: Boundary = "mirror"
    cutoff: float = 6.0

    def __post_init__(self) -> None:
        if min(self.sigma_mm, self.wavelength_mm, self.aspect_ratio, self.cutoff) <= 0:
            raise ValueError("sigma, wavelength, aspect ratio and cutoff must be positive")
        if self.theta_step is not None and not _divides_half_turn(self.theta_step):
            raise ValueError(f"theta_step {self.theta_step} must be pi divided by a whole number")
        check_boundary(self.boundary)

    def __call__(self, image: Image, spacing_mm: SpacingMm) -> Image:
        """Response (z, y, x), not negative, to an image (z, y, x) of spacing (mm)."""
        # each entry puts the axis across the plane first, then its axes
        planes = [(0, 1, 2), (1, 0, 2), (2, 0, 1)] if self.orthogonal_planes else [(0, 1, 2)]
        total = np.zeros(image.shape)
        for order in planes:
            plane_mm = (spacing_mm[order[1]], spacing_mm[order[2]])
            stack = np.ascontiguousarray(image.transpose(order))
            total += self._filter_slices(stack, plane_mm).transpose(np.argsort(order))
        return total / len(planes)

    def _directions(self) -> list[float]:
        if self.theta_step is None:
            return [self.theta]
        count = round(math.pi / self.theta_step)
        return [self.theta + index * self.theta_step for index in range(count)]

    def _filter_slices(self, stack: Image, plane_mm: tuple[float, float]) -> Image:
        """Filter each slice along the first axis, in the frequency domain."""
        radii = self._radii(plane_mm)
        shape = [
            scipy.fft.next_fast_len(length + 2 * radius)
            for length, radius in zip(stack.shape[1:], radii, strict=True)
        ]
        kernels = [
            scipy.fft.fft2(self._kernel(theta, radii, plane_mm), shape)
            for theta in self._directions()
        ]
        margins = [(radius, radius) for radius in radii]
        response = np.empty(stack.shape)
        for index, plane in enumerate(stack):
            spectrum = scipy.fft.fft2(pad(plane, margins, self.boundary), shape)
            moduli = (_modulus(spectrum * kernel, radii, plane.shape) for kernel in kernels)
            response[index] = pool(moduli, self.pooling)
        return response

    def _radii(self, plane_mm: tuple[float, float]) -> list[int]:
        """Half the support along rows and columns (voxels)."""
        widest_mm = self.sigma_mm * max(1.0, 1 / self.aspect_ratio)
        return [math.floor(self.cutoff * widest_mm / step + 0.5) for step in plane_mm]

    def _kernel(self, theta: float, radii: list[int], plane_mm: tuple[float, float]) -> Spectrum:
        """Weights (rows, columns) over the support."""
        rows_mm, columns_mm = (
            np.arange(-radius, radius + 1) * step
            for radius, step in zip(radii, plane_mm, strict=True)
        )
        along_mm = columns_mm * math.cos(theta) + rows_mm[:, None] * math.sin(theta)
        across_mm = rows_mm[:, None] * math.cos(theta) - columns_mm * math.sin(theta)
        squared = along_mm**2 + (self.aspect_ratio * across_mm) ** 2
        wave = 2j * math.pi / self.wavelength_mm * along_mm
        return np.asarray(np.exp(wave - squared / (2 * self.sigma_mm**2)), dtype=np.complex128)


def _modulus(spectrum: Spectrum, radii: list[int], shape: tuple[int, ...]) -> Image:
    """The response in a plane: the circular convolution is right from the kernel's end on."""
    rows, columns = (
        slice(2 * radius, 2 * radius + length) for radius, length in zip(radii, shape, strict=True)
    )
    response = scipy.fft.ifft2(spectrum, overwrite_x=True)
    return np.asarray(np.abs(response[rows, columns]), dtype=np.float64)


def _divides_half_turn(step: float) -> bool:
    if step <= 0:
        return False
    turns = math.pi / step
    return round(turns) >= 1 and math.isclose(turns, round(turns), rel_tol=1e-9)
