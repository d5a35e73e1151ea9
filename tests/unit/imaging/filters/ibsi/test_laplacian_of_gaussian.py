"""Laplacian of Gaussian."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from radiomics_hcc.imaging.filters.ibsi import LaplacianOfGaussian


def kernel(sigma: float, radius: int, dimensions: int) -> np.ndarray:
    """The formula of the manual, written out over the whole support."""
    grid = np.meshgrid(*[np.arange(-radius, radius + 1)] * dimensions, indexing="ij")
    squared = sum(axis**2 for axis in grid) / sigma**2
    height = (1 / (np.sqrt(2 * np.pi) * sigma)) ** dimensions
    return -height / sigma**2 * (dimensions - squared) * np.exp(-squared / 2)


@pytest.mark.parametrize("by_slice", [False, True])
def test_impulse_gives_the_kernel_of_the_manual(by_slice: bool) -> None:
    image = np.zeros((15, 15, 15))
    image[7, 7, 7] = 1.0
    # 3 mm are 1.5 voxels of 2 mm; 4 of them round to a radius of 6
    response = LaplacianOfGaussian(3.0, 4.0, "zero", by_slice=by_slice)(image, (2.0, 2.0, 2.0))
    if by_slice:
        np.testing.assert_allclose(response[7, 1:14, 1:14], kernel(1.5, 6, 2), atol=1e-15)
        assert not np.delete(response, 7, axis=0).any()
    else:
        np.testing.assert_allclose(response[1:14, 1:14, 1:14], kernel(1.5, 6, 3), atol=1e-15)
        assert not response[0].any()


def test_it_agrees_with_another_implementation() -> None:
    image = np.random.default_rng(5).normal(size=(12, 13, 14))
    found = LaplacianOfGaussian(2.0, 8.0, "mirror")(image, (1.0, 1.0, 1.0))
    step = 1e-3  # dG/d(sigma^2) is half the Laplacian of G

    def smooth(variance: float) -> np.ndarray:
        return ndimage.gaussian_filter(image, np.sqrt(variance), truncate=8.0, mode="reflect")

    wanted = (smooth(4.0 + step) - smooth(4.0 - step)) / step
    np.testing.assert_allclose(found, wanted, atol=2e-4 * np.abs(wanted).max())


def test_a_constant_region_and_one_voxel_answer_with_almost_nothing() -> None:
    for shape in ((1, 1, 1), (5, 4, 3)):
        response = LaplacianOfGaussian(1.5)(np.full(shape, 100.0), (1.0, 1.0, 1.0))
        assert np.abs(response).max() < 0.0003 * 100


def test_flat_voxels_get_their_own_width_along_each_axis() -> None:
    image = np.zeros((9, 25, 25))
    image[4, 12, 12] = 1.0
    response = LaplacianOfGaussian(2.0, 4.0, "zero")(image, (2.0, 1.0, 1.0))
    # the same distance (mm) from the centre, the same answer
    np.testing.assert_allclose(response[5, 12, 12], response[4, 14, 12], rtol=1e-9)


def test_a_width_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        LaplacianOfGaussian(0.0)
