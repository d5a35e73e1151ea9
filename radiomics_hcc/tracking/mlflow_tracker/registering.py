"""Registered models in MLflow: versions of logged models, and aliases that point at them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import mlflow.entities as entities
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from radiomics_hcc.domain.record import RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.mlflow_tracker.store import Store, pages
from radiomics_hcc.tracking.note import SOFTWARE, plain_markdown
from radiomics_hcc.tracking.registry import ModelAddress, RegisteredModel, registered_name

_THERE_ALREADY: Final = "RESOURCE_ALREADY_EXISTS"
_NOT_THERE: Final = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")


def register(store: Store, run: str, model: str | None, alias: str) -> RegisteredModel:
    """Register a logged model of a completed run and point the alias at it.

    Raises
    ------
    TrackingError
        Where the run is not there, not completed, or has no such model.
    """
    parent = _completed(store, run)
    tags = parent.data.tags
    logged = _logged_model(store, parent, model or tags.get("rhcc.primary_model"))
    name = registered_name(tags["rhcc.name"])
    _ensure_named(store, name, tags.get("rhcc.question", ""))
    identity = {
        "rhcc.run_id": tags["rhcc.run_id"],
        "rhcc.model": logged.params["model"],
        "rhcc.sha256": logged.tags["rhcc.sha256"],
    }
    version = _version_of(store, name, identity) or store.client.create_model_version(
        name,
        source=logged.artifact_location,
        run_id=parent.info.run_id,
        tags={**identity, "rhcc.intent": tags.get("rhcc.intent", "")},
        model_id=logged.model_id,
        description=tags.get("mlflow.note.content"),
        await_creation_for=None,  # our stores answer when it is there
    )
    store.client.set_registered_model_alias(name, alias, version.version)
    return _entry(store, version)


def registered(store: Store, address: ModelAddress) -> RegisteredModel:
    """Give the version that an address names.

    Raises
    ------
    TrackingError
        Where there is none, or somebody else's program registered it.
    """
    client, name = store.client, address.name
    try:
        if address.alias is not None:
            return _entry(store, client.get_model_version_by_alias(name, address.alias))
        return _entry(store, client.get_model_version(name, str(address.version)))
    except MlflowException as error:
        if error.error_code not in _NOT_THERE:
            raise
        raise TrackingError(
            f"{store.uri}: no registered model {name} with {address.alias or address.version}; "
            "`rhcc track champion RUN` registers one"
        ) from error


def _completed(store: Store, run: str) -> entities.Run:
    parent = store.find(run)
    if parent is None:
        raise TrackingError(
            f"{store.uri}: no run {run!r}; `rhcc track sync FOLDER` brings a run folder there"
        )
    status = parent.data.tags.get("rhcc.status", "")
    if status != RunStatus.COMPLETED:
        raise TrackingError(f"run {run} has status '{status}'; only a completed one is registered")
    return parent


def _logged_model(store: Store, parent: entities.Run, model: str | None) -> entities.LoggedModel:
    outputs = parent.outputs.model_outputs if parent.outputs else []
    logged = [store.client.get_logged_model(output.model_id) for output in outputs]
    named = {each.params.get("model", ""): each for each in logged}
    if model not in named:
        there = f"it has: {', '.join(sorted(named))}" if named else "it has none"
        raise TrackingError(f"run {parent.info.run_name} has no saved model {model}; {there}")
    return named[model]


def _ensure_named(store: Store, name: str, question: str) -> None:
    words = f"{plain_markdown(question)} {SOFTWARE}".strip()
    try:
        store.client.create_registered_model(name, description=words)
    except MlflowException as error:
        if error.error_code != _THERE_ALREADY:
            raise


def _version_of(store: Store, name: str, identity: Mapping[str, str]) -> ModelVersion | None:
    """The version of a model that was registered before, known by its tags."""
    found = pages(store.client.search_model_versions, f"name='{name}'")
    return next((each for each in found if identity.items() <= each.tags.items()), None)


def _entry(store: Store, version: ModelVersion) -> RegisteredModel:
    tags = version.tags
    if "rhcc.run_id" not in tags:
        raise TrackingError(
            f"{store.uri}: version {version.version} of {version.name} was registered by another "
            "program; `rhcc track champion RUN` registers a model of this one"
        )
    return RegisteredModel(
        name=version.name,
        version=int(version.version),
        run_id=tags["rhcc.run_id"],
        model=tags["rhcc.model"],
        sha256=tags["rhcc.sha256"],
    )
