"""Selection frequency and Nogueira's index."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.stability import (
    selection_frequency,
    selection_stability,
    stability_table,
    stability_word,
)


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


def reference_interval(chosen: np.ndarray) -> tuple[float, float, float]:
    """Index and limits written out from the paper, one fold and one feature at a time."""
    folds, features = chosen.shape
    p = chosen.sum(axis=0) / folds
    k = float(p.sum())
    spread = (k / features) * (1 - k / features)
    index = 1 - sum(folds / (folds - 1) * q * (1 - q) for q in p) / features / spread
    phi = []
    for fold in chosen:
        size = float(fold.sum())
        agreement = sum(z * q for z, q in zip(fold, p, strict=True)) / features
        bracket = 2 * k * size / features**2 - size / features - k / features + 1
        phi.append((agreement - size * k / features**2 + index / 2 * bracket) / spread)
    mean = sum(phi) / folds
    error = (4 / folds**2 * sum((value - mean) ** 2 for value in phi)) ** 0.5
    return index, index - 1.959964 * error, index + 1.959964 * error


def test_interval_is_that_of_the_paper():
    generator = np.random.default_rng(3)
    chosen = (generator.random((30, 12)) < np.linspace(0.1, 0.9, 12)).astype(float)
    letters = np.array(list("abcdefghijkl"))
    picks = ["".join(letters[row == 1.0]) for row in chosen]
    table = selection_stability(selections(*picks), outer_folds=30, candidates=12)
    found = table.loc[0, ["stability", "low", "high"]].to_numpy(float)
    np.testing.assert_allclose(found, reference_interval(chosen), rtol=1e-6)


def test_candidates_that_no_fold_chose_count():
    chosen = np.zeros((6, 20))
    chosen[:, :2], chosen[:3, 2] = 1.0, 1.0
    table = selection_stability(
        selections("abc", "abc", "abc", "ab", "ab", "ab"), outer_folds=6, candidates=20
    )
    index, low, _ = reference_interval(chosen)
    assert table.loc[0, ["stability", "low"]].tolist() == pytest.approx([index, low])


def test_interval_holds_the_true_index_of_independent_folds():
    generator = np.random.default_rng(4)
    shares = np.array([0.95, 0.9, 0.8, 0.3, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05])
    mean = shares.mean()
    truth = 1 - (shares * (1 - shares)).mean() / (mean * (1 - mean))
    letters = np.array(list("abcdefghij"))
    held = 0
    for _ in range(40):
        picks = ["".join(letters[generator.random(10) < shares]) for _ in range(50)]
        row = selection_stability(selections(*picks), outer_folds=50, candidates=10).iloc[0]
        held += row["low"] <= truth <= row["high"]
    assert held / 40 >= 0.85


@pytest.mark.parametrize(
    ("index", "word"),
    [
        (0.8, "excellent"),
        (0.75, "excellent"),
        (0.4, "intermediate"),
        (0.39, "poor"),
        (-0.2, "poor"),
        (float("nan"), "not defined"),
    ],
)
def test_words_of_the_index(index, word):
    assert stability_word(index) == word


def test_model_that_never_selected_has_a_row():
    table = stability_table(selections("a", "a"), 2, {"lasso": 5, "none": 5})
    assert table["model"].tolist() == ["lasso", "none"]
    assert table["word"].tolist() == ["excellent", "not defined"]
    assert table["mean_selected"].tolist() == [1.0, 0.0]


def test_model_whose_candidates_nobody_told_is_refused():
    with pytest.raises(InputError, match="nobody said from how many"):
        stability_table(selections("a", "a"), 2, {"other": 5})
