from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.features import glcm, glcm_counts
from radiomics_hcc.features.directions import directions
from radiomics_hcc.features.glcm_counts import count_pairs, pair_matrices
from radiomics_hcc.features.grey_levels import GreyLevels, grey_levels
from radiomics_hcc.features.names import FEATURES
from radiomics_hcc.features.texture_settings import TextureSettings

CUBIC = TextureSettings((1.0, 1.0, 1.0))
ALL = FEATURES["glcm"]
ALONG_X = np.array([[0, 0, 1]])


def region(drawing: object, border: int = 1) -> GreyLevels:
    """Grey levels of a drawing (z, y, x), 0 outside the region."""
    array = np.array(drawing, dtype=np.int32, ndmin=3)
    return grey_levels(array[array > 0], array > 0, border=border)


def brute_force(array: NDArray[np.int32], offset: tuple[int, ...]) -> NDArray[np.int64]:
    values = np.unique(array[array > 0]).tolist()
    counts = np.zeros((len(values), len(values)), dtype=np.int64)
    for place in np.argwhere(array > 0):
        other = place + offset
        if np.all(other >= 0) and np.all(other < array.shape) and array[tuple(other)] > 0:
            counts[values.index(array[tuple(place)]), values.index(array[tuple(other)])] += 1
    return counts


def test_pairs_of_a_line():
    counts = count_pairs(region([1, 1, 2, 4, 0, 4]), ALONG_X)
    np.testing.assert_array_equal(counts, [[[1, 1, 0], [0, 0, 1], [0, 0, 0]]])


def test_pairs_are_those_of_a_search_voxel_by_voxel():
    array = np.random.default_rng(3).integers(0, 5, (4, 5, 6)).astype(np.int32)
    offsets = directions((1, 2))
    expected = [brute_force(array, tuple(offset)) for offset in offsets]
    np.testing.assert_array_equal(count_pairs(region(array, border=2), offsets), expected)


def test_batches_together_count_what_one_pass_counts(monkeypatch: pytest.MonkeyPatch):
    levels = region(np.random.default_rng(4).integers(0, 6, (5, 5, 5)))
    whole = count_pairs(levels, directions((1,)))
    monkeypatch.setattr(glcm_counts, "BATCH_BYTES", 500)
    batches = list(pair_matrices(levels, directions((1,)), is_symmetrical=False))
    assert len(batches) > 2
    np.testing.assert_array_equal(
        np.concatenate([offsets for offsets, _ in batches]), directions((1,))
    )
    np.testing.assert_array_equal(np.concatenate([counts for _, counts in batches]), whole)


def test_more_levels_than_fit_in_memory_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(glcm_counts, "MOST_LEVELS", 2)
    with pytest.raises(ExtractionError, match="3 grey levels occur"):
        glcm.measure(region([1, 2, 3]), CUBIC, ALL)


def test_border_narrower_than_the_distance_is_refused():
    with pytest.raises(ValueError, match="border of 1"):
        count_pairs(region([1, 2, 3]), directions((2,)))


def test_two_levels_side_by_side():
    # p(1, 3) = p(3, 1) = 1/2: every pair sums to 4 and differs by 2.
    found = glcm.measure(region([1, 3]), CUBIC, ALL)
    expected = {
        "Autocorrelation": 3.0,
        "ClusterProminence": 0.0,
        "ClusterShade": 0.0,
        "ClusterTendency": 0.0,
        "Contrast": 4.0,
        "Correlation": -1.0,
        "DifferenceAverage": 2.0,
        "DifferenceEntropy": 0.0,
        "DifferenceVariance": 0.0,
        "Id": 1 / 3,
        "Idm": 1 / 5,
        "Idmn": 1 / (1 + 4 / 9),
        "Idn": 1 / (1 + 2 / 3),
        "Imc1": -1.0,
        "Imc2": np.sqrt(1 - np.exp(-2)),
        "InverseVariance": 1 / 4,
        "JointAverage": 2.0,
        "JointEnergy": 1 / 2,
        "JointEntropy": 1.0,
        "MCC": 1.0,
        "MaximumProbability": 1 / 2,
        "SumAverage": 4.0,
        "SumEntropy": 0.0,
        "SumSquares": 1.0,
    }
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_features_of_an_asymmetric_matrix():
    counts = np.array([[2.0, 1.0], [0.0, 1.0]])
    found = glcm.glcm_features(counts, np.array([1.0, 2.0]), 2, ["MCC"])
    assert found["JointAverage"] == pytest.approx(1.25)  # of the first of each pair
    assert found["SumSquares"] == pytest.approx(0.1875)
    assert found["Autocorrelation"] == pytest.approx((2 + 2 + 4) / 4)
    assert found["Correlation"] == pytest.approx(0.125 / np.sqrt(0.1875 * 0.25))
    # With two levels the maximal correlation is the size of the correlation.
    assert found["MCC"] == pytest.approx(found["Correlation"])


