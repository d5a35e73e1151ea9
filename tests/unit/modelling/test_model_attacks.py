"""Files that somebody made to run code, to exhaust memory or to pass for a model: all refused."""

from __future__ import annotations

import functools
import io
import json
import operator
import os
import pickle
import zipfile
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree._tree import Tree
from skops.io import dumps, loads

from radiomics_hcc.errors import ModelFileError
from radiomics_hcc.modelling import model_archive, model_types
from radiomics_hcc.modelling.final import FinalModel
from radiomics_hcc.modelling.model_file import digest, load_model, save_model

SCHEMA = "schema.json"


class Command:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, ...]:
        return (os.system, (self.command,))


@pytest.fixture
def canary(tmp_path: Path):
    """A file that the attacks would make; it must not be there afterwards."""
    path = tmp_path / "canary"
    yield path
    assert not path.exists()


@pytest.fixture(scope="module")
def saved() -> bytes:
    """The bytes of a real, small model."""
    values, codes = np.arange(8.0).reshape(-1, 1), [0, 0, 0, 0, 1, 1, 1, 1]
    stages = [("scaling", StandardScaler()), ("model", LogisticRegression())]
    return save_model(final(Pipeline(stages).fit(values, codes))).content


def final(pipeline: Pipeline) -> FinalModel:
    return FinalModel(pipeline, {"model": "small", "classes": ["OR", "nonOR"]})


def refused(content: bytes, match: str) -> None:
    """Loading fails with the message although the digest is the attacker's own."""
    with pytest.raises(ModelFileError, match=match):
        load_model(content, digest(content))


def packed(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def members_of(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def with_schema(content: bytes, change: Callable[[dict], None]) -> bytes:
    """The same file after `change` worked on its schema."""
    members = dict(members_of(content))
    schema = json.loads(members[SCHEMA])
    change(schema)
    members[SCHEMA] = json.dumps(schema).encode()
    return packed(list(members.items()))


def as_model(extra: object) -> bytes:
    """A skops file like a model's with something hidden in its card."""
    return dumps({"pipeline": Pipeline([("scale", StandardScaler())]), "card": {"extra": extra}})


def test_a_pickle_that_runs_a_command_is_refused_and_not_run(tmp_path, canary) -> None:
    fired = tmp_path / "fired"
    pickle.loads(pickle.dumps(Command(f"touch {fired}")))
    assert fired.exists(), "the attack is none"
    refused(pickle.dumps(Command(f"touch {canary}")), "not a skops file")


def test_a_joblib_file_under_another_name_is_refused(tmp_path, canary) -> None:
    joblib.dump(Command(f"touch {canary}"), tmp_path / "model.skops")
    refused((tmp_path / "model.skops").read_bytes(), "not a skops file")


def test_a_pickle_inside_an_archive_is_refused(saved, canary) -> None:
    hidden = [*members_of(saved), ("model.pkl", pickle.dumps(Command(f"touch {canary}")))]
    refused(packed(hidden), "members that no model has: 'model.pkl'")


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda command: functools.partial(os.system, command), "functools.partial"),
        (lambda _: os.system, "posix.system"),
        (lambda command: operator.methodcaller("unlink", command), "operator.methodcaller"),
        (lambda _: operator.attrgetter("__class__"), "operator.attrgetter"),
        (lambda command: Path(command).touch, "touch|pathlib"),
        (lambda command: np.array([functools.partial(os.system, command)], object), "partial"),
        (lambda _: FunctionTransformer(os.system), "FunctionTransformer"),
        (lambda _: np.exp, "numpy.exp|numpy.ufunc"),
        (lambda command: command.encode(), ".bin"),
        (lambda _: GaussianNB(), "GaussianNB"),
        (lambda _: {1, 2}, "builtins.set"),
        (lambda _: np.random.RandomState(1), "RandomState"),
        (lambda _: np.ma.MaskedArray([1.0]), "MaskedArray"),
    ],
    ids=[
        *("partial", "os.system", "methodcaller", "attrgetter", "method", "object array"),
        *("function step", "ufunc", "bytes", "other estimator", "set", "RandomState", "masked"),
    ],
)
def test_what_no_model_of_ours_holds_is_named_and_never_made(canary, make, word) -> None:
    refused(as_model(make(f"touch {canary}")), f"(not trusted|no model has).*({word})")


def test_types_that_skops_trusts_by_itself_are_not_enough(canary) -> None:
    content = as_model(GaussianNB())
    assert loads(content)["card"]["extra"] is not None
    refused(content, "not trusted.*GaussianNB")


