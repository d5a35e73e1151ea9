"""Dependent neighbours: counts that can be seen, under PyRadiomics' and under IBSI's names."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from radiomics_hcc.features import gldm, ngldm
from radiomics_hcc.features.directions import directions
from radiomics_hcc.features.grey_levels import grey_levels
from radiomics_hcc.features.texture_settings import TextureSettings

MILLIMETRE = (1.0, 1.0, 1.0)
LABELS = arrays(
    np.int32,
    array_shapes(min_dims=3, max_dims=3, max_side=5),
    elements=st.sampled_from([0, 1, 2, 4, 9]),
).filter(lambda labels: labels.any())


def region(labels, border=1):
    """Grey levels of an array in which 0 is outside."""
    labels = np.asarray(labels, dtype=np.int32)
    return grey_levels(labels[labels > 0], labels > 0, border=border)


def dependences_by_looking(labels, offsets, alpha):
    """Voxels as (grey level, dependent neighbours), found voxel by voxel."""
    reach = int(np.abs(offsets).max())
    padded = np.pad(labels, reach)
    found = []
    for voxel in np.argwhere(padded > 0):
        level = padded[tuple(voxel)]
        around = np.array([padded[tuple(voxel + way * o)] for o in offsets for way in (1, -1)])
        found.append((level, np.count_nonzero((around > 0) & (np.abs(around - level) <= alpha))))
    return sorted(found)


@given(
    LABELS,
    st.sampled_from([(1,), (2,), (1, 2)]),
    st.sampled_from([None, 0, 2]),
    st.sampled_from([0, 1, 2.5, 20]),
)
@settings(max_examples=40, deadline=None)
def test_counts_equal_a_look_at_every_neighbour(labels, distances, slice_axis, alpha):
    levels = region(labels, border=2)
    offsets = directions(distances, slice_axis)
    counts = gldm.count_dependences(levels, offsets, alpha)
    found = [
        (levels.values[level], column)
        for level, column in np.argwhere(counts)
        for _ in range(counts[level, column])
    ]
    assert found == dependences_by_looking(labels, offsets, alpha)


def test_a_voxel_counts_itself():
    found = gldm.measure(region([[[3]]]), TextureSettings(MILLIMETRE), gldm.NAMES)
    assert found["SmallDependenceEmphasis"] == found["LargeDependenceEmphasis"] == 1
    assert found["HighGrayLevelEmphasis"] == 9


def test_grey_values_are_compared_not_their_places():
    levels = region([[[1, 4]]])
    for alpha, expected in ((2, 1.0), (3, 4.0)):
        options = TextureSettings(MILLIMETRE, dependence_alpha=alpha)
        found = gldm.measure(levels, options, ["LargeDependenceEmphasis"])
        assert found == {"LargeDependenceEmphasis": expected}


def test_constant_cube_depends_on_all_its_voxels():
    found = gldm.measure(region(np.ones((2, 2, 2))), TextureSettings(MILLIMETRE), gldm.NAMES)
    assert found["LargeDependenceEmphasis"] == 64
    assert found["DependenceVariance"] == found["GrayLevelVariance"] == 0


def test_features_without_a_value_in_pyradiomics_are_left_out():
    wanted = ["DependencePercentage", "GrayLevelNonUniformityNormalized", "DependenceVariance"]
    found = gldm.measure(region(np.ones((2, 2, 2))), TextureSettings(MILLIMETRE), wanted)
    assert found == {"DependenceVariance": 0.0}


def test_ibsi_names_give_the_same_values():
    levels = region(np.random.default_rng(5).integers(0, 4, (4, 5, 6)))
    ours = gldm.measure(levels, TextureSettings(MILLIMETRE), gldm.NAMES)
    ibsi = ngldm.neighbour_dependence_features(ngldm.neighbour_dependence_matrix(levels))
    name_of_id = {identifier: name for name, identifier in ngldm.IBSI_IDS.items()}
    for name, identifier in gldm.IBSI_IDS.items():
        assert ours[name] == ibsi[name_of_id[identifier]].item()
    assert ibsi["DependenceCountPercentage"] == pytest.approx(1)


def test_ibsi_neighbourhood_holds_every_distance_up_to_the_largest():
    levels = region(np.ones((1, 1, 5)), border=2)
    matrix = ngldm.neighbour_dependence_matrix(levels, distance=2)
    assert dict(zip(matrix.size, matrix.count, strict=True)) == {3: 2, 4: 2, 5: 1}


def test_every_feature_has_its_ibsi_id():
    for family in (gldm, ngldm):
        assert set(family.IBSI_IDS) == set(family.NAMES)
        assert len(set(family.IBSI_IDS.values())) == len(family.IBSI_IDS)
