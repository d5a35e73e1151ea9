"""Contours that follow the tissue elsewhere: supervoxels at the rim enter or leave by lot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np
import scipy  # loads its parts when they are used first
import SimpleITK
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.imaging.itk import one_thread, to_itk
from radiomics_hcc.imaging.perturb.perturbation import Perturbation
from radiomics_hcc.imaging.perturb.scene import Scene
from radiomics_hcc.imaging.region import bounding_box, crop_mask, crop_volume, widen

# Zwanenburg et al. 2019, as their own program has it.
ALWAYS_IN: Final = 0.90  # overlap from which a supervoxel belongs to every contour
NEVER_IN: Final = 0.20  # overlap below which it belongs to none
LARGEST_MM3: Final = 500.0
FEWEST_IN_LESION: Final = 50  # small lesions have smaller supervoxels; a default of this toolkit
# Default of this toolkit: with it a tumour drawn by hand keeps its sphericity (0.74 against 0.69 to
# 0.73, 0.50 without).
SMOOTHING: Final = 0.25  # standard deviation, of the edge of a supervoxel
INTENSITY_SPREADS: Final = 3.0  # intensities are clipped so many SD around the lesion's range
LEVELS: Final = 100.0  # range of the clipped intensities
NEARNESS_WEIGHT: Final = 10.0  # levels that a supervoxel's edge counts for; ITK's own default
ITERATIONS: Final = 5
MM3_PER_ML: Final = 1000.0


@dataclass(frozen=True)
class ContourRandomisation(Perturbation):
    """Draw a new contour along supervoxels.

    The image around the lesion is divided into supervoxels (SLIC [1]_), which follow visible
    edges. Each belongs to the new lesion with a probability equal to the part of it that lies in
    the old one: always from 0.90, never below 0.20; the one with the largest part always [2]_.
    A sharp edge is hardly moved, a blurred one a lot. The new contour is smoothed without a change
    of its volume, which is not in [2]_: the steps of the supervoxels are rougher than a hand.

    Parameters
    ----------
    largest_mm3
        Volume of a supervoxel at most, mm^3; it has also at most a fiftieth of the lesion's.

    References
    ----------
    .. [1] Achanta et al. IEEE Trans Pattern Anal Mach Intell 2012;34:2274-2282.
    .. [2] Zwanenburg et al. Sci Rep 2019;9:614 (contour randomisation).
    """

    kind: ClassVar[str] = "contour"
    largest_mm3: float = LARGEST_MM3

    def __post_init__(self) -> None:
        if not 0 < self.largest_mm3 < np.inf:
            what = f"supervoxels of {self.largest_mm3:g} mm^3"
            raise InputError([Problem("contour", what, "give a positive volume")])

    def change(self, scene: Scene, generator: np.random.Generator) -> Scene:
        """The scene with another contour; its supervoxels are kept for the next one."""
        known = self.prepared(scene)
        labels, inside = known.supervoxels, scene.mask.array
        if labels is None or not inside.any():
            return scene
        chosen = chosen_supervoxels(overlaps(labels, inside), generator)
        width_mm = SMOOTHING * float(np.cbrt(self._size_mm3(scene.mask)))
        array = smoothed(chosen[labels], scene.mask.geometry.spacing_mm, width_mm)
        return replace(known, mask=Mask(array, scene.mask.geometry))

    def prepared(self, scene: Scene) -> Scene:
        """The scene with its supervoxels, which need the image and the first contour only."""
        if scene.supervoxels is not None or scene.mask.is_empty:
            return scene
        found = supervoxels(scene.image, scene.mask, self._size_mm3(scene.mask))
        return replace(scene, supervoxels=found)

    def _size_mm3(self, lesion: Mask) -> float:
        return min(self.largest_mm3, MM3_PER_ML * lesion.volume_ml / FEWEST_IN_LESION)


def supervoxels(image: Volume, mask: Mask, size_mm3: float) -> NDArray[np.int64]:
    """Divide the surroundings of a lesion into parts of like intensity.

    Parameters
    ----------
    image
        Shape (z, y, x). Intensities are clipped to three standard deviations beyond those of the
        lesion and smoothed by a Gaussian of one voxel (the shortest edge), against noise.
    mask
        The lesion.
    size_mm3
        Volume of a part to begin with, mm^3; along an axis whose voxels are longer than its edge
        it is one voxel.

    Returns
    -------
    numpy.ndarray
        Shape (z, y, x); 0 further from the lesion than two parts, elsewhere labels from 1.
    """
    spacing_mm = image.geometry.spacing_mm
    edge_mm = float(np.cbrt(size_mm3))
    z, y, x = (max(1, round(edge_mm / step_mm)) for step_mm in spacing_mm)
    box = widen(bounding_box(mask.array), (2 * z, 2 * y, 2 * x), mask.geometry.size)
    part = crop_volume(image, box)
    levels = _levels(part.array, part.array[crop_mask(mask, box).array])
    sd = [min(spacing_mm) / step_mm for step_mm in spacing_mm]
    levels = scipy.ndimage.gaussian_filter(levels, sd, mode="nearest")
    slic = SimpleITK.SLICImageFilter()
    slic.SetSuperGridSize([x, y, z])
    slic.SetSpatialProximityWeight(NEARNESS_WEIGHT)
    slic.SetMaximumNumberOfIterations(ITERATIONS)
    slic.SetEnforceConnectivity(True)
    with one_thread():
        found = slic.Execute(to_itk(Volume(levels, part.geometry)))
    labels = np.zeros(mask.array.shape, dtype=np.int64)
    labels[box] = SimpleITK.GetArrayViewFromImage(found).astype(np.int64) + 1
    return labels


def overlaps(labels: NDArray[np.int64], inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The part of each supervoxel that lies in the lesion, by label; 0 for label 0.

    Parameters
    ----------
    labels
        Shape (z, y, x), 0 for no supervoxel.
    inside
        The lesion, shape (z, y, x).
    """
    whole = np.bincount(labels.ravel())
    within = np.bincount(labels[inside], minlength=len(whole))
    found: NDArray[np.float64] = within / np.maximum(whole, 1)
    found[0] = 0.0
    return found


