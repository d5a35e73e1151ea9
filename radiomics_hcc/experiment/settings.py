"""What an experiment file says in the end: environment variables, variants, `--set`."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from radiomics_hcc.datasets.yaml_file import YamlDocument, parse_yaml
from radiomics_hcc.errors import ConfigError, Problem

VARIABLE: Final = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")
VARIANTS: Final = "variants"


def expanded(document: YamlDocument) -> dict[str, object]:
    """The file's content with `${NAME}` and `${NAME:-default}` replaced in every text.

    Raises
    ------
    ConfigError
        For every variable that is not set and has no default.
    """
    problems: list[Problem] = []

    def expand(value: object, key_path: tuple[str | int, ...]) -> object:
        if isinstance(value, dict):
            return {key: expand(item, (*key_path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [expand(item, (*key_path, i)) for i, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        for match in VARIABLE.finditer(value):
            if match["default"] is None and match["name"] not in os.environ:
                what = f"the environment variable {match['name']} is not set"
                problems.append(Problem(document.place(key_path), what, "set it"))
        return expanded_text(value)

    content = expand(document.data, ())
    if problems:
        raise ConfigError(problems)
    if not isinstance(content, dict):
        raise ConfigError([Problem(document.place(()), "is not a mapping of keys")])
    return content


def expanded_text(text: str) -> str:
    """A text with `${NAME}` and `${NAME:-default}` replaced; nothing where there is neither."""
    return VARIABLE.sub(lambda m: os.environ.get(m["name"]) or m["default"] or "", text)


def with_settings(data: Mapping[str, object], settings: Sequence[str]) -> dict[str, object]:
    """A copy of the content with `key.path=value` settings put in, the value as YAML.

    Raises
    ------
    ConfigError
        For every setting without `=`, whose value is not YAML, or whose path leads through what
        is no section.
    """
    result = copy.deepcopy(dict(data))
    problems: list[Problem] = []
    for setting in settings:
        try:
            _put(result, setting)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return result


def variants_of(document: YamlDocument, data: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """The variants of a file, each with the keys that differ.

    Raises
    ------
    ConfigError
        Where they are no mapping of mappings.
    """
    variants = data.get(VARIANTS) or {}
    if isinstance(variants, dict) and all(isinstance(keys, dict) for keys in variants.values()):
        return variants
    where = document.place((VARIANTS,))
    raise ConfigError([Problem(where, "variants is not a mapping", "write name: {key: value}")])


def merged(data: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """The content with the keys of a variant put in, section by section."""
    result = {key: value for key, value in data.items() if key != VARIANTS}
    for key, value in changes.items():
        below = result.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            result[key] = {**below, **value}
        else:
            result[key] = value
    return result


def _put(data: dict[str, object], setting: str) -> None:
    where = f"--set {setting}"
    key, equals, text = setting.partition("=")
    *parents, last = key.strip().split(".")
    if not equals or not all([*parents, last]):
        raise ConfigError([Problem(where, "is no setting", "write key.path=value")])
    place = data
    for parent in parents:
        below = place.setdefault(parent, {})
        if not isinstance(below, dict):
            raise ConfigError([Problem(where, f"{parent!r} is not a section")])
        place = below
    place[last] = parse_yaml(text, Path(f"--set {key}")).data if text.strip() else None
