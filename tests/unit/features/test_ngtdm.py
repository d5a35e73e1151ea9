from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.features import ngtdm
from radiomics_hcc.features.grey_levels import GreyLevels, grey_levels
from radiomics_hcc.features.names import FEATURES
from radiomics_hcc.features.ngtdm import count_differences, ngtdm_features
from radiomics_hcc.features.texture_settings import TextureSettings

CUBIC = TextureSettings((1.0, 1.0, 1.0))
ALL = FEATURES["ngtdm"]
FLAT = {"Busyness": 0.0, "Coarseness": 1e6, "Complexity": 0.0, "Contrast": 0.0, "Strength": 0.0}
# Plane of 4 x 4 voxels in the documentation of PyRadiomics; level 4 does not occur.
PLANE = [[1, 2, 5, 2], [3, 5, 1, 3], [1, 3, 5, 5], [3, 1, 1, 1]]


def region(drawing: object, border: int = 1) -> GreyLevels:
    """Grey levels of a drawing (z, y, x), 0 outside the region."""
    array = np.array(drawing, dtype=np.int32, ndmin=3)
    return grey_levels(array[array > 0], array > 0, border=border)


def test_matrix_of_a_plane():
    n, s = count_differences(region(PLANE), CUBIC)
    first = 7 / 3 + 22 / 8 - 1 + 10 / 5 + 8 / 5 + 10 / 5 + 8 / 3
    np.testing.assert_array_equal(n, [6, 2, 4, 4])
    np.testing.assert_allclose(s, [first + 1, 2.0, 0.6 + 0.6 + 0.5 + 4 / 3, 10.075], rtol=1e-12)


def test_features_by_hand():
    # Levels 1 and 3, one voxel and three, sums of differences 2 and 4.
    found = ngtdm_features(np.array([1.0, 3.0]), np.array([2.0, 4.0]), np.array([1.0, 3.0]))
    weighted = 0.25 * 2 + 0.75 * 4
    assert found == pytest.approx(
        {
            "Coarseness": 1 / weighted,
            "Contrast": (2 * 0.25 * 0.75 * 4) / 2 * (6 / 4),
            "Busyness": weighted / (2 * (0.75 * 3 - 0.25)),
            "Complexity": 2 * 2 * weighted / 4,
            "Strength": 2 * 4 / 6,
        },
        rel=1e-12,
    )


@pytest.mark.parametrize("drawing", [[2], np.full((3, 3, 3), 2), [[1, 0, 0], [0, 0, 0], [0, 0, 1]]])
def test_region_without_differences_is_coarse(drawing: object):
    assert ngtdm.measure(region(drawing), CUBIC, ALL) == FLAT


def test_voxels_without_neighbours_count_only_in_the_compatible_mode():
    levels = region([1, 2, 0, 3])
    compatible, differences = count_differences(levels, CUBIC)
    standard, _ = count_differences(levels, CUBIC, is_isolated_counted=False)
    np.testing.assert_array_equal(compatible, [1, 1, 1])
    np.testing.assert_array_equal(standard, [1, 1, 0])
    np.testing.assert_array_equal(differences, [1, 1, 0])


def test_levels_that_do_not_occur_change_nothing():
    without = ngtdm_features(np.array([2.0, 1.0]), np.array([1.0, 3.0]), np.array([1.0, 4.0]))
    counts, differences = np.array([2.0, 0.0, 1.0]), np.array([1.0, 0.0, 3.0])
    assert ngtdm_features(counts, differences, np.array([1.0, 2.0, 4.0])) == without


def test_no_voxel_at_all_is_flat_without_complexity():
    nothing = np.zeros(3)
    found = ngtdm_features(nothing, nothing, np.array([1.0, 2.0, 3.0]))
    assert found == pytest.approx(FLAT | {"Complexity": np.nan}, nan_ok=True)


def test_slices_are_compared_only_with_themselves():
    stack = [[[1, 1], [1, 1]], [[5, 5], [5, 5]]]
    flat = TextureSettings((1.0, 1.0, 1.0), slice_axis=0)
    assert ngtdm.measure(region(stack), flat, ["Coarseness"]) == {"Coarseness": 1e6}
    assert ngtdm.measure(region(stack), CUBIC, ["Coarseness"])["Coarseness"] < 1


def test_distances_form_one_neighbourhood():
    _, s = count_differences(region([1, 2, 6], border=2), TextureSettings((1, 1, 1), (1, 2)))
    np.testing.assert_allclose(s, [3.0, 1.5, 4.5], rtol=1e-12)


def test_border_narrower_than_the_distance_is_refused():
    with pytest.raises(ValueError, match="border of 1"):
        count_differences(region([1, 2, 3]), TextureSettings((1, 1, 1), (2,)))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_features_do_not_depend_on_the_way_the_patient_faces(seed: int, top: int):
    array = np.random.default_rng(seed).integers(0, top + 1, (3, 4, 5))
    array[0, 0, 0] = 1
    upright = ngtdm.measure(region(array), CUBIC, ALL)
    turned = ngtdm.measure(region(array[:, ::-1].transpose(1, 2, 0)), CUBIC, ALL)
    assert turned == pytest.approx(upright, rel=1e-9)
