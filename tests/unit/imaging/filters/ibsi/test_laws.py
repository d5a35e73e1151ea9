"""Laws kernels."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.imaging.filters.ibsi import Laws

CUBIC_MM = (1.0, 1.0, 1.0)
L5 = np.array([1, 4, 6, 4, 1]) / np.sqrt(70)
E5 = np.array([-1, -2, 0, 2, 1]) / np.sqrt(10)
S5 = np.array([-1, 0, 2, 0, -1]) / np.sqrt(6)


def impulse(side: int) -> np.ndarray:
    image = np.zeros((side, side, side))
    image[side // 2, side // 2, side // 2] = 1.0
    return image


def test_names_count_from_x() -> None:
    response = Laws("E5L5S5", "zero")(impulse(5), CUBIC_MM)
    np.testing.assert_allclose(response, np.einsum("z,y,x->zyx", S5, L5, E5), atol=1e-15)


def test_two_names_filter_within_slices() -> None:
    response = Laws("E5S5", "zero")(impulse(5), CUBIC_MM)
    np.testing.assert_allclose(response[2], np.outer(S5, E5), atol=1e-15)
    assert not response[[0, 1, 3, 4]].any()


def test_max_pooling_takes_the_largest_of_all_orientations() -> None:
    response = Laws("E5L5S5", "zero", "max")(impulse(5), CUBIC_MM)
    assert response.max() == pytest.approx(E5.max() * L5.max() * S5.max())
    np.testing.assert_allclose(response, np.rot90(response, axes=(0, 2)), atol=1e-15)


def test_energy_is_the_mean_of_the_absolute_response_in_the_box() -> None:
    image = impulse(9)
    plain = Laws("E5L5S5", "zero")(image, CUBIC_MM)
    energy = Laws("E5L5S5", "zero", energy_distance=1)(image, CUBIC_MM)
    assert energy[4, 4, 4] == pytest.approx(np.abs(plain[3:6, 3:6, 3:6]).mean())


def test_edges_of_a_constant_region_are_zero() -> None:
    np.testing.assert_allclose(Laws("E5L5S5")(np.full((1, 2, 3), 40.0), CUBIC_MM), 0.0, atol=1e-12)


@pytest.mark.parametrize("kernels", ["", "E5", "E5L5S5R5", "E5Q5", "e5l5", "E5 L5"])
def test_unknown_kernels_are_refused(kernels: str) -> None:
    with pytest.raises(ValueError, match="two or three"):
        Laws(kernels)


def test_a_negative_energy_distance_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Laws("E5L5", energy_distance=-1)
