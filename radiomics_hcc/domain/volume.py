"""Images and masks on a grid in patient space."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

SPACING_TOLERANCE_MM: Final = 1e-4
ORIGIN_TOLERANCE_MM: Final = 1e-3
DIRECTION_TOLERANCE: Final = 1e-4
IDENTITY_DIRECTION: Final = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Geometry:
    """Where the voxels of a grid lie.

    Parameters
    ----------
    size
        Voxels along (z, y, x).
    spacing_mm
        Distance between voxel centres along (z, y, x), mm.
    origin_mm
        Patient position (x, y, z) of the first voxel's centre, mm, LPS as in DICOM and ITK.
    direction
        Row-major 3 x 3 cosines in ITK's order (columns are the x, y, z axes of the grid).
    """

    size: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    direction: tuple[float, ...] = IDENTITY_DIRECTION

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel, mm^3."""
        return float(np.prod(self.spacing_mm))

    def differences(self, other: Geometry) -> list[str]:
        """Say in words what differs from another grid and by how much; empty when equal."""
        found = []
        if self.size != other.size:
            found.append(f"size (z, y, x) {self.size} against {other.size}")
        checks = (
            ("spacing", "mm", self.spacing_mm, other.spacing_mm, SPACING_TOLERANCE_MM),
            ("origin", "mm", self.origin_mm, other.origin_mm, ORIGIN_TOLERANCE_MM),
            ("direction", "", self.direction, other.direction, DIRECTION_TOLERANCE),
        )
        for name, unit, ours, theirs, tolerance in checks:
            largest = float(np.max(np.abs(np.subtract(ours, theirs))))
            if largest > tolerance:
                by = f"{largest:.4g} {unit}".strip()
                found.append(f"{name} {_numbers(ours)} against {_numbers(theirs)} (by {by})")
        return found


@dataclass(frozen=True, eq=False)
class Volume:
    """A scalar image.

    Parameters
    ----------
    array
        Intensities, shape (z, y, x).
    geometry
        Its grid.
    unit
        Unit of the intensities, `HU` for CT.
    """

    array: NDArray[np.generic] = field(repr=False)
    geometry: Geometry
    unit: str = "HU"

    def __post_init__(self) -> None:
        _check_shape(self.array, self.geometry)


@dataclass(frozen=True, eq=False)
class Mask:
    """A region of interest: true inside.

    Parameters
    ----------
    array
        Booleans, shape (z, y, x).
    geometry
        Its grid.
    """

    array: NDArray[np.bool_] = field(repr=False)
    geometry: Geometry

    def __post_init__(self) -> None:
        _check_shape(self.array, self.geometry)

    @property
    def is_empty(self) -> bool:
        """Whether no voxel is inside."""
        return not bool(self.array.any())

    @property
    def volume_ml(self) -> float:
        """Volume by voxel count, mL."""
        return int(self.array.sum()) * self.geometry.voxel_volume_mm3 / 1000.0


def _check_shape(array: NDArray[np.generic], geometry: Geometry) -> None:
    if array.shape != geometry.size:
        raise ValueError(f"array of shape {array.shape} on a grid of size {geometry.size}")


def _numbers(values: tuple[float, ...]) -> str:
    return "(" + ", ".join(f"{value:.6g}" for value in values) + ")"
