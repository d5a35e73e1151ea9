"""Random fields: the grain of tissues and lesions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from scipy import ndimage

from radiomics_hcc.datasets.synthetic.shapes import Field

USUAL_AMPLITUDE_HU: Final = 13.0
USUAL_LENGTH_MM: Final = 3.0
AMPLITUDE_LOG_SD: Final = 0.24
LENGTH_LOG_SD: Final = 0.15
# The planted signal at strength 1: logarithm of how much coarser, rougher and larger the lesions
# of a class are before treatment. Responders are finer, smoother and a little smaller.
CLASS_EFFECT: Final = {"CR": -1.1, "PR": -0.8, "SD": 1.0, "PD": 1.1}
AMPLITUDE_EFFECT: Final = 0.33
LENGTH_EFFECT: Final = 0.12
SIZE_EFFECT: Final = 0.06


@dataclass(frozen=True)
class LesionTexture:
    """Heterogeneity of the lesions of one patient before treatment.

    Parameters
    ----------
    amplitude_hu
        Standard deviation in the arterial phase.
    length_mm
        Standard deviation of the Gaussian that makes the grain.
    """

    amplitude_hu: float
    length_mm: float

    @classmethod
    def draw(cls, rng: Generator, effect: float) -> LesionTexture:
        """Draw a patient's texture; `effect` is signal strength times the effect of the class."""
        amplitude, length = rng.standard_normal(2) * (AMPLITUDE_LOG_SD, LENGTH_LOG_SD)
        return cls(
            float(USUAL_AMPLITUDE_HU * np.exp(amplitude + AMPLITUDE_EFFECT * effect)),
            float(USUAL_LENGTH_MM * np.exp(length + LENGTH_EFFECT * effect)),
        )


def grain(
    rng: Generator,
    shape: tuple[int, ...],
    length_mm: float,
    spacing_mm: tuple[float, float, float],
) -> Field:
    """Gaussian random field of unit variance, shape (z, y, x).

    Parameters
    ----------
    length_mm
        Standard deviation of the Gaussian that smooths white noise.
    """
    if 0 in shape:
        return np.zeros(shape, dtype=np.float32)
    white = rng.standard_normal(shape, dtype=np.float32)
    sigma = [length_mm / step for step in spacing_mm]
    field: Field = ndimage.gaussian_filter(white, sigma, truncate=3.0, mode="wrap")
    spread = float(field.std())
    return field / np.float32(spread) if spread > 0 else field
