"""Grey levels by the settings of an image type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.imaging.discretise import Discretised, discretise


def in_grey_levels(values: NDArray[np.float64], settings: Mapping[str, object]) -> Discretised:
    """Bin intensities, shape (n,), by `binCount`, or `binWidth` with or without `binOrigin`.

    Raises
    ------
    ExtractionError
        As `discretise`: no values, NaN or infinite ones, or too many grey levels.
    """
    count, origin = settings.get("binCount"), settings.get("binOrigin")
    if count is not None:
        return discretise(values, bin_count=cast(int, count))
    width = cast(float, settings["binWidth"])
    return discretise(values, bin_width=width, bin_origin=cast(float | None, origin))
