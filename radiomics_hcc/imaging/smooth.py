"""Smoothing inside a region: what lies outside it has no part."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import scipy  # loads its parts when they are used first
from numpy.typing import NDArray

FWHM_PER_SD: Final = 2 * math.sqrt(2 * math.log(2))  # full width at half maximum of a Gaussian
REACH_SD: Final = 3.0  # where the Gaussian is cut off


def smooth_within(
    image: NDArray[np.generic],
    region: NDArray[np.bool_],
    spacing_mm: tuple[float, float, float],
    fwhm_mm: float,
) -> NDArray[np.float32]:
    """Smooth an image with a Gaussian whose weights are 0 outside a region.

    s(v) = sum_u g(v - u) m(u) f(u) / sum_u g(v - u) m(u), with m the region and g a Gaussian of
    the given full width at half maximum along every axis in mm (normalised convolution, Knutsson &
    Westin 1993). Fat and lung beside the liver, or lipiodol beside viable tissue, leave no trace.

    Parameters
    ----------
    image, region
        Shape (z, y, x). Voxels that are not finite count as outside.
    spacing_mm
        Voxel spacing along (z, y, x), mm.
    fwhm_mm
        Full width at half maximum, mm; 0 leaves the image as it is.

    Returns
    -------
    ndarray
        Shape (z, y, x); NaN outside the region.
    """
    weights = (region & np.isfinite(image)).astype(np.float32)
    values = np.where(weights > 0, image, 0).astype(np.float32)
    if fwhm_mm > 0:
        sd = [fwhm_mm / FWHM_PER_SD / step_mm for step_mm in spacing_mm]
        values, weights = (
            scipy.ndimage.gaussian_filter(part, sd, mode="constant", truncate=REACH_SD)
            for part in (values, weights)
        )
    smooth = np.full(region.shape, np.nan, dtype=np.float32)
    known = region & (weights > 0)
    smooth[known] = values[known] / weights[known]
    return smooth
