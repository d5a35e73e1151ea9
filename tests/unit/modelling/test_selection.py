from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kruskal, spearmanr

from radiomics_hcc.modelling.selection import (
    CorrelationPruning,
    MissingRateFilter,
    NearConstantFilter,
    UnivariateSelection,
    kruskal_wallis,
)


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(2)


def test_kruskal_wallis_is_that_of_scipy_with_ties(generator) -> None:
    values = generator.integers(0, 6, size=(50, 4)).astype(float)
    labels = generator.integers(0, 3, size=50)
    groups = [values[labels == name] for name in range(3)]
    expected = [kruskal(*(group[:, column] for group in groups))[0] for column in range(4)]
    np.testing.assert_allclose(kruskal_wallis(values, labels), expected)


def test_kruskal_wallis_of_a_constant_column_is_zero() -> None:
    assert kruskal_wallis(np.ones((6, 1)), [0, 0, 0, 1, 1, 1])[0] == 0.0


def test_selection_keeps_the_columns_that_separate(generator) -> None:
    labels = np.repeat([0, 1], 20)
    noise = generator.normal(size=(40, 5))
    values = pd.DataFrame(noise, columns=list("abcde"))
    values["d"] += 5 * labels
    chosen = UnivariateSelection(features=1).fit(values, labels)
    assert chosen.get_feature_names_out().tolist() == ["d"]


def test_selection_asked_for_more_columns_than_there_are_keeps_all(generator) -> None:
    values = generator.normal(size=(20, 3))
    assert UnivariateSelection(features=8).fit(values, np.arange(20) % 2).kept_.all()


def test_selection_does_not_change_under_monotone_transforms(generator) -> None:
    values = generator.normal(size=(40, 6))
    labels = np.arange(40) % 2
    plain = UnivariateSelection(features=2).fit(values, labels)
    warped = UnivariateSelection(features=2).fit(np.exp(values), labels)
    np.testing.assert_array_equal(plain.kept_, warped.kept_)


def test_pruning_keeps_the_first_of_a_correlated_group(generator) -> None:
    base = generator.normal(size=50)
    values = np.column_stack([base, -base, base**3, generator.normal(size=50)])
    pruned = CorrelationPruning().fit(values)
    assert pruned.kept_.tolist() == [True, False, False, True]


def test_pruning_keeps_what_a_plain_loop_over_the_columns_keeps(generator) -> None:
    values = generator.normal(size=(60, 8)) @ generator.normal(size=(8, 40))
    related = np.abs(spearmanr(values).statistic)
    kept: list[int] = []
    for column in range(40):
        if all(related[column, earlier] <= 0.6 for earlier in kept):
            kept.append(column)
    assert 2 < len(kept) < 40
    assert np.flatnonzero(CorrelationPruning(limit=0.6).fit(values).kept_).tolist() == kept


def test_pruning_compares_with_kept_columns_only() -> None:
    # b is close to a and to c, a and c are not close: b goes, c stays.
    generator = np.random.default_rng(0)
    a, noise = generator.normal(size=(2, 4000))
    b = a + 0.45 * noise
    c = b + 0.45 * generator.normal(size=4000)
    pruned = CorrelationPruning(method="pearson").fit(np.column_stack([a, b, c]))
    assert pruned.kept_.tolist() == [True, False, True]


def test_pruning_refuses_an_unknown_method() -> None:
    with pytest.raises(ValueError, match="spearman"):
        CorrelationPruning(method="kendall").fit(np.eye(3))


def test_a_column_is_dropped_above_the_missing_limit_not_at_it() -> None:
    values = np.array([[1.0, np.nan], [2.0, np.nan], [3.0, np.nan], [np.nan, 1.0]])
    assert MissingRateFilter(limit=0.25).fit(values).kept_.tolist() == [True, False]
    assert MissingRateFilter(limit=0.75).fit(values).kept_.tolist() == [True, True]


def test_a_wholly_empty_column_goes_even_without_a_limit() -> None:
    values = np.array([[1.0, np.nan], [2.0, np.nan]])
    assert MissingRateFilter(limit=1.0).fit(values).kept_.tolist() == [True, False]


def test_a_column_with_one_value_in_nearly_every_row_goes() -> None:
    rare = np.r_[np.zeros(39), 1.0]
    common = np.r_[np.zeros(30), np.ones(10)]
    kept = NearConstantFilter().fit(np.column_stack([rare, common, np.ones(40)])).kept_
    assert kept.tolist() == [False, True, False]


def test_no_column_left_is_an_error_with_the_reason() -> None:
    with pytest.raises(ValueError, match="constant"):
        NearConstantFilter().fit(np.ones((5, 2)))


@pytest.mark.parametrize("cell", [np.nan, np.inf])
def test_a_frame_is_checked_as_an_array_is(cell, generator) -> None:
    values = generator.normal(size=(20, 3))
    values[4, 1] = cell
    labels = np.arange(20) % 2
    for rows in (values, pd.DataFrame(values)):
        with pytest.raises(ValueError, match=r"NaN|infinity"):
            UnivariateSelection().fit(rows, labels)


def test_whole_numbers_in_a_frame_count_as_numbers(generator) -> None:
    frame = pd.DataFrame(generator.integers(0, 50, size=(20, 3)), columns=list("abc"))
    fitted = UnivariateSelection(1).fit(frame.assign(d=0.5), np.arange(20) % 2)
    plain = UnivariateSelection(1).fit(frame.assign(d=0.5).to_numpy(), np.arange(20) % 2)
    np.testing.assert_array_equal(fitted.scores_, plain.scores_)
    assert fitted.feature_names_in_.tolist() == ["a", "b", "c", "d"]
