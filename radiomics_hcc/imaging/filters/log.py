"""Laplacian of Gaussian by recursive filters, as ITK computes it.

A Gaussian and its second derivative are approximated along one axis by a fourth-order recursion,
once forwards and once backwards (R. Deriche, Recursively implementing the Gaussian and its
derivatives, INRIA report 1893, 1993; boundary values and normalisation: G. Farneback and
C.-F. Westin, Improving Deriche-style recursive Gaussian filters, J Math Imaging Vis 26, 2006).
The Laplacian is the sum over the axes of the second derivative along one and the smoothing along
the two others. Not in IBSI in this form (IBSI 2 samples and truncates the kernel).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.imaging.compiled import compiled
from radiomics_hcc.imaging.filters.response import Response, Settings
from radiomics_hcc.imaging.region import Box, widen, within

Floats = NDArray[np.float64]

# The recursion forgets as exp(-1.37 n / sigma), n and sigma in voxels: after 20 sigma 1e-12 of an
# intensity is left, below the resolution of the single precision in which responses are stored.
MEMORY_SIGMAS: Final = 20.0
SHORTEST_LINE: Final = 4  # voxels; ITK refuses shorter lines
LINES_TOGETHER: Final = 16  # lines filtered side by side: fills vector registers, stays in cache
AXES: Final = (2, 1, 0)  # x, y, z: ITK's order of passes

# Deriche's fit of exp(-x^2 / 2) by two damped oscillations
# exp(decay x) (cosine cos(frequency x) + sine sin(frequency x)), and of its second derivative.
FREQUENCIES: Final = (0.6681, 2.0787)
DECAYS: Final = (-1.3932, -1.3732)
GAUSSIAN: Final = ((1.3530, 1.8151), (-0.3531, 0.0902))  # (cosine, sine) of each oscillation
SECOND_DERIVATIVE: Final = ((-1.3563, 5.2318), (0.3446, -2.2355))


@dataclass(frozen=True, eq=False)
class Recursion:
    """A symmetric line filter: y = forward part + backward part.

    Parameters
    ----------
    forward
        Weights of the voxel itself and of the 3 before it, shape (4,).
    backward
        Weights of the 4 voxels after it, shape (4,).
    feedback
        Weights of the 4 results before (forward) or after (backward) it, shape (4,).
    """

    forward: Floats
    backward: Floats
    feedback: Floats


def laplacian_of_gaussian(
    image: Volume, _mask: Mask, box: Box, settings: Settings
) -> Iterator[Response]:
    """One response for each `sigma` (mm), multiplied by sigma^2 so that scales compare.

    A sigma for which the image is too small gives no response (`reasons_skipped` says why).
    Single precision. Zero where the image is constant.
    """
    skipped = reasons_skipped(image.geometry, settings)
    for sigma_mm in _sigmas_mm(settings):
        if sigma_mm not in skipped:
            name = f"log-sigma-{str(sigma_mm).replace('.', '-')}-mm-3D"
            yield Response(name, _laplacian(image, box, float(sigma_mm)))


def reasons_skipped(geometry: Geometry, settings: Settings) -> dict[float, str]:
    """Why a sigma (mm) gives no response on a grid, as in PyRadiomics; empty when all do."""
    size, spacing_mm = np.array(geometry.size), np.array(geometry.spacing_mm)
    reasons = {}
    for sigma_mm in _sigmas_mm(settings):
        if size.min() < SHORTEST_LINE:
            reasons[sigma_mm] = f"LoG needs {SHORTEST_LINE} voxels along each axis, found {size}"
        elif sigma_mm <= 0:
            reasons[sigma_mm] = f"LoG needs a sigma above 0 mm, found {sigma_mm:g}"
        elif np.any(size < np.ceil(sigma_mm / spacing_mm) + 1):
            reasons[sigma_mm] = (
                f"LoG with sigma {sigma_mm:g} mm needs more than sigma / spacing voxels along "
                f"each axis (z, y, x), found {size} at {spacing_mm} mm"
            )
    return reasons


def recursion(sigma_mm: float, spacing_mm: float, *, second_derivative: bool) -> Recursion:
    """The recursion of a Gaussian of unit sum, or of its second derivative times sigma^2 (mm^2).

    The derivative is counted per voxel; a parabola x^2 / 2 (x in voxels) gives sigma^2.
    """
    sigma = sigma_mm / spacing_mm
    feedback = _feedback(sigma)
    smooth = _forward(sigma, GAUSSIAN)
    sums = _moments(np.array([1.0, *feedback]))
    if second_derivative:
        forward = _second_derivative(_forward(sigma, SECOND_DERIVATIVE), smooth, sums)
        forward = forward * sigma_mm**2
    else:
        forward = smooth / (2.0 * smooth.sum() / sums[0] - smooth[0])
    backward = np.append(forward[1:], 0.0) - feedback * forward[0]
    return Recursion(forward, backward, feedback)


def _second_derivative(forward: Floats, smooth: Floats, sums: Floats) -> Floats:
    """No answer to a constant, answer 1 to x^2 / 2."""
    ours, theirs = 2.0 * forward.sum() - sums[0] * forward[0], _doubled(smooth, sums[0])
    forward = forward - ours / theirs * smooth
    (n0, n1, n2), (d0, d1, d2) = _moments(forward), sums
    answer = (n2 * d0**2 - d2 * n0 * d0 - 2.0 * n1 * d1 * d0 + 2.0 * d1**2 * n0) / d0**3
    scaled: Floats = forward / answer
    return scaled


def _doubled(forward: Floats, feedback_sum: float) -> float:
    return float(2.0 * forward.sum() - feedback_sum * forward[0])


def _moments(weights: Floats) -> Floats:
    """Sums of the weights times 1, n and n^2."""
    places = np.arange(weights.size, dtype=np.float64)
    return np.array([weights.sum(), (weights * places).sum(), (weights * places**2).sum()])


def _oscillations(sigma: float) -> tuple[Floats, Floats, Floats]:
    turns = np.array(FREQUENCIES) / sigma
    return np.cos(turns), np.sin(turns), np.exp(np.array(DECAYS) / sigma)


def _feedback(sigma: float) -> Floats:
    """Denominator of the two oscillations' transfer function without its leading 1."""
    (cos1, cos2), _, (exp1, exp2) = _oscillations(sigma)
    return np.array(
        [
            -2.0 * (exp2 * cos2 + exp1 * cos1),
            4.0 * cos2 * cos1 * exp1 * exp2 + exp1**2 + exp2**2,
            -2.0 * cos1 * exp1 * exp2**2 - 2.0 * cos2 * exp2 * exp1**2,
            exp1**2 * exp2**2,
        ]
    )


