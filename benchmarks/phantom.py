"""A synthetic CT of the abdomen with lesions, written as NIfTI: what the benchmarks measure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.datasets.nifti import write_labels, write_volume
from radiomics_hcc.domain.volume import Geometry, Volume

GEOMETRY: Final = Geometry((120, 512, 512), (2.5, 0.75, 0.75), (-192.0, -192.0, -150.0))
AIR_HU: Final = -1000
TISSUE_HU: Final = 60.0
NOISE_HU: Final = 15.0  # standard deviation in one voxel, as in a portal venous CT
TISSUE_DEVIATION_HU: Final = 20.0  # of the smooth differences between tissues
TISSUE_GRAIN_MM: Final = 20.0
LESION_HU: Final = 25.0  # brighter than the tissue
LESION_DEVIATION_HU: Final = 30.0
LESION_GRAIN_MM: Final = 5.0
STRETCH: Final = (0.9, 1.0, 1.0 / 0.9)  # semi-axes along z, y, x against the radius
LIVER_CM3: Final = 1500.0
SEED: Final = 7


@dataclass(frozen=True)
class Lesion:
    """An ellipsoid with the volume of a ball.

    Parameters
    ----------
    diameter_mm
        Of that ball.
    centre_mm
        Along (z, y, x), counted from the first voxel.
    """

    diameter_mm: float
    centre_mm: tuple[float, float, float] = (150.0, 192.0, 192.0)


def liver() -> Lesion:
    """A region as large as a whole liver."""
    return Lesion(2.0 * float(np.cbrt(3000.0 * LIVER_CM3 / (4.0 * np.pi))))


def scattered(number: int, diameter_mm: float) -> list[Lesion]:
    """Up to 16 lesions in one image that do not touch, for diameters up to 60 mm."""
    centres = [
        (z, y, x)
        for z in (75.0, 225.0)
        for y in (100.0, 284.0)
        for x in (50.0, 145.0, 240.0, 335.0)
    ]
    return [Lesion(diameter_mm, centre) for centre in centres[:number]]


def write_case(folder: Path, lesions: list[Lesion]) -> tuple[Path, Path]:
    """Write `image.nii.gz` (int16) and `mask.nii.gz` (labels 1, 2, ...) into a folder."""
    labels = np.zeros(GEOMETRY.size, dtype=np.uint8)
    for label, lesion in enumerate(lesions, start=1):
        paint(labels, lesion, label)
    image = tissue()
    inside = labels > 0
    texture = grain(LESION_GRAIN_MM, SEED + 1) * LESION_DEVIATION_HU
    image[inside] += LESION_HU + texture[inside]
    intensities = np.clip(np.rint(image), AIR_HU, 3000).astype(np.int16)
    paths = folder / "image.nii.gz", folder / "mask.nii.gz"
    write_volume(Volume(intensities, GEOMETRY), paths[0])
    write_labels(labels, GEOMETRY, paths[1])
    return paths


def paint(labels: NDArray[np.uint8], lesion: Lesion, label: int) -> None:
    """Draw a lesion into a label map."""
    radii = np.multiply(STRETCH, lesion.diameter_mm / 2.0)
    z, y, x = (
        ((np.arange(length) * step - centre) / radius) ** 2
        for length, step, centre, radius in zip(
            GEOMETRY.size, GEOMETRY.spacing_mm, lesion.centre_mm, radii, strict=True
        )
    )
    labels[z[:, None, None] + y[:, None] + x <= 1.0] = label


def tissue() -> NDArray[np.float32]:
    """An elliptic body of smooth tissue with noise, in air; shape (z, y, x), HU."""
    generator = np.random.default_rng(SEED)
    image = generator.standard_normal(GEOMETRY.size, dtype=np.float32) * NOISE_HU
    image += TISSUE_HU + TISSUE_DEVIATION_HU * grain(TISSUE_GRAIN_MM, SEED)
    _, height, width = GEOMETRY.size
    y = (np.arange(height)[:, None] - height / 2) / (0.40 * height)
    x = (np.arange(width) - width / 2) / (0.48 * width)
    image[:, y**2 + x**2 > 1.0] += AIR_HU - TISSUE_HU
    return image


def grain(size_mm: float, seed: int) -> NDArray[np.float32]:
    """Smooth noise of deviation near 1: random numbers every `size_mm`, joined up linearly."""
    steps = [step / size_mm for step in GEOMETRY.spacing_mm]
    coarse = [int(length * step) + 2 for length, step in zip(GEOMETRY.size, steps, strict=True)]
    noise = np.random.default_rng(seed).standard_normal(coarse, dtype=np.float32)
    for axis, (length, step) in enumerate(zip(GEOMETRY.size, steps, strict=True)):
        noise = _joined(noise, axis, np.arange(length) * step)
    return noise / noise.std()


def _joined(
    noise: NDArray[np.float32], axis: int, places: NDArray[np.float64]
) -> NDArray[np.float32]:
    below = places.astype(int)
    shape = [1, 1, 1]
    shape[axis] = -1
    part = (places - below).astype(np.float32).reshape(shape)
    return np.take(noise, below, axis) * (1 - part) + np.take(noise, below + 1, axis) * part
