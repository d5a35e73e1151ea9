"""Riesz transforms."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.imaging.filters.ibsi import LaplacianOfGaussian, Riesz, SimoncelliWavelet

CUBIC_MM = (1.0, 1.0, 1.0)
BAND = SimoncelliWavelet(1, "periodic")
PHASE = 2 * np.pi * 16 * np.arange(65) / 65  # half the Nyquist frequency: the band lets it pass


def along(axis: int, line: np.ndarray) -> np.ndarray:
    shape = [1, 1, 1]
    shape[axis] = line.size
    return np.broadcast_to(line.reshape(shape), (65, 65, 65)).copy()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_first_order_turns_a_cosine_into_a_sine(axis: int) -> None:
    order = tuple(int(other == axis) for other in range(3))
    response = Riesz(BAND, order)(along(axis, np.cos(PHASE)), CUBIC_MM)  # type: ignore[arg-type]
    np.testing.assert_allclose(response, along(axis, np.sin(PHASE)), atol=1e-12)


def test_second_order_turns_the_sign_of_a_wave() -> None:
    response = Riesz(BAND, (0, 2, 0))(along(1, np.cos(PHASE)), CUBIC_MM)
    np.testing.assert_allclose(response, -along(1, np.cos(PHASE)), atol=1e-12)


def test_a_wave_across_the_derivative_gives_nothing() -> None:
    response = Riesz(BAND, (0, 0, 1))(along(0, np.cos(PHASE)), CUBIC_MM)
    np.testing.assert_allclose(response, 0.0, atol=1e-12)


SECOND = [(2, 0, 0), (0, 2, 0), (0, 0, 2), (1, 1, 0), (1, 0, 1), (0, 1, 1)]


@pytest.mark.parametrize("shape", [(15, 17, 19), (16, 16, 18)])
def test_orders_of_one_total_share_the_energy(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(6).normal(size=shape)
    band = LaplacianOfGaussian(2.0, boundary="periodic")
    isotropic = band(image, CUBIC_MM)
    energy = sum(np.sum(Riesz(band, order)(image, CUBIC_MM) ** 2) for order in SECOND)
    # even axes lose the odd orders at the Nyquist frequency, where little is left
    assert energy == pytest.approx(np.sum((isotropic - isotropic.mean()) ** 2), rel=1e-6)


@pytest.mark.parametrize("shape", [(15, 17, 19), (16, 16, 18)])
def test_pure_second_orders_add_up_to_the_band(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(6).normal(size=shape)
    band = LaplacianOfGaussian(2.0, boundary="mirror")
    isotropic = band(image, CUBIC_MM)
    total = sum(Riesz(band, order)(image, CUBIC_MM) for order in SECOND[:3])
    np.testing.assert_allclose(-total, isotropic - isotropic.mean(), atol=1e-12)


def test_by_slice_leaves_the_slices_apart() -> None:
    image = np.random.default_rng(7).normal(size=(4, 16, 16))
    step = Riesz(SimoncelliWavelet(1, by_slice=True), (0, 1, 0))
    np.testing.assert_allclose(step(image, CUBIC_MM)[1:2], step(image[1:2], CUBIC_MM), atol=1e-12)


@pytest.mark.parametrize("order", [(0, 0, 0), (-1, 2, 0)])
def test_orders_without_a_derivative_are_refused(order: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="order"):
        Riesz(BAND, order)


def test_a_derivative_across_slices_is_refused() -> None:
    with pytest.raises(ValueError, match="across"):
        Riesz(SimoncelliWavelet(1, by_slice=True), (1, 0, 0))
