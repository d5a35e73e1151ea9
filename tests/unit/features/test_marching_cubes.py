from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from radiomics_hcc.features.marching_cubes import surface_and_volume

MILLIMETRE = (1.0, 1.0, 1.0)
regions = arrays.arrays(np.bool_, arrays.array_shapes(min_dims=3, max_dims=3, max_side=4))


def box(*sides: int) -> np.ndarray:
    return np.pad(np.ones(sides, dtype=bool), 1)


def test_one_voxel_is_an_octahedron() -> None:
    z, y, x = 2.5, 0.7, 1.3
    area, volume = surface_and_volume(box(1, 1, 1), (z, y, x))
    side = np.sqrt((z * y) ** 2 + (z * x) ** 2 + (y * x) ** 2) / 8
    assert area == pytest.approx(8 * side, rel=1e-12)
    assert volume == pytest.approx(z * y * x / 6, rel=1e-12)


@pytest.mark.parametrize("sides", [(1, 1, 5), (1, 3, 4), (2, 3, 4)])
def test_a_box_has_bevelled_edges_and_corners(sides: tuple[int, int, int]) -> None:
    a, b, c = (side - 1 for side in sides)
    faces, edges = 2 * (a * b + a * c + b * c), 4 * (a + b + c)
    area, volume = surface_and_volume(box(*sides), MILLIMETRE)
    assert area == pytest.approx(faces + edges * np.sqrt(0.5) + np.sqrt(3), rel=1e-12)
    assert volume == pytest.approx(a * b * c + faces / 2 + edges / 8 + 8 / 48, rel=1e-12)


def test_a_ball_has_nearly_its_volume_and_at_most_a_tenth_more_area() -> None:
    places = np.indices((43, 43, 43)) - 21.0
    area, volume = surface_and_volume(np.sum(places**2, axis=0) <= 20**2, MILLIMETRE)
    assert volume == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.01)
    assert 1.0 < area / (4 * np.pi * 20**2) < 1.1


def test_two_parts_add_up() -> None:
    region = np.zeros((5, 6, 12), dtype=bool)
    region[1:4, 2:4, 1:4] = True
    first = surface_and_volume(region, MILLIMETRE)
    region[1:4, 2:4, 7:10] = True
    assert surface_and_volume(region, MILLIMETRE) == pytest.approx(np.multiply(2, first))


def test_an_empty_region_has_no_surface() -> None:
    assert surface_and_volume(np.zeros((3, 3, 3), dtype=bool), MILLIMETRE) == (0.0, 0.0)


@settings(max_examples=25, deadline=None)
@given(region=regions, scale=st.floats(0.1, 10))
def test_area_grows_with_the_square_and_volume_with_the_cube(
    region: np.ndarray, scale: float
) -> None:
    padded = np.pad(region, 1)
    area, volume = surface_and_volume(padded, (1.5, 0.5, 1.0))
    larger_area, larger_volume = surface_and_volume(padded, (1.5 * scale, 0.5 * scale, scale))
    assert larger_area == pytest.approx(area * scale**2, rel=1e-9)
    assert larger_volume == pytest.approx(volume * scale**3, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(region=regions)
def test_area_does_not_depend_on_the_place(region: np.ndarray) -> None:
    near, _ = surface_and_volume(np.pad(region, 1), MILLIMETRE)
    far, _ = surface_and_volume(np.pad(region, ((4, 1), (2, 3), (7, 1))), MILLIMETRE)
    assert far == pytest.approx(near, rel=1e-12)
