"""Bodies around a set of points, and their volume and area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.spatial
from numpy.typing import NDArray

# Relative precision of the least enclosing ellipsoid.
ELLIPSOID_PRECISION: Final = 1e-7
MOST_STEPS: Final = 100_000
# Where the IBSI manual stops its series for the area of an ellipsoid.
LAST_TERM: Final = 20
# Hull faces whose unit normals agree to so many digits count as one.
NORMAL_DIGITS: Final = 9


@dataclass(frozen=True)
class Body:
    """A body's size.

    Parameters
    ----------
    volume_mm3, area_mm2
        Volume, mm^3, and surface area, mm^2.
    """

    volume_mm3: float
    area_mm2: float


def axis_aligned_box(points_mm: NDArray[np.float64]) -> Body:
    """The smallest box along the grid's axes that holds all points (n, 3), mm."""
    return _box(*np.ptp(points_mm, axis=0).tolist())


def ellipsoid(a_mm: float, b_mm: float, c_mm: float) -> Body:
    """An ellipsoid with three half axes, mm.

    The area is IBSI's (arXiv:1612.07003, RDD2), for a >= b >= c: 4 pi a b times the sum over v
    from 0 to 20 of q_v / (1 - 4 v^2), with q_v = (alpha beta)^v P_v((alpha^2 + beta^2) / (2 alpha
    beta)), Legendre polynomials P_v, alpha^2 = 1 - b^2 / a^2 and beta^2 = 1 - c^2 / a^2. It is the
    true area of a ball only: the true one has alpha^2 = 1 - c^2 / b^2, and is 4 % larger for the
    digital phantom; but IBSI's reference values follow from the series as it is printed.
    Without extent (a = 0) volume and area are 0.
    """
    volume_mm3 = 4 / 3 * np.pi * a_mm * b_mm * c_mm
    if a_mm == 0:
        return Body(volume_mm3, 0.0)
    alpha2, beta2 = 1 - (b_mm / a_mm) ** 2, 1 - (c_mm / a_mm) ** 2
    before, term, total = 0.0, 1.0, 0.0
    for v in range(LAST_TERM + 1):
        total += term / (1 - 4 * v**2)
        # Bonnet's recursion of the Legendre polynomials, times (alpha beta)^(v + 1).
        after = (2 * v + 1) * (alpha2 + beta2) / 2 * term - v * alpha2 * beta2 * before
        before, term = term, after / (v + 1)
    return Body(volume_mm3, 4 * np.pi * a_mm * b_mm * total)


def least_box(hull: scipy.spatial.ConvexHull) -> Body:
    """The box of least volume with one side on a face of a convex hull.

    For every face the hull is seen along its normal, and every edge of its outline tried as a
    direction of the box. The least box of all (J. O'Rourke, 1985) may lean on edges only, and be
    slightly smaller; IBSI names no method and gives no reference value (ZH1A, IQYR).
    """
    corners_mm = hull.points[hull.vertices]
    return min(_boxes(corners_mm, hull.equations[:, :3]), key=lambda body: body.volume_mm3)


def least_ellipsoid(points_mm: NDArray[np.float64]) -> Body:
    """The ellipsoid of least volume that holds all points (n, 3), mm, which span space.

    Khachiyan's ascent with away steps (M. J. Todd & E. A. Yildirim, Discrete Applied Mathematics
    155 (2007) 1731). Point weights u are shifted until, with the covariance S of the weighted
    points, no point lies outside (p - c)' S^-1 (p - c) = 3 by more than 1e-7.

    Raises
    ------
    RuntimeError
        Where that precision is not reached.
    """
    n = len(points_mm)
    middle_mm = points_mm.mean(axis=0)
    lifted = np.column_stack([points_mm - middle_mm, np.ones(n)])
    weights = np.full(n, 1 / n)
    for _ in range(MOST_STEPS):
        moment = (lifted.T * weights) @ lifted
        squared = np.einsum("ij,ji->i", lifted, np.linalg.solve(moment, lifted.T))
        if _is_enclosing(squared, weights):
            centre = weights @ points_mm
            covariance = ((points_mm - centre).T * weights) @ (points_mm - centre)
            half_axes_mm = np.sqrt(3 * np.linalg.eigvalsh(covariance))
            return ellipsoid(*half_axes_mm[::-1].tolist())
        weights = _shifted(weights, squared)
    raise RuntimeError(f"no enclosing ellipsoid of {n} points after {MOST_STEPS} steps")


def _box(a_mm: float, b_mm: float, c_mm: float) -> Body:
    return Body(a_mm * b_mm * c_mm, 2 * (a_mm * b_mm + a_mm * c_mm + b_mm * c_mm))


def _boxes(corners_mm: NDArray[np.float64], normals: NDArray[np.float64]) -> Iterator[Body]:
    """For every normal (n, 3) the box of least base area around the corners."""
    upward = normals * np.where(normals[:, :1] < 0, -1.0, 1.0)  # opposite faces: the same box
    for normal in np.unique(np.round(upward, NORMAL_DIGITS), axis=0):
        # The complete QR decomposition turns one vector into a frame of three.
        frame, _ = np.linalg.qr(normal[:, np.newaxis], mode="complete")
        seen_mm = corners_mm @ frame
        width_mm, height_mm = _least_rectangle(seen_mm[:, 1:])
        yield _box(float(np.ptp(seen_mm[:, 0])), width_mm, height_mm)


def _least_rectangle(points_mm: NDArray[np.float64]) -> tuple[float, float]:
    """Sides of the rectangle of least area around points (n, 2), one side on an outline edge."""
    outline_mm = points_mm[scipy.spatial.ConvexHull(points_mm).vertices]
    edges = np.roll(outline_mm, -1, axis=0) - outline_mm
    along = edges / np.linalg.norm(edges, axis=1, keepdims=True)
    across = along[:, ::-1] * np.array([-1.0, 1.0])
    width_mm, height_mm = (np.ptp(outline_mm @ way.T, axis=0) for way in (along, across))
    least = np.argmin(width_mm * height_mm)
    return float(width_mm[least]), float(height_mm[least])


def _is_enclosing(squared: NDArray[np.float64], weights: NDArray[np.float64]) -> bool:
    """Whether the farthest point, and every weighted one, is at distance 4 when lifted to 4D."""
    outside = squared.max() / 4 - 1
    inside = 1 - squared[weights > 0].min() / 4
    return bool(max(outside, inside) <= ELLIPSOID_PRECISION)


def _shifted(weights: NDArray[np.float64], squared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights after the best step towards the farthest point or away from the nearest one."""
    farthest = int(np.argmax(squared))
    nearest = int(np.argmin(np.where(weights > 0, squared, np.inf)))
    if squared[farthest] - 4 >= 4 - squared[nearest]:
        step = (squared[farthest] - 4) / (4 * (squared[farthest] - 1))
        shifted = weights * (1 - step)
        shifted[farthest] += step
        return np.asarray(shifted)
    drop = weights[nearest] / (1 - weights[nearest])
    excess = squared[nearest] - 1
    step = min(drop, (4 - squared[nearest]) / (4 * excess)) if excess > 0 else drop
    shifted = weights * (1 + step)
    # At a full drop the weight is 0, not what rounding leaves of it.
    shifted[nearest] = 0.0 if step == drop else shifted[nearest] - step
    return np.asarray(shifted)
