"""Local binary patterns in space, made independent of rotation by harmonics on a sphere.

J. Banerjee, A. Moelker, W. J. Niessen, T. van Walsum, 3D LBP-based rotationally invariant region
description, ACCV 2012 Workshops, LNCS 7728 (2013), in the form of PyRadiomics: angles in the
order in which it passes them (azimuth and polar angle change places), squares of complex numbers
and not of their moduli. Not in IBSI.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy  # loads its parts when they are used first
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.imaging.filters.response import Response, Settings, number, whole_number
from radiomics_hcc.imaging.region import Box, widen

# The cubic spline's prefilter forgets as 0.268^n: 2e-14 of an intensity is left after 24 voxels.
SPLINE_MEMORY: Final = 24
SPLINE_REACH: Final = 2  # voxels on either side that a cubic spline takes
PLANES_TOGETHER: Final = 8  # bounds the memory for samples on the spheres
GOLDEN_RATIO: Final = (1 + 5**0.5) / 2


@dataclass(frozen=True, eq=False)
class Harmonics:
    """Spherical harmonics of one degree at the vertices of the sphere.

    Parameters
    ----------
    values
        Shape (vertices, orders), complex.
    products
        Sums over the vertices of products of two of them (not conjugated), (orders, orders).
    """

    values: NDArray[np.complex128]
    products: NDArray[np.complex128]


def lbp_3d(image: Volume, mask: Mask, box: Box, settings: Settings) -> Iterator[Response]:
    """The pattern's part of each degree, and the kurtosis of the neighbours, inside the mask.

    Neighbours lie on an icosphere (cubic spline, 0 outside the image); those not darker than the
    voxel count 1. Degree n gives `sqrt(sum over vertices of (sum over m of c_nm Y_nm)^2)` with
    `c_nm` the sum over the vertices of ones times `Y_nm`, real part. The kurtosis is in excess of
    a normal distribution's, NaN where the neighbours are constant. Zero outside the mask.

    Settings: `lbp3DLevels` (2 degrees), `lbp3DIcosphereRadius` (1 voxel),
    `lbp3DIcosphereSubdivision` (1).
    """
    levels = whole_number(settings, "lbp3DLevels", 2)
    radius = number(settings, "lbp3DIcosphereRadius", 1.0)
    sphere = icosphere(whole_number(settings, "lbp3DIcosphereSubdivision", 1), radius)
    degrees = [_harmonics(sphere, radius, degree) for degree in range(max(levels, 1))]
    inside = mask.array[box]
    found = np.zeros((levels + 1, *inside.shape))
    coefficients = _spline(image, box, _reach(sphere))
    for first in range(0, inside.shape[0], PLANES_TOGETHER):
        slab = slice(first, min(first + PLANES_TOGETHER, inside.shape[0]))
        planes = slice(box[0].start + slab.start, box[0].start + slab.stop)
        part = coefficients[slab.start : slab.stop + 2 * _reach(sphere)]
        samples = _samples(part, image, (planes, box[1], box[2]), sphere, inside[slab])
        centres = image.array[box][slab][inside[slab]]
        found[:levels, slab][:, inside[slab]] = _patterns(
            np.greater_equal(samples, centres[:, None]), degrees
        )
        found[levels, slab][inside[slab]] = _excess_kurtosis(samples)
    notes = _notes(settings)
    for level in range(levels):
        yield Response(f"lbp-3D-m{level + 1}", found[level], notes)
    yield Response("lbp-3D-k", found[levels], notes)


def icosphere(subdivisions: int, radius: float) -> NDArray[np.float64]:
    """Vertices of an icosahedron whose triangles are cut in four, on a sphere, shape (n, 3)."""
    corners = _icosahedron()
    triangles = _triangles(corners)
    for _ in range(subdivisions):
        corners, triangles = _subdivide(corners, triangles)
    scaled: NDArray[np.float64] = corners * radius
    return scaled


def _icosahedron() -> NDArray[np.float64]:
    """The 12 corners: cyclic permutations of (0, 1, golden ratio) with all signs."""
    first = np.array([(0.0, a, b * GOLDEN_RATIO) for a in (-1, 1) for b in (-1, 1)])
    return _on_unit_sphere(np.concatenate([np.roll(first, shift, axis=1) for shift in range(3)]))


def _on_unit_sphere(places: NDArray[np.float64]) -> NDArray[np.float64]:
    scaled: NDArray[np.float64] = places / np.linalg.norm(places, axis=1, keepdims=True)
    return scaled


def _triangles(corners: NDArray[np.float64]) -> NDArray[np.intp]:
    """Triples of corners that lie nearest to one another, shape (triangles, 3)."""
    distances = np.linalg.norm(corners[:, None] - corners[None], axis=2)
    edge = distances[distances > 0].min()
    joined = (distances > 0) & (distances < 1.01 * edge)
    triples = joined[:, :, None] & joined[None] & joined[:, None, :]
    found = np.argwhere(triples)
    return found[(found[:, 0] < found[:, 1]) & (found[:, 1] < found[:, 2])]


def _subdivide(
    corners: NDArray[np.float64], triangles: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Cut every triangle in four at the middles of its edges, moved onto the sphere."""
    edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    ends, which = np.unique(edges, axis=0, return_inverse=True)
    middles = _on_unit_sphere(corners[ends].mean(axis=1))
    ab, bc, ca = (corners.shape[0] + which.reshape(-1, 3)).T
    a, b, c = triangles.T
    parts = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    cut = np.concatenate([np.column_stack(part) for part in parts])
    return np.concatenate([corners, middles]), cut


