"""Runs in MLflow, as a view of the run folder that lies among each run's artifacts.

It uses a client with an explicit address: no active run, no
autologging, no global tracking address, so that a leftover `./mlruns` changes nothing.
"""

from __future__ import annotations

import json
import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

import mlflow.entities as entities
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.items import (
    Dataset,
    Item,
    ModelItem,
    Parameter,
    Tag,
    items,
    model_names,
)
from radiomics_hcc.tracking.mlflow_tracker.limits import (
    METRICS_AT_ONCE,
    PARAMETERS_AT_ONCE,
    RECORD_FOLDER,
    TAG_CHARACTERS,
    milliseconds,
    of_model,
    parts,
    points,
)
from radiomics_hcc.tracking.mlflow_tracker.values import (
    dataset_input,
    git_tags,
    model_description,
    parameter_value,
    run_row,
    run_tag,
)
from radiomics_hcc.tracking.model_folder import (
    model_contents,
)
from radiomics_hcc.tracking.run_folder import MANIFEST, read_run_folder, write_run_folder
from radiomics_hcc.tracking.store_access import (
    SQLITE_SCHEME,
    database_path,
    one_at_a_time,
    require_answer,
    require_usable,
)
from radiomics_hcc.tracking.tracker import (
    as_failed,
    plain_name,
    require_completed,
    run_frame,
)

MODEL_RUNS: Final = 20  # child runs of one experiment; more drown MLflow's list of runs
_END: Final = {RunStatus.COMPLETED: "FINISHED", RunStatus.FAILED: "FAILED"}


