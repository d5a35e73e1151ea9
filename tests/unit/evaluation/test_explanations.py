"""Slopes and importances over the outer folds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.evaluation.explanations import coefficient_table, importance_table
from radiomics_hcc.evaluation.intervals import nadeau_bengio


def slopes(**values: list[float]) -> pd.DataFrame:
    """One list per feature, one number per fold."""
    rows = [
        ("net", 0, fold, feature, "SD", value)
        for feature, numbers in values.items()
        for fold, value in enumerate(numbers)
    ]
    return pd.DataFrame(rows, columns=["model", "repeat", "fold", "feature", "class", "value"])


def test_slopes_by_hand() -> None:
    table = coefficient_table(slopes(a=[1.0, 2.0, -3.0, 4.0], b=[0.0, 0.5, 0.0, 1.5]), 4)
    a, b = table.set_index("feature").loc[["a", "b"]].to_dict("records")
    assert (a["mean"], a["folds_used"], a["same_sign"]) == (1.0, 1.0, 0.75)
    assert a["sd"] == pytest.approx(np.std([1, 2, -3, 4], ddof=1))
    assert (b["mean"], b["folds_used"], b["same_sign"]) == (1.0, 0.5, 1.0)


def test_folds_that_were_not_given_the_feature_count_as_not_used() -> None:
    table = coefficient_table(slopes(a=[1.0, 1.0]), 10)
    assert table.loc[0, "folds_used"] == 0.2


def test_most_used_feature_comes_first_then_the_steepest() -> None:
    table = coefficient_table(slopes(a=[0.0, 5.0], b=[1.0, 1.0], c=[-2.0, -2.0]), 2)
    assert table["feature"].tolist() == ["c", "b", "a"]


def test_classes_have_rows_of_their_own() -> None:
    both = pd.concat([slopes(a=[1.0]), slopes(a=[-1.0]).assign(**{"class": "PD"})])
    table = coefficient_table(both, 1)
    assert table.set_index("class")["mean"].to_dict() == {"PD": -1.0, "SD": 1.0}


def test_model_without_slopes_has_no_rows() -> None:
    assert coefficient_table(slopes(), 5).empty
    assert coefficient_table(slopes(a=[0.0, 0.0]), 2).empty


def test_more_folds_than_told_are_refused() -> None:
    with pytest.raises(InputError, match="slopes of 3 folds, told were 2"):
        coefficient_table(slopes(a=[1.0, 1.0, 1.0]), 2)


def test_missing_columns_are_all_told() -> None:
    with pytest.raises(InputError) as caught:
        coefficient_table(pd.DataFrame({"model": ["net"]}), 1)
    assert len(caught.value.problems) == 5


def importance(**values: list[float]) -> pd.DataFrame:
    rows = [
        ("net", 0, fold, group, "auc", value)
        for group, numbers in values.items()
        for fold, value in enumerate(numbers)
    ]
    return pd.DataFrame(rows, columns=["model", "repeat", "fold", "group", "metric", "drop"])


def test_importance_has_the_corrected_interval_of_the_folds() -> None:
    numbers = [0.1, 0.2, 0.05, -0.01, 0.15]
    row = importance_table(importance(a=numbers), 0.25).iloc[0]
    expected = nadeau_bengio(np.array(numbers), 0.25)
    assert (row["drop"], row["low"], row["high"]) == pytest.approx(
        (expected.estimate, expected.low, expected.high)
    )
    assert (row["folds_worse"], row["folds"]) == (0.8, 5)


def test_most_important_group_comes_first_within_its_metric() -> None:
    both = importance(a=[0.1, 0.1], b=[0.3, 0.3])
    table = importance_table(pd.concat([both, both.assign(metric="log_loss")]), 0.25)
    assert table["group"].tolist() == ["b", "a", "b", "a"]
    assert table["metric"].tolist() == ["auc", "auc", "log_loss", "log_loss"]


def test_folds_without_a_score_are_counted_out() -> None:
    row = importance_table(importance(a=[0.2, np.nan, 0.2, 0.2]), 0.25).iloc[0]
    assert (row["drop"], row["folds_worse"]) == (pytest.approx(0.2), 1.0)
    assert row["method"] == "Nadeau-Bengio on 3 of 4 folds"
