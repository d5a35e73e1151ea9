"""Grey levels by the settings of an image type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.imaging.discretise import Discretised, discretise


def in_grey_levels(values: NDArray[np.generic], settings: Mapping[str, object]) -> Discretised:
    """Bin intensities, shape (n,), by `binCount`, or `binWidth` with or without `binOrigin`.

    Single precision stays single, as PyRadiomics' edges are then rounded to it.

    Raises
    ------
    ExtractionError
        As `discretise`: no values, NaN or infinite ones, or too many grey levels.
    """
    is_floating = np.issubdtype(values.dtype, np.floating)
    numbers = cast(NDArray[np.floating], values if is_floating else values.astype(np.float64))
    count, origin = settings.get("binCount"), settings.get("binOrigin")
    if count is not None:
        return discretise(numbers, bin_count=cast(int, count))
    width = cast(float, settings["binWidth"])
    return discretise(numbers, bin_width=width, bin_origin=cast(float | None, origin))
