"""The schema of the experiment file: closed, frozen, and the same as its JSON Schema."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError
from ruamel.yaml import YAML

from radiomics_hcc.experiment.config import ExperimentConfig
from radiomics_hcc.experiment.listing import experiment_schema
from radiomics_hcc.experiment.load import load_experiments

EXPERIMENTS = sorted((Path(__file__).parents[3] / "experiments").glob("*.yaml"))

SMALLEST = {
    "schema_version": 1,
    "name": "n",
    "question": "q",
    "intent": "early_response",
    "seed": 0,
    "cohort": {"images": "cohort.csv"},
    "target": {"measurements": "m.csv"},
    "models": [{"kind": "elastic_net"}],
}


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = experiment_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_example_fits_the_schema_and_loads(validator: Draft202012Validator, path: Path) -> None:
    content = YAML(typ="safe", pure=True).load(path)
    assert [error.message for error in validator.iter_errors(content)] == []
    assert load_experiments(path)


def test_there_are_examples() -> None:
    assert EXPERIMENTS


def test_smallest_file_fits_both_schemas(validator: Draft202012Validator) -> None:
    assert validator.is_valid(SMALLEST)
    assert ExperimentConfig.model_validate(SMALLEST).features.timepoints == ("pre",)


@pytest.mark.parametrize(
    "changed",
    [
        {"sead": 1},
        {"seed": -1},
        {"seed": "soon"},
        {"intent": "prediction"},
        {"name": "no spaces please"},
        {"question": ""},
        {"models": []},
        {"models": [{"kind": "support_vectors"}]},
        {"models": [{"trees": 3}]},
        {"cohort": {"images": "c.csv", "fase": "arterial"}},
        {"features": {"engine": "handmade"}},
        {"features": {"delta": ["squared"]}},
        {"features": {"between": ["pre"]}},
        {"target": {"measurements": "m.csv", "criterion": "choice"}},
        {"validation": {"outer": 1}},
        {"execution": {"jobs": 0}},
    ],
    ids=str,
)
def test_json_schema_refuses(validator: Draft202012Validator, changed: dict[str, object]) -> None:
    assert not validator.is_valid({**SMALLEST, **changed})


@pytest.mark.parametrize("key", ["schema_version", "name", "question", "intent", "seed", "target"])
def test_required_key(validator: Draft202012Validator, key: str) -> None:
    without = {name: value for name, value in SMALLEST.items() if name != key}
    assert not validator.is_valid(without)
    with pytest.raises(ValidationError, match=key):
        ExperimentConfig.model_validate(without)


def test_features_need_something_that_enters() -> None:
    with pytest.raises(ValidationError, match="no feature would enter"):
        ExperimentConfig.model_validate({**SMALLEST, "features": {"timepoints": []}})


def test_parameters_and_a_finished_table_exclude_each_other() -> None:
    features = {"table": "t.csv", "params": "p.yaml"}
    with pytest.raises(ValidationError, match="not both"):
        ExperimentConfig.model_validate({**SMALLEST, "features": features})


def test_clinical_column_comes_once() -> None:
    with pytest.raises(ValidationError, match="clinical names age more than once"):
        ExperimentConfig.model_validate({**SMALLEST, "clinical": ["age", "sex", "age"]})


def test_configuration_is_frozen() -> None:
    config = ExperimentConfig.model_validate(SMALLEST)
    with pytest.raises(ValidationError, match="frozen"):
        config.seed = 5