def _forward(sigma: float, fit: tuple[tuple[float, float], tuple[float, float]]) -> Floats:
    """Numerator of the two oscillations' transfer function."""
    (a1, b1), (a2, b2) = fit
    (cos1, cos2), (sin1, sin2), (exp1, exp2) = _oscillations(sigma)
    both = (a1 + a2) * cos2 * cos1 - b1 * cos2 * sin1 - b2 * cos1 * sin2
    return np.array(
        [
            a1 + a2,
            exp2 * (b2 * sin2 - (a2 + 2.0 * a1) * cos2)
            + exp1 * (b1 * sin1 - (a1 + 2.0 * a2) * cos1),
            2.0 * exp1 * exp2 * both + a2 * exp1**2 + a1 * exp2**2,
            exp2 * exp1**2 * (b2 * sin2 - a2 * cos2) + exp1 * exp2**2 * (b1 * sin1 - a1 * cos1),
        ]
    )


def _laplacian(image: Volume, box: Box, sigma_mm: float) -> NDArray[np.float32]:
    spacing_mm = image.geometry.spacing_mm
    z, y, x = (int(np.ceil(MEMORY_SIGMAS * sigma_mm / step)) for step in spacing_mm)
    wide = widen(box, (z, y, x), image.geometry.size)
    keep = within(box, wide)
    single_is_exact = np.can_cast(image.array.dtype, np.float32)
    precision = np.float32 if single_is_exact else np.float64
    region: NDArray[np.floating] = np.ascontiguousarray(image.array[wide], dtype=precision)
    total: NDArray[np.float32] = np.zeros([side.stop - side.start for side in box], np.float32)
    for derived in AXES:
        part = _along(
            region, derived, keep, recursion(sigma_mm, spacing_mm[derived], second_derivative=True)
        )
        for smoothed in AXES:
            if smoothed != derived:
                weights = recursion(sigma_mm, spacing_mm[smoothed], second_derivative=False)
                part = _along(part, smoothed, keep, weights)
        scale = 1.0 / spacing_mm[derived] ** 2
        total = (total + part.astype(np.float64) * scale).astype(np.float32)
    return total


