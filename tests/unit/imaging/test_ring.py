from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.volume import Geometry, Mask
from radiomics_hcc.errors import InputError
from radiomics_hcc.imaging.ring import ring

CUBE = Geometry((31, 31, 31), (1.0, 1.0, 1.0))


def mask_of(inside, geometry: Geometry = CUBE) -> Mask:
    """A mask by a rule on the place (z, y, x) of the voxel centres, mm."""
    places = np.indices(geometry.size).reshape(3, -1).T * np.asarray(geometry.spacing_mm)
    return Mask(np.asarray(inside(places)).reshape(geometry.size), geometry)


def ball(centre_mm, radius_mm: float, geometry: Geometry = CUBE) -> Mask:
    """A ball by its centre (z, y, x) and radius, mm."""
    return mask_of(lambda at: np.linalg.norm(at - centre_mm, axis=1) <= radius_mm, geometry)


def voxel(*place: int, geometry: Geometry = CUBE) -> Mask:
    array = np.zeros(geometry.size, dtype=np.bool_)
    array[place] = True
    return Mask(array, geometry)


def distances_mm(masks: list[Mask]) -> np.ndarray:
    """Distance of every voxel to every mask, by looking at all pairs; shape (masks, voxels)."""
    geometry = masks[0].geometry
    places = np.indices(geometry.size).reshape(3, -1).T * np.asarray(geometry.spacing_mm)
    return np.array(
        [
            np.linalg.norm(places[:, None] - places[mask.array.ravel()], axis=2).min(axis=1)
            for mask in masks
        ]
    )


def test_ring_around_one_voxel_is_every_voxel_within_the_width():
    found = ring(voxel(15, 15, 15), 5.0)
    expected = ball((15, 15, 15), 5.0).array & ~voxel(15, 15, 15).array
    np.testing.assert_array_equal(found.array, expected)
    assert found.geometry == CUBE


def test_ring_around_a_ball_has_the_volume_of_the_shell():
    grid = Geometry((80, 80, 80), (0.5, 0.5, 0.5))
    found = ring(ball((20, 20, 20), 8.0, grid), 10.0)
    shell_ml = 4 / 3 * np.pi * (18.0**3 - 8.0**3) / 1000
    assert found.volume_ml == pytest.approx(shell_ml, rel=0.02)


def test_width_is_measured_in_mm_along_every_axis():
    grid = Geometry((9, 21, 21), (5.0, 1.0, 2.0))
    found = ring(voxel(4, 10, 10, geometry=grid), 6.0).array
    assert np.flatnonzero(found[:, 10, 10]).tolist() == [3, 5]
    assert np.flatnonzero(found[4, :, 10]).tolist() == [*range(4, 10), *range(11, 17)]
    assert np.flatnonzero(found[4, 10, :]).tolist() == [7, 8, 9, 11, 12, 13]


@pytest.mark.parametrize(("spacing_mm", "steps"), [(0.1, 30), (0.7, 10), (1 / 3, 9)])
def test_voxel_at_the_width_itself_is_inside(spacing_mm: float, steps: int):
    grid = Geometry((1, 1, 80), (1.0, 1.0, spacing_mm))
    found = ring(voxel(0, 0, 0, geometry=grid), round(steps * spacing_mm, 9)).array[0, 0]
    assert np.flatnonzero(found).tolist() == list(range(1, steps + 1))


def test_width_below_the_spacing_leaves_nothing():
    assert ring(voxel(15, 15, 15), 0.99).is_empty


def test_ring_ends_where_the_image_ends():
    found = ring(voxel(0, 0, 0), 1.0)
    assert {tuple(place) for place in np.argwhere(found.array)} == {(0, 0, 1), (0, 1, 0), (1, 0, 0)}


def test_ring_is_clipped_to_the_liver():
    lesion = ball((15, 15, 15), 4.0)
    liver = mask_of(lambda at: at[:, 2] <= 17)
    found = ring(lesion, 5.0, within=liver)
    np.testing.assert_array_equal(found.array, ring(lesion, 5.0).array & liver.array)
    assert ring(lesion, 5.0, within=voxel(0, 0, 0)).is_empty


