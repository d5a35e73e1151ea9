"""Rigid movements of the patient between two scans, and images brought along with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.itk import one_thread, to_itk, to_mask, to_volume

Vector = tuple[float, float, float]  # (x, y, z)
Points = NDArray[np.float64]  # patient positions (x, y, z), mm, shape (n, 3)

ZERO: Final[Vector] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class RigidTransform:
    """Where each point of the fixed image lies in the moving one: p -> R (p - c) + c + t.

    R = Rz Rx Ry turns first about y, then x, then z (ITK's Euler3DTransform).

    Parameters
    ----------
    angles_rad
        Rotation about the axes (x, y, z) of the patient, rad.
    translation_mm
        t along (x, y, z), mm: how far the centre itself moves.
    centre_mm
        c, the patient position (x, y, z) about which it turns, mm.
    """

    angles_rad: Vector = ZERO
    translation_mm: Vector = ZERO
    centre_mm: Vector = field(default=ZERO)

    @property
    def is_identity(self) -> bool:
        """Whether no point moves."""
        return not any((*self.angles_rad, *self.translation_mm))

    @property
    def rotation_deg(self) -> float:
        """Angle of the whole rotation, degrees from 0 to 180."""
        cosine = (np.trace(self._matrix()) - 1) / 2
        return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

    @property
    def shift_mm(self) -> float:
        """How far the centre moves, mm."""
        return float(np.linalg.norm(self.translation_mm))

    def to_moving(self, points_mm: Points) -> Points:
        """Positions in the moving image of points of the fixed one, mm, shape (n, 3)."""
        centre = np.asarray(self.centre_mm)
        moved: Points = (points_mm - centre) @ self._matrix().T + centre + self.translation_mm
        return moved

    def to_fixed(self, points_mm: Points) -> Points:
        """Positions in the fixed image of points of the moving one, mm, shape (n, 3)."""
        centre = np.asarray(self.centre_mm)
        back: Points = (points_mm - centre - self.translation_mm) @ self._matrix() + centre
        return back

    def _matrix(self) -> NDArray[np.float64]:
        sine, cosine = np.sin(self.angles_rad), np.cos(self.angles_rad)
        about_x = np.array([[1, 0, 0], [0, cosine[0], -sine[0]], [0, sine[0], cosine[0]]])
        about_y = np.array([[cosine[1], 0, sine[1]], [0, 1, 0], [-sine[1], 0, cosine[1]]])
        about_z = np.array([[cosine[2], -sine[2], 0], [sine[2], cosine[2], 0], [0, 0, 1]])
        matrix: NDArray[np.float64] = about_z @ about_x @ about_y
        return matrix


IDENTITY: Final = RigidTransform()


def resample_volume(
    volume: Volume, onto: Geometry, transform: RigidTransform = IDENTITY, *, outside: float
) -> Volume:
    """The moving image on the grid of the fixed one, linearly interpolated, single precision.

    Parameters
    ----------
    volume
        Moving image, shape (z, y, x).
    onto
        Grid of the fixed image.
    transform
        Maps points of the fixed image to the moving one.
    outside
        Intensity where the moving image does not reach, in its unit.
    """
    image = SimpleITK.Cast(to_itk(volume), SimpleITK.sitkFloat32)
    with one_thread():
        moved = SimpleITK.Resample(
            image, grid_of(onto), itk_transform(transform), SimpleITK.sitkLinear, outside
        )
    return to_volume(moved, volume.unit)


def resample_mask(mask: Mask, onto: Geometry, transform: RigidTransform = IDENTITY) -> Mask:
    """The moving mask on the grid of the fixed image, by nearest neighbour; outside it is false.

    A region thinner than the grid's spacing may vanish.
    """
    with one_thread():
        moved = SimpleITK.Resample(
            to_itk(mask), grid_of(onto), itk_transform(transform), SimpleITK.sitkNearestNeighbor, 0
        )
    return to_mask(moved)


def itk_transform(transform: RigidTransform) -> SimpleITK.Euler3DTransform:
    """The same movement for SimpleITK."""
    euler = SimpleITK.Euler3DTransform()
    euler.SetCenter(transform.centre_mm)
    euler.SetRotation(*transform.angles_rad)
    euler.SetTranslation(transform.translation_mm)
    return euler


def from_itk(euler: SimpleITK.Euler3DTransform) -> RigidTransform:
    """A movement that SimpleITK found."""
    x, y, z = euler.GetTranslation()
    centre_x, centre_y, centre_z = euler.GetCenter()
    return RigidTransform(
        (euler.GetAngleX(), euler.GetAngleY(), euler.GetAngleZ()),
        (x, y, z),
        (centre_x, centre_y, centre_z),
    )


def grid_of(geometry: Geometry) -> SimpleITK.Image:
    """An image of zeros, 8 bits, that stands for a whole grid."""
    depth, height, width = geometry.size
    image = SimpleITK.Image([width, height, depth], SimpleITK.sitkUInt8)
    image.SetSpacing(list(geometry.spacing_mm[::-1]))
    image.SetOrigin(list(geometry.origin_mm))
    image.SetDirection(list(geometry.direction))
    return image
