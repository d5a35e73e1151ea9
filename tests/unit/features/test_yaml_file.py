from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from radiomics_hcc.datasets.yaml_file import read_yaml, validate
from radiomics_hcc.errors import ConfigError


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Net(Closed):
    kind: Literal["net"]
    strength: float = 1.0


class Forest(Closed):
    kind: Literal["forest"]
    trees: int = 100


class Study(Closed):
    name: str
    models: list[Annotated[Net | Forest, Field(discriminator="kind")]] = []
    merge: dict[str, str | list[str]] = {}

    @field_validator("name")
    @classmethod
    def _not_empty(cls, name: str) -> str:
        if not name:
            raise ValueError("a study needs a name")
        return name


@pytest.fixture
def write(tmp_path: Path):
    def write_text(text: str) -> Path:
        path = tmp_path / "study.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


def problems_of(path: Path, model: type[BaseModel] = Study) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        validate(read_yaml(path), model)
    return [str(problem).replace(str(path), "FILE") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 1e-3),
        ("1E5", 1e5),
        (".5", 0.5),
        ("2.", 2.0),
        ("-3", -3),
        ("010", 10),
        ("0x1F", 31),
        ("0o17", 15),
        ("1_000", 1000),
        ("1_", "1_"),
        ("true", True),
        ("yes", "yes"),
        ("off", "off"),
        ("~", None),
        ("'1'", "1"),
        ("2020-01-31", "2020-01-31"),
        ("-.inf", -math.inf),
    ],
)
def test_scalar_is_read_by_yaml_1_2(write, text, value):
    data = read_yaml(write(f"a: {text}\n")).data
    assert data == {"a": value}
    assert type(data["a"]) is type(value)


def test_nan_is_a_number(write):
    assert math.isnan(read_yaml(write("a: .nan")).data["a"])


def test_json_with_tabs_is_read(write):
    assert read_yaml(write('{\n\t"a": [1, {"b": null}]\n}')).data == {"a": [1, {"b": None}]}


def test_empty_file_is_an_empty_mapping(write):
    assert read_yaml(write("# nothing\n")).data == {}


def test_merge_keys_fill_in_and_own_keys_win(write):
    text = "base: &b {x: 1, y: 2}\na: {<<: *b, y: 3}\nc: {y: 4, <<: [{z: 5}, *b]}\n"
    assert read_yaml(write(text)).data == {
        "base": {"x": 1, "y": 2},
        "a": {"x": 1, "y": 3},
        "c": {"x": 1, "y": 4, "z": 5},
    }


def test_place_is_line_and_column_of_the_key(write):
    path = write("name: a\nmodels:\n  - kind: net\n    strength: 2\n")
    document = read_yaml(path)
    assert document.place(("models", 0, "strength")) == f"{path}:4:5"
    assert document.place(("models", 0)) == f"{path}:3:5"
    assert document.place(("models", 0, "absent")) == f"{path}:3:5"
    assert document.place(()) == f"{path}:1:1"


def test_every_repeated_key_is_named_with_its_line(write):
    assert problems_of(write("a: 1\nb: {c: 1, c: 2}\na: 3\n")) == [
        "FILE:2:11: key 'c' is given twice (first in line 2)",
        "FILE:3:1: key 'a' is given twice (first in line 1)",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1,\nb", "FILE:2:2: is not YAML"),
        ("a: 1\n---\nb: 2", "FILE:2:1: is not YAML: expected a single document"),
        ("\ta: 1", "FILE:1:1: is not YAML"),
        ("a: \x07", "FILE: is not YAML"),
        ("a: &x [*x]", "FILE:1:4: an alias points to what contains it"),
        ("a: !python/object {}", "FILE:1:4: the tag !python/object is not known"),
        ("[1, 2]: 3", "FILE:1:1: a key must be text"),
        ("<<: 3", "FILE:1:5: '<<' takes a mapping"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_place(write, text, said):
    assert problems_of(write(text))[0].startswith(said)


def test_missing_file_and_folder_are_refused(tmp_path: Path):
    for path in (tmp_path / "nowhere.yaml", tmp_path):
        with pytest.raises(ConfigError, match="cannot be read"):
            read_yaml(path)


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path):
    path = tmp_path / "latin.yaml"
    path.write_bytes("name: Müller".encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8"):
        read_yaml(path)


def test_valid_document_becomes_the_model(write):
    study = validate(read_yaml(write("name: a\nmodels: [{kind: forest, trees: 5}]")), Study)
    assert study.models == [Forest(kind="forest", trees=5)]


def test_all_problems_are_listed_by_place_with_what_to_do(write):
    text = (
        "nmae: a\nmodels:\n  - {kind: net, strenght: 2}\n  - {kind: forest, trees: many}\n"
        "  - {kind: frost}\nmerge: {OR: 3}\n"
    )
    found = problems_of(write(text))
    assert found[0] == "FILE:1:1: unknown key 'nmae'; did you mean 'name'?"
    assert found[1] == "FILE:1:1: lacks the key 'name'; add it"
    assert found[2] == "FILE:3:17: unknown key 'models.0.strenght'; did you mean 'strength'?"
    assert found[3].startswith("FILE:4:20: models.1.trees: input should be a valid integer")
    assert found[4].startswith("FILE:5:5: models.2: ")
    assert "'net', 'forest'" in found[4]
    assert found[5].startswith("FILE:6:9: merge.OR: ")
    assert "; or " in found[5]
    assert len(found) == 6


def test_unknown_key_of_a_union_lists_the_keys_of_its_branch_alone(write):
    found = problems_of(write("name: a\nmodels: [{kind: net, zzz: 2}]"))
    assert found == ["FILE:2:22: unknown key 'models.0.zzz'; known: kind, strength"]


def test_rule_of_the_model_speaks_for_itself(write):
    assert problems_of(write("name: ''")) == ["FILE:1:1: name: a study needs a name"]


def test_list_in_place_of_a_mapping_is_said_plainly(write):
    assert problems_of(write("- 1")) == ["FILE:1:1: needs keys with values, found [1]"]
