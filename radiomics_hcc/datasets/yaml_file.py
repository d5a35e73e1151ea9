"""YAML and JSON files as plain data that remembers where each key stands, checked by a model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import ConfigError, Problem

KeyPath = tuple[str | int, ...]
ModelType = TypeVar("ModelType", bound=BaseModel)

CORE_TAG: Final = "tag:yaml.org,2002:"
MERGE_TAG: Final = CORE_TAG + "merge"
# YAML 1.2, core schema; underscores between digits as in PyYAML and ruamel.
NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
BOOLEANS: Final = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
INTEGER: Final = re.compile(r"[-+]?[0-9]{1,300}(_[0-9]{1,300})*|0o[0-7]+|0x[0-9a-fA-F]+")
NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(_[0-9]+)*(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True)
class YamlDocument:
    """A YAML or JSON file as plain data, with the place of every key and list item.

    Parameters
    ----------
    path
        The file, for messages.
    data
        Dictionaries with text keys, lists, text, numbers, booleans and None. Dates stay text, as
        written (`2020-01-31`), so that a model decides what they are.
    places
        Line and column, from 1, by key path: `("models", 0, "kind")`. The empty path is the
        start of the file.
    """

    path: Path
    data: object
    places: Mapping[KeyPath, tuple[int, int]] = field(default_factory=dict, repr=False)

    def place(self, key_path: KeyPath) -> str:
        """Say where a key stands, `file:line:column`; its nearest known parent when it is absent.

        Parts of the path that are no key of the file are passed over, such as the branch of a
        union in the location of a pydantic error.
        """
        line, column = self.places.get(self.known_path(key_path), (1, 1))
        return f"{self.path}:{line}:{column}"

    def known_path(self, key_path: KeyPath) -> KeyPath:
        """Keep the parts of a key path that the file has."""
        known: KeyPath = ()
        for part in key_path:
            if (*known, part) in self.places:
                known = (*known, part)
        return known


def read_yaml(path: Path | str) -> YamlDocument:
    """Read one YAML 1.2 (or JSON) document from a file, see `parse_yaml`.

    Raises
    ------
    ConfigError
        Where the file is missing, is not UTF-8, or cannot be parsed.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError([Problem(str(path), f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            [Problem(str(path), f"is not UTF-8 (byte {error.start})", "save it as UTF-8")]
        ) from error
    return parse_yaml(text, path)


def parse_yaml(text: str, path: Path) -> YamlDocument:
    """Read one YAML 1.2 (or JSON) document.

    An empty text is an empty mapping. `1e-3` is a number, `yes` and `on` are text, dates are
    text. Anchors, aliases and merge keys (`<<`) work.

    Parameters
    ----------
    text
        The document.
    path
        Where it comes from, for messages.

    Raises
    ------
    ConfigError
        Where the text is not YAML, gives a key twice, uses a key that is not text or a tag of
        its own; names `file:line:column`.
    """
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        raise ConfigError([_syntax_problem(path, error)]) from error
    except YAMLError as error:
        raise ConfigError([Problem(str(path), f"is not YAML: {error}")]) from error
    if root is None:
        return YamlDocument(path, {}, {(): (1, 1)})
    reader = _NodeReader(path)
    data = reader.value(root, ())
    if reader.problems:
        raise ConfigError(reader.problems, f"{path} cannot be used")
    return YamlDocument(path, data, reader.places)


def validate(document: YamlDocument, model: type[ModelType]) -> ModelType:
    """Check a document by a pydantic model and return the model's instance.

    Raises
    ------
    ConfigError
        Lists every problem with its `file:line:column`; an unknown key suggests the nearest
        known one.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems = _problems(document, model, error)
    raise ConfigError(problems, f"{document.path} breaks the schema")


class _NodeReader:
    """Turns the nodes of a document into data, collecting places and problems."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places: dict[KeyPath, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self.open_nodes: set[int] = set()

    def value(self, node: Node, key_path: KeyPath) -> object:
        self.places.setdefault(key_path, _line_column(node))
        if not str(node.tag).startswith(CORE_TAG):
            self.refuse(node, f"the tag {node.tag} is not known", "write plain values")
            return None
        if isinstance(node, ScalarNode):
            return node.value if node.style else _plain_value(node.value)
        if id(node) in self.open_nodes:
            self.refuse(node, "an alias points to what contains it")
            return None
        self.open_nodes.add(id(node))
        content = self.content(node, key_path)
        self.open_nodes.discard(id(node))
        return content

    def content(self, node: Node, key_path: KeyPath) -> object:
        if isinstance(node, SequenceNode):
            return [self.value(item, (*key_path, i)) for i, item in enumerate(node.value)]
        return self.mapping(node, key_path)

    def mapping(self, node: Node, key_path: KeyPath) -> dict[str, object]:
        merged: dict[str, object] = {}
        own: dict[str, object] = {}
        for key, child in node.value:
            name = key.value
            if key.tag == MERGE_TAG:
                merged |= self.merge(child, key_path)
            elif not isinstance(key, ScalarNode):
                self.refuse(key, "a key must be text")
            elif name in own:
                first = self.places[(*key_path, name)][0]
                self.refuse(key, f"key {name!r} is given twice (first in line {first})")
            else:
                self.places[(*key_path, name)] = _line_column(key)
                own[name] = self.value(child, (*key_path, name))
        return {**merged, **own}

    def merge(self, node: Node, key_path: KeyPath) -> dict[str, object]:
        """Content of `<<`: a mapping, or a list of mappings of which the first wins."""
        parts = node.value if isinstance(node, SequenceNode) else [node]
        content: dict[str, object] = {}
        for part in reversed(parts):
            if isinstance(part, MappingNode):
                found = self.value(part, key_path)
                content |= found if isinstance(found, dict) else {}
            else:
                self.refuse(part, "'<<' takes a mapping or a list of mappings")
        return content

    def refuse(self, node: Node, what: str, remedy: str = "") -> None:
        line, column = _line_column(node)
        self.problems.append(Problem(f"{self.path}:{line}:{column}", what, remedy))


def _plain_value(text: str) -> object:
    """Read an unquoted scalar by YAML 1.2's core schema."""
    if text in NULLS:
        return None
    if text in BOOLEANS:
        return BOOLEANS[text]
    if INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if NUMBER.fullmatch(text):
        return float(text)
    return float(text.replace(".", "")) if NOT_FINITE.fullmatch(text) else text


def _line_column(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _syntax_problem(path: Path, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
    what = ", ".join(str(part) for part in (error.context, error.problem) if part)
    return Problem(where, f"is not YAML: {what}")


def _problems(
    document: YamlDocument, model: type[BaseModel], error: ValidationError
) -> list[Problem]:
    """One problem per place, by line; the branches of a union that all fail are joined."""
    found: dict[tuple[tuple[int, int], str, str], list[str]] = {}
    for details in error.errors(include_url=False):
        place = document.places.get(document.known_path(details["loc"]), (1, 1))
        what, remedy = _what_and_remedy(document, model, details)
        group = what if details["type"] == "missing" else remedy
        whats = found.setdefault((place, group, remedy), [])
        whats += [] if what in whats else [what]
    return [
        Problem(f"{document.path}:{line}:{column}", "; or ".join(whats), remedy)
        for ((line, column), _, remedy), whats in sorted(found.items())
    ]


def _what_and_remedy(
    document: YamlDocument, model: type[BaseModel], details: ErrorDetails
) -> tuple[str, str]:
    location = details["loc"]
    dotted = ".".join(str(part) for part in document.known_path(location))
    prefix = f"{dotted}: " if dotted else ""
    match details["type"]:
        case "missing":
            return f"{prefix}lacks the key {location[-1]!r}", "add it"
        case "extra_forbidden":
            known = sorted(_known_keys(model, location[:-1]))
            return f"unknown key {dotted!r}", did_you_mean(str(location[-1]), known)
        case "value_error" | "assertion_error":
            return f"{prefix}{details['ctx']['error']}", ""
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"{prefix}needs keys with values, found {details['input']!r}", ""
    message = details["msg"][:1].lower() + details["msg"][1:]
    return f"{prefix}{message}, found {details['input']!r}", ""


def _known_keys(model: type[BaseModel], location: KeyPath) -> set[str]:
    """Keys that the models at a place of the schema take."""
    models = {model}
    for part in location:
        below = {
            found
            for candidate in models
            for name, info in candidate.model_fields.items()
            if part in (name, info.alias)
            for found in _models_in(info.annotation)
        }
        chosen = {candidate for candidate in models if _is_tagged(candidate, part)}
        models = below or chosen or models
    return {
        info.alias or name for candidate in models for name, info in candidate.model_fields.items()
    }


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _is_tagged(model: type[BaseModel], tag: str | int) -> bool:
    """Whether a union's branch is meant: its class name, or the literal of one of its fields."""
    literals = (
        get_args(info.annotation)
        for info in model.model_fields.values()
        if get_origin(info.annotation) is Literal
    )
    return tag == model.__name__ or any(tag in values for values in literals)