@dataclass(frozen=True)
class MlflowTracker:
    """Keep every run in MLflow: a parent run, one child run per model, logged models.

    Parameters
    ----------
    uri
        `sqlite:///` and the absolute path of a database, or the address of a server.
    artifacts
        Folder of the artifacts of a local store; None where a server decides.
    """

    uri: str
    artifacts: Path | None
    _client: MlflowClient = field(repr=False, compare=False)

    @classmethod
    def from_uri(cls, uri: str) -> Self:
        """Open a store; a local database is created where there is none.

        Raises
        ------
        TrackingError
            Where the database cannot be used or the server does not answer, within seconds.
        """
        if uri.startswith(("http://", "https://")):
            require_answer(uri)
            return cls(uri, None, _connect(uri))
        database = database_path(uri)
        require_usable(database)
        address = f"{SQLITE_SCHEME}{database.as_posix()}"
        with one_at_a_time(database):
            client = _connect(address)
        return cls(address, database.parent / "mlartifacts", client)

    def start(self, record: RunRecord) -> None:
        """Create the parent run, with the manifest among its artifacts.

        Raises
        ------
        TrackingError
            Where a run of this identity is there already, or the store cannot be written.
        """
        with _as_tracking_error(self.uri):
            if self._find(record.run_id) is not None:
                raise TrackingError(f"{self.uri}: a run {record.run_id} is there already")
            with tempfile.TemporaryDirectory() as scratch:
                write_run_folder(Path(scratch), record)
                self._log_folder(self._create_parent(record), Path(scratch))

    def complete(self, record: RunRecord) -> str:
        """Log everything; gives `runs:/<MLflow's identity of the parent run>`.

        Raises
        ------
        TrackingError
            Where the record is not completed, or a completed run is there already.
        """
        require_completed(record)
        return f"runs:/{self._finish(record)}"

    def fail(self, record: RunRecord, reason: str) -> None:
        """Log what there is of a run that broke, and why.

        Raises
        ------
        TrackingError
            Where a completed run is there already.
        """
        self._finish(as_failed(record, reason))

    def read(self, run: str) -> RunRecord:
        """Read a run by its identity or by its `runs:/` address.

        Raises
        ------
        TrackingError
            Where there is no such run, or its files are damaged.
        """
        with _as_tracking_error(self.uri), tempfile.TemporaryDirectory() as scratch:
            found = self._find(run)
            if found is None:
                raise TrackingError(f"{self.uri}: no run {run!r}")
            folder = self._client.download_artifacts(found.info.run_id, RECORD_FOLDER, scratch)
            return read_run_folder(Path(folder))

    def list(self, experiment: str | None = None) -> pd.DataFrame:
        """List the runs that this package logged, newest first."""
        with _as_tracking_error(self.uri):
            found = self._search("tags.`rhcc.role` = 'experiment'")
        return run_frame((run_row(run) for run in found), experiment)

    def _finish(self, record: RunRecord) -> str:
        with _as_tracking_error(self.uri), tempfile.TemporaryDirectory() as scratch:
            # Everything that can be wrong with the record shows here, before MLflow knows of it.
            folder = Path(scratch) / RECORD_FOLDER
            write_run_folder(folder, record)
            contents = {file.model: model_contents(record, file) for file in record.models}
            stream = tuple(items(record))

            run_id = self._parent(record)
            self._log_models(run_id, stream, record, contents)
            self._log_items(run_id, of_model(stream, None))
            self._log_folder(run_id, folder)
            self._log_tags(run_id, stream)
            self._end(run_id, record)
        return run_id

    def _log_models(
        self,
        parent: str,
        stream: Sequence[Item],
        record: RunRecord,
        contents: Mapping[str, Mapping[str, bytes]],
    ) -> None:
        self._remove_children(parent)
        children = self._create_children(parent, record)
        identities = {
            item.model: self._log_model(
                item, contents[item.model], run_ids=[children.get(item.model, parent), parent]
            )
            for item in stream
            if isinstance(item, ModelItem)
        }
        for model, child in children.items():
            self._log_items(child, of_model(stream, model), identities.get(model))
            self._end(child, record)

    def _end(self, run_id: str, record: RunRecord) -> None:
        self._client.set_terminated(run_id, _END[record.status], milliseconds(record.finished))

    def _parent(self, record: RunRecord) -> str:
        found = self._find(record.run_id)
        if found is None:
            return self._create_parent(record)
        if found.data.tags.get("rhcc.status") == RunStatus.COMPLETED:
            raise TrackingError(f"{self.uri}: run {record.run_id} is completed and stays as it is")
        return str(found.info.run_id)

    def _create_parent(self, record: RunRecord) -> str:
        tags = {
            "rhcc.role": "experiment",
            "rhcc.run_id": record.run_id,
            "mlflow.note.content": record.question,
            "mlflow.source.name": "rhcc run",
            "mlflow.source.type": "LOCAL",
        }
        run = self._client.create_run(
            self._experiment(record.name), milliseconds(record.started), tags, record.run_id
        )
        self._log_tags(run.info.run_id, tuple(items(record)))
        return str(run.info.run_id)

    def _create_children(self, parent: str, record: RunRecord) -> dict[str, str]:
        models = model_names(record)
        if len(models) > MODEL_RUNS:
            left = json.dumps(models[MODEL_RUNS:])[:TAG_CHARACTERS]
            self._client.set_tag(parent, "rhcc.models_in_the_table_only", left)
        experiment = self._experiment(record.name)
        children = {}
        for model in models[:MODEL_RUNS]:
            tags = {
                "mlflow.parentRunId": parent,
                "rhcc.role": "model",
                "rhcc.model": model,
                "rhcc.intent": str(record.intent),
            }
            run = self._client.create_run(experiment, milliseconds(record.started), tags, model)
            children[model] = str(run.info.run_id)
        return children

    def _remove_children(self, parent: str) -> None:
        """Remove what an earlier attempt to complete this run left behind."""
        for child in list(self._search(f"tags.`mlflow.parentRunId` = '{parent}'")):
            self._client.delete_run(child.info.run_id)

    def _experiment(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        if found is None:
            place = None if self.artifacts is None else (self.artifacts / plain_name(name)).as_uri()
            try:
                return str(self._client.create_experiment(name, place))
            except MlflowException:  # another process may have been faster
                found = self._client.get_experiment_by_name(name)
                if found is None:
                    raise
        if found.lifecycle_stage != "active":
            raise TrackingError(
                f"{self.uri}: experiment {name} was deleted; restore it with "
                f"`mlflow experiments restore -x {found.experiment_id}` or choose another name"
            )
        return str(found.experiment_id)

    def _find(self, run: str) -> entities.Run | None:
        if run.startswith("runs:/"):
            return self._client.get_run(run.removeprefix("runs:/"))
        if "'" in run:  # would end the word in the search below; no identity has one
            return None
        found = self._search(f"tags.`rhcc.role` = 'experiment' and tags.`rhcc.run_id` = '{run}'")
        return next(found, None)

    def _search(self, condition: str) -> Iterator[entities.Run]:
        experiments = _pages(self._client.search_experiments)
        identities = [experiment.experiment_id for experiment in experiments]
        yield from _pages(self._client.search_runs, identities, condition)

    def _log_items(self, run_id: str, stream: Sequence[Item], model_id: str | None = None) -> None:
        """Log parameters, data sets and metrics in as few calls as MLflow allows."""
        now = int(datetime.now(tz=UTC).timestamp() * 1000)
        parameters = [parameter_value(item) for item in stream if isinstance(item, Parameter)]
        for part in parts(parameters, PARAMETERS_AT_ONCE):
            self._client.log_batch(run_id, params=part)
        metrics = [
            entities.Metric(name, value, now, step, model_id=model_id, run_id=run_id)
            for name, value, step in points(stream)
        ]
        for part in parts(metrics, METRICS_AT_ONCE):
            self._client.log_batch(run_id, metrics=part)
        datasets = [dataset_input(item) for item in stream if isinstance(item, Dataset)]
        if datasets:
            self._client.log_inputs(run_id, datasets)

    def _log_tags(self, run_id: str, stream: Sequence[Item]) -> None:
        tags = [run_tag(item) for item in stream if isinstance(item, Tag)]
        self._client.log_batch(run_id, tags=[*tags, *git_tags(stream)])

    def _log_folder(self, run_id: str, folder: Path) -> None:
        """Log a run folder, the manifest last, so that what it names is there."""
        for part in sorted(path for path in folder.iterdir() if path.is_dir()):
            self._client.log_artifacts(run_id, str(part), f"{RECORD_FOLDER}/{part.name}")
        self._client.log_artifact(run_id, str(folder / MANIFEST), RECORD_FOLDER)

    def _log_model(
        self, item: ModelItem, contents: Mapping[str, bytes], *, run_ids: Sequence[str]
    ) -> str:
        """Log a model from its bytes, never loading it; `run_ids` are its own run and the parent.

        The model is either ready or not there at all.
        """
        experiment = self._client.get_run(run_ids[0]).info.experiment_id
        logged = self._client.create_logged_model(
            experiment,
            name=plain_name(item.model, r"A-Za-z0-9_\- "),
            source_run_id=run_ids[0],
            tags={"rhcc.sha256": item.file.sha256},
            params={"model": item.model},
            model_type="classifier",
        )
        try:
            with tempfile.TemporaryDirectory() as scratch:
                for name, content in contents.items():
                    (Path(scratch) / name).write_bytes(content)
                model_description(item, logged, run_ids[0]).save(str(Path(scratch) / "MLmodel"))
                self._client.log_model_artifacts(logged.model_id, scratch)
            self._client.finalize_logged_model(logged.model_id, entities.LoggedModelStatus.READY)
            for run_id in dict.fromkeys(run_ids):
                output = entities.LoggedModelOutput(logged.model_id, step=0)
                self._client.log_outputs(run_id, [output])
        except (MlflowException, OSError):
            self._client.delete_logged_model(logged.model_id)
            raise
        return str(logged.model_id)


def _connect(address: str) -> MlflowClient:
    """Open the store; MLflow's first contact warns and reports on creating its tables."""
    chatty = logging.getLogger("mlflow.store.db.utils")
    before = chatty.level
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "The ``noload`` loader strategy is deprecated", DeprecationWarning
        )
        chatty.setLevel(logging.WARNING)
        try:
            with _as_tracking_error(address):
                return MlflowClient(tracking_uri=address, registry_uri=address)
        finally:
            chatty.setLevel(before)


@contextmanager
def _as_tracking_error(address: str) -> Iterator[None]:
    try:
        yield
    except MlflowException as error:
        remedy = ""
        if "out-of-date database schema" in str(error):
            remedy = f"; make a copy of it, then run `mlflow db upgrade {address}`"
        raise TrackingError(f"{address}: MLflow says: {error}{remedy}") from error
    except OSError as error:
        raise TrackingError(f"{address}: {error}") from error


def _pages(search: Any, *arguments: object) -> Iterator[Any]:
    """Follow MLflow's page tokens."""
    token = None
    while True:
        page = search(*arguments, page_token=token)
        yield from page
        token = page.token
        if not token:
            return
