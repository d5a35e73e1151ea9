"""Formulae of size matrices against sums written out by hand."""

import numpy as np
import pytest

from radiomics_hcc.features.size_matrix import SizeMatrices, size_features

VALUES = np.array([1.0, 3.0])
# Grey level 1 has two items of size 1 and one of size 2; grey level 3 has one of size 2.
TABLE = np.array([[[2, 1], [0, 1]]], dtype=np.uint32)
ENERGY = 0.5**2 + 0.25**2 + 0.25**2
EXPECTED = {
    "small": (2 + 2 / 4) / 4,
    "large": (2 + 2 * 4) / 4,
    "low": (3 + 1 / 9) / 4,
    "high": (3 + 9) / 4,
    "small_low": (2 + 1 / 4 + 1 / 36) / 4,
    "small_high": (2 + 1 / 4 + 9 / 4) / 4,
    "large_low": (2 + 4 + 4 / 9) / 4,
    "large_high": (2 + 4 + 36) / 4,
    "level_non_uniformity": (9 + 1) / 4,
    "level_non_uniformity_normalised": (9 + 1) / 16,
    "size_non_uniformity": (4 + 4) / 4,
    "size_non_uniformity_normalised": (4 + 4) / 16,
    "percentage": 4 / 6,
    "level_variance": 0.75 * 0.5**2 + 0.25 * 1.5**2,
    "size_variance": 0.25,
    "entropy": 1.5,
    "energy": ENERGY,
}


def single(features):
    return {name: values.item() for name, values in features.items()}


def test_every_feature_equals_its_sum_written_out():
    found = single(size_features(SizeMatrices.from_counts(TABLE, VALUES, 6)))
    assert found == pytest.approx(EXPECTED, rel=1e-12)


def test_items_give_the_same_as_their_table():
    level, size = np.array([0, 1, 0, 0]), np.array([1, 2, 1, 2])
    found = single(size_features(SizeMatrices.from_items(level, size, VALUES, 6)))
    assert found == pytest.approx(EXPECTED, rel=1e-12)


def test_many_small_items_are_counted_as_few_large_ones_are():
    level, size = np.tile([0, 1, 0, 0], 50), np.tile([1, 2, 1, 2], 50)
    found = SizeMatrices.from_items(level, size, VALUES, 300)
    few = SizeMatrices.from_items(level[:4], size[:4], VALUES, 6)
    np.testing.assert_array_equal(found.count, 50 * few.count)
    np.testing.assert_array_equal(found.level, few.level)
    np.testing.assert_array_equal(found.size, few.size)


def test_one_cell_has_no_spread():
    one = SizeMatrices.from_counts(np.array([[[0, 0, 4]]], dtype=np.uint32), np.array([2.0]), 12)
    found = single(size_features(one))
    assert found["level_variance"] == found["size_variance"] == 0
    assert found["entropy"] == pytest.approx(0, abs=1e-15)
    assert found["energy"] == 1
    assert found["percentage"] == pytest.approx(1 / 3)


def test_empty_matrix_is_nan_everywhere():
    tables = np.concatenate([np.zeros_like(TABLE), TABLE])
    found = size_features(SizeMatrices.from_counts(tables, VALUES, 6))
    assert all(np.isnan(values[0]) for values in found.values())
    assert {name: values[1] for name, values in found.items()} == pytest.approx(EXPECTED)


def test_merging_adds_tables_and_voxels():
    other = np.array([[[0, 1], [5, 0]]], dtype=np.uint32)
    merged = SizeMatrices.from_counts(np.concatenate([TABLE, other]), VALUES, 6).merged()
    expected = SizeMatrices.from_counts(TABLE + other, VALUES, 12)
    assert single(size_features(merged)) == pytest.approx(single(size_features(expected)))


def test_weights_scale_counts_and_voxels():
    twice = SizeMatrices.from_counts(np.concatenate([TABLE, TABLE]), VALUES, 6)
    merged = twice.weighted(np.array([0.5, 1.5])).merged()
    expected = SizeMatrices.from_counts(2 * TABLE, VALUES, 12)
    assert single(size_features(merged)) == pytest.approx(single(size_features(expected)))


def test_stacked_matrices_are_measured_one_by_one():
    part = SizeMatrices.from_counts(TABLE, VALUES, 6)
    other = SizeMatrices.from_counts(TABLE[:, ::-1], VALUES, 6)
    together = size_features(SizeMatrices.stacked([part, other, part]))
    apart = [size_features(one) for one in (part, other, part)]
    for name, values in together.items():
        np.testing.assert_allclose(values, np.concatenate([one[name] for one in apart]))
