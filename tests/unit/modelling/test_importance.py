"""Permutation importance of groups of correlated columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.combat import ComBat
from radiomics_hcc.modelling.crossval import cross_validate
from radiomics_hcc.modelling.explain import GroupImportance, explain
from radiomics_hcc.modelling.importance import feature_groups, group_importance
from radiomics_hcc.modelling.validation import Validation


def names_of(count: int) -> list[str]:
    return [f"P{number:04d}" for number in range(count)]


@pytest.fixture
def rows():
    """400 patients; `twin` repeats `a` with little noise, the label follows `a` alone."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(400, 3)), columns=list("abc"), index=names_of(400))
    return frame.assign(twin=frame["a"] + 0.1 * generator.normal(size=400))


@pytest.fixture
def codes(rows):
    noise = np.random.default_rng(1).logistic(size=400)
    return np.asarray(2.0 * rows["a"] + noise < 0, dtype=np.int64)


def fitted(rows: pd.DataFrame, codes: np.ndarray) -> Pipeline:
    pipeline = Pipeline([("scaling", StandardScaler()), ("model", LogisticRegression())])
    return pipeline.set_output(transform="pandas").fit(rows, codes)


def drops(table: pd.DataFrame, metric: str) -> pd.Series:
    return table[table["metric"] == metric].set_index("group")["drop"]


def test_groups_are_correlated_columns_and_words_stand_alone(rows) -> None:
    table = rows.assign(sex="m", level=-(rows["b"] ** 3), **{"context.site": "A"})
    assert feature_groups(table) == {
        "a": ("a", "twin"),
        "b": ("b", "level"),
        "c": ("c",),
        "sex": ("sex",),
    }


def test_higher_limit_takes_groups_apart(rows) -> None:
    loose = rows.assign(b=rows["a"] + rows["b"])
    assert len(feature_groups(loose, 0.5)) < len(feature_groups(loose, 0.95))


def test_constant_and_empty_columns_are_alone(rows) -> None:
    groups = feature_groups(rows.assign(k=1.0, empty=np.nan))
    assert groups["k"] == ("k",)
    assert groups["empty"] == ("empty",)


def test_permuting_the_only_signal_leaves_an_auc_of_one_half(rows, codes) -> None:
    pipeline = fitted(rows[:200], codes[:200])
    table = group_importance(
        pipeline, rows[200:], codes[200:], feature_groups(rows), seed=1, permutations=40
    )
    auc = table[table["metric"] == "auc"].set_index("group")
    assert auc.loc["a", "permuted"] == pytest.approx(0.5, abs=0.03)
    assert auc.loc["a", "drop"] == pytest.approx(auc.loc["a", "score"] - 0.5, abs=0.03)
    assert drops(table, "auc")[["b", "c"]].abs().max() < 0.02
    assert drops(table, "log_loss").idxmax() == "a"


def test_drop_in_log_loss_of_a_known_linear_model(rows, codes) -> None:
    # Of logit p = w x the mean loss when x is another patient's is known by averaging over both.
    pipeline = fitted(rows[["a"]], codes)
    probability = pipeline.predict_proba(rows[["a"]])
    loss = -np.log(probability)
    expected = (codes.mean() * loss[:, 1] + (1 - codes.mean()) * loss[:, 0]).mean()
    table = group_importance(pipeline, rows[["a"]], codes, {"a": ("a",)}, seed=2, permutations=60)
    permuted = table.set_index("metric").loc["log_loss", "permuted"]
    assert permuted == pytest.approx(expected, abs=0.03)


def test_twin_columns_share_one_importance_instead_of_hiding_each_other(rows, codes) -> None:
    pipeline = fitted(rows[:200], codes[:200])
    apart = {name: (name,) for name in rows}
    together = group_importance(pipeline, rows[200:], codes[200:], feature_groups(rows), seed=3)
    alone = group_importance(pipeline, rows[200:], codes[200:], apart, seed=3)
    assert drops(alone, "auc")[["a", "twin"]].max() < 0.7 * drops(together, "auc")["a"]


def test_group_that_the_model_does_not_use_loses_exactly_nothing(rows, codes) -> None:
    sparse = LogisticRegression(C=0.02, l1_ratio=1.0, solver="saga", max_iter=5000)
    pipeline = Pipeline([("scaling", StandardScaler()), ("model", sparse)])
    pipeline.set_output(transform="pandas").fit(rows, codes)
    table = group_importance(pipeline, rows, codes, feature_groups(rows), seed=4)
    assert (drops(table, "log_loss")[["b", "c"]] == 0.0).all()


