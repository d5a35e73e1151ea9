"""Stationary wavelet sub-bands of simple images."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.imaging.filters.wavelet import wavelet
from radiomics_hcc.imaging.region import Box

IN_ORDER = ("LLH", "LHL", "LHH", "HLL", "HLH", "HHL", "HHH", "LLL")


def sub_bands(array: np.ndarray, box: Box, **chosen: object) -> dict[str, np.ndarray]:
    image = Volume(array, Geometry(array.shape, (1.0, 1.0, 1.0)))
    found = wavelet(image, Mask(np.ones(array.shape, bool), image.geometry), box, chosen)
    return {response.name: response.array for response in found}


def whole(array: np.ndarray) -> Box:
    z, y, x = (slice(0, side) for side in array.shape)
    return (z, y, x)


def test_constant_image_is_in_the_approximation_only():
    found = sub_bands(np.full((4, 6, 5), 3, np.int16), (slice(1, 3),) * 3)
    assert list(found) == [f"wavelet-{letters}" for letters in IN_ORDER]
    for name, band in found.items():
        expected = 3 * 2**1.5 if name == "wavelet-LLL" else 0
        np.testing.assert_allclose(band, expected, atol=1e-9)


def test_first_letter_is_the_filter_along_x():
    along_x = np.tile([0.0, 1.0], (4, 4, 3))
    found = sub_bands(along_x, whole(along_x), wavelet="haar")
    assert [name for name, band in found.items() if np.abs(band).max() > 1e-12] == [
        "wavelet-HLL",
        "wavelet-LLL",
    ]


def test_axis_that_is_not_filtered_has_no_letter():
    array = np.arange(48.0).reshape(4, 4, 3)
    found = sub_bands(array, whole(array), wavelet="haar", force2D=True, force2Ddimension=0)
    assert list(found) == ["wavelet-LH", "wavelet-HL", "wavelet-HH", "wavelet-LL"]


def test_levels_are_numbered_from_the_second():
    array = np.arange(64.0).reshape(4, 4, 4)
    names = list(sub_bands(array, whole(array), level=2))
    assert names[6:8] == ["wavelet-HHH", "wavelet2-LLH"]
    assert names[-1] == "wavelet2-LLL"


@given(st.integers(0, 7), st.integers(0, 2))
@settings(max_examples=8, deadline=None)
def test_moving_an_image_of_even_size_moves_its_sub_bands(by: int, axis: int):
    array = np.random.default_rng(3).normal(size=(4, 6, 8))
    still = sub_bands(array, whole(array), wavelet="db2")
    moved = sub_bands(np.roll(array, by, axis), whole(array), wavelet="db2")
    for name, band in still.items():
        np.testing.assert_allclose(moved[name], np.roll(band, by, axis), atol=1e-12)


def test_a_box_is_a_part_of_the_whole():
    array = np.random.default_rng(4).normal(size=(5, 6, 7))
    box = (slice(0, 2), slice(3, 6), slice(2, 5))
    part, full = sub_bands(array, box, level=2), sub_bands(array, whole(array), level=2)
    for name, band in full.items():
        np.testing.assert_allclose(part[name], band[box], atol=1e-12)


@pytest.mark.parametrize("name", ["mexh", "morl", "cmor", "gaus3", "unheard"])
def test_wavelet_without_discrete_filters_is_refused(name: str):
    array = np.zeros((4, 4, 4))
    with pytest.raises(ExtractionError, match=name):
        sub_bands(array, whole(array), wavelet=name)
