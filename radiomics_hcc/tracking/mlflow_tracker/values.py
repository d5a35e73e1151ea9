"""Items of a run as the values that MLflow's client takes."""

from __future__ import annotations

import json
from collections.abc import Sequence

import mlflow.entities as entities
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, Schema

from radiomics_hcc.tracking.items import Dataset, Item, ModelItem, Parameter, Tag
from radiomics_hcc.tracking.mlflow_tracker.limits import (
    DIGEST_CHARACTERS,
    TAG_CHARACTERS,
    mlflow_name,
    short_value,
)
from radiomics_hcc.tracking.model_folder import (
    EXAMPLE_FILE,
    MODEL_FILE,
    REQUIREMENTS_FILE,
    InputColumn,
    classes,
    input_columns,
)
from radiomics_hcc.tracking.tracker import RUN_COLUMNS


def run_tag(tag: Tag) -> entities.RunTag:
    """A tag, cut to what the store takes."""
    return entities.RunTag(tag.name, tag.value[:TAG_CHARACTERS])


def git_tags(stream: Sequence[Item]) -> list[entities.RunTag]:
    """The commit as MLflow's pages show it: of the experiment's folder, else of the code."""
    known = {item.name: item.value for item in stream if isinstance(item, Tag)}
    commit = known.get("rhcc.git.commit") or known.get("rhcc.code.commit")
    return [entities.RunTag("mlflow.source.git.commit", commit)] if commit else []


def note_tag(words: str) -> entities.RunTag:
    """The description of a run as MLflow's pages show it."""
    return entities.RunTag("mlflow.note.content", words[:TAG_CHARACTERS])


def parameter_value(parameter: Parameter) -> entities.Param:
    """A parameter, its name and value made short enough."""
    return entities.Param(mlflow_name(parameter.name), short_value(parameter.value))


def dataset_input(item: Dataset) -> entities.DatasetInput:
    """An input file as a data set with our digest."""
    file = item.file
    dataset = entities.Dataset(
        name=file.name,
        digest=file.sha256[:DIGEST_CHARACTERS],
        source_type="local",
        source=json.dumps({"uri": file.file}),
        profile=json.dumps({"sha256": file.sha256}),
    )
    return entities.DatasetInput(dataset, [entities.InputTag("mlflow.data.context", "training")])


def model_description(item: ModelItem, logged: entities.LoggedModel, run_id: str) -> Model:
    """MLflow's description of a model: signature, example, requirements, where its bytes are."""
    card = item.file.card
    description = Model(
        artifact_path=logged.artifact_location,
        model_uuid=logged.model_id,
        model_id=logged.model_id,
        run_id=run_id,
        signature=ModelSignature(
            inputs=Schema([_column(column) for column in input_columns(card)]),
            outputs=Schema([ColSpec("double", f"p_{name}") for name in classes(card)]),
        ),
        saved_input_example_info={
            "artifact_path": EXAMPLE_FILE,
            "serving_input_path": f"serving_{EXAMPLE_FILE}",
            "type": "dataframe",
            "pandas_orient": "split",
        },
    )
    return description.add_flavor(
        "radiomics_hcc",
        model=MODEL_FILE,
        sha256=item.file.sha256,
        card="card.json",
        requirements=REQUIREMENTS_FILE,
        use="rhcc predict --model",
    )


def _column(column: InputColumn) -> ColSpec:
    """A number is always float64: an integer column would refuse a later empty cell."""
    return ColSpec("double" if column.is_number else "string", column.name)


def run_row(run: entities.Run) -> dict[str, object]:
    """A row of the listing, from the tags of a parent run."""
    tags = run.data.tags
    row: dict[str, object] = {name: tags.get(f"rhcc.{name}", "") for name in RUN_COLUMNS}
    return row | {"address": f"runs:/{run.info.run_id}"}