def chosen_supervoxels(
    overlap: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.bool_]:
    """Which supervoxels make up the new lesion, by label.

    Parameters
    ----------
    overlap
        The part of each that lies in the old lesion, shape (labels,).
    generator
        Draws one number for every label.
    """
    probability = np.where(overlap >= ALWAYS_IN, 1.0, overlap)
    probability[overlap < NEVER_IN] = 0.0
    probability[np.argmax(overlap)] = 1.0
    chosen: NDArray[np.bool_] = generator.random(len(overlap)) < probability
    return chosen


def smoothed(
    region: NDArray[np.bool_], spacing_mm: tuple[float, float, float], width_mm: float
) -> NDArray[np.bool_]:
    """A region without fine steps and gaps, and with as many voxels as before.

    The voxels with the largest values after a Gaussian filter; ties go by their order.

    Parameters
    ----------
    region
        Shape (z, y, x).
    spacing_mm
        Along (z, y, x), mm.
    width_mm
        Standard deviation of the Gaussian, mm.
    """
    sd = [width_mm / step_mm for step_mm in spacing_mm]
    values = scipy.ndimage.gaussian_filter(region.astype(np.float32), sd, mode="nearest")
    near = np.flatnonzero(values > 0)
    order = np.argsort(-values.ravel()[near], kind="stable")
    found = np.zeros_like(region)
    found.flat[near[order[: int(np.count_nonzero(region))]]] = True
    return found


def _levels(array: NDArray[np.generic], lesion: NDArray[np.generic]) -> NDArray[np.float32]:
    """Intensities clipped around those of the lesion, from 0 to 100."""
    values = lesion.astype(np.float64)
    spread = INTENSITY_SPREADS * float(values.std())
    low, high = float(values.min()) - spread, float(values.max()) + spread
    if high <= low:
        low, high = low - 0.5, high + 0.5
    clipped = np.clip(array.astype(np.float64), low, high)
    return ((clipped - low) * (LEVELS / (high - low))).astype(np.float32)
