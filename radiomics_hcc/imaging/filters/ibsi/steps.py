"""The filters of IBSI 2, phase 2: filter id -> filter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Protocol

from radiomics_hcc.imaging.filters.ibsi.boundary import Image, SpacingMm
from radiomics_hcc.imaging.filters.ibsi.gabor import Gabor
from radiomics_hcc.imaging.filters.ibsi.laplacian_of_gaussian import LaplacianOfGaussian
from radiomics_hcc.imaging.filters.ibsi.laws import Laws
from radiomics_hcc.imaging.filters.ibsi.mean import Mean
from radiomics_hcc.imaging.filters.ibsi.nonseparable_wavelet import SimoncelliWavelet
from radiomics_hcc.imaging.filters.ibsi.separable_wavelet import SeparableWavelet


class Filter(Protocol):
    """A step that turns an image (z, y, x) of a spacing (mm) into a response of its shape."""

    def __call__(self, image: Image, spacing_mm: SpacingMm) -> Image:
        """The response map."""
        ...


_STEP: Final = math.pi / 8  # between the directions of the Gabor filter

# Whybra et al. 2024 (Radiology 310:e231319), phase 2: A filters the slices of the image as it is,
# B the volume after cubic-spline interpolation to 1 mm; 1 has no filter. The boundary is a mirror,
# but the reference values of the Simoncelli wavelets (8, 9) come from the spectrum of the whole
# image without padding: mirrored, the quartile coefficient of 8.A leaves its tolerance.
PHASE_2: Final[Mapping[str, Filter | None]] = {
    "1.A": None,
    "1.B": None,
    "2.A": Mean(5, by_slice=True),
    "2.B": Mean(5),
    "3.A": LaplacianOfGaussian(1.5, by_slice=True),
    "3.B": LaplacianOfGaussian(1.5),
    "4.A": Laws("L5E5", pooling="max", energy_distance=7),
    "4.B": Laws("L5E5E5", pooling="max", energy_distance=7),
    "5.A": Gabor(5.0, 2.0, 1.5, theta_step=_STEP),
    "5.B": Gabor(5.0, 2.0, 1.5, theta_step=_STEP, orthogonal_planes=True),
    "6.A": SeparableWavelet("db3", "LH", pooling="average"),
    "6.B": SeparableWavelet("db3", "LLH", pooling="average"),
    "7.A": SeparableWavelet("db3", "HH", level=2, pooling="average"),
    "7.B": SeparableWavelet("db3", "HHH", level=2, pooling="average"),
    "8.A": SimoncelliWavelet(1, "periodic", by_slice=True),
    "8.B": SimoncelliWavelet(1, "periodic"),
    "9.A": SimoncelliWavelet(2, "periodic", by_slice=True),
    "9.B": SimoncelliWavelet(2, "periodic"),
}
