"""Rigid registration of two scans of one liver, and how well it went."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.itk import one_thread, to_itk, to_mask, to_volume
from radiomics_hcc.imaging.places import centroid_mm, positions_mm
from radiomics_hcc.imaging.region import bounding_box, crop_mask, crop_volume, widen
from radiomics_hcc.imaging.rigid import (
    IDENTITY,
    RigidTransform,
    from_itk,
    itk_transform,
    resample_mask,
    resample_volume,
)

__all__ = [
    "IDENTITY",
    "Registration",
    "RigidTransform",
    "register_phases",
    "register_rigidly",
    "resample_mask",
    "resample_volume",
]

POOR_REGISTRATION: Final = "poor_registration"
NO_LIVER_MASK: Final = "no_liver_mask"

# Defaults of this toolkit, none of them published.
WORKING_SPACING_MM: Final = 2.5  # finer voxels are averaged to about this before registration
FIXED_MARGIN_MM: Final = 5.0  # rim of the region that takes part: the surface of the liver guides
MOVING_MARGIN_MM: Final = 40.0  # room around the moving region in which the fixed one is sought
LEVELS: Final = ((4, 6.0), (2, 3.0), (1, 0.0))  # shrinking and smoothing (mm) of the pyramid
SAMPLES: Final = 20_000  # voxels that are compared at each level
BINS: Final = 32  # grey levels of the joint histogram
STEPS: Final = 60
FIRST_STEP_MM: Final = 3.0
LAST_STEP_MM: Final = 0.02
RANGE_PERCENT: Final = (0.5, 99.5)  # intensities beyond are clipped: metal, air

LOWEST_OVERLAP: Final = 0.8  # Dice of the livers below which a registration counts as poor
LARGEST_DISAGREEMENT_MM: Final = 5.0  # between the end of a search and a better place beside it
LARGEST_ROTATION_DEG: Final = 20.0  # patients lie on their back at every visit
LARGEST_PHASE_SHIFT_MM: Final = 30.0  # within one visit breathing moves the liver, mostly less
LARGEST_PHASE_ROTATION_DEG: Final = 8.0
SMALLEST_PHASE_SHIFT_MM: Final = 1.0  # of any corner; less is the noise of the search
SMALLEST_GAIN: Final = 1e-3  # of the similarity; less than interpolation alone brings


@dataclass(frozen=True)
class Registration:
    """How a moving image lies to a fixed one.

    Parameters
    ----------
    transform
        Maps points of the fixed image to the moving one.
    similarity_before, similarity_after
        Normalised mutual information of the two images inside the fixed region, as the scanner
        placed them and after the transform: 1 for unrelated images, 2 for equal ones.
    overlap
        Dice of the two regions after the transform; None without both.
    flags
        `poor_registration` where it is not to be trusted, `no_liver_mask` where a region is
        missing.
    """

    transform: RigidTransform
    similarity_before: float
    similarity_after: float
    overlap: float | None = None
    flags: tuple[str, ...] = ()

    @property
    def is_poor(self) -> bool:
        """Whether it is not to be trusted."""
        return POOR_REGISTRATION in self.flags


def register_rigidly(
    fixed: Volume,
    moving: Volume,
    *,
    fixed_region: Mask | None = None,
    moving_region: Mask | None = None,
    seed: int = 0,
) -> Registration:
    """Find the rigid movement that brings two scans of one patient together.

    Mattes' mutual information of voxels drawn from the fixed region and a rim around it is
    maximised by regular-step gradient descent on a pyramid of three levels (ITK), beginning with
    the centres of the two regions upon each other. Phases may differ, units too. Of the images as
    they lie, the beginning and the end of the search the most similar is kept.

    Parameters
    ----------
    fixed, moving
        Intensities, shapes (z, y, x), each on its own grid.
    fixed_region, moving_region
        The liver in each; without them the whole images are compared, from centre to centre.
    seed
        Of the drawn voxels; the same seed gives the same bytes.

    Returns
    -------
    Registration
        Flagged `poor_registration` where the search fails or ends 5 mm or more from a better
        place, the regions overlap by less than 0.8 (Dice) or the turn is larger than 20 degrees.
    """
    pair = _Pair.of(fixed, moving, fixed_region, moving_region)
    start = _centred(fixed, moving, fixed_region, moving_region)
    found = _search(pair, start, seed)
    unmoved = replace(IDENTITY, centre_mm=start.centre_mm)
    tried = [found or start, start, unmoved]
    scores = [pair.similarity(transform) for transform in tried]
    best = int(np.argmax(scores))
    overlap = _overlap(fixed_region, moving_region, tried[best])
    is_poor = (
        found is None
        or pair.apart_mm(found, tried[best]) > LARGEST_DISAGREEMENT_MM
        or tried[best].rotation_deg > LARGEST_ROTATION_DEG
        or (overlap is not None and overlap < LOWEST_OVERLAP)
    )
    is_blind = fixed_region is None or moving_region is None
    flags = [*[NO_LIVER_MASK] * is_blind, *[POOR_REGISTRATION] * is_poor]
    return Registration(tried[best], scores[2], scores[best], overlap, tuple(flags))


def register_phases(
    reference: Volume, moving: Volume, liver: Mask, *, seed: int = 0
) -> Registration:
    """Find how the liver moved between two contrast phases of one visit.

    Begins with the images as they lie. A movement is taken only where it is at least 1 mm and
    makes them more similar inside the liver; otherwise they stay as they are, which is nothing
    unusual where the phases share a grid, and is flagged `poor_registration` where they do not.

    Parameters
    ----------
    reference, moving
        Fixed and moving image, shapes (z, y, x).
    liver
        The liver on the grid of the reference.
    seed
        Of the drawn voxels.

    Returns
    -------
    Registration
        Flagged, with the identity, also where the movement found is larger than breathing
        explains: 30 mm or 8 degrees.
    """
    pair = _Pair.of(reference, moving, liver, None)
    start = replace(IDENTITY, centre_mm=_vector(centroid_mm(liver)))
    found = _search(pair, start, seed)
    before = pair.similarity(IDENTITY)
    if found and pair.apart_mm(found, start) < SMALLEST_PHASE_SHIFT_MM:
        return Registration(start, before, before)
    after = pair.similarity(found) if found else before
    if found is None or after < before * (1 + SMALLEST_GAIN):
        lies_alike = not reference.geometry.differences(moving.geometry)
        return Registration(start, before, before, flags=() if lies_alike else (POOR_REGISTRATION,))
    if found.shift_mm > LARGEST_PHASE_SHIFT_MM or found.rotation_deg > LARGEST_PHASE_ROTATION_DEG:
        return Registration(start, before, before, flags=(POOR_REGISTRATION,))
    return Registration(found, before, after)


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two images made small for the search, and the part of the fixed one that counts."""

    fixed: Volume
    moving: Volume
    region: Mask | None

    @classmethod
    def of(
        cls,
        fixed: Volume,
        moving: Volume,
        fixed_region: Mask | None,
        moving_region: Mask | None,
    ) -> _Pair:
        small_fixed, region = _small(fixed, fixed_region, 2 * FIXED_MARGIN_MM)
        small_moving, _ = _small(moving, moving_region, MOVING_MARGIN_MM)
        return cls(small_fixed, small_moving, _with_rim(region) if region else None)

    def similarity(self, transform: RigidTransform) -> float:
        """Normalised mutual information inside the region after a movement."""
        outside = float(self.moving.array.min())
        moved = resample_volume(self.moving, self.fixed.geometry, transform, outside=outside)
        inside = self.region.array if self.region else np.ones(self.fixed.array.shape, np.bool_)
        return normalised_mutual_information(self.fixed.array[inside], moved.array[inside])

    def apart_mm(self, first: RigidTransform, second: RigidTransform) -> float:
        """The largest distance between two movements of the corners of the fixed image, mm."""
        far = np.asarray(self.fixed.geometry.size) - 1
        indices = np.array(list(np.ndindex(2, 2, 2))) * far
        corners = positions_mm(self.fixed.geometry, indices)
        steps = first.to_moving(corners) - second.to_moving(corners)
        return float(np.linalg.norm(steps, axis=1).max())