def test_lesions_of_a_patient_move_together(rows, codes) -> None:
    pipeline = fitted(rows, codes)
    twice = pd.concat([rows, rows]).sort_index(kind="stable")
    once = group_importance(pipeline, rows, codes, feature_groups(rows), seed=5)
    both = group_importance(pipeline, twice, np.repeat(codes, 2), feature_groups(rows), seed=5)
    pd.testing.assert_frame_equal(once, both)


def test_patients_with_different_numbers_of_lesions_are_possible(rows, codes) -> None:
    pipeline = fitted(rows, codes)
    counts = np.arange(len(rows)) % 3 + 1
    many = rows.loc[np.repeat(rows.index, counts)]
    table = group_importance(pipeline, many, np.repeat(codes, counts), {"a": ("a",)}, seed=6)
    assert (table["drop"] > 0).sum() >= 1
    assert table["drop"].notna().all()


def test_harmonised_values_are_moved_within_no_site(rows, codes) -> None:
    shifted = rows.assign(**{"context.site": np.where(np.arange(400) < 200, "A", "B")})
    shifted.loc[shifted["context.site"] == "B", list(rows)] += 100.0
    combat = ComBat("context.site", columns=tuple(rows))
    pipeline = Pipeline(
        [("harmonise", combat), ("scaling", StandardScaler()), ("model", LogisticRegression())]
    )
    pipeline.set_output(transform="pandas").fit(shifted, codes)
    table = group_importance(pipeline, shifted, codes, feature_groups(rows), seed=7)
    # Raw values of site A at site B would be 100 below: a loss beyond a permutation of signal.
    assert drops(table, "log_loss")["b"] < 0.05


def test_one_sided_fold_has_no_auc(rows, codes) -> None:
    pipeline = fitted(rows, codes)
    is_first = codes == 0
    table = group_importance(pipeline, rows[is_first], codes[is_first], {"a": ("a",)}, seed=8)
    assert table.set_index("metric").loc["auc", ["score", "drop"]].isna().all()
    assert np.isfinite(table.set_index("metric").loc["log_loss", "drop"])


def test_same_seed_same_numbers(rows, codes) -> None:
    pipeline = fitted(rows, codes)
    groups = feature_groups(rows)
    first, again, other = (
        group_importance(pipeline, rows, codes, groups, seed=seed, permutations=3)
        for seed in (9, 9, 10)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_explained_folds_are_those_of_the_cross_validation(signal) -> None:
    table, target = signal
    (candidate,) = model_candidates([OrdinalLogistic(features=3)], table)
    validation = Validation(outer=3, repeats=2, inner=2)
    found = explain(
        candidate,
        table,
        target=target,
        validation=validation,
        how=GroupImportance(permutations=5),
    )
    assert found.drops["repeat"].unique().tolist() == [0]
    assert found.drops["fold"].nunique() == 3
    assert set(found.groups["feature"]) == set(table.data.columns)
    mean = found.drops.groupby(["metric", "group"])["drop"].mean()
    assert mean["auc"].idxmax() == mean["log_loss"].idxmax() == "pre.b"
    (run,) = cross_validate([candidate], table, target=target, validation=validation)
    frame = run.predictions.frame.query("repeat == 0")
    own = frame.apply(lambda row: -np.log(row[f"p_{row['label']}"]), axis=1)
    expected = own.groupby(frame["fold"]).mean()
    told = found.drops.query("metric == 'log_loss'").groupby("fold")["score"].first()
    np.testing.assert_allclose(told, expected)


@pytest.mark.slow
def test_workers_change_nothing(signal) -> None:
    table, target = signal
    (candidate,) = model_candidates([OrdinalLogistic(features=3)], table)
    how = GroupImportance(permutations=2)
    given = {"target": target, "validation": Validation(outer=2, repeats=1, inner=2), "how": how}
    one, two = (explain(candidate, table, **given, jobs=jobs) for jobs in (1, 2))
    pd.testing.assert_frame_equal(one.drops, two.drops)


def test_settings_that_mean_nothing_are_all_told() -> None:
    with pytest.raises(InputError) as caught:
        GroupImportance(correlation=0.0, permutations=0, repeats=0)
    assert len(caught.value.problems) == 3
    assert replace(GroupImportance(), repeats=2).repeats == 2
