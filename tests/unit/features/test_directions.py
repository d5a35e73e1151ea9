from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.features.directions import directions, distance_weights

SPACING_MM = (2.0, 1.0, 0.5)


@pytest.mark.parametrize(
    ("distances", "slice_axis", "number"),
    [((1,), None, 13), ((2,), None, 49), ((1, 2), None, 62), ((1,), 0, 4), ((3,), 2, 12)],
)
def test_number_of_directions(distances: tuple[int, ...], slice_axis: int | None, number: int):
    assert directions(distances, slice_axis).shape == (number, 3)


@pytest.mark.parametrize("slice_axis", [None, 0, 1, 2])
def test_directions_and_their_opposites_are_all_neighbours_once(slice_axis: int | None):
    found = directions((1, 2), slice_axis)
    both = {tuple(offset) for offset in np.concatenate([found, -found]).tolist()}
    side = range(-2, 3)
    cube = {(z, y, x) for z in side for y in side for x in side if (z, y, x) != (0, 0, 0)}
    assert both == {offset for offset in cube if slice_axis is None or offset[slice_axis] == 0}
    assert len(both) == 2 * len(found)


def test_first_part_that_is_not_zero_is_positive():
    assert all(next(part for part in offset if part) > 0 for offset in directions((1, 3)).tolist())


def test_order_and_repeats_of_distances_do_not_matter():
    np.testing.assert_array_equal(directions((2, 1, 2)), directions((1, 2)))


@pytest.mark.parametrize("distances", [(), (0,), (1, -1)])
def test_distances_below_one_are_refused(distances: tuple[int, ...]):
    with pytest.raises(ValueError, match="distances"):
        directions(distances)


@pytest.mark.parametrize(
    ("norm", "length_mm"),
    [("euclidean", np.sqrt(5.25)), ("manhattan", 3.5), ("infinity", 2.0), ("no_weighting", 0.0)],
)
def test_weight_falls_with_the_square_of_the_length(norm, length_mm: float):
    weights = distance_weights(np.array([[1, -1, 1]]), SPACING_MM, norm)
    np.testing.assert_allclose(weights, [np.exp(-(length_mm**2))], rtol=1e-12)
