"""The tumour-free liver that lesions are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.imaging.grids import check_grids
from radiomics_hcc.imaging.region import bounding_box
from radiomics_hcc.imaging.smooth import smooth_within
from radiomics_hcc.imaging.widths import grown

LESION_MARGIN_MM: Final = 8.0  # 5-10 mm: spill-over and altered perfusion around a lesion
SMOOTHING_MM: Final = 2.5  # 2-3 mm, full width at half maximum
SD_PER_MAD: Final = 1.4826  # of a normal distribution
VESSEL_BOUND_SD: Final = 3.0  # brighter than this above the median is a vessel
SMALLEST_VOLUME_ML: Final = 5.0  # less parenchyma tells neither mean nor spread


@dataclass(frozen=True)
class ParenchymaLevel:
    """Attenuation of the tumour-free liver.

    Parameters
    ----------
    mean_hu
        Median of the smoothed image.
    sd_hu
        1.4826 x median absolute deviation from it.
    volume_ml
        How much liver that is, mL.
    """

    mean_hu: float
    sd_hu: float
    volume_ml: float


def reference_parenchyma(
    liver: Mask,
    lesions: Sequence[Mask],
    *,
    vessels: Sequence[Mask] = (),
    margin_mm: float = LESION_MARGIN_MM,
) -> Mask:
    """Liver without its lesions, without a margin around each, and without the named vessels.

    Parameters
    ----------
    liver
        The liver, with or without its lesions; shape (z, y, x).
    lesions
        Every lesion of the image, not only the one that is measured.
    vessels
        Vessels to leave out, on the same grid.
    margin_mm
        Voxels whose centre is so near to a voxel centre of a lesion are left out, mm.

    Returns
    -------
    Mask
        Shape (z, y, x); empty where nothing is left (`parenchyma_level` refuses it).

    Raises
    ------
    InputError
        Where the margin is negative or a mask lies on another grid.
    """
    if not margin_mm >= 0:
        what = f"a margin of {margin_mm:g} mm around lesions"
        raise InputError([Problem("reference parenchyma", what, "give 0 mm or more")])
    check_grids("reference parenchyma", liver.geometry, [*lesions, *vessels])
    found = np.zeros(liver.array.shape, dtype=np.bool_)
    if not liver.is_empty:
        box = bounding_box(liver.array)
        found[box] = liver.array[box]
        for vessel in vessels:
            found[box] &= ~vessel.array[box]
        for lesion in lesions:
            found &= ~grown(lesion.array, lesion.geometry.spacing_mm, margin_mm)
    return Mask(found, liver.geometry)


def parenchyma_level(
    image: Volume, parenchyma: Mask, *, smoothing_mm: float = SMOOTHING_MM
) -> ParenchymaLevel:
    """Robust mean and spread of the parenchyma in an image or a subtraction image.

    The image is smoothed inside the parenchyma. Median and 1.4826 x MAD are taken twice: the second
    time without voxels more than 3 SD above the first median, which are vessels that no mask names.

    Parameters
    ----------
    image
        Shape (z, y, x).
    parenchyma
        From `reference_parenchyma`.
    smoothing_mm
        Full width at half maximum of the Gaussian, mm.

    Raises
    ------
    InputError
        Where less than 5 mL of parenchyma with known values is left, or the grids differ.
    """
    check_grids("parenchyma level", parenchyma.geometry, [image])
    known = _values(image, parenchyma, smoothing_mm)
    voxel_ml = parenchyma.geometry.voxel_volume_mm3 / 1000
    if known.size * voxel_ml < SMALLEST_VOLUME_ML:
        what = f"{known.size * voxel_ml:.2g} mL of tumour-free liver are left"
        remedy = f"{SMALLEST_VOLUME_ML:g} mL are needed: check the liver mask or lessen the margin"
        raise InputError([Problem("parenchyma level", what, remedy)])
    median, sd = _median_and_sd(known)
    median, sd = _median_and_sd(known[known <= median + VESSEL_BOUND_SD * sd])
    return ParenchymaLevel(median, sd, known.size * voxel_ml)


def _values(image: Volume, parenchyma: Mask, smoothing_mm: float) -> NDArray[np.float32]:
    if parenchyma.is_empty:
        return np.empty(0, dtype=np.float32)
    box = bounding_box(parenchyma.array)
    region = parenchyma.array[box]
    smooth = smooth_within(image.array[box], region, image.geometry.spacing_mm, smoothing_mm)
    inside: NDArray[np.float32] = smooth[region]
    return inside[np.isfinite(inside)]


def _median_and_sd(values: NDArray[np.float32]) -> tuple[float, float]:
    median = float(np.median(values))
    return median, SD_PER_MAD * float(np.median(np.abs(values - median)))
