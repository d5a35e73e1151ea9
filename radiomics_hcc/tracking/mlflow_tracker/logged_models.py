"""Models logged from their bytes: never loaded, and either ready or not there at all."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import mlflow.entities as entities
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from radiomics_hcc.tracking.items import ModelItem
from radiomics_hcc.tracking.mlflow_tracker.values import model_description
from radiomics_hcc.tracking.tracker import plain_name


def log_model(
    client: MlflowClient,
    item: ModelItem,
    *,
    contents: Mapping[str, bytes],
    run_ids: Sequence[str],
    tags: Mapping[str, str],
) -> str:
    """Log a model and give MLflow's identity of it.

    Parameters
    ----------
    client
        Of the store.
    item
        The model with its card.
    contents
        Bytes of every file beside MLflow's own description.
    run_ids
        Its own run and the parent.
    tags
        Those of its run; the model carries them as well.
    """
    logged = client.create_logged_model(
        client.get_run(run_ids[0]).info.experiment_id,
        name=plain_name(item.model, r"A-Za-z0-9_\- "),
        source_run_id=run_ids[0],
        tags={**tags, "rhcc.sha256": item.file.sha256},
        params={"model": item.model},
        model_type="classifier",
    )
    try:
        _log_files(client, item, contents, logged)
        client.finalize_logged_model(logged.model_id, entities.LoggedModelStatus.READY)
        for run_id in dict.fromkeys(run_ids):
            client.log_outputs(run_id, [entities.LoggedModelOutput(logged.model_id, step=0)])
    except (MlflowException, OSError):
        client.delete_logged_model(logged.model_id)
        raise
    return str(logged.model_id)


def _log_files(
    client: MlflowClient,
    item: ModelItem,
    contents: Mapping[str, bytes],
    logged: entities.LoggedModel,
) -> None:
    description = model_description(item, logged, logged.source_run_id)
    with tempfile.TemporaryDirectory() as scratch:
        for name, content in contents.items():
            (Path(scratch) / name).write_bytes(content)
        description.save(str(Path(scratch) / "MLmodel"))
        client.log_model_artifacts(logged.model_id, scratch)
