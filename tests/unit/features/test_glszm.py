"""Zones of equal grey level: against SciPy's labelling and against zones that can be seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.ndimage import generate_binary_structure, label

from radiomics_hcc.features import glszm
from radiomics_hcc.features.grey_levels import grey_levels
from radiomics_hcc.features.texture_settings import TextureSettings

LABELS = arrays(
    np.int32, array_shapes(min_dims=3, max_dims=3, max_side=6), elements=st.integers(0, 2)
).filter(lambda labels: labels.any())
MILLIMETRE = (1.0, 1.0, 1.0)


def region(labels, border=1):
    """Grey levels of an array in which 0 is outside."""
    labels = np.asarray(labels, dtype=np.int32)
    return grey_levels(labels[labels > 0], labels > 0, border=border)


def touching(slice_axis):
    structure = generate_binary_structure(3, 3)
    if slice_axis is not None:
        other = [slice(None)] * 3
        other[slice_axis] = slice(None, None, 2)
        structure[tuple(other)] = False
    return structure


def zones_by_scipy(labels, slice_axis):
    """Zones as (grey level, size)."""
    found = []
    for level in np.unique(labels[labels > 0]):
        zones, _ = label(labels == level, touching(slice_axis))
        found += [(level, size) for size in np.bincount(zones.ravel())[1:]]
    return sorted(found)


@given(LABELS, st.sampled_from([None, 0, 1, 2]), st.sampled_from([1, 2]))
@settings(max_examples=60, deadline=None)
def test_zones_are_those_of_scipy(labels, slice_axis, border):
    levels = region(labels, border)
    zones = glszm.find_zones(levels, slice_axis)
    found = zip(levels.values[zones.level], zones.size, strict=True)
    assert sorted(found) == zones_by_scipy(labels, slice_axis)


@pytest.mark.parametrize("slice_axis", [None, 0])
def test_large_noisy_regions_agree_with_scipy(slice_axis):
    labels = np.random.default_rng(7).integers(0, 4, (20, 24, 28))
    zones = glszm.find_zones(region(labels), slice_axis)
    found = sorted(zip(zones.level + 1, zones.size, strict=True))
    assert found == zones_by_scipy(labels, slice_axis)


def test_a_spiral_is_one_zone():
    labels = np.ones((1, 7, 7), dtype=int)
    labels[0, 1, :6] = labels[0, 1:6, 5] = labels[0, 5, 1:6] = labels[0, 3:6, 1] = 2
    zones = glszm.find_zones(region(labels))
    assert sorted(zip(zones.level, zones.size, strict=True)) == [(0, 33), (1, 16)]


def test_voxels_know_the_first_voxel_of_their_zone():
    levels = region([[[1, 2, 1], [2, 1, 3]]])
    zones = glszm.find_zones(levels)
    inside = np.flatnonzero(levels.index)
    places = np.searchsorted(zones.first, zones.first_of_voxel[inside])
    assert places.tolist() == [0, 1, 0, 1, 0, 2]
    assert zones.size.tolist() == [3, 2, 1]


def test_slices_do_not_touch_when_there_is_a_slice_axis():
    levels = region(np.ones((3, 2, 2)))
    assert glszm.find_zones(levels).size.tolist() == [12]
    assert glszm.find_zones(levels, 0).size.tolist() == [4, 4, 4]


def test_constant_region_is_one_zone():
    settings_3d = TextureSettings(MILLIMETRE)
    found = glszm.measure(region(np.full((2, 3, 4), 7)), settings_3d, glszm.NAMES)
    assert found["LargeAreaEmphasis"] == 24**2
    assert found["HighGrayLevelZoneEmphasis"] == 49
    assert found["ZonePercentage"] == pytest.approx(1 / 24)
    assert found["ZoneVariance"] == found["GrayLevelVariance"] == 0


def test_one_voxel_is_one_zone():
    found = glszm.measure(region([[[3]]]), TextureSettings(MILLIMETRE), ["ZonePercentage"])
    assert found == {"ZonePercentage": 1.0}


def test_every_feature_has_its_ibsi_id():
    assert set(glszm.IBSI_IDS) == set(glszm.NAMES)
    assert len(set(glszm.IBSI_IDS.values())) == len(glszm.IBSI_IDS)
