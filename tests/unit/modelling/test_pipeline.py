from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.no_information import NoInformation
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.pipeline import build_pipeline, prepare, selected_features


@pytest.fixture
def rows() -> pd.DataFrame:
    generator = np.random.default_rng(4)
    frame = pd.DataFrame(generator.normal(size=(50, 4)), columns=list("abcd"))
    frame.loc[:9, "c"] = np.nan
    frame["sex"] = ["f", "m"] * 25
    frame["stage"] = pd.Series([None, "A", "B", "A", "B"] * 10, dtype="str")
    return frame


@pytest.fixture
def codes(rows) -> np.ndarray:
    return (rows["a"] > 0).astype(int).to_numpy()


def fitted(rows: pd.DataFrame, codes: np.ndarray, step=None):
    prepared = prepare(rows, list(rows.columns))
    return build_pipeline(step or OrdinalLogistic(features=20), prepared)[0].fit(prepared, codes)


def test_every_column_of_the_model_has_a_name(rows, codes) -> None:
    names = set(selected_features(fitted(rows, codes)))
    assert names >= {"a", "b", "c", "d", "missingindicator_c", "sex_f", "stage_A"}


def test_two_words_make_one_column_because_the_other_is_its_opposite(rows, codes) -> None:
    names = selected_features(fitted(rows, codes))
    assert [name for name in names if name.startswith("sex")] == ["sex_f"]


def test_a_word_that_training_never_saw_is_none_of_the_known_ones(rows, codes) -> None:
    pipeline = fitted(rows, codes)
    new = prepare(rows.head(1).assign(stage="D"), list(rows.columns))
    encoded = pipeline[:-1].transform(new)
    zero = fitted(rows, codes)[:-1].transform(prepare(rows, list(rows.columns)))
    for name in ("stage_A", "stage_B"):
        assert encoded[name].iloc[0] == pytest.approx(zero[name].min())


def test_nothing_of_the_fold_that_is_predicted_reaches_the_fit(rows, codes) -> None:
    prepared = prepare(rows, list(rows.columns))
    pipeline = fitted(rows, codes)
    alone = pipeline.predict_proba(prepared.tail(1))
    together = pipeline.predict_proba(prepared)[-1:]
    np.testing.assert_allclose(alone, together, rtol=1e-12)


def test_an_empty_cell_is_filled_with_the_training_median(rows, codes) -> None:
    before = fitted(rows, codes)[:2]
    new = prepare(rows.tail(1).assign(c=np.nan), list(rows.columns))
    assert before.transform(new)["c"].iloc[0] == pytest.approx(rows["c"].median())


def test_at_most_the_declared_number_of_features_is_selected(rows, codes) -> None:
    assert len(selected_features(fitted(rows, codes, OrdinalLogistic(features=2)))) == 2


def test_a_slope_of_zero_is_not_a_selected_feature(rows, codes) -> None:
    prepared = prepare(rows, list(rows.columns))
    pipeline, _ = build_pipeline(ElasticNet(), prepared)
    pipeline[-1].set_params(C=0.05, l1_ratio=1.0, random_state=0)
    assert selected_features(pipeline.fit(prepared, codes)) == ["a"]


def test_the_model_without_information_looks_at_no_feature(rows, codes) -> None:
    pipeline = fitted(rows, codes, NoInformation())
    assert selected_features(pipeline) == []
    np.testing.assert_allclose(pipeline.predict_proba(rows)[0], np.bincount(codes) / len(codes))


def test_yes_and_no_are_numbers() -> None:
    prepared = prepare(pd.DataFrame({"flag": [True, False]}), ["flag"])
    assert prepared["flag"].tolist() == [1.0, 0.0]


def test_no_column_is_refused() -> None:
    with pytest.raises(InputError, match="no column to learn from"):
        build_pipeline(ElasticNet(), pd.DataFrame(index=[0, 1]))
