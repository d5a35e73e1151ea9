"""From an image and a mask to the voxels that are measured: IBSI's workflow up to grey levels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features.ibsi.filter_reach import reach_voxels
from radiomics_hcc.features.ibsi.schema import IbsiSettings, InterpolationSection
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
        raise ExtractionError("no voxel of the region is left on the interpolated grid")
    wrong = int(part.array.size - np.isfinite(part.array).sum())
    if wrong:
        raise ExtractionError(f"{wrong} voxels in or around the region are NaN or infinite")
    return IbsiRegion(part, morphological, _resegmented(part, morphological, settings))


def _check(image: Volume, mask: Mask) -> None:
    differences = image.geometry.differences(mask.geometry)
    if differences:
        raise ExtractionError(f"image and mask lie on two grids: {'; '.join(differences)}")
    if mask.is_empty:
        raise ExtractionError("the region is empty")


def _part(image: Volume, mask: Mask, settings: IbsiSettings) -> tuple[Volume, Mask]:
    section = settings.interpolation
    own = image.geometry.spacing_mm
    if section is not None:
        spacing_mm = _spacing(section)
        finest = _filled(spacing_mm, own)
        return Interpolation(
            spacing_mm,
            method=section.image,
            is_rounded=section.round_intensities,
            partial_volume=section.partial_volume,
            margin=_margin(settings, finest),
        )(image, mask)
    margin = _margin(settings, own)
    box = bounding_box(mask.array)
    box = widen(box, max(image.geometry.size) if margin is None else margin, mask.array.shape)
    part = crop_volume(image, box)
    array = np.ascontiguousarray(part.array, dtype=np.float64)
    return Volume(array, part.geometry, image.unit), crop_mask(mask, box)


def _spacing(section: InterpolationSection) -> tuple[float | None, float, float]:
    """Along (z, y, x); none across the slices where they are interpolated one by one."""
    x, y, *z = section.spacing_mm
    return (z[0] if z else None, y, x)


def _filled(wanted: tuple[float | None, float, float], own: Spacing) -> Spacing:
    z, y, x = wanted
    return (own[0] if z is None else z, y, x)


def _margin(settings: IbsiSettings, spacing_mm: Spacing) -> int | None:
    """Voxels around the region that classes and filters look at; none for the whole image."""
    by_slice = settings.approach == "2D"
    reaches = [
        reach_voxels(response.filter.step(by_slice=by_slice), spacing_mm)
        for response in settings.responses.values()
    ]
    known = [reach for reach in reaches if reach is not None]
    if len(known) < len(reaches):
        return None
    sphere: int = math.ceil(RADIUS_MM / min(spacing_mm))
    return max(sphere, *known, 0)


def _resegmented(image: Volume, mask: Mask, settings: IbsiSettings) -> Mask:
    lower, upper = settings.resegmentation.ends
    kept = ibsi_intensity_region(
        image.array[mask.array].astype(np.float64),
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
