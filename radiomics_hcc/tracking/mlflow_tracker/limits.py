"""What MLflow takes: the lengths of words, the characters of names, how much in one call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from radiomics_hcc.tracking.items import Item, Metric, MetricSteps, ModelItem, Parameter, Tag
from radiomics_hcc.tracking.tracker import plain_name

RECORD_FOLDER: Final = "record"  # the run folder, among the artifacts of the parent run
PARAMETER_CHARACTERS: Final = 500  # what every MLflow server takes; the manifest has it whole
TAG_CHARACTERS: Final = 5000
DIGEST_CHARACTERS: Final = 36  # of a data set
PARAMETERS_AT_ONCE: Final = 100  # MLflow's limits of one call
METRICS_AT_ONCE: Final = 1000

Value = TypeVar("Value")


def mlflow_name(name: str) -> str:
    """Write the name of a parameter with the characters that MLflow allows."""
    return plain_name(name, r"A-Za-z0-9_.\- :")


def metric_name(name: str) -> str:
    """Write the name of a metric; the part before a stroke is a group of charts in MLflow."""
    return "/".join(mlflow_name(part) for part in name.split("/"))


def short_value(value: str) -> str:
    """Cut a parameter's value that is too long, and say where it is whole."""
    if len(value) <= PARAMETER_CHARACTERS:
        return value
    whole = f"... ({len(value)} characters, whole in {RECORD_FOLDER}/manifest.json)"
    return value[: PARAMETER_CHARACTERS - len(whole)] + whole


def parts(values: Sequence[Value], size: int) -> Iterator[Sequence[Value]]:
    """Cut a sequence into parts of at most `size`."""
    yield from (values[start : start + size] for start in range(0, len(values), size))


def of_model(stream: Sequence[Item], model: str | None) -> list[Item]:
    """Choose the items of one model, or with None those of the run itself."""
    owned = (Tag, Parameter, Metric, MetricSteps, ModelItem)
    return [item for item in stream if (item.model if isinstance(item, owned) else None) == model]


def points(stream: Sequence[Item]) -> Iterator[tuple[str, float, int]]:
    """Give every number as name, value and step."""
    for item in stream:
        if isinstance(item, Metric):
            yield metric_name(item.name), item.value, 0
        elif isinstance(item, MetricSteps):
            for step, value in enumerate(item.values):
                yield metric_name(item.name), value, step


def milliseconds(time: str) -> int | None:
    """Milliseconds since 1970 of an ISO time, in UTC where it names no zone; None for none."""
    if not time:
        return None
    moment = datetime.fromisoformat(time)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
