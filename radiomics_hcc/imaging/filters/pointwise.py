"""Filters that change each voxel by itself: square, square root, logarithm, exponential.

All of them scale by the largest absolute intensity of the whole image, so that a response has the
range of the image. An image of zeros only has no scale: the responses are NaN, as in PyRadiomics.
Formulae: van Griethuysen et al. 2017 (PyRadiomics' manual, image types); none is in IBSI.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.imaging.filters.response import Response, Settings
from radiomics_hcc.imaging.region import Box

Intensities = NDArray[np.float64]


def original(image: Volume, _mask: Mask, box: Box, _settings: Settings) -> Iterator[Response]:
    """The image itself, in its own number type."""
    yield Response("original", np.ascontiguousarray(image.array[box]))


def square(image: Volume, _mask: Mask, box: Box, _settings: Settings) -> Iterator[Response]:
    """Squared intensities, `x^2 / m` with `m` the largest absolute intensity of the image."""
    intensities, largest = _intensities(image, box)
    with np.errstate(divide="ignore", invalid="ignore"):
        response = (intensities * (1.0 / np.sqrt(largest))) ** 2
    yield Response("square", response)


def square_root(image: Volume, _mask: Mask, box: Box, _settings: Settings) -> Iterator[Response]:
    """Square root with the sign kept, `sign(x) sqrt(m |x|)`; zeros stay zero."""
    intensities, largest = _intensities(image, box)
    yield Response("squareroot", np.sign(intensities) * np.sqrt(np.abs(intensities) * largest))


def logarithm(image: Volume, _mask: Mask, box: Box, _settings: Settings) -> Iterator[Response]:
    """Logarithm with the sign kept, `sign(x) m log(|x| + 1) / log(m + 1)`."""
    intensities, largest = _intensities(image, box)
    with np.errstate(invalid="ignore"):
        scale = largest / np.log(largest + 1.0)
        response = np.sign(intensities) * np.log(np.abs(intensities) + 1.0) * scale
    yield Response("logarithm", response)


def exponential(image: Volume, _mask: Mask, box: Box, _settings: Settings) -> Iterator[Response]:
    """Exponential, `exp(x log(m) / m)`: an intensity of `m` keeps its value."""
    intensities, largest = _intensities(image, box)
    with np.errstate(divide="ignore", invalid="ignore"):
        response = np.exp(np.log(largest) / largest * intensities)
    yield Response("exponential", response)


def _intensities(image: Volume, box: Box) -> tuple[Intensities, np.float64]:
    """The box in double precision, and the largest absolute intensity of the whole image."""
    ends = np.array([image.array.min(), image.array.max()], dtype=np.float64)
    return np.ascontiguousarray(image.array[box], dtype=np.float64), np.max(np.abs(ends))
