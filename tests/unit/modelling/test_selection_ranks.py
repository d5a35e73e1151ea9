from __future__ import annotations

import hypothesis.extra.numpy as arrays
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from radiomics_hcc.modelling.selection.ranks import average_ranks, correlations, longest_runs

few_values = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 12), st.integers(1, 4)),
    elements=st.integers(-3, 3).map(float),
)


@settings(deadline=None, max_examples=60)
@given(few_values)
def test_ranks_are_those_of_scipy_with_ties(values) -> None:
    np.testing.assert_array_equal(average_ranks(values), rankdata(values, axis=0))


@settings(deadline=None, max_examples=40)
@given(few_values)
def test_longest_run_is_the_count_of_the_most_frequent_value(values) -> None:
    counted = [np.unique(column, return_counts=True)[1].max() for column in values.T]
    assert longest_runs(values).tolist() == counted


def test_ranks_of_values_that_all_differ() -> None:
    values = np.random.default_rng(1).normal(size=(30, 7))
    np.testing.assert_array_equal(average_ranks(values), rankdata(values, axis=0))


def test_correlations_are_those_of_numpy_and_none_of_a_constant_column() -> None:
    values = np.random.default_rng(1).normal(size=(30, 4))
    values[:, 2] = 5.0
    found = correlations(values)
    others = [0, 1, 3]
    expected = np.corrcoef(values[:, others], rowvar=False)
    np.testing.assert_allclose(found[np.ix_(others, others)], expected)
    assert (found[2] == 0).all()