def test_a_trusted_class_may_not_be_called_with_arguments_of_the_file(saved, canary) -> None:
    def call_it(schema: dict) -> None:
        schema["content"]["card"] = {
            "__class__": "StandardScaler",
            "__module__": "sklearn.preprocessing._data",
            "__loader__": "ConstructorFromReduceNode",
            "content": schema["content"]["card"],
        }

    refused(with_schema(saved, call_it), r"StandardScaler \(as ConstructorFromReduceNode\)")


@pytest.mark.parametrize("key", ["trusted", "trusted_types", "untrusted_types", "allowed"])
def test_a_list_of_trusted_types_in_the_file_is_not_read(canary, key) -> None:
    def trust(schema: dict) -> None:
        schema[key] = ["functools.partial", "posix.system", "builtins.bytes"]
        schema["content"]["card"][key] = ["functools.partial"]

    content = as_model(functools.partial(os.system, f"touch {canary}"))
    refused(with_schema(content, trust), "not trusted.*functools.partial")


@pytest.mark.parametrize("protocol", [0, 1, 3, True, "2", None, -1])
def test_another_format_of_skops_is_refused(saved, protocol) -> None:
    def say(schema: dict) -> None:
        schema["protocol"] = protocol

    refused(with_schema(saved, say), "not a skops file of format 2")


def test_what_is_saved_has_the_format_that_is_read(saved) -> None:
    schema = json.loads(dict(members_of(saved))[SCHEMA])
    assert schema["protocol"] == model_archive.PROTOCOL
    assert load_model(saved, digest(saved)).card["model"] == "small"


def test_compressed_members_that_would_grow_are_refused(saved) -> None:
    bomb = packed([*members_of(saved), ("1.npy", bytes(50 * 1024**2))], zipfile.ZIP_DEFLATED)
    assert len(bomb) < 1024**2
    refused(bomb, "compressed members")


def test_a_member_that_lies_about_its_size_is_refused(saved) -> None:
    name = next(name for name, _ in members_of(saved) if name.endswith(".npy"))
    with zipfile.ZipFile(io.BytesIO(saved)) as archive:
        size = archive.getinfo(name).file_size
    entry = saved.rindex(name.encode()) - 46
    place = entry + 24  # the size without compression in the entry of the central directory
    assert int.from_bytes(saved[place : place + 4], "little") == size
    lie = saved[:place] + (2**31).to_bytes(4, "little") + saved[place + 4 :]
    refused(lie, "compressed members|not a skops file")


def test_members_that_come_twice_are_refused(saved) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = packed([*members_of(saved), (SCHEMA, b"{}")])
    refused(content, "come twice: 'schema.json'")


@pytest.mark.parametrize("name", ["../../canary", "/tmp/canary.npy", "a\\..\\b.npy", "x/1.npy"])
def test_names_that_lead_elsewhere_are_refused(saved, canary, name) -> None:
    refused(packed([*members_of(saved), (name, b"x")]), "members that no model has")


def test_an_archive_without_a_schema_is_refused() -> None:
    refused(packed([("1.npy", b"")]), "it has no schema")


def test_a_schema_that_is_no_json_is_refused() -> None:
    refused(packed([(SCHEMA, b"cos\nsystem\n(S'true'\ntR.")]), "not a skops file")


def test_a_schema_that_is_nested_without_end_is_refused() -> None:
    deep = b'{"protocol": 2, "content": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    refused(packed([(SCHEMA, deep)]), "not a skops file")


def array_file(saved: bytes, change: Callable[[bytes], bytes]) -> bytes:
    members = members_of(saved)
    place = next(number for number, (name, _) in enumerate(members) if name.endswith(".npy"))
    members[place] = (members[place][0], change(members[place][1]))
    return packed(members)


def test_an_array_that_claims_to_be_huge_is_refused_before_memory_is_taken(saved) -> None:
    header = io.BytesIO()
    huge = {"descr": "<f8", "fortran_order": False, "shape": (10**13,)}
    np.lib.format.write_array_header_1_0(header, huge)
    refused(array_file(saved, lambda _: header.getvalue()), "arrays that are not what they say")


def test_an_array_of_pickled_objects_is_refused(saved, canary) -> None:
    stream = io.BytesIO()
    objects = np.array([Command(f"touch {canary}")], object)
    np.save(stream, objects, allow_pickle=True)
    refused(array_file(saved, lambda _: stream.getvalue()), "arrays that are not what they say")


def test_a_file_above_the_limit_is_refused_unread(saved, monkeypatch) -> None:
    monkeypatch.setattr(model_archive, "MOST_BYTES", len(saved) - 1)
    refused(saved, "larger than")


