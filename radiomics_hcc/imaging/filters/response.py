"""What an image filter gives back, and the form that every filter has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.imaging.region import Box

Settings = Mapping[str, object]


@dataclass(frozen=True, eq=False)
class Response:
    """A filtered image, cut to the box that was asked for.

    Parameters
    ----------
    name
        PyRadiomics' name of the derived image, such as `wavelet-LLH`: the first word of its
        features.
    array
        Filtered intensities, shape of the box (z, y, x), C-contiguous.
    notes
        What a reader should know of this response, one sentence each.
    """

    name: str
    array: NDArray[np.generic] = field(repr=False)
    notes: tuple[str, ...] = ()


# (whole image, mask on its grid, box to keep, PyRadiomics' settings) -> the responses
Filter = Callable[[Volume, Mask, Box, Settings], Iterator[Response]]


def number(settings: Settings, key: str, default: float) -> float:
    """A numeric setting, or its default where the key is absent."""
    value = settings.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{key} must be a number, found {value!r}")
    return float(value)


def whole_number(settings: Settings, key: str, default: int) -> int:
    """A whole-numbered setting, or its default where the key is absent."""
    return int(number(settings, key, default))
