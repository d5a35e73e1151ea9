"""How far from a voxel a filter of IBSI 2 looks, so that only that much of an image is filtered."""

from __future__ import annotations

import math
from typing import Final

import pywt

from radiomics_hcc.imaging.filters.ibsi import (
    Filter,
    Gabor,
    LaplacianOfGaussian,
    Laws,
    Mean,
    SeparableWavelet,
)

LAWS_REACH: Final = 2  # voxels; the longest kernels have five


def reach_voxels(step: Filter, finest_mm: float) -> int | None:
    """Voxels to each side that decide a response; none where the whole image does.

    The whole image decides with a periodic boundary, and for the wavelets and transforms that
    work on the spectrum (Simoncelli, Riesz).

    Parameters
    ----------
    step
        The filter.
    finest_mm
        The smallest voxel spacing, mm.
    """
    if getattr(step, "boundary", "periodic") == "periodic":
        return None
    match step:
        case Mean():
            return step.support // 2
        case LaplacianOfGaussian():
            return math.floor(step.cutoff * step.sigma_mm / finest_mm + 0.5)
        case Laws():
            return LAWS_REACH + (step.energy_distance or 0)
        case Gabor():
            widest_mm = step.sigma_mm * max(1.0, 1.0 / step.aspect_ratio)
            return math.floor(step.cutoff * widest_mm / finest_mm + 0.5)
        case SeparableWavelet():
            # The stretched filters of all levels, one after the other, are shorter than this.
            return int(pywt.Wavelet(step.wavelet).dec_len * 2**step.level)
    return None