def test_liver_without_the_lesion_in_it_gives_the_same_ring():
    lesion, liver = ball((15, 15, 15), 4.0), ball((15, 15, 15), 8.0)
    hollow = Mask(liver.array & ~lesion.array, CUBE)
    found = ring(lesion, 9.0, within=hollow)
    np.testing.assert_array_equal(found.array, hollow.array)
    np.testing.assert_array_equal(found.array, ring(lesion, 9.0, within=liver).array)


def test_ring_is_never_inside_another_lesion():
    lesion, other = ball((15, 15, 9), 4.0), ball((15, 15, 18), 4.0)
    found = ring(lesion, 10.0, others=[other])
    assert not (found.array & other.array).any()
    assert not (found.array & lesion.array).any()


def test_voxel_between_two_lesions_belongs_to_the_nearer_one():
    grid = Geometry((1, 1, 12), (1.0, 1.0, 1.0))
    left, right = voxel(0, 0, 1, geometry=grid), voxel(0, 0, 8, geometry=grid)
    of_left = ring(left, 20.0, others=[right]).array[0, 0]
    of_right = ring(right, 20.0, others=[left]).array[0, 0]
    assert np.flatnonzero(of_left).tolist() == [0, 2, 3, 4]
    assert np.flatnonzero(of_right).tolist() == [5, 6, 7, 9, 10, 11]


def test_voxel_halfway_belongs_to_the_lesion_that_begins_first():
    grid = Geometry((1, 1, 9), (1.0, 1.0, 0.1))
    left, right = voxel(0, 0, 0, geometry=grid), voxel(0, 0, 8, geometry=grid)
    assert ring(left, 20.0, others=[right]).array[0, 0, 4]
    assert not ring(right, 20.0, others=[left]).array[0, 0, 4]


def test_lesion_beyond_the_width_still_takes_what_is_nearer_to_it():
    grid = Geometry((1, 1, 20), (1.0, 1.0, 1.0))
    lesion, other = voxel(0, 0, 2, geometry=grid), voxel(0, 0, 10, geometry=grid)
    found = ring(lesion, 5.0, others=[other]).array[0, 0]  # 7 lies 5 from one and 3 from the other
    assert np.flatnonzero(found).tolist() == [0, 1, 3, 4, 5, 6]


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), width_mm=st.floats(1.0, 9.0))
def test_rings_of_several_lesions_share_out_what_lies_within_the_width(seed, width_mm):
    generator = np.random.default_rng(seed)
    grid = Geometry((7, 9, 8), (2.5, 1.0, 1.5))
    names = generator.permutation(int(np.prod(grid.size))).reshape(grid.size)
    lesions = [Mask((names >= first) & (names < first + 3), grid) for first in (0, 3, 6)]
    rings = [
        ring(lesion, width_mm, others=lesions[:place] + lesions[place + 1 :]).array
        for place, lesion in enumerate(lesions)
    ]
    nearest_mm = distances_mm(lesions)
    reached = (nearest_mm.min(axis=0) > 0) & (nearest_mm.min(axis=0) <= width_mm)
    np.testing.assert_array_equal(np.sum(rings, axis=0).ravel(), reached)
    for found, own_mm in zip(rings, nearest_mm, strict=True):
        assert (own_mm[found.ravel()] <= nearest_mm.min(axis=0)[found.ravel()] + 1e-9).all()


def test_ring_of_an_empty_lesion_is_empty():
    nothing = Mask(np.zeros(CUBE.size, dtype=np.bool_), CUBE)
    assert ring(nothing, 5.0).is_empty
    np.testing.assert_array_equal(
        ring(voxel(9, 9, 9), 3.0, others=[nothing]).array, ring(voxel(9, 9, 9), 3.0).array
    )


@pytest.mark.parametrize("width_mm", [0.0, -1.0, np.nan, np.inf])
def test_width_that_is_no_positive_number_is_refused(width_mm: float):
    with pytest.raises(InputError, match="positive width"):
        ring(voxel(9, 9, 9), width_mm)


def test_masks_on_other_grids_are_refused():
    shifted = Mask(voxel(1, 1, 1).array, Geometry(CUBE.size, CUBE.spacing_mm, (3.0, 0.0, 0.0)))
    with pytest.raises(InputError, match="origin"):
        ring(voxel(9, 9, 9), 3.0, within=shifted)
    with pytest.raises(InputError, match="different grids"):
        ring(voxel(9, 9, 9), 3.0, others=[shifted])
