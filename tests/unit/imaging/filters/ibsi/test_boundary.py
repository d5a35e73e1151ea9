"""What the four boundary conditions put beyond the border."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.imaging.filters.ibsi.boundary import (
    Boundary,
    check_boundary,
    convolve_along,
    double,
    pad,
)

LINE = np.array([[[1.0, 2.0, 4.0]]])
BEYOND: dict[Boundary, tuple[float, float]] = {
    "zero": (0.0, 0.0),
    "nearest": (1.0, 4.0),
    "periodic": (4.0, 1.0),
    "mirror": (1.0, 4.0),
}


@pytest.mark.parametrize("boundary", BEYOND)
def test_padding_puts_the_value_beyond_the_border(boundary: Boundary) -> None:
    before, after = BEYOND[boundary]
    padded = pad(LINE, [(0, 0), (0, 0), (1, 1)], boundary)
    np.testing.assert_array_equal(padded.ravel(), [before, 1, 2, 4, after])


@pytest.mark.parametrize("boundary", BEYOND)
def test_convolution_sees_the_padded_image(boundary: Boundary) -> None:
    kernel = np.array([1.0, 10.0, 100.0, 1000.0, 10000.0])
    padded = pad(LINE, [(0, 0), (0, 0), (2, 2)], boundary).ravel()
    found = convolve_along(LINE, kernel, 2, boundary).ravel()
    np.testing.assert_allclose(found, np.convolve(padded, kernel, mode="valid"), rtol=1e-12)


def test_mirror_repeats_the_border_voxel() -> None:
    padded = pad(LINE, [(0, 0), (0, 0), (2, 2)], "mirror")
    np.testing.assert_array_equal(padded.ravel(), [2, 1, 1, 2, 4, 4, 2])


def test_whole_numbers_are_convolved_as_real_ones() -> None:
    found = convolve_along(np.array([[[1, 0, 0]]]), np.full(3, 1 / 3), 2, "zero")
    np.testing.assert_allclose(found.ravel(), [1 / 3, 1 / 3, 0])


def test_doubled_mirror_image_is_one_period_of_the_reflection() -> None:
    doubled, inside = double(LINE, [2], "mirror")
    np.testing.assert_array_equal(doubled[inside], LINE)
    np.testing.assert_array_equal(np.roll(doubled.ravel(), -1), [1, 2, 4, 4, 2, 1])


def test_periodic_image_is_not_doubled() -> None:
    doubled, inside = double(LINE, [0, 1, 2], "periodic")
    assert doubled.shape == LINE.shape
    np.testing.assert_array_equal(doubled[inside], LINE)


def test_unknown_boundary_is_refused() -> None:
    with pytest.raises(ValueError, match="wrap"):
        check_boundary("wrap")
