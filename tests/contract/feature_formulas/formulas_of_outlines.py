"""Formulas of the outline and of where intensities lie, pair by pair and vertex by vertex."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace as Letters

import numpy as np
import scipy.spatial
import scipy.special
from numpy.typing import NDArray
from small_region import (
    INSIDE,
    INTENSITIES,
    PLACES,
    SLICE_Z,
    SPACING_MM,
    STEPS,
    Formula,
    Place,
    moved,
)

# The mesh in space, and two bodies around it, have analytic tests of their own.
MEASURED_ELSEWHERE = {"MeshVolume", "SurfaceArea"} | {
    f"{size}Density{body}"
    for size in ("Volume", "Area")
    for body in ("OrientedMinimumBoundingBox", "MinimumVolumeEnclosingEllipsoid")
}
RADIUS_MM = 10 * (3 / (4 * math.pi)) ** (1 / 3)  # of a ball of 1 cm^3
LAST_TERM = 20  # of IBSI's series for the area of an ellipsoid
Points = NDArray[np.float64]


def millimetres(places: list[Place]) -> Points:
    return np.array(places, dtype=np.float64) * SPACING_MM


def vertices(places: list[Place]) -> Points:
    """Half-way between a voxel inside and a neighbour across a face outside, mm; (n, 3)."""
    faces = [step for step in STEPS if sum(map(abs, step)) == 1]
    found = [
        tuple(a + b / 2 for a, b in zip(place, step, strict=True))
        for place in places
        for step in faces
        if moved(place, step) not in places
    ]
    return np.array(found) * SPACING_MM


def variances(points: Points, less: int) -> list[float]:
    """Eigenvalues of the covariance, divided by n - less, the largest first."""
    away = points - points.mean(axis=0)
    found = np.linalg.eigvalsh(away.T @ away / (len(points) - less))
    return sorted(found.tolist(), reverse=True)


def farthest(points: Points, fixed: int | None = None) -> float:
    """Largest distance of two points; with an axis, of two at the same place along it."""
    return max(
        math.dist(u, v)
        for u, v in itertools.combinations(points.tolist(), 2)
        if fixed is None or u[fixed] == v[fixed]
    )


def in_space(volume_mm3: float, area_mm2: float, *, less: int) -> Letters:
    """The letters of a region; volume and area of the mesh are given."""
    points, x = millimetres(PLACES), INTENSITIES[INSIDE]
    return Letters(
        V=volume_mm3, A=area_mm2, w=vertices(PLACES), axes=variances(points, less), c=points, x=x,
        mu=sum(x) / len(x), n=len(x),
    )  # fmt: skip


def in_a_slice() -> Letters:
    """The letters of the pixels of one slice; its contour is walked square by square."""
    places = [place for place in PLACES if place[0] == SLICE_Z]
    pixels = np.pad(INSIDE[SLICE_Z], 1)
    squares = [
        pixels[r : r + 2, c : c + 2] for r, c in np.ndindex(*(side - 1 for side in pixels.shape))
    ]
    step_mm = SPACING_MM[1:]
    around = vertices(places)
    return Letters(
        P=sum(length_within(square, step_mm) for square in squares),
        B=sum(share_within(square) for square in squares) * math.prod(step_mm),
        n=len(places),
        w=around[np.isclose(around[:, 0], SLICE_Z * SPACING_MM[0])],
        axes=variances(millimetres(places)[:, 1:], 0),
    )


def length_within(square: NDArray[np.bool_], step_mm: tuple[float, ...]) -> float:
    """Length of the contour within a square of four pixel centres."""
    row_mm, column_mm = step_mm
    if square.sum() == 2 and square[0, 0] == square[0, 1]:
        return column_mm
    if square.sum() == 2 and square[0, 0] == square[1, 0]:
        return row_mm
    corners_cut = {1: 1, 2: 2, 3: 1}.get(int(square.sum()), 0)
    return corners_cut * math.hypot(row_mm, column_mm) / 2


def share_within(square: NDArray[np.bool_]) -> float:
    """Part of a square of four pixel centres inside the contour."""
    if square.sum() == 2 and square[0, 0] == square[1, 1]:
        return 1 / 4  # two corners that stay apart
    return {0: 0, 1: 1 / 8, 2: 1 / 2, 3: 7 / 8, 4: 1}[int(square.sum())]


def box(m: Letters) -> tuple[float, float]:
    a, b, c = np.ptp(m.w, axis=0).tolist()
    return a * b * c, 2 * (a * b + b * c + c * a)


def approximate_ellipsoid(m: Letters) -> tuple[float, float]:
    a, b, c = (2 * math.sqrt(one) for one in m.axes)
    alpha, beta = math.sqrt(1 - b**2 / a**2), math.sqrt(1 - c**2 / a**2)
    at = (alpha**2 + beta**2) / (2 * alpha * beta)
    terms = (
        (alpha * beta) ** v / (1 - 4 * v**2) * scipy.special.eval_legendre(v, at)
        for v in range(LAST_TERM + 1)
    )
    return 4 / 3 * math.pi * a * b * c, 4 * math.pi * a * b * float(sum(terms))


def hull(m: Letters) -> tuple[float, float]:
    found = scipy.spatial.ConvexHull(m.w)
    return float(found.volume), float(found.area)


def centre_shift(m: Letters) -> float:
    of_intensity = sum(x * c for x, c in zip(m.x, m.c, strict=True)) / sum(m.x)
    return float(np.linalg.norm(m.c.mean(axis=0) - of_intensity))


def autocorrelation(m: Letters) -> Letters:
    """Sums over all pairs of voxels, weighted by one over their distance."""
    pairs = [
        (1 / math.dist(m.c[one], m.c[other]), m.x[one], m.x[other])
        for one, other in itertools.permutations(range(m.n), 2)
    ]
    return Letters(
        all=sum(w for w, *_ in pairs),
        alike=sum(w * (a - m.mu) * (b - m.mu) for w, a, b in pairs),
        apart=sum(w * (a - b) ** 2 for w, a, b in pairs),
        squares=sum((m.x - m.mu) ** 2),
    )


def moran(m: Letters) -> float:
    sums = autocorrelation(m)
    return m.n / sums.all * sums.alike / sums.squares


def geary(m: Letters) -> float:
    sums = autocorrelation(m)
    return (m.n - 1) / (2 * sums.all) * sums.apart / sums.squares


def peak(places: list[Place]) -> float:
    """Highest mean within the ball around one of some voxels."""
    every = list(np.ndindex(*INTENSITIES.shape))
    everywhere = millimetres(every)

    def mean_around(place: Place) -> float:
        away = np.linalg.norm(everywhere - millimetres([place]), axis=1)
        return float(INTENSITIES.reshape(-1)[away <= RADIUS_MM].mean())

    return max(map(mean_around, places))


def brightest() -> list[Place]:
    top = max(INTENSITIES[place] for place in PLACES)
    return [place for place in PLACES if INTENSITIES[place] == top]


OUTLINES: dict[str, Formula] = {
    r"n \delta_z \delta_y \delta_x": lambda m: m.n * math.prod(SPACING_MM),
    r"A / V": lambda m: m.A / m.V,
    r"\sqrt[3]{36 \pi V^2} / A": lambda m: math.cbrt(36 * math.pi * m.V**2) / m.A,
    r"A / \sqrt[3]{36 \pi V^2}": lambda m: m.A / math.cbrt(36 * math.pi * m.V**2),
    r"V / (\pi^{1/2} A^{3/2})": lambda m: m.V / (math.pi**0.5 * m.A**1.5),
    r"36 \pi V^2 / A^3": lambda m: 36 * math.pi * m.V**2 / m.A**3,
    r"\sqrt[3]{A^3 / (36 \pi V^2)} - 1": lambda m: math.cbrt(m.A**3 / (36 * math.pi * m.V**2)) - 1,
    r"\max_{u,v} \lVert u - v \rVert": lambda m: farthest(m.w),
    r"\max_{u_z = v_z} \lVert u - v \rVert": lambda m: farthest(m.w, 0),
    r"\max_{u_y = v_y} \lVert u - v \rVert": lambda m: farthest(m.w, 1),
    r"\max_{u_x = v_x} \lVert u - v \rVert": lambda m: farthest(m.w, 2),
    r"4 \sqrt{\lambda_1}": lambda m: 4 * math.sqrt(m.axes[0]),
    r"4 \sqrt{\lambda_2}": lambda m: 4 * math.sqrt(m.axes[1]),
    r"4 \sqrt{\lambda_3}": lambda m: 4 * math.sqrt(m.axes[2]),
    r"\sqrt{\lambda_2 / \lambda_1}": lambda m: math.sqrt(m.axes[1] / m.axes[0]),
    r"\sqrt{\lambda_3 / \lambda_1}": lambda m: math.sqrt(m.axes[2] / m.axes[0]),
    r"\lVert c_{\mathrm{region}} - c_{\mathrm{intensity}} \rVert": centre_shift,
    r"V / V_{\mathrm{aabb}}": lambda m: m.V / box(m)[0],
    r"A / A_{\mathrm{aabb}}": lambda m: m.A / box(m)[1],
    r"V / V_{\mathrm{aee}}": lambda m: m.V / approximate_ellipsoid(m)[0],
    r"A / A_{\mathrm{aee}}": lambda m: m.A / approximate_ellipsoid(m)[1],
    r"V / V_{\mathrm{hull}}": lambda m: m.V / hull(m)[0],
    r"A / A_{\mathrm{hull}}": lambda m: m.A / hull(m)[1],
    r"V \mu": lambda m: m.V * m.mu,
    r"\frac{n}{\sum_{k,l} w_{kl}} \cdot "
    r"\frac{\sum_{k,l} w_{kl} (x_k - \mu)(x_l - \mu)}{\sum_k (x_k - \mu)^2}": moran,
    r"\frac{n - 1}{2 \sum_{k,l} w_{kl}} \cdot "
    r"\frac{\sum_{k,l} w_{kl} (x_k - x_l)^2}{\sum_k (x_k - \mu)^2}": geary,
    r"\max_{k \in M} \mu_S(k)": lambda _: peak(brightest()),
    r"\max_{k \in R} \mu_S(k)": lambda _: peak(PLACES),
    r"B": lambda m: m.B,
    r"n \delta_r \delta_c": lambda m: m.n * math.prod(SPACING_MM[1:]),
    r"P = \sum_e \lVert a_e - b_e \rVert": lambda m: m.P,
    r"P / B": lambda m: m.P / m.B,
    r"2 \sqrt{\pi B} / P": lambda m: 2 * math.sqrt(math.pi * m.B) / m.P,
    r"P / (2 \sqrt{\pi B})": lambda m: m.P / (2 * math.sqrt(math.pi * m.B)),
}
