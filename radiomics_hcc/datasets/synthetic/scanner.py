"""What a scanner makes of the truth: blur, slice thickness, noise, calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import fft, ndimage

from radiomics_hcc.datasets.synthetic.shapes import Field
from radiomics_hcc.domain.volume import Geometry

LOWEST_HU: Final = -1024
BLUR_REACH_SD: Final = 3.0


@dataclass(frozen=True)
class Scanner:
    """One site's scanner and reconstruction.

    Parameters
    ----------
    site
        Its name.
    noise_hu
        Standard deviation of the noise in the finished image.
    blur_mm
        In-plane standard deviation of the point spread.
    noise_cutoff_per_mm
        Where the kernel's noise spectrum falls off: higher is grainier.
    slice_mm
        Slice thickness; slices thicker than the grid's step overlap.
    offset_hu
        Calibration error.
    """

    site: str
    noise_hu: float
    blur_mm: float
    noise_cutoff_per_mm: float
    slice_mm: float
    offset_hu: float

    def acquire(self, truth_hu: Field, geometry: Geometry, rng: Generator) -> NDArray[np.int16]:
        """Image a noise-free volume, shape (z, y, x), HU.

        The noise has the ramp-times-kernel spectrum of filtered back-projection.
        """
        blur = [0.0, *(self.blur_mm / step for step in geometry.spacing_mm[1:])]
        image = ndimage.gaussian_filter(truth_hu, blur, truncate=BLUR_REACH_SD)
        image = self._average_slices(image, geometry)
        image += self._noise(geometry, rng)
        image += np.float32(self.offset_hu)
        return np.maximum(np.rint(image), LOWEST_HU).astype(np.int16)

    def _noise(self, geometry: Geometry, rng: Generator) -> Field:
        white = rng.standard_normal(geometry.size, dtype=np.float32)
        _, rows, columns = geometry.size
        _, row_mm, column_mm = geometry.spacing_mm
        vertical = fft.fftfreq(rows, row_mm).astype(np.float32)[:, None]
        horizontal = fft.rfftfreq(columns, column_mm).astype(np.float32)[None, :]
        squared = vertical**2 + horizontal**2
        response = squared**0.25 * np.exp(-squared / (2 * self.noise_cutoff_per_mm**2))
        spectrum = fft.rfft2(white)
        spectrum *= response
        noise: Field = self._average_slices(fft.irfft2(spectrum, s=(rows, columns)), geometry)
        noise *= np.float32(self.noise_hu) / noise.std()
        return noise

    def _average_slices(self, image: Field, geometry: Geometry) -> Field:
        weights = slice_weights(self.slice_mm, geometry.spacing_mm[0])
        if weights.size == 1:
            return image
        averaged: Field = ndimage.correlate1d(image, weights, axis=0, mode="nearest")
        return averaged


def slice_weights(slice_mm: float, step_mm: float) -> NDArray[np.float64]:
    """Share of each neighbouring grid slice in one slice of a given thickness; sums to 1.

    Examples
    --------
    >>> slice_weights(5.0, 3.0).tolist()
    [0.2, 0.6, 0.2]
    """
    beyond = int(np.ceil(max(slice_mm / step_mm - 1, 0) / 2))
    centres = np.arange(-beyond, beyond + 1) * step_mm
    lower = np.maximum(centres - step_mm / 2, -slice_mm / 2)
    upper = np.minimum(centres + step_mm / 2, slice_mm / 2)
    inside = np.maximum(upper - lower, 0)
    shares: NDArray[np.float64] = inside / inside.sum()
    return shares


SCANNERS: Final = (
    Scanner("north", 14.0, 0.75, 0.22, 3.0, 1.5),
    Scanner("south", 11.5, 0.95, 0.16, 5.0, -2.0),
)
