from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiomics_hcc.domain.patient_table import Column
from radiomics_hcc.errors import InputError
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.no_information import NoInformation
from radiomics_hcc.modelling.classifiers.ordinal_logistic import OrdinalLogistic
from radiomics_hcc.modelling.classifiers.stacking import Stacking
from radiomics_hcc.modelling.harmonise import Harmonise
from radiomics_hcc.modelling.pipeline import build_pipeline, prepare, selected_features
from radiomics_hcc.modelling.preparation import Preparation
from radiomics_hcc.modelling.selection import NoColumnLeftError
from radiomics_hcc.modelling.selection.reliability import ReliabilityRule


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


@pytest.fixture
def texture() -> tuple[pd.DataFrame, dict[str, Column]]:
    """40 rows of two sites: two textures, a volume, the age; the site travels along."""
    generator = np.random.default_rng(1)
    names = ("pre.original_glcm_A", "pre.original_glcm_B", "pre.original_shape_MeshVolume")
    index = pd.Index([f"P{n:02d}" for n in range(40)], name="patient_id")
    rows = pd.DataFrame(generator.normal(size=(40, 3)), columns=list(names), index=index)
    rows["age"] = generator.normal(60, 9, 40)
    rows["context.site"] = ["x", "y"] * 20
    rows.loc[rows["context.site"] == "y", names[0]] += 4.0
    origins = {name: Column(name, "radiomic", "pre", name[4:]) for name in names}
    return rows, {**origins, "age": Column("age", "clinical")}


BY_SITE = Harmonise("site", smallest_batch=5)


def stages(texture, preparation: Preparation, step=None) -> list[str]:
    rows, origins = texture
    pipeline, _ = build_pipeline(
        step or OrdinalLogistic(), rows, preparation=preparation, origins=origins
    )
    return [name for name, _ in pipeline.steps]


def test_harmonisation_and_reliability_come_first(texture) -> None:
    rule = ReliabilityRule((("pre.original_glcm_A", 0.9),))
    found = stages(texture, Preparation(harmonise=BY_SITE, reliability=rule))
    own = ["columns", "near_constant", "scaling", "pruning", "selection", "model"]
    assert found == ["harmonise", "reliability", *own]
    assert stages(texture, Preparation()) == own


def test_the_context_never_reaches_a_model(texture) -> None:
    rows, origins = texture
    codes = np.arange(40) % 2  # the site itself
    for preparation in (Preparation(), Preparation(harmonise=BY_SITE)):
        pipeline, _ = build_pipeline(
            OrdinalLogistic(features=20), rows, preparation=preparation, origins=origins
        )
        fitted = pipeline.fit(rows, codes)
        assert not any("site" in name for name in selected_features(fitted))
        assert "age" in selected_features(fitted)


def test_only_textures_are_harmonised(texture) -> None:
    rows, origins = texture
    pipeline, _ = build_pipeline(
        OrdinalLogistic(), rows, preparation=Preparation(harmonise=BY_SITE), origins=origins
    )
    codes = (rows["age"] > 60).astype(int)
    after = pipeline.fit(rows, codes)[:1].transform(rows)
    for name in ("pre.original_shape_MeshVolume", "age"):
        np.testing.assert_array_equal(after[name], rows[name])
    means = after.groupby(rows["context.site"])["pre.original_glcm_A"].mean()
    assert abs(means["x"] - means["y"]) < 0.5


def test_columns_without_textures_are_not_harmonised(texture) -> None:
    rows, origins = texture
    pipeline, _ = build_pipeline(
        OrdinalLogistic(),
        rows[["age"]],
        preparation=Preparation(harmonise=BY_SITE),
        origins=origins,
    )
    assert "harmonise" not in pipeline.named_steps


def test_no_selection_passes_every_pruned_column(texture) -> None:
    assert "selection" not in stages(texture, Preparation(), OrdinalLogistic(selection="none"))


def test_where_nothing_is_reliable_the_fit_says_so(texture) -> None:
    rows, origins = texture
    only = rows[["pre.original_glcm_A"]]
    rule = ReliabilityRule((("pre.original_glcm_A", 0.1),))
    pipeline, _ = build_pipeline(
        OrdinalLogistic(), only, preparation=Preparation(reliability=rule), origins=origins
    )
    with pytest.raises(NoColumnLeftError, match="reliability"):
        pipeline.fit(only, np.arange(40) % 2)


def test_a_stacked_model_is_told_which_columns_are_which(texture) -> None:
    rows, origins = texture
    rule = ReliabilityRule((("pre.original_glcm_A", 0.9), ("pre.original_shape_MeshVolume", 0.9)))
    preparation = Preparation(harmonise=BY_SITE, reliability=rule)
    pipeline, _ = build_pipeline(Stacking(), rows, preparation=preparation, origins=origins)
    model = pipeline[-1]
    assert list(model.clinical) == ["age"]
    assert list(model.radiomic) == ["pre.original_glcm_A", "pre.original_shape_MeshVolume"]
    fitted = pipeline.fit(rows, (rows["age"] > 60).astype(int).to_numpy())
    assert selected_features(fitted)
