"""A lesion's outline in the frame that the scans of one patient share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask
from radiomics_hcc.imaging.places import indices_at, is_inside, voxel_positions_mm
from radiomics_hcc.imaging.rigid import IDENTITY, RigidTransform

HALF: Final = 0.5


@dataclass(frozen=True, eq=False)
class PlacedLesion:
    """A lesion's outline and where its scan lies.

    Parameters
    ----------
    name
        Told in links.
    mask
        Its outline on its own grid, not empty.
    transform
        Maps points of the common frame (the first scan) to the lesion's own scan.
    """

    name: str
    mask: Mask
    transform: RigidTransform = IDENTITY

    @cached_property
    def positions_mm(self) -> NDArray[np.float64]:
        """Positions (x, y, z) of its voxels in the common frame, mm, shape (n, 3)."""
        return self.transform.to_fixed(voxel_positions_mm(self.mask))

    @cached_property
    def centroid_mm(self) -> NDArray[np.float64]:
        """Its middle (x, y, z) in the common frame, mm."""
        middle: NDArray[np.float64] = self.positions_mm.mean(axis=0)
        return middle

    @cached_property
    def volume_ml(self) -> float:
        """Volume by voxel count, mL."""
        return self.mask.volume_ml

    def share_of(self, other: PlacedLesion) -> float:
        """Share of another lesion's voxels that lie inside this one, 0 to 1."""
        inside = is_inside(self.mask, self.transform.to_moving(other.positions_mm))
        return float(inside.mean())


@dataclass(frozen=True)
class View:
    """What a scan shows: its grid, and where it lies to the common frame."""

    geometry: Geometry
    transform: RigidTransform = IDENTITY

    def shows(self, lesion: PlacedLesion) -> bool:
        """Whether at least half of a lesion's place is in the scan."""
        indices = indices_at(self.geometry, self.transform.to_moving(lesion.positions_mm))
        inside = ((indices >= 0) & (indices < np.asarray(self.geometry.size))).all(axis=1)
        return bool(inside.mean() >= HALF)
