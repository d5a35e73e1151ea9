"""From an image and a mask to the voxels that are measured: IBSI's workflow up to grey levels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.ibsi.filter_reach import reach_voxels
from radiomics_hcc.features.ibsi.schema import IbsiSettings
from radiomics_hcc.features.local_intensity import RADIUS_MM
from radiomics_hcc.imaging.intensity import ibsi_intensity_region
from radiomics_hcc.imaging.interpolate import Interpolation
from radiomics_hcc.imaging.region import bounding_box, crop_mask, crop_volume, widen

Spacing = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class IbsiRegion:
    """The part of an image that is needed, interpolated, with both masks on its grid.

    Parameters
    ----------
    image
        Intensities, double precision, around the region as far as a class or a filter looks.
    morphological
        The region as drawn.
    intensity
        Its voxels that re-segmentation keeps.
    """

    image: Volume
    morphological: Mask
    intensity: Mask


def prepare_region(image: Volume, mask: Mask, settings: IbsiSettings) -> IbsiRegion:
    """Interpolate an image and a mask, and re-segment the mask.

    References
    ----------
    IBSI manual (arXiv:1612.07003), chapter 2.

    Raises
    ------
    ExtractionError
        Where the grids differ, the region is empty, nothing of it is left after interpolation or
        re-segmentation, or intensities in or around it are NaN or infinite.
    """
    _check(image, mask)
    part, morphological = _part(image, mask, settings)
    if morphological.is_empty:
        raise ExtractionError(
            "no voxel of the region is left on the interpolated grid: the region is too small"
        )
    wrong = int(part.array.size - np.isfinite(part.array).sum())
    if wrong:
        raise ExtractionError(f"{wrong} voxels in or around the region are NaN or infinite")
    return IbsiRegion(part, morphological, resegmented(part, morphological, settings))


def interpolation_of(settings: IbsiSettings, margin: int | None = None) -> Interpolation | None:
    """The interpolation that the settings ask for, with a margin (voxels) around the region."""
    section = settings.interpolation
    if section is None:
        return None
    x, y, *z = section.spacing_mm  # without z every slice is interpolated on its own
    return Interpolation(
        (z[0] if z else None, y, x),
        method=section.image,
        is_rounded=section.round_intensities,
        partial_volume=section.partial_volume,
        margin=margin,
    )


def resegmented(image: Volume, mask: Mask, settings: IbsiSettings) -> Mask:
    """The intensity mask: the voxels of a mask that re-segmentation keeps.

    Raises
    ------
    ExtractionError
        Where there are none.
    """
    lower, upper = settings.resegmentation.ends
    kept = ibsi_intensity_region(
        np.asarray(image.array[mask.array], dtype=np.float64),
        lower=-math.inf if lower is None else lower,
        upper=math.inf if upper is None else upper,
        outlier_deviations=settings.resegmentation.outlier_sigma,
    )
    if not kept.any():
        raise ExtractionError(
            f"no voxel of the region lies in the re-segmentation range {lower} to {upper}"
        )
    inside = np.zeros_like(mask.array)
    inside[mask.array] = kept
    return Mask(inside, mask.geometry)


def _check(image: Volume, mask: Mask) -> None:
    differences = image.geometry.differences(mask.geometry)
    if differences:
        raise ExtractionError(f"image and mask lie on two grids: {'; '.join(differences)}")
    if mask.is_empty:
        raise ExtractionError("the region is empty")


def _part(image: Volume, mask: Mask, settings: IbsiSettings) -> tuple[Volume, Mask]:
    """As much of the image as is needed, on the grid that is asked for."""
    margin = _margin(settings, image.geometry.spacing_mm)
    interpolation = interpolation_of(settings, margin)
    if interpolation is not None:
        return interpolation(image, mask)
    reach = max(image.geometry.size) if margin is None else margin
    box = widen(bounding_box(mask.array), reach, mask.array.shape)
    part = crop_volume(image, box)
    array = np.ascontiguousarray(part.array, dtype=np.float64)
    return Volume(array, part.geometry, image.unit), crop_mask(mask, box)


def _margin(settings: IbsiSettings, own_mm: Spacing) -> int | None:
    """Voxels around the region that classes and filters look at; none for the whole image."""
    asked_mm = settings.interpolation.spacing_mm if settings.interpolation else []
    finest_mm = min(*asked_mm, *own_mm[: 3 - len(asked_mm)])
    by_slice = settings.approach == "2D"
    reaches = [
        reach_voxels(response.filter.step(by_slice=by_slice), finest_mm)
        for response in settings.responses.values()
    ]
    known = [reach for reach in reaches if reach is not None]
    if len(known) < len(reaches):
        return None
    sphere: int = math.ceil(RADIUS_MM / finest_mm)
    return max(sphere, *known, 0)
