"""First-order features equal PyRadiomics'."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import SimpleITK

from radiomics_hcc.features.first_order import measure

firstorder = pytest.importorskip("radiomics.firstorder")

SPACING_XYZ_MM = (0.75, 0.8, 2.5)
TOLERANCE = 1e-9
ANALYTIC_ZERO = 1e-14


def ball(radius: int) -> np.ndarray:
    z, y, x = np.indices((2 * radius + 3,) * 3) - (radius + 1)
    return z * z + y * y + x * x <= radius * radius


def images() -> dict[str, tuple[np.ndarray, float, dict[str, float]]]:
    """Image, bin width and settings of every case, on the grid of a ball of 20 voxels."""
    shape = ball(20).shape
    numbers = np.random.default_rng(7)
    smooth = numbers.normal(60.0, 30.0, shape)
    whole = np.round(smooth).astype(np.int16)
    return {
        "whole HU": (whole, 25.0, {}),
        "interpolated HU": (smooth, 25.0, {"voxelArrayShift": 1000}),
        "single precision": (smooth.astype(np.float32), 10.0, {"voxelArrayShift": 300}),
        "around zero, as a wavelet gives": (numbers.normal(0.0, 4.0, shape), 1.0, {}),
        "long tail, as the exponential gives": (np.exp(smooth / 15.0), 100.0, {}),
        "few levels": (whole // 40, 1.0, {}),
        "constant": (np.full(shape, 40, dtype=np.int16), 25.0, {}),
    }


def theirs_and_ours(
    array: np.ndarray, region: np.ndarray, bin_width: float, settings: dict[str, float]
) -> tuple[dict[str, float], dict[str, float]]:
    image = SimpleITK.GetImageFromArray(array)
    mask = SimpleITK.GetImageFromArray(region.astype(np.uint8))
    for volume in (image, mask):
        volume.SetSpacing(SPACING_XYZ_MM)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = firstorder.RadiomicsFirstOrder(image, mask, binWidth=bin_width, **settings)
        theirs.enableAllFeatures()
        theirs.enableFeatureByName("StandardDeviation")
        values = {name: float(np.squeeze(value)) for name, value in theirs.execute().items()}
    _, counts = np.unique(theirs.discretizedImageArray[region], return_counts=True)
    ours = measure(
        array[region].astype(np.float64),
        counts.astype(np.int64),
        voxel_volume_mm3=float(np.prod(SPACING_XYZ_MM)),
        shift=settings.get("voxelArrayShift", 0.0),
    )
    return values, ours


@pytest.mark.parametrize("name", images())
def test_all_nineteen_features_are_equal(name):
    array, bin_width, settings = images()[name]
    theirs, ours = theirs_and_ours(array, ball(20), bin_width, settings)
    assert len(theirs) == 19
    assert ours == pytest.approx(theirs, rel=TOLERANCE, abs=ANALYTIC_ZERO, nan_ok=True)


@pytest.mark.parametrize("n_voxels", [1, 2, 3])
def test_few_voxels_are_equal(n_voxels):
    array = np.arange(27, dtype=np.int16).reshape(3, 3, 3) ** 2
    region = np.zeros(array.shape, dtype=bool)
    region.ravel()[5 : 5 + n_voxels] = True
    theirs, ours = theirs_and_ours(array, region, 25.0, {})
    assert ours == pytest.approx(theirs, rel=TOLERANCE, abs=ANALYTIC_ZERO, nan_ok=True)
