"""How far around a region its filters look."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, cast

import pywt

from radiomics_hcc.features.parameters import Parameters

GAUSSIAN_SUPPORT_SIGMAS: Final = 6.0  # beyond, a Gaussian's second derivative is below 1e-6
DEFAULT_WAVELET: Final = "coif1"  # PyRadiomics' own


def with_full_support(
    parameters: Parameters, spacing_mm: tuple[float, float, float]
) -> Mapping[str, object]:
    """The settings for preparing the image; with `filterSupport: full` a margin that suffices.

    Parameters
    ----------
    parameters
        What to extract.
    spacing_mm
        Voxel spacing of the image along (z, y, x), mm; where no resampling is asked for.
    """
    settings = parameters.settings
    if settings.get("filterSupport") != "full":
        return settings
    asked = cast(list[float] | None, settings.get("resampledPixelSpacing"))
    finest_mm = min(step for step in (asked or spacing_mm) if step > 0)
    margins = [
        support_voxels(name, parameters.of_image_type(name), finest_mm)
        for name in parameters.image_types
    ]
    return {**settings, "padDistance": max([cast(int, settings["padDistance"]), *margins])}


def support_voxels(image_type: str, settings: Mapping[str, object], finest_mm: float) -> int:
    """Voxels that a filter reaches beyond the one that it computes.

    A Laplacian of Gaussian reaches six standard deviations, a wavelet of level n the length of its
    filter times 2^(n - 1), summed over the levels; the others their neighbours or their radius.
    """
    if image_type == "LoG":
        sigmas = cast(list[float], settings.get("sigma") or [0.0])
        return math.ceil(GAUSSIAN_SUPPORT_SIGMAS * max(sigmas) / finest_mm)
    if image_type == "Wavelet":
        wavelet = pywt.Wavelet(settings.get("wavelet") or DEFAULT_WAVELET)
        last = cast(int, settings.get("start_level") or 0) + cast(int, settings.get("level") or 1)
        return int(wavelet.dec_len * (2**last - 1))
    if image_type == "Gradient":
        return 1
    if image_type == "LBP2D":
        return math.ceil(cast(float, settings.get("lbp2DRadius") or 1.0)) + 1
    if image_type == "LBP3D":
        return math.ceil(cast(float, settings.get("lbp3DIcosphereRadius") or 1.0)) + 1
    return 0
