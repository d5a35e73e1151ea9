from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.imaging.smooth import smooth_within

SPACING_MM = (2.5, 0.75, 0.75)


def region(*shape: int) -> np.ndarray:
    inside = np.zeros(shape, dtype=np.bool_)
    inside[1:-1, 3:-3, 3:-3] = True
    return inside


def test_constant_region_stays_constant_whatever_lies_beside_it():
    inside = region(5, 20, 20)
    image = np.where(inside, 60.0, -900.0)
    smooth = smooth_within(image, inside, SPACING_MM, 2.5)
    np.testing.assert_allclose(smooth[inside], 60.0, rtol=1e-5)
    assert np.isnan(smooth[~inside]).all()


def test_width_is_full_width_at_half_maximum_in_mm():
    inside = np.ones((1, 61, 61), dtype=np.bool_)
    point = np.zeros(inside.shape)
    point[0, 30, 30] = 1.0
    smooth = smooth_within(point, inside, (5.0, 0.5, 0.5), 6.0)
    assert smooth[0, 30, 30 + 6] / smooth[0, 30, 30] == pytest.approx(0.5, rel=0.01)


def test_noise_falls_as_the_gaussian_says():
    rng = np.random.default_rng(5)
    inside = np.ones((1, 200, 200), dtype=np.bool_)
    noise = rng.normal(0, 15, inside.shape)
    sd_pixels = 2.5 / 2.3548 / 0.75
    expected = 15 / np.sqrt(4 * np.pi) / sd_pixels
    smooth = smooth_within(noise, inside, (5.0, 0.75, 0.75), 2.5)
    assert smooth[0, 10:-10, 10:-10].std() == pytest.approx(expected, rel=0.05)


def test_voxels_without_a_value_count_as_outside():
    image = np.full((1, 9, 9), 7.0)
    image[0, 4, 4] = np.nan
    smooth = smooth_within(image, np.ones(image.shape, dtype=np.bool_), SPACING_MM, 2.5)
    np.testing.assert_allclose(smooth, 7.0, rtol=1e-5)


def test_no_width_leaves_the_image_as_it_is():
    image = np.arange(12.0).reshape(1, 3, 4)
    smooth = smooth_within(image, np.ones(image.shape, dtype=np.bool_), SPACING_MM, 0.0)
    np.testing.assert_array_equal(smooth, image)
