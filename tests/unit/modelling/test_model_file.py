from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from skops.io import dumps

from radiomics_hcc.domain.evaluation import Finding
from radiomics_hcc.errors import ModelFileError
from radiomics_hcc.modelling.candidates import model_candidates
from radiomics_hcc.modelling.card import NESTED_SENTENCE
from radiomics_hcc.modelling.classifiers.elastic_net import ElasticNet
from radiomics_hcc.modelling.classifiers.random_forest import RandomForest
from radiomics_hcc.modelling.classifiers.table import CLASSIFIERS
from radiomics_hcc.modelling.final import FinalModel, fit_final
from radiomics_hcc.modelling.model_file import digest, load_model, save_model
from radiomics_hcc.modelling.pipeline import prepare
from radiomics_hcc.modelling.predict import predict
from radiomics_hcc.modelling.validation import Validation


class ForeignModel:
    """A type that no list of this package names."""

    def __init__(self) -> None:
        self.command = "anything"


def final(signal, kind: str = "elastic_net", findings=()) -> FinalModel:
    table, target = signal
    step = RandomForest(trees=10) if kind == "random_forest" else CLASSIFIERS[kind]()
    candidate = model_candidates([step], table)[0]
    return fit_final(
        candidate, table, target=target, validation=Validation(inner=3), findings=findings
    )


@pytest.mark.parametrize("kind", sorted(CLASSIFIERS))
def test_a_loaded_model_predicts_exactly_as_the_saved_one(signal, kind: str) -> None:
    table, _ = signal
    model = final(signal, kind)
    saved = save_model(model)
    loaded = load_model(saved.content, saved.sha256)
    rows = prepare(table.data, list(table.data.columns))
    np.testing.assert_array_equal(
        loaded.pipeline.predict_proba(rows), model.pipeline.predict_proba(rows)
    )
    assert loaded.card == model.card
    assert predict(loaded, table).equals(predict(model, table))


def test_the_same_seed_gives_the_same_model(signal) -> None:
    table, _ = signal
    one, other = final(signal, "random_forest"), final(signal, "random_forest")
    assert predict(one, table).equals(predict(other, table))
    assert one.card == other.card


def test_the_card_is_json_and_says_what_the_estimate_belongs_to(signal) -> None:
    card = final(signal, findings=[Finding("HCC000", "serious", "Stamped.")]).card
    assert json.loads(json.dumps(card)) == card
    assert card["note"] == NESTED_SENTENCE
    assert card["warnings"] == ["Stamped."]
    assert card["classes"] == ["CR", "PR", "SD"]
    assert card["columns"]["sex"]["words"] == ["f", "m"]
    assert card["columns"]["pre.c"]["empty"] == 9


def test_training_range_of_a_column_is_on_the_card(signal) -> None:
    table, _ = signal
    column = final(signal).card["columns"]["pre.a"]
    assert column["minimum"] == table.data["pre.a"].min()
    assert column["quantiles"]["0.50"] == pytest.approx(table.data["pre.a"].median())


def test_changed_bytes_are_refused(signal) -> None:
    saved = save_model(final(signal))
    changed = saved.content[:-1] + bytes([saved.content[-1] ^ 1])
    with pytest.raises(ModelFileError, match="changed or damaged"):
        load_model(changed, saved.sha256)


def test_a_foreign_type_is_named_and_never_loaded(signal) -> None:
    model = final(signal)
    content = dumps({"pipeline": model.pipeline, "card": {}, "extra": ForeignModel()})
    with pytest.raises(ModelFileError, match="ForeignModel"):
        load_model(content, digest(content))


def test_a_pipeline_with_a_foreign_type_is_not_saved(signal) -> None:
    model = final(signal)
    foreign = FinalModel(Pipeline([("model", ForeignModel())]), model.card)
    with pytest.raises(ModelFileError, match="ForeignModel"):
        save_model(foreign)


@pytest.mark.parametrize("content", [b"", b"not a zip file"])
def test_bytes_that_are_no_model_file_are_refused(content: bytes) -> None:
    with pytest.raises(ModelFileError, match="not a skops file"):
        load_model(content, digest(content))


def test_a_skops_file_without_a_card_is_no_model() -> None:
    content = dumps(StandardScaler())
    with pytest.raises(ModelFileError, match="no pipeline with its card"):
        load_model(content, digest(content))


def test_a_step_may_be_read_back_from_the_card(signal) -> None:
    assert ElasticNet.from_config(final(signal).card["step"]) == ElasticNet()
