"""Where a lesion lies in its liver, and the same place in another scan of the patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask


@dataclass(frozen=True)
class LiverPlace:
    """A place relative to the liver's bounding box, or to the image where no liver is known.

    Parameters
    ----------
    share
        Along (z, y, x): 0 at the end of the box that lies towards the patient's feet, front or
        right, 1 at the other, whichever way the array's axes run.
    radius_mm
        Half of the lesion's largest extent in a slice.
    """

    share: tuple[float, float, float]
    radius_mm: float

    @classmethod
    def of(cls, lesion: Mask, liver: Mask | None) -> LiverPlace:
        """The place of a lesion that is not empty."""
        first, last = _box(liver, lesion.geometry)
        found = np.argwhere(lesion.array)
        share = (found.mean(axis=0) - first) / np.maximum(last - first, 1)
        extent_mm = np.ptp(found, axis=0)[1:] * lesion.geometry.spacing_mm[1:]
        z, y, x = _turned(share, lesion.geometry).tolist()
        return cls((z, y, x), float(extent_mm.max()) / 2)

    def voxel(self, geometry: Geometry, liver: Mask | None) -> tuple[int, int, int]:
        """The voxel (z, y, x) at that place of another image, inside of it."""
        first, last = _box(liver, geometry)
        share = _turned(np.array(self.share), geometry)
        place = np.rint(first + share * (last - first)).astype(int)
        z, y, x = np.clip(place, 0, np.array(geometry.size) - 1)
        return int(z), int(y), int(x)


def _turned(share: NDArray[np.float64], geometry: Geometry) -> NDArray[np.float64]:
    """The share counted from the other end along axes that run against the patient's."""
    axes = np.reshape(np.asarray(geometry.direction), (3, 3))[:, ::-1]  # columns z, y, x
    nearest = np.abs(axes).argmax(axis=0)
    is_against = axes[nearest, np.arange(3)] < 0
    turned: NDArray[np.float64] = np.where(is_against, 1 - share, share)
    return turned


def _box(liver: Mask | None, geometry: Geometry) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last voxel of the liver, else of the image."""
    if liver is None or liver.is_empty:
        return np.zeros(3, dtype=np.intp), np.array(geometry.size, dtype=np.intp) - 1
    found = np.argwhere(liver.array)
    return found.min(axis=0), found.max(axis=0)
