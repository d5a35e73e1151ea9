"""Pooling of response maps."""

from __future__ import annotations

import numpy as np
import pytest

from radiomics_hcc.imaging.filters.ibsi.pooling import pool

RESPONSES = [np.array([1.0, -5.0]), np.array([3.0, -1.0]), np.array([2.0, 0.0])]


def test_max_keeps_the_largest_and_average_the_mean() -> None:
    np.testing.assert_array_equal(pool(RESPONSES, "max"), [3, 0])
    np.testing.assert_array_equal(pool(RESPONSES, "average"), [2, -2])


def test_responses_are_left_as_they_are() -> None:
    first = RESPONSES[0].copy()
    pool(RESPONSES, "average")
    np.testing.assert_array_equal(RESPONSES[0], first)


def test_one_response_is_its_own_pool() -> None:
    np.testing.assert_array_equal(pool(RESPONSES[:1], "average"), RESPONSES[0])


def test_no_response_or_an_unknown_pooling_is_refused() -> None:
    with pytest.raises(ValueError, match="no response"):
        pool([], "max")
    with pytest.raises(ValueError, match="median"):
        pool(RESPONSES, "median")  # type: ignore[arg-type]  # on purpose