def test_missing_parts_of_a_schema_are_an_error_of_ours(saved) -> None:
    def cut(schema: dict) -> None:
        del schema["content"]["pipeline"]["content"]["content"]["steps"]["content"][0]["content"]

    refused(with_schema(saved, cut), "cannot be rebuilt")


def test_a_reference_to_itself_is_an_error_of_ours(saved) -> None:
    def loop(schema: dict) -> None:
        schema["content"]["card"] = {
            "__class__": "dict",
            "__module__": "builtins",
            "__loader__": "DictNode",
            "__id__": schema["__id__"],
        }

    refused(with_schema(saved, loop), "cannot be rebuilt|no pipeline")


def broken_forest(field: str, value: int) -> RandomForestClassifier:
    values = np.arange(20.0).reshape(-1, 1)
    forest = RandomForestClassifier(3, random_state=1).fit(values, [0, 1] * 10)
    tree = forest.estimators_[1].tree_
    state = tree.__getstate__()
    state["nodes"][field][0] = value
    _, (features, classes, outputs), _ = tree.__reduce__()
    forest.estimators_[1].tree_ = Tree(features, classes, outputs)
    forest.estimators_[1].tree_.__setstate__(state)
    return forest


@pytest.mark.parametrize(
    ("field", "value"),
    [("left_child", 10**6), ("right_child", 0), ("feature", 10**6), ("feature", -2)],
)
def test_a_forest_whose_trees_lead_outside_is_refused(field, value) -> None:
    file = save_model(final(Pipeline([("model", broken_forest(field, value))])))
    refused(file.content, "a tree that leads outside itself")


@pytest.mark.parametrize(
    ("field", "value"), [("left", 10**6), ("right", 0), ("feature_idx", 99), ("is_categorical", 1)]
)
def test_boosted_trees_that_lead_outside_are_refused(field, value) -> None:
    values = np.arange(80.0).reshape(-1, 1)
    model = HistGradientBoostingClassifier(max_iter=2).fit(values, [0, 1] * 40)
    model._predictors[0][0].nodes[field][0] = value
    refused(save_model(final(Pipeline([("model", model)]))).content, "leads outside itself")


def test_a_forest_whose_trees_want_more_columns_than_it_checks_is_refused() -> None:
    values = np.arange(40.0).reshape(-1, 2)
    forest = RandomForestClassifier(2, random_state=1).fit(values, [0, 1] * 10)
    wide = RandomForestClassifier(2, random_state=1).fit(np.hstack([values] * 9), [0, 1] * 10)
    forest.estimators_[1] = wide.estimators_[1]
    refused(save_model(final(Pipeline([("model", forest)]))).content, "leads outside itself")


@pytest.mark.parametrize("place", ["forest", "tree"])
def test_a_forest_that_does_not_say_its_columns_is_refused(place) -> None:
    values = np.arange(40.0).reshape(-1, 2)
    forest = RandomForestClassifier(2, random_state=1).fit(values, [0, 1] * 10)
    assert load_model(*saved_as(forest)).pipeline.predict(values).tolist()
    del vars(forest if place == "forest" else forest.estimators_[1])["n_features_in_"]
    refused(saved_as(forest)[0], "cannot be rebuilt")


def saved_as(model: RandomForestClassifier) -> tuple[bytes, str]:
    file = save_model(final(Pipeline([("model", model)])))
    return file.content, file.sha256


def test_a_class_that_an_installed_package_names_is_saved_and_loaded(monkeypatch) -> None:
    fitted = GaussianNB().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    model = final(Pipeline([("model", fitted)]))
    with pytest.raises(ModelFileError, match="GaussianNB"):
        save_model(model)
    point = EntryPoint("bayes", "sklearn.naive_bayes:GaussianNB", model_types.ENTRY_POINT_GROUP)

    def installed(**_group: str) -> list[EntryPoint]:
        return [point]

    monkeypatch.setattr(model_types, "entry_points", installed)
    file = save_model(model)
    assert load_model(file.content, file.sha256).pipeline.predict([[3.0]]) == [1]


def test_every_form_that_is_written_can_be_read() -> None:
    assert model_types.TRUSTED_TYPES >= model_types.OWN_CLASSES | model_types.LIBRARY_CLASSES
    assert not any("Node" in name for name in model_types.TRUSTED_TYPES)
    assert all_modules_are_known(model_types.TRUSTED_TYPES)


def all_modules_are_known(types: frozenset[str]) -> bool:
    return {name.split(".")[0] for name in types} == {
        "builtins",
        "numpy",
        "radiomics_hcc",
        "sklearn",
    }
