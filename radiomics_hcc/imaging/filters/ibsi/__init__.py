"""The convolutional filters of IBSI 2: frozen steps from an image to a response map.

Each is called with an array (z, y, x) and its spacing (mm) and follows the reference manual
(Depeursinge et al., arXiv:2006.05470; Whybra et al. 2024, Radiology 310:e231319).
"""

from radiomics_hcc.imaging.filters.ibsi.boundary import Boundary
from radiomics_hcc.imaging.filters.ibsi.gabor import Gabor
from radiomics_hcc.imaging.filters.ibsi.laplacian_of_gaussian import LaplacianOfGaussian
from radiomics_hcc.imaging.filters.ibsi.laws import Laws
from radiomics_hcc.imaging.filters.ibsi.mean import Mean
from radiomics_hcc.imaging.filters.ibsi.nonseparable_wavelet import SimoncelliWavelet
from radiomics_hcc.imaging.filters.ibsi.pooling import Pooling
from radiomics_hcc.imaging.filters.ibsi.riesz import Riesz
from radiomics_hcc.imaging.filters.ibsi.separable_wavelet import SeparableWavelet
from radiomics_hcc.imaging.filters.ibsi.steps import PHASE_2, Filter

__all__ = [
    "PHASE_2",
    "Boundary",
    "Filter",
    "Gabor",
    "LaplacianOfGaussian",
    "Laws",
    "Mean",
    "Pooling",
    "Riesz",
    "SeparableWavelet",
    "SimoncelliWavelet",
]
