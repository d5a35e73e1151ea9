"""From an experiment file to checked experiments: environment, settings, variants, schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias, get_type_hints

from pydantic import TypeAdapter, ValidationError

from radiomics_hcc.datasets.yaml_file import YamlDocument, read_yaml, validate
from radiomics_hcc.domain.digest import digest_json
from radiomics_hcc.domain.step import Step, did_you_mean
from radiomics_hcc.errors import ConfigError, InputError, Problem
from radiomics_hcc.experiment.config import ExperimentConfig
from radiomics_hcc.experiment.named_files import Place, named_files, with_files
from radiomics_hcc.experiment.settings import (
    VARIANTS,
    expanded,
    expanded_text,
    merged,
    variants_of,
    with_settings,
)
from radiomics_hcc.modelling.classifiers.table import all_classifiers
from radiomics_hcc.response.criteria import criteria
from radiomics_hcc.response.criterion import Criterion

StepType: TypeAlias = type[Step] | type[Criterion]


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
    written
        Files that the file names by an environment variable, as it writes them: a record holds no
        folder of a machine.
    """

    config: ExperimentConfig
    file: Path
    variant: str = ""
    written: Mapping[Place, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The experiment's name and its variant's."""
        return f"{self.config.name}.{self.variant}" if self.variant else self.config.name

    def path(self, text: str) -> Path:
        """Resolve a path of the file."""
        return (self.file.parent / Path(expanded_text(text)).expanduser()).resolve()

    def resolved(self) -> dict[str, object]:
        """Every setting with its default written out, without `execution` and `variants`."""
        settings = self.config.model_dump(mode="json", exclude={"execution", "variants"})
        named = with_files(settings, lambda place, text: self.written.get(place, text))
        return {**named, "name": self.name}

    def digest(self) -> str:
        """Digest of the resolved configuration; how and where it is executed does not count.

        The order of keys does not count either, but that of the classes does: it ranks them.
        """
        return digest_json({**self.resolved(), "class_order": list(self.config.target.merge)})


def load_experiments(path: Path | str, settings: Sequence[str] = ()) -> tuple[Experiment, ...]:
    """Read an experiment file; a file with variants gives one experiment for each.

    `${NAME:-default}` in a text stands for an environment variable. A variant replaces the keys
    that it names, section by section; a setting replaces what file and variant say.

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
    data = with_settings(expanded(document), settings)
    variants = variants_of(document, data)
    if not variants:
        return (_checked(document, data, ""),)
    later = [text for text in settings if not text.startswith(f"{VARIANTS}.")]
    return tuple(
        _checked(_at_variant(document, name), with_settings(merged(data, changes), later), name)
        for name, changes in variants.items()
    )


def _at_variant(document: YamlDocument, name: str) -> YamlDocument:
    """The document with the keys of a variant where the variant gives them."""
    own = {
        key_path[2:]: place
        for key_path, place in document.places.items()
        if key_path[:2] == (VARIANTS, name) and len(key_path) > 2
    }
    return replace(document, places={**document.places, **own})


def _checked(document: YamlDocument, data: dict[str, object], variant: str) -> Experiment:
    raw, document = document, replace(document, data=data)
    config = validate(document, ExperimentConfig)
    problems = [*_model_problems(document, config), *_criterion_problems(document, config)]
    if problems:
        raise ConfigError(problems, f"{document.path} breaks the schema")
    return Experiment(config, document.path, variant, _written(raw, config, variant))


def _written(document: YamlDocument, config: ExperimentConfig, variant: str) -> dict[Place, str]:
    """The named files whose text in the document has an environment variable."""
    found = {}
    for place, text in named_files(config.model_dump(mode="json")).items():
        for raw in (_at((VARIANTS, variant, *place), document), _at(place, document)):
            if isinstance(raw, str) and raw != text and expanded_text(raw) == text:
                found[place] = raw
                break
    return found


def _at(place: Place, document: YamlDocument) -> object:
    """What the document says at a place; None where it says nothing."""
    value = document.data
    for name in place:
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and isinstance(name, int) and name < len(value):
            value = value[name]
        else:
            return None
    return value


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
            problems += _step_problems(where, known[kind], model)
    return problems


def _criterion_problems(document: YamlDocument, config: ExperimentConfig) -> list[Problem]:
    target, known = config.target, criteria()
    if target.label_columns:
        return []
    where = document.place(("target", "criterion"))
    if target.criterion not in known:
        remedy = did_you_mean(target.criterion, list(known))
        return [Problem(where, f"unknown criterion {target.criterion!r}", remedy)]
    return _step_problems(where, known[target.criterion], target.parameters)


def _step_problems(where: str, step: StepType, given: Mapping[str, object]) -> list[Problem]:
    """What is wrong with the parameters of a step, told at the step's place."""
    try:
        step.from_config(given)
    except InputError as error:
        return [Problem(where, f"{p.where} {p.what}", p.remedy) for p in error.problems]
    except (TypeError, ValueError) as error:
        return [Problem(where, str(error))]
    return list(_type_problems(where, step, given))


def _type_problems(where: str, step: StepType, given: Mapping[str, object]) -> Iterator[Problem]:
    """Parameters whose value is of another type than the step declares."""
    types = get_type_hints(step)
    for name, value in given.items():
        if name == "kind":
            continue
        try:
            TypeAdapter(types[name]).validate_python(value, strict=True)
        except ValidationError as error:
            what = error.errors()[0]["msg"]
            yield Problem(where, f"{step.kind}.{name}: {what.lower()}, found {value!r}")
