"""The image filters by PyRadiomics' name of the image type."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from radiomics_hcc.imaging.filters.gradient import gradient
from radiomics_hcc.imaging.filters.lbp_2d import lbp_2d
from radiomics_hcc.imaging.filters.lbp_3d import lbp_3d
from radiomics_hcc.imaging.filters.log import laplacian_of_gaussian
from radiomics_hcc.imaging.filters.pointwise import (
    exponential,
    logarithm,
    original,
    square,
    square_root,
)
from radiomics_hcc.imaging.filters.response import Filter
from radiomics_hcc.imaging.filters.wavelet import wavelet

FILTERS: Final[Mapping[str, Filter]] = MappingProxyType(
    {
        "Original": original,
        "LoG": laplacian_of_gaussian,
        "Wavelet": wavelet,
        "Square": square,
        "SquareRoot": square_root,
        "Logarithm": logarithm,
        "Exponential": exponential,
        "Gradient": gradient,
        "LBP2D": lbp_2d,
        "LBP3D": lbp_3d,
    }
)
