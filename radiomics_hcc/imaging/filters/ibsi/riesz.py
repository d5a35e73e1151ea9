"""Riesz transforms: the direction of a structure, at the scale of another filter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from radiomics_hcc.imaging.filters.ibsi.boundary import Image, SpacingMm, double
from radiomics_hcc.imaging.filters.ibsi.laplacian_of_gaussian import LaplacianOfGaussian
from radiomics_hcc.imaging.filters.ibsi.nonseparable_wavelet import SimoncelliWavelet


@dataclass(frozen=True)
class Riesz:
    r"""Riesz transform of an isotropic filter's response (IBSI 2 manual, arXiv:2006.05470; AYRS).

    .. math::
        \hat R^{l}(\nu) = (-i)^L \sqrt{\frac{L!}{l_1!\,l_2!\,l_3!}}\;
        \frac{\nu_1^{l_1} \nu_2^{l_2} \nu_3^{l_3}}{\|\nu\|^L},\quad L = l_1 + l_2 + l_3

    An all-pass derivative of order L: the first order is like a gradient, the second like the
    curvatures. The mean has no direction and gives 0.

    Parameters
    ----------
    band
        The isotropic filter; its boundary condition holds for both.
    order
        Order of the derivative along (z, y, x), at least 1 in total; 0 along z within slices.

    Raises
    ------
    ValueError
        Where an order is negative, all are 0, or there is one along z within slices.
    """

    band: LaplacianOfGaussian | SimoncelliWavelet
    order: tuple[int, int, int]

    def __post_init__(self) -> None:
        if min(self.order) < 0 or sum(self.order) == 0:
            raise ValueError(f"order {self.order} must not be negative and at least 1 in total")
        if self.band.by_slice and self.order[0]:
            raise ValueError(f"order {self.order} has a derivative across the slices")

    def __call__(self, image: Image, spacing_mm: SpacingMm) -> Image:
        """Response (z, y, x) to an image (z, y, x) of spacing (mm)."""
        axes = (1, 2) if self.band.by_slice else (0, 1, 2)
        periodic, inside = double(image, axes, self.band.boundary)
        isotropic = replace(self.band, boundary="periodic")(periodic, spacing_mm)
        shape = [isotropic.shape[axis] for axis in axes]
        spectrum = scipy.fft.rfftn(isotropic, axes=axes)
        spectrum *= _transfer(shape, self.order[-len(axes) :])
        return np.asarray(scipy.fft.irfftn(spectrum, s=shape, axes=axes, overwrite_x=True)[inside])


def _transfer(shape: Sequence[int], order: Sequence[int]) -> NDArray[np.complex128]:
    """Weights of the half spectrum that `rfftn` gives."""
    *others, last = shape
    lines = [*(scipy.fft.fftfreq(length) for length in others), scipy.fft.rfftfreq(last)]
    grid = np.meshgrid(*lines, indexing="ij", sparse=True)
    squared = sum(axis**2 for axis in grid)
    squared.flat[0] = 1.0  # the mean: its numerator is 0
    total = sum(order)
    ways = math.factorial(total) / math.prod(math.factorial(one) for one in order)
    numerator = math.prod(_power(axis, one) for axis, one in zip(grid, order, strict=True))
    return np.asarray((-1j) ** total * math.sqrt(ways) * numerator / squared ** (total / 2))


def _power(frequency: Image, order: int) -> Image:
    """Powers of the frequency; an odd one has no sign at the Nyquist frequency and is 0 there."""
    power = frequency**order
    if order % 2:
        power[np.abs(frequency) == 0.5] = 0.0
    return power
