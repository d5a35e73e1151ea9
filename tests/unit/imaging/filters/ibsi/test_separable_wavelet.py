"""Undecimated separable wavelets."""

from __future__ import annotations

import numpy as np
import pytest
import pywt

from radiomics_hcc.imaging.filters.ibsi import SeparableWavelet

CUBIC_MM = (1.0, 1.0, 1.0)
IMAGE = np.random.default_rng(8).normal(size=(8, 8, 8))


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("band", ["LLL", "HLL", "LHL", "LLH", "HHH"])
def test_bands_are_those_of_the_stationary_transform(band: str, level: int) -> None:
    found = SeparableWavelet("db2", band, level, "periodic")(IMAGE, CUBIC_MM)
    letters = "".join("ad"[letter == "H"] for letter in reversed(band))
    wanted = pywt.swtn(IMAGE, "db2", level, start_level=0)[0][letters]
    # the same up to where the middle of the filters lies
    assert any(
        np.allclose(np.roll(found, (shift, shift, shift), (0, 1, 2)), wanted, atol=1e-12)
        for shift in range(-8, 9)
    )


def test_constant_region_passes_the_low_band_and_not_the_high_one() -> None:
    image = np.full((2, 1, 3), 5.0)
    low = SeparableWavelet("haar", "LLL")(image, CUBIC_MM)
    np.testing.assert_allclose(low, 5 * np.sqrt(8))
    np.testing.assert_allclose(SeparableWavelet("haar", "HLL")(image, CUBIC_MM), 0, atol=1e-14)


def test_two_letters_filter_within_slices() -> None:
    found = SeparableWavelet("db3", "LH")(IMAGE, CUBIC_MM)
    alone = SeparableWavelet("db3", "LH")(IMAGE[3:4], CUBIC_MM)
    np.testing.assert_allclose(found[3:4], alone)


def test_pooled_response_turns_with_the_image() -> None:
    pooled = SeparableWavelet("db2", "LLH", pooling="average")
    turned = pooled(np.rot90(IMAGE, axes=(0, 1)).copy(), CUBIC_MM)
    np.testing.assert_allclose(turned, np.rot90(pooled(IMAGE, CUBIC_MM), axes=(0, 1)), atol=1e-12)


@pytest.mark.parametrize(
    ("wavelet", "band", "level"),
    [("nothing", "LLL", 1), ("haar", "L", 1), ("haar", "LXL", 1), ("haar", "LLL", 0)],
)
def test_unknown_settings_are_refused(wavelet: str, band: str, level: int) -> None:
    with pytest.raises(ValueError, match=r"nothing|band|level"):
        SeparableWavelet(wavelet, band, level)
