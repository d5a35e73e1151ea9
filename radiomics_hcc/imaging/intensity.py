"""Intensities before discretisation: normalising, and which voxels of a region count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

import numpy as np
from numpy.typing import NDArray

ResegmentMode = Literal["absolute", "relative", "sigma"]
Array = NDArray[np.generic]
IBSI_OUTLIER_DEVIATIONS: Final = 3.0  # IBSI manual 2.5, re-segmentation by outlier filtering


@dataclass(frozen=True)
class Normalisation:
    """Intensities counted in standard deviations from the mean of the whole image.

    (x - mean) / deviation, cut off at plus and minus `outliers`, times `scale` (PyRadiomics'
    `normalize`, `removeOutliers`, `normalizeScale`).

    Parameters
    ----------
    mean, deviation
        Of all voxels of the image, in its unit; the deviation with n - 1, as ITK has it.
    outliers
        Standard deviations at which values are cut off; none keeps them all.
    scale
        What one standard deviation becomes.
    """

    mean: float
    deviation: float
    outliers: float | None = None
    scale: float = 1.0

    def __call__(self, array: Array) -> NDArray[np.float64]:
        """Normalise an array of any shape."""
        values = (array.astype(np.float64) - self.mean) * (1.0 / self.deviation)
        if self.outliers is not None:
            np.clip(values, -self.outliers, self.outliers, out=values)
        values *= self.scale
        return values


def mean_and_deviation(array: Array) -> tuple[float, float]:
    """Mean and standard deviation (n - 1) of all voxels, slice by slice to save memory.

    The deviation comes from the sum and the sum of squares, as in ITK. Both are exact for whole
    numbers, so that an intensity on the edge of a grey level falls on the same side as there.
    One voxel has a deviation of NaN, a constant image 0.
    """
    if array.size == 1 or array.min() == array.max():
        return float(array.flat[0]), float("nan") if array.size == 1 else 0.0
    precision = np.float64 if np.issubdtype(array.dtype, np.integer) else np.longdouble
    sums: NDArray[np.floating] = np.zeros(2, dtype=precision)
    for plane in array:
        numbers = plane.astype(precision)
        sums = sums + np.array([numbers.sum(), np.square(numbers).sum()])
    total, squares = float(sums[0]), float(sums[1])
    variance = (squares - total * total / array.size) / (array.size - 1)
    return total / array.size, math.sqrt(max(variance, 0.0))


def within_range(
    values: Array, limits: Sequence[float], mode: ResegmentMode = "absolute"
) -> NDArray[np.bool_]:
    """Which voxels of a region PyRadiomics' re-segmentation keeps.

    Parameters
    ----------
    values
        Intensities of the region in C order, shape (n,), in the image's own number type: in
        single precision mean and deviation are computed in single precision, as PyRadiomics does.
    limits
        One lower limit, or a lower and an upper one, both kept.
    mode
        `absolute`: in the unit of the image; `relative`: as a part of the region's maximum;
        `sigma`: in standard deviations from the region's mean.
    """
    numbers = cast(NDArray[np.float64], values)  # for the type checker; integers stay integers
    ordered = [float(limit) for limit in sorted(limits)]
    thresholds: list[float] = ordered
    if mode == "relative":
        highest = numbers.max()
        thresholds = [highest * limit for limit in ordered]
    elif mode == "sigma":
        mean, deviation = numbers.mean(), numbers.std()
        thresholds = [mean + deviation * limit for limit in ordered]
    kept = numbers >= thresholds[0]
    if len(thresholds) > 1:
        kept &= numbers <= thresholds[1]
    return kept


def ibsi_intensity_region(
    values: NDArray[np.float64],
    *,
    lower: float = -np.inf,
    upper: float = np.inf,
    outlier_deviations: float | None = None,
) -> NDArray[np.bool_]:
    """Which voxels of a region belong to IBSI's intensity mask.

    Parameters
    ----------
    values
        Intensities of the morphological region, shape (n,).
    lower, upper
        The re-segmentation range, both ends kept.
    outlier_deviations
        Also leaves out what lies further from the mean than this many standard deviations
        (`IBSI_OUTLIER_DEVIATIONS`), mean and deviation (with n) being those of the voxels in the
        range.

    References
    ----------
    IBSI manual, arXiv:1612.07003, section 2.5; Vallieres et al. 2015 for the outliers.
    """
    kept = (values >= lower) & (values <= upper)
    if outlier_deviations is not None and kept.any():
        mean, deviation = np.mean(values[kept]), np.std(values[kept])
        kept &= np.abs(values - mean) <= outlier_deviations * deviation
    return np.asarray(kept, dtype=np.bool_)
