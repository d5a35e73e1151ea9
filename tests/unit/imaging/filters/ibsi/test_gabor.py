"""Gabor filter."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from radiomics_hcc.imaging.filters.ibsi import Gabor

CUBIC_MM = (1.0, 1.0, 1.0)
STRIPES = Gabor(sigma_mm=3.0, wavelength_mm=4.0, aspect_ratio=1.0, boundary="periodic")


def stripes(along: int) -> np.ndarray:
    """A wave of 4 mm along an axis of a cube of 24 mm."""
    shape = [1, 1, 1]
    shape[along] = 24
    return np.broadcast_to(np.cos(np.arange(24) * pi / 2).reshape(shape), (24, 24, 24)).copy()


def test_impulse_gives_the_envelope() -> None:
    image = np.zeros((3, 21, 21))
    image[1, 10, 10] = 1.0
    gabor = Gabor(3.0, 4.0, 0.5, theta=0.0, boundary="zero")
    response = gabor(image, CUBIC_MM)
    y, x = np.mgrid[-10:11, -10:11]
    np.testing.assert_allclose(response[1], np.exp(-(x**2 + y**2 / 4) / 18), rtol=1e-9)
    np.testing.assert_allclose(response[[0, 2]], 0.0, atol=1e-15)


def test_response_is_the_convolution_written_out() -> None:
    image = np.random.default_rng(1).normal(size=(2, 16, 16))
    gabor = Gabor(1.5, 3.0, 0.8, theta=0.7, boundary="periodic", cutoff=2.0)
    y, x = np.mgrid[-4:5, -4:5]  # two of the wider width, 1.875 mm, round to 4 voxels
    along, across = x * np.cos(0.7) + y * np.sin(0.7), y * np.cos(0.7) - x * np.sin(0.7)
    kernel = np.exp(-(along**2 + 0.64 * across**2) / 4.5 + 2j * pi * along / 3)
    wanted = sum(
        weight * np.roll(image, (row, column), axis=(1, 2))
        for weight, row, column in zip(kernel.ravel(), y.ravel(), x.ravel(), strict=True)
    )
    np.testing.assert_allclose(gabor(image, CUBIC_MM), np.abs(wanted), rtol=1e-9)


def test_a_wave_answers_in_its_own_direction_only() -> None:
    along, across = (
        replace(STRIPES, theta=theta)(stripes(2), CUBIC_MM).max() for theta in (0.0, pi / 2)
    )
    assert along == pytest.approx(pi * 9.0, rel=1e-3)  # half the area under the envelope
    assert across < 1e-3 * along


def test_pooled_directions_answer_to_either_wave_alike() -> None:
    pooled = replace(STRIPES, theta_step=pi / 2)
    np.testing.assert_allclose(
        pooled(stripes(1), CUBIC_MM).max(), pooled(stripes(2), CUBIC_MM).max(), rtol=1e-9
    )


def test_orthogonal_planes_see_a_wave_along_z() -> None:
    pooled = replace(STRIPES, theta_step=pi / 2, orthogonal_planes=True)
    np.testing.assert_allclose(
        pooled(stripes(0), CUBIC_MM).max(), pooled(stripes(2), CUBIC_MM).max(), rtol=1e-9
    )


def test_one_voxel_has_a_response() -> None:
    assert Gabor(1.0, 2.0, 1.0)(np.ones((1, 1, 1)), CUBIC_MM).shape == (1, 1, 1)


@pytest.mark.parametrize("step", [0.0, -pi / 4, 1.0, 2 * pi])
def test_a_step_that_does_not_divide_half_a_turn_is_refused(step: float) -> None:
    with pytest.raises(ValueError, match="whole number"):
        replace(STRIPES, theta_step=step)


def test_a_length_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        Gabor(0.0, 4.0, 1.0)
