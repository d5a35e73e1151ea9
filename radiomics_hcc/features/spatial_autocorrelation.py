"""Whether near voxels have like intensities: Moran's I and Geary's C."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from radiomics_hcc.imaging.region import bounding_box

# Values of one transformed array, 8 bytes each; a larger box is done in slabs of slices. Some
# five such arrays are held at once.
LARGEST_TRANSFORM: Final = 2**23


def moran_and_geary(
    intensities: NDArray[np.float64],
    region: NDArray[np.bool_],
    spacing_mm: tuple[float, float, float],
) -> tuple[float, float]:
    """Moran's I index (N365) and Geary's C measure (NPT7) of the voxels of a region.

    With n voxels of intensity x_i, mean m, and weights w_ij = 1 / distance of i and j, w_ii = 0,

        I = n / sum w_ij * sum w_ij (x_i - m)(x_j - m) / sum (x_i - m)^2
        C = (n - 1) / (2 sum w_ij) * sum w_ij (x_i - x_j)^2 / sum (x_i - m)^2

    (IBSI manual, arXiv:1612.07003). The sum over j of w_ij f_j is a convolution, done for all i
    at once by fast Fourier transform; all pairs count, none is left out.

    Parameters
    ----------
    intensities, region
        Shape (z, y, x).
    spacing_mm
        Voxel spacing along (z, y, x), mm.

    Returns
    -------
    tuple of float
        NaN and NaN with fewer than two voxels, or where all intensities are equal.
    """
    n = int(np.count_nonzero(region))
    if n < 2 or np.ptp(intensities[region]) == 0:
        return float("nan"), float("nan")
    box = bounding_box(region)
    inside = region[box].astype(np.float64)
    deviation = np.where(region[box], intensities[box] - intensities[region].mean(), 0.0)
    squares = deviation**2
    near_voxels, near_deviations = _weighted_sums((inside, deviation), spacing_mm)
    all_weights = np.sum(inside * near_voxels)
    products = np.sum(deviation * near_deviations)
    differences = 2 * (np.sum(squares * near_voxels) - products)
    moran = n / all_weights * products / np.sum(squares)
    geary = (n - 1) / (2 * all_weights) * differences / np.sum(squares)
    return float(moran), float(geary)


def _weighted_sums(
    fields: tuple[NDArray[np.float64], ...], spacing_mm: tuple[float, float, float]
) -> list[NDArray[np.float64]]:
    """For every voxel the sum of each field over all other voxels, each divided by its distance."""
    sums = [np.zeros_like(field) for field in fields]
    slabs = list(_slabs(fields[0].shape))
    thickest = max(slab.stop - slab.start for slab in slabs)
    size = tuple(
        scipy.fft.next_fast_len(2 * length - 1, real=True)
        for length in (thickest, *fields[0].shape[1:])
    )
    for target in slabs:
        for source in slabs:
            weights = scipy.fft.rfftn(_weights(size, target.start - source.start, spacing_mm))
            for total, field in zip(sums, fields, strict=True):
                spectrum = scipy.fft.rfftn(field[source], size, overwrite_x=True)
                spectrum *= weights
                spread = scipy.fft.irfftn(spectrum, size, overwrite_x=True)
                depth, height, width = total[target].shape
                total[target] += spread[:depth, :height, :width]
    return sums


def _slabs(shape: tuple[int, ...]) -> Iterator[slice]:
    """The slices of a box, in slabs whose transform is not too large."""
    depth, height, width = shape
    thickness = max(1, LARGEST_TRANSFORM // (8 * height * width))
    for start in range(0, depth, thickness):
        yield slice(start, min(start + thickness, depth))


def _weights(
    size: tuple[int, ...], slices_between: int, spacing_mm: tuple[float, float, float]
) -> NDArray[np.float64]:
    """1 / distance (1/mm) for every offset, negative ones counted from the end; 0 at distance 0."""
    z, y, x = (np.fft.fftfreq(length, 1 / length) for length in size)
    dz, dy, dx = (
        (offset * step) ** 2
        for offset, step in zip((z + slices_between, y, x), spacing_mm, strict=True)
    )
    distances_mm = dz[:, None, None] + dy[:, None] + dx
    np.sqrt(distances_mm, out=distances_mm)
    distances_mm[distances_mm == 0] = np.inf
    return np.asarray(1.0 / distances_mm)
