"""Grey levels: PyRadiomics', those from a fixed origin, and IBSI's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiomics_hcc.errors import ExtractionError
from radiomics_hcc.imaging.discretise import (
    MAX_LEVELS,
    discretise,
    discretise_ibsi_bin_number,
)

imageoperations = pytest.importorskip("radiomics.imageoperations")


def oracle(values: np.ndarray, **how: float | None) -> list[int]:
    """Grey levels by PyRadiomics."""
    region = np.ones((1, 1, values.size), dtype=bool)
    levels, _ = imageoperations.binImage(values.reshape(1, 1, -1), region, **how)
    return levels.ravel().tolist()


def test_bins_lie_on_multiples_of_the_width() -> None:
    found = discretise(np.array([54.0, 74.9, 75.0, 166.0]), bin_width=25)
    assert found.levels.tolist() == [1, 1, 2, 5]
    assert found.edges.tolist() == [50, 75, 100, 125, 150, 175]
    assert found.n_levels == 5
    assert found.counts.tolist() == [2, 1, 0, 0, 1]


def test_maximum_on_an_edge_gets_a_bin_of_its_own() -> None:
    assert discretise(np.array([0.0, 25.0, 50.0]), bin_width=25).levels.tolist() == [1, 2, 3]


def test_constant_region_has_one_level() -> None:
    for value in (0.0, 25.0, -3.7):
        assert discretise(np.full(4, value), bin_width=25).levels.tolist() == [1] * 4


def test_bin_count_puts_the_maximum_into_the_last_bin() -> None:
    found = discretise(np.array([0.0, 2.4, 2.5, 10.0]), bin_count=4)
    assert found.levels.tolist() == [1, 1, 2, 4]


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("spread", [0.001, 0.3, 30.0, 500.0])
def test_levels_are_those_of_pyradiomics_even_on_the_edges(kind: type, spread: float) -> None:
    random = np.random.default_rng(0)
    for width in (25.0, 0.1, 1 / 3, spread / 7):
        on_edges = np.arange(-5, 5) * width
        values = np.concatenate([random.normal(spread, spread, 500), on_edges]).astype(kind)
        if np.ptp(values) / width < MAX_LEVELS:
            assert discretise(values, bin_width=width).levels.tolist() == oracle(
                values, binWidth=width
            )
    for count in (1, 2, 32, 500):
        assert discretise(values, bin_count=count).levels.tolist() == oracle(values, binCount=count)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(-2000, 2000), min_size=1, max_size=40),
    st.sampled_from([0.5, 0.7, 3.0, 25.0]),
)
def test_any_intensities_get_the_levels_of_pyradiomics(values: list[float], width: float) -> None:
    array = np.array(values)
    assert discretise(array, bin_width=width).levels.tolist() == oracle(array, binWidth=width)


def test_integers_get_the_levels_of_pyradiomics() -> None:
    values = np.random.default_rng(0).integers(-200, 300, 500).astype(np.int16)
    found = discretise(values.astype(np.float64), bin_width=20)
    assert found.levels.tolist() == oracle(values, binWidth=20)


def test_levels_from_an_origin_do_not_hang_on_the_minimum() -> None:
    values = np.array([-100.0, -76.0, -75.0, 0.0, 30.0])
    lower = np.append(values, -500.0)
    found = discretise(values, bin_width=25, bin_origin=-100)
    assert found.levels.tolist() == [1, 1, 2, 5, 6]
    assert discretise(lower, bin_width=25, bin_origin=-100).levels.tolist() == [1, 1, 2, 5, 6, 1]
    assert found.edges.tolist() == [-100, -75, -50, -25, 0, 25, 50]


def test_ibsi_bin_number_divides_the_range() -> None:
    found = discretise_ibsi_bin_number(np.array([0.0, 2.4, 2.5, 7.5, 10.0]), 4)
    assert found.levels.tolist() == [1, 1, 2, 4, 4]
    assert found.n_levels == 4


def test_ibsi_bin_number_of_a_constant_region_is_one_level() -> None:
    found = discretise_ibsi_bin_number(np.full(3, 5.0), 32)
    assert found.levels.tolist() == [1, 1, 1]
    assert found.n_levels == 1


def test_too_many_levels_are_refused_with_a_width_that_would_do() -> None:
    with pytest.raises(ExtractionError, match=r"binWidth 0\.1 gives 64,000 .* 100 gives 64"):
        discretise(np.array([0.0, 6400.0]), bin_width=0.1)
    with pytest.raises(ExtractionError, match="grey levels"):
        discretise(np.array([0.0, 6400.0]), bin_width=0.1, bin_origin=0.0)
    with pytest.raises(ExtractionError, match="binCount"):
        discretise(np.array([0.0, 6400.0]), bin_count=MAX_LEVELS + 1)


def test_empty_region_is_refused() -> None:
    with pytest.raises(ExtractionError, match="empty"):
        discretise(np.array([]))


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused(wrong: float) -> None:
    with pytest.raises(ExtractionError, match="1 voxels of the region are NaN or infinite"):
        discretise(np.array([1.0, wrong]))
