"""From an experiment file to checked experiments: environment, settings, variants, schema."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from radiomics_hcc.datasets.yaml_file import YamlDocument, parse_yaml, read_yaml, validate
from radiomics_hcc.domain.digest import digest_json
from radiomics_hcc.domain.step import did_you_mean
from radiomics_hcc.errors import ConfigError, InputError, Problem
from radiomics_hcc.experiment.config import ExperimentConfig
from radiomics_hcc.modelling.classifiers.table import all_classifiers
from radiomics_hcc.response.criteria import criteria

VARIABLE: Final = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")


@dataclass(frozen=True)
class Experiment:
    """A checked experiment file, or one variant of it.

    Parameters
    ----------
    config
        The resolved configuration.
    file
        Where it stands; its paths are relative to this file's folder.
    variant
        The variant's name; empty where the file has none.
    """

    config: ExperimentConfig
    file: Path
    variant: str = ""

    @property
    def name(self) -> str:
        """The experiment's name and its variant's."""
        return f"{self.config.name}.{self.variant}" if self.variant else self.config.name

    def path(self, text: str) -> Path:
        """Resolve a path of the file."""
        return (self.file.parent / text).resolve()

    def resolved(self) -> dict[str, object]:
        """Every setting with its default written out, without `execution` and `variants`."""
        settings = self.config.model_dump(mode="json", exclude={"execution", "variants"})
        return {**settings, "name": self.name}

    def digest(self) -> str:
        """Digest of the resolved configuration; how and where it is executed does not count."""
        return digest_json(self.resolved())


def load_experiments(path: Path | str, settings: Sequence[str] = ()) -> tuple[Experiment, ...]:
    """Read an experiment file; a file with variants gives one experiment for each.

    `${NAME:-default}` in a text stands for an environment variable. A variant replaces the keys
    that it names, section by section.

    Parameters
    ----------
    path
        The YAML file.
    settings
        `key.path=value` as with `--set`, the value as YAML writes it.

    Raises
    ------
    ConfigError
        With the place of every problem, as `file:line:column`.
    """
    document = read_yaml(path)
    if not isinstance(document.data, dict):
        raise ConfigError([Problem(document.place(()), "is not a mapping of keys")])
    data = _with_settings(_expanded(document), settings)
    variants = _variants(document, data)
    merged = {name: _merged(data, changes) for name, changes in variants.items()} or {"": data}
    return tuple(_checked(document, values, name) for name, values in merged.items())


def _checked(document: YamlDocument, data: dict[str, object], variant: str) -> Experiment:
    document = replace(document, data=data)
    config = validate(document, ExperimentConfig)
    problems = [*_model_problems(document, config), *_criterion_problems(document, config)]
    if problems:
        raise ConfigError(problems, f"{document.path} breaks the schema")
    return Experiment(config, document.path, variant)


def _model_problems(document: YamlDocument, config: ExperimentConfig) -> list[Problem]:
    known = all_classifiers()
    problems = []
    for number, model in enumerate(config.models):
        where = document.place(("models", number, "kind"))
        kind = str(model.get("kind", ""))
        if kind not in known:
            remedy = did_you_mean(kind, list(known))
            problems.append(Problem(where, f"models.{number}: unknown kind {kind!r}", remedy))
        else:
            problems += _step_problems(where, partial(known[kind].from_config, model))
    return problems


def _criterion_problems(document: YamlDocument, config: ExperimentConfig) -> list[Problem]:
    target, known = config.target, criteria()
    if target.column is not None:
        return []
    where = document.place(("target", "criterion"))
    if target.criterion not in known:
        remedy = did_you_mean(target.criterion, list(known))
        return [Problem(where, f"unknown criterion {target.criterion!r}", remedy)]
    make = known[target.criterion].from_config
    return _step_problems(where, partial(make, dict(target.parameters)))


def _step_problems(where: str, make: Callable[[], object]) -> list[Problem]:
    """What is wrong with the parameters of a step, told at the step's place."""
    try:
        make()
    except InputError as error:
        return [Problem(where, f"{p.where} {p.what}", p.remedy) for p in error.problems]
    except (TypeError, ValueError) as error:
        return [Problem(where, str(error))]
    return []


def _expanded(document: YamlDocument) -> dict[str, object]:
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
        return VARIABLE.sub(lambda m: os.environ.get(m["name"]) or m["default"] or "", value)

    expanded = expand(document.data, ())
    if problems:
        raise ConfigError(problems)
    assert isinstance(expanded, dict)
    return expanded


def _with_settings(data: dict[str, object], settings: Sequence[str]) -> dict[str, object]:
    result = copy.deepcopy(data)
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise ConfigError([Problem(f"--set {setting}", "has no '='", "write key.path=value")])
        *parents, last = key.split(".")
        place: dict[str, object] = result
        for parent in parents:
            below = place.setdefault(parent, {})
            if not isinstance(below, dict):
                raise ConfigError([Problem(f"--set {setting}", f"{parent!r} is not a section")])
            place = below
        place[last] = parse_yaml(text, Path(f"--set {key}")).data
    return result


def _variants(document: YamlDocument, data: Mapping[str, object]) -> dict[str, dict[str, object]]:
    variants = data.get("variants") or {}
    if isinstance(variants, dict) and all(isinstance(keys, dict) for keys in variants.values()):
        return variants
    where = document.place(("variants",))
    raise ConfigError([Problem(where, "variants is not a mapping", "write name: {key: value}")])


def _merged(data: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    merged = {key: value for key, value in data.items() if key != "variants"}
    for key, value in changes.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = {**below, **value}
        else:
            merged[key] = value
    return merged
