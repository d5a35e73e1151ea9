"""Simoncelli wavelets."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.fft

from radiomics_hcc.imaging.filters.ibsi import SimoncelliWavelet

CUBIC_MM = (1.0, 1.0, 1.0)


def wave(cycles: int, length: int = 65) -> np.ndarray:
    """A wave along x; with an odd length the grid is that of the discrete Fourier transform."""
    line = np.cos(2 * np.pi * cycles * np.arange(length) / length)
    return np.broadcast_to(line, (length, length, length)).copy()


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_wave_is_scaled_by_the_band_at_its_frequency(level: int) -> None:
    highest = 2.0 ** (1 - level)
    for cycles in (2, 8, 16, 31):
        frequency = cycles / 32
        inside = highest / 4 <= frequency <= highest
        gain = np.cos(np.pi / 2 * np.log2(2 * frequency / highest)) if inside else 0.0
        response = SimoncelliWavelet(level, "periodic")(wave(cycles), CUBIC_MM)
        np.testing.assert_allclose(response, gain * wave(cycles), atol=1e-12)


@pytest.mark.parametrize("shape", [(8, 9, 10), (7, 8, 11)])
@pytest.mark.parametrize("level", [1, 2])
def test_half_the_spectrum_gives_the_real_part_of_the_whole(
    shape: tuple[int, int, int], level: int
) -> None:
    image = np.random.default_rng(2).normal(size=shape)
    grid = np.meshgrid(*[np.linspace(-1, 1, length) for length in shape], indexing="ij")
    radius = np.maximum(np.sqrt(sum(axis**2 for axis in grid)), 1e-12)
    highest = 2.0 ** (1 - level)
    inside = (radius >= highest / 4) & (radius <= highest)
    band = np.where(inside, np.cos(np.pi / 2 * np.log2(2 * radius / highest)), 0.0)
    wanted = scipy.fft.ifftn(scipy.fft.fftn(image) * scipy.fft.ifftshift(band)).real
    found = SimoncelliWavelet(level, "periodic")(image, CUBIC_MM)
    np.testing.assert_allclose(found, wanted, atol=1e-12)


def test_constant_region_gives_nothing() -> None:
    response = SimoncelliWavelet(1)(np.full((9, 8, 10), 100.0), CUBIC_MM)
    np.testing.assert_allclose(response, 0.0, atol=1e-12)


def test_by_slice_leaves_the_slices_apart() -> None:
    image = np.random.default_rng(4).normal(size=(5, 16, 17))
    step = SimoncelliWavelet(1, by_slice=True)
    np.testing.assert_allclose(step(image, CUBIC_MM)[2:3], step(image[2:3], CUBIC_MM), atol=1e-12)


def test_level_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        SimoncelliWavelet(0)
