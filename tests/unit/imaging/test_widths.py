from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from radiomics_hcc.domain.volume import Geometry, Mask
from radiomics_hcc.imaging.widths import grown, moved_edge, opened, thin_rim, without_specks

FLAT = (5.0, 1.0, 1.0)
regions = arrays(np.bool_, st.tuples(st.integers(1, 4), st.integers(1, 8), st.integers(1, 8)))
quick = settings(max_examples=40, deadline=None, derandomize=True)


def drawn(*rows: str) -> np.ndarray:
    return np.array([[[letter == "#" for letter in row] for row in rows]])


def test_grown_region_holds_every_voxel_within_the_width_in_mm():
    region = np.zeros((5, 9, 9), dtype=np.bool_)
    region[2, 4, 4] = True
    z, y, x = np.indices(region.shape)
    away_mm = np.sqrt(((z - 2) * 2.0) ** 2 + ((y - 4) * 1.0) ** 2 + ((x - 4) * 0.5) ** 2)
    np.testing.assert_array_equal(grown(region, (2.0, 1.0, 0.5), 2.0), away_mm <= 2.0)


def test_grown_by_nothing_or_from_nothing_stays():
    region = drawn(".#.")
    np.testing.assert_array_equal(grown(region, FLAT, 0.0), region)
    assert not grown(np.zeros_like(region), FLAT, 3.0).any()


def test_opening_takes_off_bridges_that_are_too_thin():
    region = drawn("...........", ".###...###.", ".#########.", ".###...###.", "...........")
    kept = opened(region, FLAT, 1.0)
    np.testing.assert_array_equal(
        kept, drawn("...........", "..##...##..", ".####.####.", "..##...##..", "...........")
    )


def test_opening_below_the_pixel_size_changes_nothing():
    region = drawn("#.#", ".#.")
    np.testing.assert_array_equal(opened(region, FLAT, 0.9), region)


@quick
@given(regions, st.sampled_from([0.5, 1.0, 2.0]))
def test_opening_is_inside_the_region_and_done_once(region, radius_mm):
    once = opened(region, FLAT, radius_mm)
    assert not (once & ~region).any()
    np.testing.assert_array_equal(opened(once, FLAT, radius_mm), once)


def test_parts_smaller_than_the_disc_go_slice_by_slice():
    slice_with_both = drawn("##...", "##..#", ".....")
    region = np.concatenate([slice_with_both, slice_with_both])
    kept = without_specks(region, FLAT, 2.0)  # a disc of 3.1 mm2: four pixels stay, one goes
    np.testing.assert_array_equal(kept[0], drawn("##...", "##...", ".....")[0])
    np.testing.assert_array_equal(kept[1], kept[0])


def test_speck_of_the_very_size_stays():
    assert without_specks(drawn("#"), (5.0, 1.0, np.pi / 4), 1.0).any()


def test_diagonal_neighbours_are_one_part():
    assert without_specks(drawn("#...", ".#..", "..#.", "...#"), FLAT, 2.0).sum() == 4


@pytest.mark.parametrize(("pixels", "across"), [(1, 7), (0, 5), (-1, 3), (-3, 0)])
def test_edge_is_moved_in_the_slice_alone(pixels, across):
    array = np.zeros((3, 9, 9), dtype=np.bool_)
    array[1, 2:7, 2:7] = True
    moved = moved_edge(Mask(array, Geometry((3, 9, 9), FLAT)), pixels)
    assert moved.array.sum() == across**2
    assert not moved.array[[0, 2]].any()


@pytest.mark.parametrize(("thickness", "is_thin"), [(2, True), (6, False)])
def test_rim_is_thin_or_not_in_every_direction_of_space(thickness, is_thin):
    places = np.moveaxis(np.indices((15, 44, 44)), 0, -1) * np.array([3.0, 1.0, 1.0])
    radius = np.linalg.norm(places - np.array([21.0, 21.5, 21.5]), axis=-1)
    lesion = radius <= 18
    rim = lesion & (radius > 18 - thickness)
    thin = thin_rim(rim, lesion, (3.0, 1.0, 1.0), 3.5)
    assert not (thin & ~rim).any()
    assert (thin.sum() / rim.sum() > 0.6) == is_thin
    assert (thin.sum() / rim.sum() < 0.1) != is_thin


def test_tissue_far_from_the_edge_is_no_rim():
    lesion = np.ones((19, 19, 19), dtype=np.bool_)
    thread = np.zeros_like(lesion)
    thread[9, 9, 5:14] = True
    assert not thin_rim(thread, lesion, (1.0, 1.0, 1.0), 3.0).any()
