"""Image and region as PyRadiomics has them before its filters and features.

The order is that of PyRadiomics: normalise, resample or crop, check the region, re-segment it,
check it again (van Griethuysen et al. 2017). The work is done on the part that matters only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.imaging.intensity import (
    Normalisation,
    ResegmentMode,
    mean_and_deviation,
    within_range,
)
from radiomics_hcc.imaging.itk import one_thread
from radiomics_hcc.imaging.region import Box, bounding_box, crop_mask, crop_volume, widen
from radiomics_hcc.imaging.resample import (
    GridRequest,
    interpolator_number,
    is_inside,
    resample_image,
    resample_mask,
    resampled_grid,
    resampled_spacing,
)

Array = NDArray[np.generic]
Settings = Mapping[str, object]
ITK_TOLERANCE: Final = 1e-6  # ITK's default for `geometryTolerance`
DEFAULT_PADDING: Final = 5  # PyRadiomics' `padDistance`
DEFAULT_DIMENSIONS: Final = 2  # PyRadiomics' `minimumROIDimensions`


@dataclass(frozen=True, eq=False)
class Prepared:
    """What filters and features are computed on.

    Parameters
    ----------
    image
        What filters see: the whole image, or its resampled or cropped part.
    mask
        The region, re-segmented if asked for, on the grid of the image.
    shape_mask
        The region for shape features: before re-segmentation, unless `resegmentShape` is set.
    box
        Bounding box of `mask`. PyRadiomics cuts `shape_mask` to it, too.
    notes
        What was done that the user should know.
    """

    image: Volume
    mask: Mask
    shape_mask: Mask
    box: Box
    notes: tuple[str, ...] = ()


def prepare(image: Volume, mask: Mask, settings: Settings) -> Prepared:
    """Prepare an image and a region as PyRadiomics does.

    Parameters
    ----------
    image
        Intensities, shape (z, y, x); the number type is kept, integers are cut towards zero when
        resampled. Normalised intensities are double precision.
    mask
        The region. Its grid may differ from the image's with `resampledPixelSpacing` or
        `correctMask`.
    settings
        PyRadiomics' settings under its own names; what is not there is off or PyRadiomics' default.

    Raises
    ------
    ExtractionError
        Where the region is empty, one voxel, too flat, too small or outside the image, image and
        mask lie on different grids, settings do not fit, or intensities that are used are NaN or
        infinite.
    """
    notes: list[str] = []
    with one_thread():
        reading = _Reading(_normalisation(image, settings))
        image, mask = _on_one_grid(image, mask, settings, reading, notes)
    box = _checked_box(mask, settings)
    check_finite(image.array[box][mask.array[box]], "region")
    if not settings.get("resegmentRange"):
        return Prepared(image, mask, mask, box, tuple(notes))
    kept = _resegmented(image, mask, box, settings, notes)
    shape_mask = kept if settings.get("resegmentShape") else mask
    return Prepared(image, kept, shape_mask, _checked_box(kept, settings), tuple(notes))


def check_finite(array: Array, where: str) -> None:
    """Refuse NaN and infinity, for which features have no meaning.

    Raises
    ------
    ExtractionError
        With the number of such voxels.
    """
    if not np.issubdtype(array.dtype, np.floating):
        return
    wrong = int(array.size - np.isfinite(array).sum())
    if wrong:
        raise ExtractionError(f"{wrong} voxels of the {where} are NaN or infinite")


@dataclass(frozen=True)
class _Reading:
    """Intensities on their way out of the image."""

    normalisation: Normalisation | None

    def __call__(self, array: Array) -> Array:
        check_finite(array, "image")
        return array if self.normalisation is None else self.normalisation(array)


def _normalisation(image: Volume, settings: Settings) -> Normalisation | None:
    if not settings.get("normalize"):
        return None
    check_finite(image.array, "image")
    mean, deviation = mean_and_deviation(image.array)
    if not deviation > 0:
        raise ExtractionError(
            "normalize: all voxels of the image have one intensity; switch it off for this image"
        )
    outliers = settings.get("removeOutliers")
    scale = _number(settings, "normalizeScale", 1.0)
    limit = None if outliers is None else _number(settings, "removeOutliers", 0.0)
    return Normalisation(mean, deviation, limit, scale)


def _on_one_grid(
    image: Volume, mask: Mask, settings: Settings, reading: _Reading, notes: list[str]
) -> tuple[Volume, Mask]:
    spacing = settings.get("resampledPixelSpacing")
    word = settings.get("interpolator", "sitkBSpline")
    if spacing and word is not None:
        request = _grid_request(cast(Sequence[float], spacing), settings)
        return _resampled(image, mask, request, cast(str | int, word), reading)
    mask = _on_grid_of(image, mask, settings, notes)
    if settings.get("preCrop"):
        box = widen(_checked_box(mask, settings), _padding(settings), mask.geometry.size)
        image, mask = crop_volume(image, box), crop_mask(mask, box)
    return _normalised(image, reading), mask


def _resampled(
    image: Volume, mask: Mask, request: GridRequest, word: str | int, reading: _Reading
) -> tuple[Volume, Mask]:
    box = _box(mask)
    _check_inside(image, mask, box)
    spacing = resampled_spacing(request, mask.geometry, box)
    if np.allclose(image.geometry.spacing_mm[::-1], spacing):
        if image.geometry != mask.geometry:
            mask = resample_mask(mask, image.geometry)
        part = widen(_box(mask), request.padding, mask.geometry.size)
        cropped = crop_volume(image, part)
        return Volume(reading(cropped.array), cropped.geometry, image.unit), crop_mask(mask, part)
    grid = resampled_grid(request, mask.geometry, box)
    resampled = resample_image(image, grid, interpolator_number(word), reading)
    return resampled, resample_mask(mask, grid)


def _normalised(image: Volume, reading: _Reading) -> Volume:
    """The image, normalised if asked for; what is not read need not be finite."""
    if reading.normalisation is None:
        return image
    return Volume(reading.normalisation(image.array), image.geometry, image.unit)


def _on_grid_of(image: Volume, mask: Mask, settings: Settings, notes: list[str]) -> Mask:
    """The mask, resampled to the image's grid with `correctMask` where the grids differ."""
    tolerance = _number(settings, "geometryTolerance", ITK_TOLERANCE)
    different = _difference(image.geometry, mask.geometry, tolerance)
    if not different:
        return mask
    if not settings.get("correctMask"):
        raise ExtractionError(
            f"image and mask lie on different grids: {different}; set correctMask to resample the "
            "mask, or geometryTolerance where the difference is only rounding"
        )
    _check_inside(image, mask, _box(mask))
    notes.append(f"mask resampled to the grid of the image (correctMask): {different}")
    return resample_mask(mask, image.geometry)


