"""A run as a stream of items: what there is to log, whoever writes it down."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import pandas as pd

from radiomics_hcc.domain.record import RECORD_VERSION, InputFile, ModelFile, RunRecord
from radiomics_hcc.tracking.record_models import configured_models, model_names, primary_model
from radiomics_hcc.tracking.tags import model_tags, run_tags, tag_text

FOLD_TABLE: Final = "fold_metrics"  # optional table: model, metric, repeat, fold, value


@dataclass(frozen=True)
class JsonDocument:
    """A JSON value with a name."""

    name: str
    value: Mapping[str, object]


@dataclass(frozen=True)
class Tag:
    """A word or two by which runs, and the models in them, are found."""

    name: str
    value: str
    model: str | None = None


@dataclass(frozen=True)
class Parameter:
    """A setting of the run, or of one of its models."""

    name: str
    value: str
    model: str | None = None


@dataclass(frozen=True)
class Dataset:
    """A file that was read, known by its digest."""

    file: InputFile


@dataclass(frozen=True, eq=False)
class Table:
    """A DataFrame with a name."""

    name: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class Figure:
    """A picture's bytes with its file name."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Metric:
    """A number; `<name>.low` and `<name>.high` are the ends of its 95 % interval."""

    name: str
    value: float
    model: str | None = None


@dataclass(frozen=True)
class MetricSteps:
    """A metric's value in each outer fold; the step counts the folds through all repeats.

    Its name is `outer_fold/<metric>`: before the stroke is the group under which pages show it.
    """

    name: str
    values: tuple[float, ...]
    model: str | None = None


@dataclass(frozen=True, eq=False)
class ModelItem:
    """A refitted model with its card."""

    file: ModelFile
    model: str


Item: TypeAlias = (
    JsonDocument | Tag | Parameter | Dataset | Table | Figure | Metric | MetricSteps | ModelItem
)


def items(record: RunRecord) -> Iterator[Item]:
    """Describe a run.

    The settings of a single model and its numbers carry the model's name; everything else belongs
    to the run. The primary model's numbers come twice, as its own and as the run's.
    """
    yield JsonDocument("manifest", header(record))
    yield from _tags(record)
    yield from _parameters(record)
    yield from (Dataset(file) for file in record.inputs)
    yield from (Table(name, frame) for name, frame in record.tables.items())
    yield from (Figure(name, content) for name, content in record.figures.items())
    yield from _metrics(record)
    yield from _fold_metrics(record)
    yield from (ModelItem(file, file.model) for file in record.models)


def header(record: RunRecord) -> dict[str, object]:
    """Give everything of a record that is JSON: all but tables, figures and models."""
    return {
        "record_version": RECORD_VERSION,
        "run_id": record.run_id,
        "name": record.name,
        "question": record.question,
        "intent": str(record.intent),
        "status": str(record.status),
        "started": record.started,
        "finished": record.finished,
        "config_sha256": record.config_sha256,
        "data_sha256": record.data_sha256,
        "inputs": [dataclasses.asdict(file) for file in record.inputs],
        "config": record.config,
        "provenance": record.provenance,
        "summary": record.summary,
        "findings": [dataclasses.asdict(finding) for finding in record.findings],
    }


def _tags(record: RunRecord) -> Iterator[Tag]:
    yield from (Tag(name, value) for name, value in run_tags(record).items())
    for model in model_names(record):
        yield from (Tag(name, value, model) for name, value in model_tags(record, model).items())


def _parameters(record: RunRecord) -> Iterator[Parameter]:
    for name, value in _leaves(record.config):
        yield Parameter(name, value)
    for model, config in configured_models(record):
        for name, value in _leaves(config):
            yield Parameter(name, value, model)


def _leaves(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, list | tuple) and any(isinstance(part, Mapping) for part in value):
        value = {str(index): part for index, part in enumerate(value)}
    if isinstance(value, Mapping) and value:
        for name, part in value.items():
            yield from _leaves(part, f"{key}.{name}" if key else str(name))
    elif key:
        yield key, tag_text(value)


def _metrics(record: RunRecord) -> Iterator[Metric]:
    primary = primary_model(record)
    for row in record.frame().to_dict("records"):
        model = str(row["model"])
        name = str(row["metric"])
        written = {name: "estimate"} | {f"{name}.{end}": end for end in ("low", "high")}
        for metric_name, column in written.items():
            metric = Metric(metric_name, float(row[column]), model)
            yield metric
            if model == primary:
                yield dataclasses.replace(metric, model=None)


def _fold_metrics(record: RunRecord) -> Iterator[MetricSteps]:
    if FOLD_TABLE not in record.tables:
        return
    table = record.tables[FOLD_TABLE].sort_values(["repeat", "fold"], kind="stable")
    for (model, metric), rows in table.groupby(["model", "metric"], sort=False):
        values = tuple(float(value) for value in rows["value"])
        yield MetricSteps(f"outer_fold/{metric}", values, str(model))