def test_ibsi_names_all_have_a_value():
    found = glcm.glcm_features(np.eye(3), np.array([1.0, 2.0, 3.0]), 3)
    assert len(glcm.IBSI_IDS) == 25
    assert glcm.IBSI_IDS.keys() == found.keys()
    assert found["Dissimilarity"] == found["DifferenceAverage"]
    assert found["SumVariance"] == found["ClusterTendency"]


def test_independent_levels_carry_no_information():
    found = glcm.glcm_features(np.ones((2, 2)), np.array([1.0, 2.0]), 2, ["MCC"])
    assert found["Correlation"] == pytest.approx(0, abs=1e-12)
    assert found["Imc1"] == pytest.approx(0, abs=1e-12)
    assert found["Imc2"] == pytest.approx(0, abs=1e-7)
    assert found["MCC"] == pytest.approx(0, abs=1e-7)


def test_constant_region_has_no_texture():
    found = glcm.measure(region(np.full((3, 3, 3), 2)), CUBIC, ALL)
    ones = {"Correlation", "MCC", "Id", "Idm", "Idn", "Idmn", "JointEnergy", "MaximumProbability"}
    level = {"JointAverage": 2.0, "SumAverage": 4.0, "Autocorrelation": 4.0}
    expected = {name: float(name in ones) for name in found} | level
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("drawing", [[3], [[1, 0, 0], [0, 0, 0], [0, 0, 2]]])
@pytest.mark.parametrize("norm", [None, "euclidean"])
def test_region_without_pairs_has_no_values(drawing: object, norm):
    found = glcm.measure(region(drawing), TextureSettings((1, 1, 1), weighting_norm=norm), ALL)
    assert len(found) == 24
    assert all(np.isnan(value) for value in found.values())


def test_directions_without_pairs_do_not_count_in_the_mean():
    # Only along x do voxels have neighbours.
    both = glcm.measure(region([[1, 2, 2], [0, 0, 0], [3, 3, 1]]), CUBIC, ["Contrast"])
    assert both == {"Contrast": pytest.approx((1 + 4) / 4)}


def test_only_wanted_features_with_a_value_are_returned():
    wanted = ["Contrast", "Dissimilarity", "Homogeneity1", "Homogeneity2", "SumVariance"]
    assert glcm.measure(region([1, 3]), CUBIC, wanted) == {"Contrast": 4.0}


def test_gaps_between_levels_count_in_the_normalised_features():
    found = glcm.glcm_features(np.eye(2)[::-1], np.array([1.0, 3.0]), 10)
    assert found["Idn"] == pytest.approx(1 / 1.2)
    assert found["Idmn"] == pytest.approx(1 / 1.04)


@st.composite
def drawings(draw: st.DrawFn) -> NDArray[np.int32]:
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.tuples(*[st.integers(2, 5)] * 3))
    array = generator.integers(0, draw(st.integers(2, 6)) + 1, shape).astype(np.int32)
    array[0, 0, :2] = 1  # at least one pair
    return array


@settings(max_examples=15, deadline=None)
@given(drawings())
def test_symmetrical_features_do_not_depend_on_the_way_the_patient_faces(array):
    upright = glcm.measure(region(array), CUBIC, ALL)
    turned = glcm.measure(region(array[::-1, ::-1, ::-1].transpose(2, 0, 1)), CUBIC, ALL)
    assert turned == pytest.approx(upright, rel=1e-9, abs=1e-7)


@settings(max_examples=15, deadline=None)
@given(drawings())
def test_mirrored_levels_mirror_the_features(array):
    top = int(array.max())
    upright = glcm.measure(region(array), CUBIC, ALL)
    mirrored = glcm.measure(region(np.where(array > 0, top + 1 - array, 0)), CUBIC, ALL)
    assert mirrored["JointAverage"] == pytest.approx(top + 1 - upright["JointAverage"])
    assert mirrored["ClusterShade"] == pytest.approx(-upright["ClusterShade"], abs=1e-9)
    for name in ("Contrast", "Correlation", "JointEntropy", "MaximumProbability", "SumSquares"):
        assert mirrored[name] == pytest.approx(upright[name], abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(drawings())
def test_correlations_stay_in_their_range(array):
    found = glcm.measure(region(array), CUBIC, ALL)
    assert -1 - 1e-12 <= found["Correlation"] <= 1 + 1e-12
    assert -1 - 1e-12 <= found["Imc1"] <= 1e-12
    assert 0 <= found["Imc2"] < 1
    assert 0 <= found["MCC"] <= 1 + 1e-12
