"""An image and a lesion in it that change together, cut to what the lesion's features need."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.imaging.grids import check_grids
from radiomics_hcc.imaging.region import bounding_box, crop_mask, crop_volume, widen


@dataclass(frozen=True, eq=False)
class Scene:
    """A lesion and its surroundings.

    Parameters
    ----------
    image
        Intensities, shape (z, y, x).
    mask
        The lesion, on the same grid.
    supervoxels
        Labels of small parts of tissue, shape (z, y, x), where they are known.

    Raises
    ------
    InputError
        Where image and mask lie on different grids.
    """

    image: Volume
    mask: Mask
    supervoxels: NDArray[np.int64] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        check_grids("perturbing a lesion", self.image.geometry, [self.mask])


def scene_around(image: Volume, mask: Mask, margin_mm: float) -> Scene:
    """The part of an image within a margin around a lesion, as far as the image reaches.

    Parameters
    ----------
    image
        Intensities, shape (z, y, x).
    mask
        The lesion, on the same grid.
    margin_mm
        Width of the margin along every axis, mm.

    Raises
    ------
    ExtractionError
        Where the lesion is empty.
    """
    if mask.is_empty:
        raise ExtractionError("the region is empty: there is nothing to perturb")
    z, y, x = (math.ceil(margin_mm / step_mm) for step_mm in mask.geometry.spacing_mm)
    box = widen(bounding_box(mask.array), (z, y, x), mask.geometry.size)
    return Scene(crop_volume(image, box), crop_mask(mask, box))


def stored(values: NDArray[np.float64], kind: np.dtype[np.generic]) -> NDArray[np.generic]:
    """Values in a number type, rounded and kept within its range where it is whole."""
    if not np.issubdtype(kind, np.integer):
        return values.astype(kind)
    limits = np.iinfo(str(kind))
    return np.clip(np.rint(values), limits.min, limits.max).astype(kind)
