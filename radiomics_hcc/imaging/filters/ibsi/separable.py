"""Filters that are one kernel per axis, and the same filters turned by right angles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, permutations, product

import numpy as np

from radiomics_hcc.imaging.filters.ibsi.boundary import Boundary, Image, convolve_along

Kernels = tuple[Image, ...]  # along (z, y, x), or along (y, x) for a filter within slices


def convolve_separable(image: Image, kernels: Sequence[Image], boundary: Boundary) -> Image:
    """Convolve an image (z, y, x) with one kernel per axis; two kernels act along y and x."""
    response = image
    for axis, kernel in zip(_axes(kernels), kernels, strict=True):
        response = convolve_along(response, kernel, axis, boundary)
    return response


def rotations(kernels: Kernels) -> list[Kernels]:
    """The filter in each of its right-angle orientations: 24 in three dimensions, 4 in two.

    Turning a separable filter permutes its kernels and reverses some of them; the reversals make up
    for the sign of the permutation, so that mirror images are left out (IBSI 2 manual,
    arXiv:2006.05470, section on rotational invariance).
    """
    size = len(kernels)
    return [
        tuple(kernels[source][::step] for source, step in zip(order, steps, strict=True))
        for order in permutations(range(size))
        for steps in product((1, -1), repeat=size)
        if _sign(order) * np.prod(steps) == 1
    ]


def rotated_responses(image: Image, kernels: Kernels, boundary: Boundary) -> Iterator[Image]:
    """The response to each rotation, one after another; equal first passes are computed once."""
    turned = sorted(rotations(kernels), key=lambda one: [kernel.tobytes() for kernel in one])
    return _branch(image, turned, _axes(kernels), boundary)


def _branch(
    image: Image, filters: list[Kernels], axes: Sequence[int], boundary: Boundary
) -> Iterator[Image]:
    """Convolve along the first axis once per distinct kernel, then follow the other axes."""
    for _, group in groupby(filters, key=lambda one: one[0].tobytes()):
        members = list(group)
        response = convolve_along(image, members[0][0], axes[0], boundary)
        if len(axes) == 1:
            yield from (response for _ in members)
        else:
            rest = [member[1:] for member in members]
            yield from _branch(response, rest, axes[1:], boundary)


def _axes(kernels: Sequence[Image]) -> range:
    return range(3 - len(kernels), 3)


def _sign(order: Sequence[int]) -> int:
    """+1 for an even permutation, -1 for an odd one."""
    return round(float(np.linalg.det(np.eye(len(order))[list(order)])))
