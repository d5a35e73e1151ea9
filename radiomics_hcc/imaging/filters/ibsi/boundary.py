"""What lies beyond the border of an image: padding and convolution along one axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

Image = NDArray[np.float64]  # (z, y, x)
SpacingMm = tuple[float, float, float]  # along (z, y, x)
Boundary = Literal["zero", "nearest", "periodic", "mirror"]

_NDIMAGE_MODE: Final[dict[str, str]] = {
    "zero": "constant",
    "nearest": "nearest",
    "periodic": "wrap",
    "mirror": "reflect",
}
_NUMPY_MODE: Final[dict[str, Literal["constant", "edge", "wrap", "symmetric"]]] = {
    "zero": "constant",
    "nearest": "edge",
    "periodic": "wrap",
    "mirror": "symmetric",
}


def check_boundary(boundary: str) -> None:
    """Refuse a boundary condition that is not one of the four of the manual.

    Raises
    ------
    ValueError
        Where the name is unknown.
    """
    if boundary not in _NUMPY_MODE:
        raise ValueError(f"boundary {boundary!r} is unknown; choose one of {list(_NUMPY_MODE)}")


def convolve_along(image: Image, kernel: Image, axis: int, boundary: Boundary) -> Image:
    """Convolve every line of an image along one axis with a kernel.

    Parameters
    ----------
    image
        Intensities, any number of axes.
    kernel
        Odd number of weights; the middle one lies on the voxel itself.
    axis
        Axis of the lines.
    boundary
        ``zero``: no signal outside; ``nearest``: the border voxel goes on; ``periodic``: the image
        is repeated; ``mirror``: the image is reflected, the border voxel twice (IBSI 2 manual,
        arXiv:2006.05470, section on boundary conditions).

    Returns
    -------
    Response, same shape as the image.
    """
    mode = _NDIMAGE_MODE[boundary]
    return np.asarray(scipy.ndimage.convolve1d(image, kernel, axis, np.float64, mode))


def pad(image: Image, margins: Sequence[tuple[int, int]], boundary: Boundary) -> Image:
    """The image with a margin (voxels before and after, along each axis)."""
    return np.pad(image, margins, mode=_NUMPY_MODE[boundary])


def double(
    image: Image, axes: Sequence[int], boundary: Boundary
) -> tuple[Image, tuple[slice, ...]]:
    """An image made ready for a filter that works on the spectrum of a periodic image.

    Parameters
    ----------
    image
        Intensities (z, y, x).
    axes
        Axes along which the filter works.
    boundary
        ``periodic`` leaves the image as it is. Otherwise it grows to twice its length along each
        axis; for ``mirror`` the doubled image is exactly one period of the endless reflection.

    Returns
    -------
    The image, and where the original lies in it.
    """
    margins = [(0, 0)] * image.ndim
    if boundary != "periodic":
        for axis in axes:
            length = image.shape[axis]
            margins[axis] = (length // 2, length - length // 2)
    inside = tuple(
        slice(before, before + length)
        for (before, _), length in zip(margins, image.shape, strict=True)
    )
    return pad(image, margins, boundary), inside
