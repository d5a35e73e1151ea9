"""The irregular shape of a lesion and its exact diameters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from radiomics_hcc.datasets.synthetic.shapes import Field

Array = NDArray[np.float64]
PLANES: Final = 9
ANGLES: Final = 60
CHORD_SAMPLES: Final = 13
BISECTIONS: Final = 22
DIRECTIONS: Final = 2000
BUMP_HEIGHT: Final = 0.075
HIGHEST_PLANE: Final = 0.5  # of the semi-axis; longer axial diameters do not occur above


@dataclass(frozen=True, eq=False)
class LesionShape:
    """A star-shaped body: a turned ellipsoid with smooth bumps, before scaling.

    Every scaled copy has the same form, so diameters are linear in the scale.

    Parameters
    ----------
    semi_axes
        Relative semi-axes (z, y, x).
    turn
        Rotation about the z axis, radians.
    bumps
        Six heights of surface harmonics, relative to the radius.
    """

    semi_axes: tuple[float, float, float]
    turn: float
    bumps: tuple[float, ...]

    @classmethod
    def draw(cls, rng: Generator) -> LesionShape:
        """Draw a slightly flattened, slightly lobulated lesion."""
        axes = (rng.uniform(0.78, 0.98), rng.uniform(0.8, 0.98), 1.0)
        bumps = tuple(float(height) for height in rng.uniform(-1, 1, 6) * BUMP_HEIGHT)
        return cls(axes, float(rng.uniform(0, np.pi)), bumps)

    def radius(self, z: Field, y: Field, x: Field) -> Field:
        """Normalised radius of points around the centre: 1 on the surface at scale 1.

        Parameters
        ----------
        z, y, x
            Offsets from the centre in units of the scale, of shapes that broadcast.
        """
        cosine, sine = np.float32(np.cos(self.turn)), np.float32(np.sin(self.turn))
        depth, height, width = (np.float32(1 / axis) for axis in self.semi_axes)
        w = z * depth + np.float32(0) * (y + x)
        v = (cosine * y - sine * x) * height + np.float32(0) * z
        u = (cosine * x + sine * y) * width + np.float32(0) * z
        length = np.sqrt(u * u + v * v + w * w) + np.float32(1e-6)
        normalised: Field = length / (1 + self._bump(w / length, v / length, u / length))
        return normalised

    @cached_property
    def chords(self) -> tuple[Array, Array]:
        """Axial chords between surface points at scale 1: lengths, and the least radius on each."""
        surface = self._outlines()
        first, second = np.triu_indices(ANGLES, 1)
        starts, ends = surface[:, first], surface[:, second]
        lengths = np.linalg.norm(ends - starts, axis=-1)
        steps = np.linspace(0.02, 0.98, CHORD_SAMPLES)[:, None, None, None]
        points = (starts + steps * (ends - starts)).astype(np.float32)
        heights = np.broadcast_to(self._heights()[:, None].astype(np.float32), points.shape[:-1])
        nearest = self.radius(heights, points[..., 0], points[..., 1]).min(axis=0)
        return lengths.ravel(), nearest.ravel().astype(float)

    @cached_property
    def longest(self) -> float:
        """Longest axial diameter at scale 1."""
        return float(self.chords[0].max())

    @cached_property
    def perpendicular(self) -> float:
        """Axial extent across the longest diameter, in its plane, at scale 1."""
        surface = self._outlines()
        first, second = np.triu_indices(ANGLES, 1)
        plane, pair = np.unravel_index(self.chords[0].argmax(), (PLANES, first.size))
        along = surface[plane, second[pair]] - surface[plane, first[pair]]
        across = np.array([-along[1], along[0]]) / np.linalg.norm(along)
        return float(np.ptp(surface[plane] @ across))

    @cached_property
    def volume(self) -> float:
        """Volume at scale 1: the integral of r^3 / 3 over all directions."""
        reach = 1 + self._bump(*_directions())
        return float(np.prod(self.semi_axes) * 4 * np.pi / 3 * np.mean(reach**3))

    @cached_property
    def reach(self) -> float:
        """Distance of the farthest surface point from the centre at scale 1."""
        directions = _directions()
        surface = (1 + self._bump(*directions)) * directions * np.array(self.semi_axes)[:, None]
        return float(np.linalg.norm(surface, axis=0).max())

    def longest_around_core(self, core: float) -> float:
        """Longest axial chord at scale 1 that keeps out of a core, a copy of relative size `core`.

        For a ball of radius R and a core of radius r this is 2 sqrt(R^2 - r^2).
        """
        lengths, nearest = self.chords
        return float(lengths[nearest >= core].max(initial=0.0))

    def core_for(self, fraction: float) -> float:
        """Size of the smallest core around which no chord exceeds `fraction` of the longest."""
        lengths, nearest = self.chords
        too_long = lengths > fraction * self.longest
        return float(nearest[too_long].max(initial=0.0)) + 1e-6

    def _bump(self, w: Array | Field, v: Array | Field, u: Array | Field) -> Array | Field:
        a, b, c, d, e, f = self.bumps
        saddle = a * u * v + b * v * w + c * u * w
        lobes = d * (u * u - v * v) + 2.0 * e * u * v * w + f * u * (u * u - 3 * v * v)
        return saddle + lobes

    def _heights(self) -> Array:
        return np.linspace(-HIGHEST_PLANE, HIGHEST_PLANE, PLANES) * self.semi_axes[0]

    def _outlines(self) -> Array:
        """Surface points (y, x) of each plane, shape (PLANES, ANGLES, 2)."""
        angle = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)
        heights = self._heights()[:, None].astype(np.float32)
        sine, cosine = np.sin(angle).astype(np.float32), np.cos(angle).astype(np.float32)
        low: Field = np.zeros((PLANES, ANGLES), dtype=np.float32)
        high: Field = np.full((PLANES, ANGLES), 2, dtype=np.float32)
        for _ in range(BISECTIONS):
            middle: Field = (low + high) / np.float32(2)
            inside = self.radius(heights, middle * sine, middle * cosine) < 1
            low, high = np.where(inside, middle, low), np.where(inside, high, middle)
        return np.stack([low * sine, low * cosine], axis=-1).astype(float)


def _directions() -> Array:
    """Unit vectors (z, y, x) spread evenly over the sphere, shape (3, DIRECTIONS)."""
    index = np.arange(DIRECTIONS) + 0.5
    height = 1 - 2 * index / DIRECTIONS
    turn = np.pi * (1 + 5**0.5) * index
    level = np.sqrt(1 - height * height)
    return np.stack([height, level * np.sin(turn), level * np.cos(turn)])
