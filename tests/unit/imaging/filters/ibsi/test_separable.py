"""Right-angle rotations of separable filters."""

from __future__ import annotations

import numpy as np

from radiomics_hcc.imaging.filters.ibsi.pooling import pool
from radiomics_hcc.imaging.filters.ibsi.separable import (
    convolve_separable,
    rotated_responses,
    rotations,
)

KERNELS = (np.array([1.0, 2.0, 4.0]), np.array([1.0, -3.0, 0.5]), np.array([2.0, 0.0, 7.0]))
IMAGE = np.random.default_rng(3).normal(size=(6, 6, 6))


def outer(kernels: tuple[np.ndarray, ...]) -> np.ndarray:
    product = kernels[0]
    for kernel in kernels[1:]:
        product = np.multiply.outer(product, kernel)
    return product


def test_a_cube_has_24_rotations_and_a_square_4() -> None:
    assert len({outer(one).tobytes() for one in rotations(KERNELS)}) == 24
    assert len({outer(one).tobytes() for one in rotations(KERNELS[1:])}) == 4


def test_rotations_are_those_of_the_whole_kernel() -> None:
    square = outer(KERNELS[1:])
    turned = {np.rot90(square, quarter).tobytes() for quarter in range(4)}
    assert {outer(one).tobytes() for one in rotations(KERNELS[1:])} == turned
    cube = np.rot90(outer(KERNELS), axes=(0, 2))
    assert cube.tobytes() in {outer(one).tobytes() for one in rotations(KERNELS)}


def test_rotated_responses_are_one_per_rotation() -> None:
    found = sorted(one.sum() for one in rotated_responses(IMAGE, KERNELS, "zero"))
    wanted = sorted(convolve_separable(IMAGE, one, "zero").sum() for one in rotations(KERNELS))
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_pooled_response_turns_with_the_image() -> None:
    def pooled(image: np.ndarray) -> np.ndarray:
        return pool(rotated_responses(image, KERNELS, "mirror"), "max")

    turned = np.rot90(IMAGE, axes=(1, 2))
    np.testing.assert_allclose(pooled(turned), np.rot90(pooled(IMAGE), axes=(1, 2)), rtol=1e-9)


def test_two_kernels_leave_the_slices_apart() -> None:
    image = np.zeros((3, 5, 5))
    image[1, 2, 2] = 1
    response = convolve_separable(image, KERNELS[1:], "zero")
    np.testing.assert_array_equal(response[1, 1:4, 1:4], outer(KERNELS[1:]))
    assert not response[[0, 2]].any()
