"""Undecimated separable wavelets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pywt

from radiomics_hcc.imaging.filters.ibsi.boundary import (
    Boundary,
    Image,
    SpacingMm,
    check_boundary,
)
from radiomics_hcc.imaging.filters.ibsi.pooling import Pooling, pool
from radiomics_hcc.imaging.filters.ibsi.separable import convolve_separable, rotated_responses


@dataclass(frozen=True)
class SeparableWavelet:
    """One band of the stationary wavelet transform (IBSI 2 manual, arXiv:2006.05470; 25BO).

    At level j the filters are stretched by 2^(j-1) with zeros (algorithm a trous) and the levels
    before it are low-pass; a filter of even length gets a zero at its end, so that it has a middle.
    The levels are convolved into one kernel per axis, so that the boundary condition is applied
    once, to the image. The low-pass filter sums to sqrt(2).

    Parameters
    ----------
    wavelet
        Any discrete wavelet of PyWavelets: ``haar``, ``db3``, ``coif1`` ...
    band
        ``L`` or ``H`` per axis in the manual's order x, y, z: ``"LHL"``; two letters, such as
        ``"LH"``, filter within slices.
    level
        Level of the decomposition, from 1.
    boundary
        What lies beyond the border of the image.
    pooling
        ``max`` or ``average`` over the 24 (in slices: 4) right-angle rotations; None for the one
        orientation.

    Raises
    ------
    ValueError
        Where wavelet, band or boundary is unknown, or the level is below 1.
    """

    wavelet: str
    band: str
    level: int = 1
    boundary: Boundary = "mirror"
    pooling: Pooling | None = None

    def __post_init__(self) -> None:
        pywt.Wavelet(self.wavelet)
        if len(self.band) not in (2, 3) or set(self.band) - {"L", "H"}:
            raise ValueError(f"band {self.band!r} must be two or three letters L or H")
        if self.level < 1:
            raise ValueError(f"level must be at least 1, not {self.level}")
        check_boundary(self.boundary)

    def __call__(self, image: Image, spacing_mm: SpacingMm) -> Image:  # noqa: ARG002 - as every filter
        """Response (z, y, x); wavelets count voxels, so the spacing plays no part."""
        kernels = tuple(self._kernel(letter) for letter in reversed(self.band))
        if self.pooling is None:
            return convolve_separable(image, kernels, self.boundary)
        return pool(rotated_responses(image, kernels, self.boundary), self.pooling)

    def _kernel(self, letter: str) -> Image:
        """The low-pass filters of the levels before, times the filter of this level."""
        bank = pywt.Wavelet(self.wavelet)
        kernel = np.ones(1)
        for level in range(1, self.level):
            kernel = np.convolve(kernel, _stretched(bank.dec_lo, level))
        last = bank.dec_lo if letter == "L" else bank.dec_hi
        return np.convolve(kernel, _stretched(last, self.level))


def _stretched(taps: list[float], level: int) -> Image:
    """The taps with 2^(level-1) - 1 zeros after each, and one more where the length is even."""
    step = 2 ** (level - 1)
    length = len(taps) * step
    stretched = np.zeros(length + 1 - length % 2)
    stretched[:length:step] = taps
    return stretched