def normalised_mutual_information(first: NDArray[np.generic], second: NDArray[np.generic]) -> float:
    """(H(a) + H(b)) / H(a, b) of two lists of intensities, with 32 grey levels each.

    1 where they tell nothing of each other or one of them is constant, 2 where each tells the
    other.

    References
    ----------
    Studholme C, Hill DLG, Hawkes DJ. Pattern Recognit 1999;32:71-86.
    """
    joint, _, _ = np.histogram2d(first.astype(np.float64), second.astype(np.float64), bins=BINS)
    shares = joint / max(joint.sum(), 1)
    together = _entropy(shares)
    if together == 0:
        return 1.0
    return (_entropy(shares.sum(axis=0)) + _entropy(shares.sum(axis=1))) / together


def _entropy(shares: NDArray[np.float64]) -> float:
    positive = shares[shares > 0]
    return float(-(positive * np.log(positive)).sum())


def _small(volume: Volume, region: Mask | None, margin_mm: float) -> tuple[Volume, Mask | None]:
    """The part of an image around a region, clipped and averaged to the working spacing."""
    if region is not None and not region.is_empty:
        wide = [int(np.ceil(margin_mm / step)) for step in volume.geometry.spacing_mm]
        box = widen(bounding_box(region.array), (wide[0], wide[1], wide[2]), volume.geometry.size)
        volume, region = crop_volume(volume, box), crop_mask(region, box)
    factors = _factors(volume.geometry)
    small = to_volume(SimpleITK.BinShrink(to_itk(_clipped(volume, region)), factors), volume.unit)
    if region is None:
        return small, None
    part = SimpleITK.BinShrink(SimpleITK.Cast(to_itk(region), SimpleITK.sitkFloat32), factors)
    return small, to_mask(part >= 0.5)


