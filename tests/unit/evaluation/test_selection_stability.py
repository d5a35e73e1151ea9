"""Selection frequency and Nogueira's index."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.stability import selection_frequency, selection_stability


def selections(*folds: str, model: str = "lasso") -> pd.DataFrame:
    """One word per fold, one letter per selected feature."""
    rows = [(model, 0, fold, name) for fold, names in enumerate(folds) for name in names]
    return pd.DataFrame(rows, columns=["model", "repeat", "fold", "feature"])


def test_frequency_counts_folds_that_selected_nothing():
    table = selection_frequency(selections("ab", "a", "", ""), 4)
    assert table.to_dict("list") == {
        "model": ["lasso", "lasso"],
        "feature": ["a", "b"],
        "frequency": [0.5, 0.25],
    }


def test_models_are_kept_apart_and_in_order():
    both = pd.concat([selections("a", "a", model="z"), selections("b", "b", model="m")])
    assert selection_frequency(both, 2)["model"].tolist() == ["z", "m"]


def test_same_selection_in_every_fold_has_index_one():
    table = selection_stability(selections("ab", "ab", "ab"), outer_folds=3, candidates=10)
    assert table["stability"].tolist() == [1.0]
    assert table["mean_selected"].tolist() == [2.0]


def test_index_of_two_folds_by_hand():
    # Features a b c of 4: p = 1, 1/2, 1/2, 0. Mean variance 2 (0 + 1/4 + 1/4 + 0) / 4 = 1/4;
    # k / d = 2 / 4, so the index is 1 - (1/4) / (1/4) = 0.
    table = selection_stability(selections("ab", "ac"), outer_folds=2, candidates=4)
    assert table["stability"][0] == pytest.approx(0.0)


def test_random_selection_has_index_about_zero():
    generator = np.random.default_rng(0)
    picks = ["".join(generator.choice(list("abcdefghij"), 4, replace=False)) for _ in range(400)]
    table = selection_stability(selections(*picks), outer_folds=400, candidates=10)
    assert table["stability"][0] == pytest.approx(0.0, abs=0.02)


def test_selecting_everything_says_nothing():
    table = selection_stability(selections("ab", "ab"), outer_folds=2, candidates=2)
    assert table["stability"].isna().all()


def test_more_folds_than_told_are_refused():
    with pytest.raises(InputError, match="selected in 3 folds, told were 2"):
        selection_frequency(selections("a", "a", "a"), 2)


def test_feature_twice_in_a_fold_is_refused():
    with pytest.raises(InputError, match="a twice"):
        selection_frequency(selections("aa"), 1)


def test_more_selected_than_candidates_is_refused():
    with pytest.raises(InputError, match="2 features were selected from 1"):
        selection_stability(selections("a", "b"), outer_folds=2, candidates=1)
