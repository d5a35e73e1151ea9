"""Peritumoural ring: the rim of tissue around a lesion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy  # loads its parts when they are used first
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.imaging import region
from radiomics_hcc.imaging.region import Box, bounding_box, widen

# Distances are sums of squares of floating-point spacings: 30 x 0.1 mm is not exactly 3 mm.
ROUNDING_MM: Final = 1e-9


def ring(
    lesion: Mask, width_mm: float, *, within: Mask | None = None, others: Sequence[Mask] = ()
) -> Mask:
    """Voxels outside a lesion whose centre is at most `width_mm` from a voxel centre of it.

    d(v) = min over the voxels u of the lesion of |v - u|, Euclidean, mm, on the grid's own
    spacing; the ring is {v : 0 < d(v) <= width}. It has no part in the other lesions, and a voxel
    that two lesions reach belongs to the nearer one, so that the rings of several lesions never
    overlap. Where both are equally near it belongs to the lesion that begins first along z, y, x,
    whatever the order in which the lesions are named.

    Parameters
    ----------
    lesion
        The lesion, shape (z, y, x); an empty one has an empty ring.
    width_mm
        Width of the ring, mm.
    within
        The ring is clipped to this region (the liver); none clips at the grid's border alone.
    others
        The other lesions of the image.

    Returns
    -------
    Mask
        Shape (z, y, x), on the lesion's grid; empty where everything is clipped.

    Raises
    ------
    InputError
        Where the width is no positive number, or a mask lies on another grid.
    """
    _check_width(width_mm)
    _check_grids(lesion, [*others, *([within] if within else [])])
    found = np.zeros(lesion.array.shape, dtype=np.bool_)
    if not lesion.is_empty:
        core = bounding_box(lesion.array)
        box = _widened(core, width_mm, lesion.geometry)
        part = _nearest(lesion, core, width_mm, others)
        for other in others:
            part &= ~other.array[box]
        if within is not None:
            part &= within.array[box]
        found[box] = part
    return Mask(found, lesion.geometry)


def _nearest(lesion: Mask, core: Box, width_mm: float, others: Sequence[Mask]) -> NDArray[np.bool_]:
    """Voxels of the widened box that the lesion reaches and no other lesion reaches sooner.

    A rival of a voxel in the ring lies within the width of it, so within twice the width of the
    lesion.
    """
    box = _widened(core, width_mm, lesion.geometry)
    wide = _widened(core, 2 * width_mm, lesion.geometry)
    spacing_mm = lesion.geometry.spacing_mm
    own_mm = _distance_mm(lesion.array[box], spacing_mm)
    found: NDArray[np.bool_] = (own_mm > 0) & (own_mm <= width_mm + ROUNDING_MM)
    beginning = _first_voxel(lesion)
    for other in others:
        rival = other.array[wide]
        if rival.any():
            lead_mm = _distance_mm(rival, spacing_mm)[region.within(box, wide)] - own_mm
            has_ties = beginning <= _first_voxel(other)
            found &= lead_mm >= -ROUNDING_MM if has_ties else lead_mm > ROUNDING_MM
    return found


def _distance_mm(
    region: NDArray[np.bool_], spacing_mm: tuple[float, float, float]
) -> NDArray[np.float64]:
    """Distance of every voxel centre to the nearest one of a region, mm; 0 inside."""
    return np.asarray(
        scipy.ndimage.distance_transform_edt(~region, sampling=spacing_mm), dtype=np.float64
    )


def _first_voxel(mask: Mask) -> int:
    return int(np.argmax(mask.array))


def _widened(box: Box, by_mm: float, geometry: Geometry) -> Box:
    z, y, x = (math.ceil(by_mm / step_mm) for step_mm in geometry.spacing_mm)
    return widen(box, (z, y, x), geometry.size)


def _check_width(width_mm: float) -> None:
    if not (width_mm > 0 and math.isfinite(width_mm)):
        raise InputError([Problem("ring", f"a width of {width_mm:g} mm", "give a positive width")])


def _check_grids(lesion: Mask, masks: Sequence[Mask]) -> None:
    found = {why for mask in masks for why in lesion.geometry.differences(mask.geometry)}
    if found:
        what = f"the masks lie on different grids: {', '.join(sorted(found))}"
        raise InputError([Problem("ring", what, "resample them onto the image")])
