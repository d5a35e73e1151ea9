"""Distances of zones to the border of the mask."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from radiomics_hcc.features import gldzm
from radiomics_hcc.features.grey_levels import grey_levels

MASKS = arrays(np.bool_, array_shapes(min_dims=3, max_dims=3, max_side=6))


def region(labels):
    """Grey levels of an array in which 0 is outside."""
    labels = np.asarray(labels, dtype=np.int32)
    return grey_levels(labels[labels > 0], labels > 0)


def distance_by_looking(mask, slice_axis):
    """City-block distance to the nearest voxel outside, by comparing all pairs of voxels."""
    padded = np.pad(mask, 1)
    outside = np.argwhere(~padded)
    distance = np.zeros(padded.shape, dtype=int)
    for voxel in np.argwhere(padded):
        others = (
            outside if slice_axis is None else outside[outside[:, slice_axis] == voxel[slice_axis]]
        )
        distance[tuple(voxel)] = np.abs(others - voxel).sum(axis=1).min()
    return distance[1:-1, 1:-1, 1:-1]


@given(MASKS, st.sampled_from([None, 0, 1, 2]))
@settings(max_examples=40, deadline=None)
def test_border_distance_is_the_shortest_way_out(mask, slice_axis):
    found = gldzm.border_distance(mask, slice_axis)
    np.testing.assert_array_equal(found, distance_by_looking(mask, slice_axis))


def test_border_distance_grows_by_one_towards_the_centre():
    cube = np.ones((5, 5, 5), dtype=bool)
    assert gldzm.border_distance(cube)[2, 2].tolist() == [1, 2, 3, 2, 1]
    assert gldzm.border_distance(cube[:1], 0)[0, 2].tolist() == [1, 2, 3, 2, 1]
    assert gldzm.border_distance(cube[:1]).max() == 1


def test_a_zone_is_as_near_as_its_nearest_voxel():
    labels = np.ones((1, 5, 5), dtype=int)
    labels[0, 2, 2] = 2
    labels[0, 3, 1:4] = 3
    distance = gldzm.border_distance(labels > 0, 0)
    found = gldzm.count_distance_zones(region(labels), distance)
    assert sorted(zip(found.level, found.size, found.count, strict=True)) == [
        (0, 1, 1),
        (1, 3, 1),
        (2, 2, 1),
    ]
    assert found.n_voxels.tolist() == [25]


def test_the_morphological_mask_decides_where_the_border_is():
    labels = np.zeros((1, 5, 5), dtype=int)
    labels[0, 2, 2] = 4
    distance = gldzm.border_distance(np.ones((1, 5, 5), dtype=bool), 0)
    found = gldzm.distance_zone_features(gldzm.count_distance_zones(region(labels), distance))
    assert found["LargeDistanceEmphasis"] == [9]
    assert found["HighGrayLevelZoneEmphasis"] == [16]
    assert found["ZonePercentage"] == [1]


def test_one_voxel_lies_at_the_border():
    distance = gldzm.border_distance(np.ones((1, 1, 1), dtype=bool))
    found = gldzm.distance_zone_features(gldzm.count_distance_zones(region([[[2]]]), distance))
    assert found["LargeDistanceEmphasis"] == found["SmallDistanceEmphasis"] == [1]


@pytest.mark.parametrize("distance", [np.ones((1, 1, 2)), np.array([[[1, 0, 1]]])])
def test_a_map_that_does_not_cover_the_region_is_refused(distance):
    with pytest.raises(ValueError, match="distance map"):
        gldzm.count_distance_zones(region([[[1, 1, 1]]]), distance.astype(np.int32))


def test_every_feature_has_its_ibsi_id():
    assert set(gldzm.IBSI_IDS) == set(gldzm.NAMES)
    assert len(set(gldzm.IBSI_IDS.values())) == len(gldzm.IBSI_IDS)
