"""Several responses into one: the step that makes a filter invariant to rotation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np

from radiomics_hcc.imaging.filters.ibsi.boundary import Image

Pooling = Literal["max", "average"]


def pool(responses: Iterable[Image], pooling: Pooling) -> Image:
    """The voxelwise largest or mean response (IBSI 2 manual, arXiv:2006.05470).

    Parameters
    ----------
    responses
        Response maps of one shape, at least one; only two are held in memory at a time.
    pooling
        ``max`` or ``average``.

    Raises
    ------
    ValueError
        Where there is no response, or the pooling is unknown.
    """
    if pooling not in ("max", "average"):
        raise ValueError(f"pooling {pooling!r} is unknown; choose 'max' or 'average'")
    combine = np.maximum if pooling == "max" else np.add
    pooled, count = None, 0
    for response in responses:
        pooled = response.copy() if pooled is None else combine(pooled, response, out=pooled)
        count += 1
    if pooled is None:
        raise ValueError("there is no response to pool")
    return pooled if pooling == "max" else pooled / count