def _along(
    source: NDArray[np.floating], axis: int, keep: Box, weights: Recursion
) -> NDArray[np.float32]:
    """Filter along one axis; of the result only the kept stretch of that axis is stored."""
    start, stop = keep[axis].start, keep[axis].stop
    shape = [*source.shape]
    shape[axis] = stop - start
    found = np.empty(shape, np.float32)
    after = int(np.prod(shape[axis + 1 :]))
    _filter_lines(
        source.reshape(-1, source.shape[axis], after),
        np.concatenate([weights.forward, weights.backward, weights.feedback]),
        start,
        found.reshape(-1, stop - start, after),
    )
    return found


@compiled
def _filter_lines(
    source: NDArray[np.floating], weights: Floats, start: int, found: NDArray[np.float32]
) -> None:
    """Filter along the middle axis of (before, length, after); keep from `start` on.

    A line goes on for ever beyond its ends with its end values, and so does its result there.
    """
    before, length, after = source.shape
    kept = found.shape[1]
    n0, n1, n2, n3, m1, m2, m3, m4, d1, d2, d3, d4 = weights
    steady = 1.0 + d1 + d2 + d3 + d4
    steady_forward = (n0 + n1 + n2 + n3) / steady
    steady_backward = (m1 + m2 + m3 + m4) / steady
    voxels, results = source.reshape(-1), found.reshape(-1)
    line = np.empty((length + 8, LINES_TOGETHER))
    forward = np.empty((length + 4, LINES_TOGETHER))
    backward = np.empty((length + 4, LINES_TOGETHER))
    first, first_kept = np.empty(LINES_TOGETHER, np.int64), np.empty(LINES_TOGETHER, np.int64)
    for block in range(0, before * after, LINES_TOGETHER):
        together = min(LINES_TOGETHER, before * after - block)
        for b in range(LINES_TOGETHER):
            number = min(block + b, before * after - 1)
            first[b] = number // after * length * after + number % after
            first_kept[b] = number // after * kept * after + number % after
        for i in range(length):
            for b in range(LINES_TOGETHER):
                line[i + 4, b] = voxels[first[b] + i * after]
        for i in range(4):
            for b in range(LINES_TOGETHER):
                line[i, b] = line[4, b]
                line[length + 4 + i, b] = line[length + 3, b]
                forward[i, b] = line[4, b] * steady_forward
                backward[length + i, b] = line[length + 3, b] * steady_backward
        for i in range(length):
            x0, x1, x2, x3 = line[i + 4], line[i + 3], line[i + 2], line[i + 1]
            y1, y2, y3, y4 = forward[i + 3], forward[i + 2], forward[i + 1], forward[i]
            y = forward[i + 4]
            for b in range(LINES_TOGETHER):
                fed_in = x0[b] * n0 + x1[b] * n1 + x2[b] * n2 + x3[b] * n3
                y[b] = fed_in - (y1[b] * d1 + y2[b] * d2 + y3[b] * d3 + y4[b] * d4)
        for i in range(length - 1, start - 1, -1):
            x1, x2, x3, x4 = line[i + 5], line[i + 6], line[i + 7], line[i + 8]
            y1, y2, y3, y4 = backward[i + 1], backward[i + 2], backward[i + 3], backward[i + 4]
            y = backward[i]
            for b in range(LINES_TOGETHER):
                fed_in = x1[b] * m1 + x2[b] * m2 + x3[b] * m3 + x4[b] * m4
                y[b] = fed_in - (y1[b] * d1 + y2[b] * d2 + y3[b] * d3 + y4[b] * d4)
        for i in range(kept):
            for b in range(together):
                results[first_kept[b] + i * after] = (
                    forward[start + i + 4, b] + backward[start + i, b]
                )


def _sigmas_mm(settings: Settings) -> Sequence[float]:
    sigmas = settings.get("sigma", ())
    if not isinstance(sigmas, Sequence):
        raise TypeError(f"sigma must be a list of numbers (mm), found {sigmas!r}")
    return sigmas
