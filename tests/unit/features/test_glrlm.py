"""Runs of equal grey level: counts that can be seen, and what follows from them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from radiomics_hcc.features import glrlm
from radiomics_hcc.features.directions import directions
from radiomics_hcc.features.grey_levels import grey_levels
from radiomics_hcc.features.texture_settings import TextureSettings

MILLIMETRE = (1.0, 1.0, 1.0)
ALONG_X = np.array([[0, 0, 1]])
LABELS = arrays(
    np.int32, array_shapes(min_dims=3, max_dims=3, max_side=5), elements=st.integers(0, 3)
)


def region(labels, border=1):
    """Grey levels of an array in which 0 is outside."""
    labels = np.asarray(labels, dtype=np.int32)
    return grey_levels(labels[labels > 0], labels > 0, border=border)


def measured(levels, **options):
    return glrlm.measure(levels, TextureSettings(MILLIMETRE, **options), glrlm.NAMES)


def runs_by_walking(labels, offset):
    """Runs as (grey level, length), found voxel by voxel."""
    padded = np.pad(labels, 1)
    found = []
    for start in np.argwhere(padded > 0):
        level = padded[tuple(start)]
        if padded[tuple(start - offset)] == level:
            continue
        length = 1
        while padded[tuple(start + length * offset)] == level:
            length += 1
        found.append((level, length))
    return sorted(found)


def test_runs_end_at_changes_and_at_the_border_of_the_region():
    counts = glrlm.count_runs(region([[[1, 1, 4, 0, 4, 4]]]), ALONG_X)
    assert counts.shape == (1, 2, 6)
    assert counts[0].tolist() == [[0, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0]]


@given(LABELS.filter(lambda labels: labels.any()))
@settings(max_examples=30, deadline=None)
def test_counts_equal_a_walk_in_every_direction(labels):
    levels = region(labels)
    offsets = directions((1,))
    for counts, offset in zip(glrlm.count_runs(levels, offsets), offsets, strict=True):
        found = [
            (levels.values[level], column + 1)
            for level, column in np.argwhere(counts)
            for _ in range(counts[level, column])
        ]
        assert found == runs_by_walking(labels, offset)


@given(LABELS.filter(lambda labels: labels.any()))
@settings(max_examples=20, deadline=None)
def test_every_voxel_belongs_to_one_run(labels):
    counts = glrlm.count_runs(region(labels), directions((1,)))
    lengths = np.arange(1, counts.shape[2] + 1)
    np.testing.assert_array_equal((counts * lengths).sum(axis=(1, 2)), np.count_nonzero(labels))


def test_a_wider_border_changes_nothing():
    labels = np.random.default_rng(3).integers(0, 3, (4, 5, 6))
    assert measured(region(labels, border=3)) == measured(region(labels))


def test_many_grey_levels_are_counted_in_parts(monkeypatch):
    labels = np.random.default_rng(4).integers(0, 6, (4, 5, 6))
    expected = measured(region(labels))
    monkeypatch.setattr(glrlm, "LARGEST_TABLE", 60)
    assert measured(region(labels)) == expected


def test_constant_cube_has_runs_as_long_as_its_lines():
    found = measured(region(np.ones((2, 2, 2))), slice_axis=0)
    # Along y and x each slice has two runs of two; along its diagonals one of two, two of one.
    assert found["RunPercentage"] == pytest.approx((4 / 8 + 4 / 8 + 6 / 8 + 6 / 8) / 4)
    assert found["GrayLevelVariance"] == 0


def test_one_voxel_has_no_direction_and_every_feature_is_nan():
    for norm in (None, "euclidean"):
        found = measured(region([[[5]]]), weighting_norm=norm)
        assert set(found) == set(glrlm.NAMES)
        assert all(np.isnan(value) for value in found.values())


def test_directions_without_two_voxels_in_a_line_are_left_out():
    flat = measured(region(np.array([[[1, 1, 2]]])))
    assert flat["RunPercentage"] == pytest.approx(2 / 3)  # 1 in the twelve directions left out


def test_two_voxels_of_a_line_count_across_a_gap():
    labels = np.zeros((3, 3, 3), dtype=int)
    labels[0, 0, 0], labels[2, 2, 2] = 1, 2
    found = measured(region(labels))
    assert found["RunPercentage"] == 1
    assert found["GrayLevelVariance"] == pytest.approx(0.25)


def test_voxels_that_share_no_line_give_nan():
    labels = np.zeros((1, 2, 3), dtype=int)
    labels[0, 0, 0], labels[0, 1, 2] = 1, 2
    assert all(np.isnan(value) for value in measured(region(labels)).values())


def test_weights_are_the_distances_of_neighbours():
    labels = np.array([[[1, 1], [1, 2]]])
    spacing_mm = (9.0, 3.0, 4.0)
    # Runs by direction: y 3, x 3, and on the diagonals 3 (1 with 1) and 4 (1 with 2).
    weights = {"infinity": (3, 4, 4), "euclidean": (3, 4, 5), "manhattan": (3, 4, 7)}
    weights["no_weighting"] = (1, 1, 1)
    for norm, (along_y, along_x, diagonal) in weights.items():
        options = TextureSettings(spacing_mm, weighting_norm=norm)
        found = glrlm.measure(region(labels), options, ["RunPercentage"])
        runs = 3 * along_y + 3 * along_x + 7 * diagonal
        expected = runs / (4 * (along_y + along_x + 2 * diagonal))
        assert found == {"RunPercentage": pytest.approx(expected)}


def test_every_feature_has_its_ibsi_id():
    assert set(glrlm.IBSI_IDS) == set(glrlm.NAMES)
    assert len(set(glrlm.IBSI_IDS.values())) == len(glrlm.IBSI_IDS)