def _harmonics(sphere: NDArray[np.float64], radius: float, degree: int) -> Harmonics:
    first = np.arccos(np.clip(sphere[:, 2] / radius, -1.0, 1.0))
    second = np.arctan2(sphere[:, 1], sphere[:, 0])
    orders = np.arange(-degree, degree + 1)
    # SciPy's arguments are (degree, order, polar, azimuth); the angles change places on purpose.
    values = scipy.special.sph_harm_y(degree, orders[None], second[:, None], first[:, None])
    return Harmonics(values, values.T @ values)


def _reach(sphere: NDArray[np.float64]) -> int:
    return int(np.ceil(np.abs(sphere).max())) + SPLINE_REACH


def _spline(image: Volume, box: Box, reach: int) -> NDArray[np.float64]:
    """Cubic spline coefficients of the box with a border, mirrored beyond the image."""
    size = image.geometry.size
    wide = widen(box, reach + SPLINE_MEMORY, size)
    intensities = image.array[wide].astype(np.float64)
    coefficients = scipy.ndimage.spline_filter(intensities, order=3, mode="mirror")
    places = []
    for side, known, length in zip(box, wide, size, strict=True):
        period = max(2 * (length - 1), 1)
        wrapped = np.arange(side.start - reach, side.stop + reach) % period
        mirrored = np.minimum(wrapped, period - wrapped) if length > 1 else 0 * wrapped
        places.append(np.clip(mirrored, known.start, known.stop - 1) - known.start)
    bordered: NDArray[np.float64] = coefficients[np.ix_(*places)]
    return bordered


def _samples(
    coefficients: NDArray[np.float64],
    image: Volume,
    slab: Box,
    sphere: NDArray[np.float64],
    inside: NDArray[np.bool_],
) -> NDArray[np.generic]:
    """Intensities at the vertices about each voxel of a slab, shape (voxels, vertices).

    In the number type of the image (whole numbers are rounded), as the oracle's interpolation
    gives them. All voxels have the same offset to a vertex: the spline becomes 4 weights an axis.
    """
    places, reach = np.flatnonzero(inside), _reach(sphere)
    samples = np.empty((places.size, sphere.shape[0]))
    for vertex, offset in enumerate(sphere):
        values = coefficients
        for axis, length in enumerate(image.array.shape):
            values = _moved(values, axis, float(offset[axis]), reach)
            where = np.arange(slab[axis].start, slab[axis].stop) + offset[axis]
            np.moveaxis(values, axis, 0)[(where < 0) | (where > length - 1)] = 0.0
        samples[:, vertex] = values.reshape(-1)[places]
    if np.issubdtype(image.array.dtype, np.integer):
        samples = np.copysign(np.floor(np.abs(samples) + 0.5), samples)
    return samples.astype(image.array.dtype)


def _moved(
    coefficients: NDArray[np.float64], axis: int, offset: float, reach: int
) -> NDArray[np.float64]:
    """Values of the spline at an offset (voxels) along an axis, without the border there."""
    whole = int(np.floor(offset))
    length = coefficients.shape[axis] - 2 * reach
    shape = [*coefficients.shape]
    shape[axis] = length
    moved = np.zeros(shape)
    for tap, weight in enumerate(_cubic_weights(offset - whole), start=reach + whole - 1):
        moved += weight * coefficients[(slice(None),) * axis + (slice(tap, tap + length),)]
    return moved


def _cubic_weights(fraction: float) -> tuple[float, float, float, float]:
    """Cubic B-spline at the 4 voxels about a place, `fraction` behind the second of them."""
    rest = 1.0 - fraction
    second = 2.0 / 3.0 - fraction**2 * (2.0 - fraction) / 2.0
    third = 2.0 / 3.0 - rest**2 * (2.0 - rest) / 2.0
    return (rest**3 / 6.0, second, third, fraction**3 / 6.0)


def _patterns(ones: NDArray[np.bool_], degrees: Sequence[Harmonics]) -> NDArray[np.float64]:
    """Size of each degree's part of patterns (voxels, vertices), shape (degrees, voxels)."""
    sizes = np.empty((len(degrees), ones.shape[0]))
    counts = ones.astype(np.float64)
    for row, degree in enumerate(degrees):
        parts = counts @ degree.values
        squares = np.einsum("vm,mn,vn->v", parts, degree.products, parts, optimize=True)
        sizes[row] = np.sqrt(squares).real
    return sizes


def _excess_kurtosis(samples: NDArray[np.generic]) -> NDArray[np.floating]:
    """Fourth moment by the square of the second, less 3; NaN where all samples are equal."""
    precision = np.float32 if samples.dtype == np.float32 else np.float64
    floats: NDArray[np.floating] = samples.astype(precision)
    mean = floats.mean(axis=1, keepdims=True)
    squares = (floats - mean) ** 2
    variance = squares.mean(axis=1)
    noise = np.finfo(precision).eps * mean[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (squares**2).mean(axis=1) / variance**2 - 3
    return np.where(variance <= noise**2, np.nan, found)


def _notes(settings: Settings) -> tuple[str, ...]:
    if not settings.get("force2D", False):
        return ()
    return ("local binary patterns in space, in an extraction in planes (force2D is on)",)
