"""Square, square root, logarithm and exponential keep the range of the image."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.filters.pointwise import (
    exponential,
    logarithm,
    original,
    square,
    square_root,
)
from radiomics_hcc.imaging.filters.response import Filter
from radiomics_hcc.imaging.region import Box

FIRST_THREE: Box = (slice(0, 1), slice(0, 1), slice(0, 3))


def filtered(function: Filter, line: list[float], dtype: type = np.int16) -> np.ndarray:
    array = np.array(line, dtype).reshape(1, 1, -1)
    image = Volume(array, Geometry((1, 1, len(line)), (1.0, 1.0, 1.0)))
    mask = Mask(np.ones(array.shape, bool), image.geometry)
    (response,) = function(image, mask, FIRST_THREE, {})
    assert response.array.flags.c_contiguous
    return response.array.ravel()


def test_original_keeps_values_and_number_type():
    found = filtered(original, [1, -2, 3, 9])
    assert found.dtype == np.int16
    assert found.tolist() == [1, -2, 3]


def test_square_is_scaled_by_the_largest_intensity_outside_the_box():
    np.testing.assert_allclose(filtered(square, [-4, 0, 2, 8]), [2.0, 0.0, 0.5], rtol=1e-12)


def test_square_root_keeps_the_sign():
    np.testing.assert_allclose(filtered(square_root, [-4, 0, 9, -100]), [-20, 0, 30], rtol=1e-12)


def test_logarithm_keeps_the_sign_and_the_largest_intensity():
    expected = [-10 * np.log(4) / np.log(11), 0, 10]
    np.testing.assert_allclose(filtered(logarithm, [-3, 0, 10, -10]), expected, rtol=1e-12)


def test_exponential_keeps_the_largest_intensity():
    found = filtered(exponential, [16, 0, -16, 3])
    np.testing.assert_allclose(found, [16, 1, 1 / 16], rtol=1e-12)


@pytest.mark.parametrize("function", [square, logarithm, exponential])
def test_image_of_zeros_has_no_scale(function: Filter):
    assert np.isnan(filtered(function, [0, 0, 0])).all()


def test_square_root_of_zeros_is_zero():
    assert filtered(square_root, [0, 0, 0]).tolist() == [0, 0, 0]


def test_most_negative_whole_number_does_not_overflow():
    assert filtered(square, [-32768, 0, 0]).tolist() == pytest.approx([32768.0, 0.0, 0.0])
