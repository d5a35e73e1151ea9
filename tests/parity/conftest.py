"""What the comparisons with PyRadiomics share."""

from __future__ import annotations

import math
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import scipy.ndimage
import scipy.special

# The tests, and the report that is run by hand, share how engines are compared.
sys.path.insert(0, str(Path(__file__).parent))


def sph_harm(order: int, degree: int, azimuth: np.ndarray, polar: np.ndarray) -> np.ndarray:
    """The function that SciPy had under this name until 1.17, from its documented formula."""
    size = abs(order)
    scale = math.factorial(degree - size) / math.factorial(degree + size)
    factor = math.sqrt((2 * degree + 1) / (4 * math.pi) * scale)
    value = factor * scipy.special.lpmv(size, degree, np.cos(polar)) * np.exp(1j * size * azimuth)
    return value if order >= 0 else (-1) ** size * np.conj(value)


@pytest.fixture
def working_lbp_3d(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyRadiomics' 3D patterns import two names that newer SciPy releases do not have."""
    pytest.importorskip("trimesh")
    monkeypatch.setattr(scipy.special, "sph_harm", sph_harm, raising=False)
    module = types.ModuleType("scipy.ndimage.interpolation")
    module.__dict__["map_coordinates"] = scipy.ndimage.map_coordinates
    monkeypatch.setitem(sys.modules, "scipy.ndimage.interpolation", module)