def _factors(geometry: Geometry) -> list[int]:
    """Voxels along (x, y, z) that are averaged to one."""
    return [
        max(1, min(round(WORKING_SPACING_MM / step), size))
        for step, size in zip(geometry.spacing_mm[::-1], geometry.size[::-1], strict=True)
    ]


def _clipped(volume: Volume, region: Mask | None) -> Volume:
    """Intensities within the range of the region (or of the whole image), single precision."""
    array = volume.array.astype(np.float32)
    inside = array[region.array] if region is not None else array.ravel()
    finite = inside[np.isfinite(inside)]
    low, high = np.percentile(finite, RANGE_PERCENT) if finite.size else (0.0, 0.0)
    spread = high - low if region is not None else 0.0
    array = np.nan_to_num(array, nan=float(low))
    return Volume(np.clip(array, low - spread, high + spread), volume.geometry, volume.unit)


def _with_rim(region: Mask) -> Mask:
    """A region and what lies within the margin around it."""
    distance = SimpleITK.SignedMaurerDistanceMap(
        to_itk(region), squaredDistance=False, useImageSpacing=True
    )
    return to_mask(distance <= FIXED_MARGIN_MM)


def _centred(
    fixed: Volume, moving: Volume, fixed_region: Mask | None, moving_region: Mask | None
) -> RigidTransform:
    """The shift that lays centre upon centre: of the regions, else of the images."""
    if fixed_region is not None and moving_region is not None:
        here, there = centroid_mm(fixed_region), centroid_mm(moving_region)
    else:
        here, there = _middle_mm(fixed.geometry), _middle_mm(moving.geometry)
    return RigidTransform(translation_mm=_vector(there - here), centre_mm=_vector(here))


def _middle_mm(geometry: Geometry) -> NDArray[np.float64]:
    middle = (np.asarray([geometry.size]) - 1) / 2
    return np.asarray(positions_mm(geometry, middle)[0])


def _vector(values: NDArray[np.float64]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _search(pair: _Pair, start: RigidTransform, seed: int) -> RigidTransform | None:
    """The movement with the largest mutual information near the start; None where it fails."""
    fixed, moving = to_itk(pair.fixed), to_itk(pair.moving)
    method = SimpleITK.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(BINS)
    region = pair.region
    count = pair.fixed.array.size if region is None else int(region.array.sum())
    if region is not None:
        method.SetMetricFixedMask(to_itk(region))
    method.SetMetricSamplingStrategy(method.RANDOM)
    share = min(1.0, SAMPLES / max(count, 1))
    method.SetMetricSamplingPercentagePerLevel([share] * len(LEVELS), seed + 1)  # 0 is the clock
    method.SetInterpolator(SimpleITK.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        FIRST_STEP_MM, LAST_STEP_MM, STEPS, gradientMagnitudeTolerance=1e-8
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([shrink for shrink, _ in LEVELS])
    method.SetSmoothingSigmasPerLevel([sigma_mm for _, sigma_mm in LEVELS])
    euler = itk_transform(start)
    method.SetInitialTransform(euler, inPlace=True)
    try:
        with one_thread():
            method.Execute(fixed, moving)
    except RuntimeError:  # the images do not meet
        return None
    return from_itk(euler)


def _overlap(fixed: Mask | None, moving: Mask | None, transform: RigidTransform) -> float | None:
    """Dice of two regions after a movement: 2 |A and B| / (|A| + |B|)."""
    if fixed is None or moving is None:
        return None
    moved = resample_mask(moving, fixed.geometry, transform)
    total = int(fixed.array.sum()) + moved.array.sum()
    return float(2 * np.logical_and(fixed.array, moved.array).sum() / total) if total else 0.0
