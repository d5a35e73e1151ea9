"""The patient lay otherwise: the scan is sampled on a grid that is turned and shifted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.imaging.itk import one_thread
from radiomics_hcc.imaging.perturb.perturbation import Perturbation
from radiomics_hcc.imaging.perturb.scene import Scene, stored
from radiomics_hcc.imaging.places import centroid_mm, voxel_positions_mm
from radiomics_hcc.imaging.resample import B_SPLINE, resample_image
from radiomics_hcc.imaging.rigid import resample_volume

PARTIAL_VOLUME: Final = 0.5  # a voxel belongs to the lesion from this interpolated value (IBSI 2.4)
LEAST_MARGIN: Final = 1  # voxels around the lesion


@dataclass(frozen=True)
class Movement(Perturbation):
    """Turn the sampling grid about the lesion's centre and shift it by parts of a voxel.

    Image and lesion are sampled once for both: the image with the engine's cubic B-spline (0
    outside; whole numbers stay whole, rounded), the lesion linearly, kept from 0.5. The lesion
    stays where it is in the patient; with no angle, no shift and the image's own spacing the grid
    is the old one.

    Parameters
    ----------
    angles_deg
        Turns about the grid's own axes (z, y, x), degrees: the first turns within the slices, the
        others tilt them. Turns about x first, then y, then z.
    shift_voxels
        Along (z, y, x), voxels of the new grid.
    spacing_mm
        Spacing of the new grid along (z, y, x), mm; 0 keeps an axis, None all three. With the
        spacing at which features are computed the image is interpolated once, not twice.
    margin
        Voxels of the new grid around the lesion.
    interpolator
        SimpleITK's number.

    References
    ----------
    Zwanenburg et al. Sci Rep 2019;9:614 (rotation, translation).
    """

    kind: ClassVar[str] = "movement"
    angles_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    shift_voxels: tuple[float, float, float] = (0.0, 0.0, 0.0)
    spacing_mm: tuple[float, float, float] | None = None
    margin: int = 5
    interpolator: int = B_SPLINE

    def __post_init__(self) -> None:
        numbers = (*self.angles_deg, *self.shift_voxels, *(self.spacing_mm or ()))
        problems = []
        if not all(map(math.isfinite, numbers)) or min(self.spacing_mm or (0.0,)) < 0:
            what = f"angles {self.angles_deg}, shift {self.shift_voxels}, mm {self.spacing_mm}"
            problems.append(Problem("movement", what, "give finite numbers, spacings from 0"))
        if self.margin < LEAST_MARGIN:
            what = f"a margin of {self.margin} voxels"
            problems.append(Problem("movement", what, f"give at least {LEAST_MARGIN}"))
        if problems:
            raise InputError(problems)

    def change(self, scene: Scene, generator: np.random.Generator) -> Scene:  # noqa: ARG002 (no chance)
        """Sample image and lesion on the moved grid, which holds the lesion and the margin."""
        if scene.mask.is_empty:
            return scene
        grid = self.grid(scene.mask)
        exact = scene.image.array.astype(np.float64)
        with one_thread():
            moved = resample_image(Volume(exact, scene.image.geometry), grid, self.interpolator)
        values = np.asarray(moved.array, dtype=np.float64)
        image = Volume(stored(values, scene.image.array.dtype), grid, scene.image.unit)
        inside = scene.mask.array.astype(np.float32)
        part = resample_volume(Volume(inside, scene.mask.geometry), grid, outside=0.0)
        return Scene(image, Mask(np.asarray(part.array) >= PARTIAL_VOLUME, grid))

    def grid(self, lesion: Mask) -> Geometry:
        """The grid that is turned about the lesion's centre, with a margin around the lesion."""
        old = lesion.geometry
        asked = self.spacing_mm or (0.0, 0.0, 0.0)
        z, y, x = (new or own for new, own in zip(asked, old.spacing_mm, strict=True))
        axes = np.reshape(old.direction, (3, 3)) @ _turn(self.angles_deg)
        steps_mm = axes * (x, y, z)  # columns: one voxel along x, y, z
        centre = centroid_mm(lesion)
        corner = centre - steps_mm @ (self._centre_index(old, centre, (z, y, x)))
        places = np.linalg.solve(steps_mm, (voxel_positions_mm(lesion) - corner).T)
        reach = self.margin + _half_voxel(old.spacing_mm, (z, y, x))
        first = np.floor(places.min(axis=1) - reach)
        size = (np.ceil(places.max(axis=1) + reach) - first + 1).astype(int).tolist()
        origin = (corner + steps_mm @ first).tolist()
        return Geometry(
            (size[2], size[1], size[0]),
            (z, y, x),
            (origin[0], origin[1], origin[2]),
            tuple(axes.ravel().tolist()),
        )

    def _centre_index(
        self, old: Geometry, centre: NDArray[np.float64], spacing_mm: tuple[float, float, float]
    ) -> NDArray[np.float64]:
        """Continuous index (x, y, z) of the lesion's centre on the new grid.

        Both grids begin at the same corner of the first voxel before the shift.
        """
        axes = np.reshape(old.direction, (3, 3))
        own_mm, new_mm = np.array(old.spacing_mm[::-1]), np.array(spacing_mm[::-1])
        index = np.linalg.solve(axes, centre - old.origin_mm) / own_mm
        shift = np.array(self.shift_voxels[::-1])
        placed: NDArray[np.float64] = (index + 0.5) * own_mm / new_mm - 0.5 - shift
        return placed


def _turn(angles_deg: tuple[float, float, float]) -> NDArray[np.float64]:
    """Rotation of a grid's axes (columns x, y, z) by angles about z, y, x."""
    z, y, x = np.radians(angles_deg)
    (cos_x, cos_y, cos_z), (sin_x, sin_y, sin_z) = np.cos((x, y, z)), np.sin((x, y, z))
    about_x = np.array([[1, 0, 0], [0, cos_x, -sin_x], [0, sin_x, cos_x]])
    about_y = np.array([[cos_y, 0, sin_y], [0, 1, 0], [-sin_y, 0, cos_y]])
    about_z = np.array([[cos_z, -sin_z, 0], [sin_z, cos_z, 0], [0, 0, 1]])
    turn: NDArray[np.float64] = about_z @ about_y @ about_x
    return turn


def _half_voxel(
    old_mm: tuple[float, float, float], new_mm: tuple[float, float, float]
) -> NDArray[np.float64]:
    """New voxels along (x, y, z) that half the diagonal of an old one covers."""
    half_mm = float(np.linalg.norm(old_mm)) / 2
    reach: NDArray[np.float64] = half_mm / np.array(new_mm[::-1])
    return reach
