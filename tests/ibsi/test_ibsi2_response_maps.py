"""IBSI 2, phase 1: every filter gives the reference response map on the digital phantoms."""

from __future__ import annotations

from math import pi
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from radiomics_hcc.imaging.filters.ibsi import (
    Filter,
    Gabor,
    LaplacianOfGaussian,
    Laws,
    Mean,
    Riesz,
    SeparableWavelet,
    SimoncelliWavelet,
)

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "ibsi"
PHANTOMS = DATA / "ibsi_2_digital_phantom" / "nifti"
MAPS = DATA / "ibsi_2_reference_data" / "reference_response_maps"
pytestmark = pytest.mark.skipif(
    not (PHANTOMS.is_dir() and MAPS.is_dir()), reason=f"the IBSI 2 data are not in {DATA}"
)

ROUNDING = 1e-5  # percent of the range; the maps are stored in single precision

# map -> (phantom, filter, largest difference allowed in percent of the map's range); IBSI allows 1
TABLE: dict[str, tuple[str, Filter, float]] = {
    "1_a_1": ("checkerboard", Mean(15, "zero"), ROUNDING),
    "1_a_2": ("checkerboard", Mean(15, "nearest"), ROUNDING),
    "1_a_3": ("checkerboard", Mean(15, "periodic"), 0.01),  # its range is a mere 0.08
    "1_a_4": ("checkerboard", Mean(15, "mirror"), ROUNDING),
    "1_b_1": ("impulse", Mean(15, "zero", by_slice=True), ROUNDING),
    "2_a": ("impulse", LaplacianOfGaussian(3.0, 4.0, "zero"), 0.01),
    "2_b": ("checkerboard", LaplacianOfGaussian(5.0, 4.0, "mirror"), 0.05),
    "2_c": ("checkerboard", LaplacianOfGaussian(5.0, 4.0, "mirror", by_slice=True), 0.05),
    "3_a_1": ("impulse", Laws("E5L5S5", "zero"), ROUNDING),
    "3_a_2": ("impulse", Laws("E5L5S5", "zero", "max"), ROUNDING),
    "3_a_3": ("impulse", Laws("E5L5S5", "zero", "max", 7), ROUNDING),
    "3_b_1": ("checkerboard", Laws("E3W5R5", "mirror"), ROUNDING),
    "3_b_2": ("checkerboard", Laws("E3W5R5", "mirror", "max"), ROUNDING),
    "3_b_3": ("checkerboard", Laws("E3W5R5", "mirror", "max", 7), ROUNDING),
    "3_c_1": ("checkerboard", Laws("L5S5", "mirror"), ROUNDING),
    "3_c_2": ("checkerboard", Laws("L5S5", "mirror", "max"), ROUNDING),
    "3_c_3": ("checkerboard", Laws("L5S5", "mirror", "max", 7), ROUNDING),
    "4_a_1": ("impulse", Gabor(10.0, 4.0, 0.5, pi / 3, boundary="zero"), ROUNDING),
    "4_a_2": (
        "impulse",
        Gabor(10.0, 4.0, 0.5, theta_step=pi / 4, orthogonal_planes=True, boundary="zero"),
        ROUNDING,
    ),
    "4_b_1": ("sphere", Gabor(20.0, 8.0, 2.5, 5 * pi / 4), 0.05),
    "4_b_2": (
        "sphere",
        Gabor(20.0, 8.0, 2.5, theta_step=pi / 8, orthogonal_planes=True),
        0.1,
    ),
    "5_a_1": ("impulse", SeparableWavelet("db2", "LHL", 1, "zero"), ROUNDING),
    "5_a_2": ("impulse", SeparableWavelet("db2", "LHL", 1, "zero", "average"), ROUNDING),
    "6_a_1": ("sphere", SeparableWavelet("coif1", "HHL", 1, "periodic"), ROUNDING),
    "6_a_2": ("sphere", SeparableWavelet("coif1", "HHL", 1, "periodic", "average"), ROUNDING),
    "7_a_1": ("checkerboard", SeparableWavelet("haar", "LLL", 2, "mirror", "average"), 2e-5),
    "7_a_2": ("checkerboard", SeparableWavelet("haar", "HHH", 2, "mirror", "average"), ROUNDING),
    "8_a_1": ("checkerboard", SimoncelliWavelet(1, "periodic"), 0.5),
    "8_a_2": ("checkerboard", SimoncelliWavelet(2, "periodic"), ROUNDING),
    "8_a_3": ("checkerboard", SimoncelliWavelet(3, "periodic"), ROUNDING),
    "9_a": ("impulse", Riesz(LaplacianOfGaussian(3.0, 4.0, "zero"), (0, 0, 1)), 0.1),
    "9_b_1": ("sphere", Riesz(LaplacianOfGaussian(3.0, 4.0, "zero"), (0, 2, 0)), 0.5),
    "10_b_1": ("pattern_1", Riesz(SimoncelliWavelet(1, "mirror"), (0, 2, 0)), 0.5),
}


def read(path: Path) -> tuple[NDArray[np.float64], tuple[float, float, float]]:
    """The voxels (z, y, x) of a file and their spacing (mm)."""
    image = SimpleITK.ReadImage(str(path), SimpleITK.sitkFloat64)
    x_mm, y_mm, z_mm = image.GetSpacing()
    return SimpleITK.GetArrayFromImage(image), (z_mm, y_mm, x_mm)


@pytest.mark.parametrize("name", TABLE)
def test_response_equals_the_reference_map(name: str) -> None:
    phantom, step, allowed_percent = TABLE[name]
    image, spacing_mm = read(PHANTOMS / phantom / "image" / f"{phantom}.nii.gz")
    reference, _ = read(MAPS / f"{name}-ValidCRM.nii")
    difference = np.abs(step(image, spacing_mm) - reference).max()
    percent = 100 * difference / (reference.max() - reference.min())
    assert percent <= allowed_percent


def test_every_reference_map_has_a_filter() -> None:
    assert {path.name.removesuffix("-ValidCRM.nii") for path in MAPS.glob("*.nii")} == set(TABLE)