def _difference(image: Geometry, mask: Geometry, tolerance: float) -> str:
    """What differs by ITK's rule: lengths by more than `tolerance` times the x spacing."""
    if image.size != mask.size:
        return f"size (z, y, x) {image.size} against {mask.size}"
    length_mm = tolerance * image.spacing_mm[2]
    checks = (
        ("spacing", "mm", image.spacing_mm, mask.spacing_mm, length_mm),
        ("origin", "mm", image.origin_mm, mask.origin_mm, length_mm),
        ("direction", "", image.direction, mask.direction, tolerance),
    )
    found = []
    for name, unit, ours, theirs, allowed in checks:
        largest = float(np.max(np.abs(np.subtract(ours, theirs))))
        if largest > allowed:
            found.append(f"{name} by {largest:.4g} {unit}".strip())
    return ", ".join(found)


def _check_inside(image: Volume, mask: Mask, box: Box) -> None:
    if not is_inside(image.geometry, mask.geometry, box):
        raise ExtractionError(
            "the region lies partly or wholly outside the image; check that image and mask belong "
            "together and that the mask has the right origin, spacing and direction"
        )


def _box(mask: Mask) -> Box:
    try:
        return bounding_box(mask.array)
    except ValueError as error:
        raise ExtractionError(
            "the region is empty: no voxel of the mask has the label; choose another label, or a "
            "finer resampledPixelSpacing where the region got lost in resampling"
        ) from error


def _checked_box(mask: Mask, settings: Settings) -> Box:
    """The box of a region that is large enough in voxels and dimensions."""
    box = _box(mask)
    dimensions = sum(side.stop - side.start > 1 for side in box)
    least = _number(settings, "minimumROIDimensions", DEFAULT_DIMENSIONS)
    if dimensions == 0:
        raise ExtractionError("the region is one voxel, of which no features can be computed")
    if dimensions < least:
        raise ExtractionError(
            f"the region has too few dimensions: it spreads along {dimensions} of 3 axes, "
            f"{least:g} are asked for (minimumROIDimensions)"
        )
    if settings.get("minimumROISize") is not None:
        limit = _number(settings, "minimumROISize", 0.0)
        voxels = int(np.count_nonzero(mask.array[box]))
        if voxels <= limit:
            raise ExtractionError(
                f"the region is too small: {voxels} voxels, more than {limit:g} are asked for "
                "(minimumROISize)"
            )
    return box


def _resegmented(image: Volume, mask: Mask, box: Box, settings: Settings, notes: list[str]) -> Mask:
    """The voxels of the region whose intensities lie in `resegmentRange`."""
    limits = cast(Sequence[float], settings["resegmentRange"])
    mode = cast(ResegmentMode, settings.get("resegmentMode") or "absolute")
    region = mask.array[box]
    kept = within_range(image.array[box][region], limits, mode)
    left = int(np.count_nonzero(kept))
    if left <= 1:
        raise ExtractionError(
            f"resegmentRange {list(limits)} ({mode}) leaves {left} of {kept.size} voxels of the "
            "region; widen the range"
        )
    if left < kept.size:
        notes.append(f"re-segmentation left out {kept.size - left} of {kept.size} voxels")
    array = np.zeros_like(mask.array)
    array[box][region] = kept
    return Mask(array, mask.geometry)


def _grid_request(spacing: Sequence[float], settings: Settings) -> GridRequest:
    """PyRadiomics gives spacings along (x, y, z)."""
    if len(spacing) != 3:
        raise ExtractionError(
            f"resampledPixelSpacing has {len(spacing)} numbers for an image of 3 dimensions; give "
            "x, y and z in mm (0 keeps a spacing)"
        )
    x, y, z = (float(step) for step in spacing)
    return GridRequest((z, y, x), _padding(settings))


def _padding(settings: Settings) -> int:
    return int(_number(settings, "padDistance", DEFAULT_PADDING))


def _number(settings: Settings, key: str, default: float) -> float:
    value = settings.get(key)
    return default if value is None else float(cast(float, value))
