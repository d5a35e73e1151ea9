"""Writing one run: the parent with its folder, a child per model, the logged models."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import mlflow.entities as entities

from radiomics_hcc.domain.record import RunRecord, RunStatus
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.items import Dataset, Item, ModelItem, Parameter, Tag, items
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
from radiomics_hcc.tracking.mlflow_tracker.logged_models import log_model
from radiomics_hcc.tracking.mlflow_tracker.store import Store
from radiomics_hcc.tracking.mlflow_tracker.values import (
    dataset_input,
    git_tags,
    note_tag,
    parameter_value,
    run_tag,
)
from radiomics_hcc.tracking.model_folder import model_contents
from radiomics_hcc.tracking.model_tables import model_files
from radiomics_hcc.tracking.note import model_note, run_note
from radiomics_hcc.tracking.record_models import model_names
from radiomics_hcc.tracking.run_folder import MANIFEST, write_run_folder

MODEL_RUNS: Final = 20  # child runs of one experiment; more drown MLflow's list of runs
_END: Final = {RunStatus.COMPLETED: "FINISHED", RunStatus.FAILED: "FAILED"}
_SOURCE: Final = {"mlflow.source.name": "rhcc run", "mlflow.source.type": "LOCAL"}


@dataclass(frozen=True)
class RunWriter:
    """Writes one record into a store.

    Parameters
    ----------
    store
        Where to.
    record
        The run.
    """

    store: Store
    record: RunRecord

    def begin(self) -> str:
        """Create the parent run with the manifest among its artifacts; gives MLflow's identity."""
        with tempfile.TemporaryDirectory() as scratch:
            write_run_folder(Path(scratch), self.record)
            run_id = self._create_parent()
            self._log_folder(run_id, Path(scratch))
        return run_id

    def finish(self) -> str:
        """Write everything and close the runs; gives MLflow's identity of the parent.

        The tag that says `completed` comes when all files are there.

        Raises
        ------
        TrackingError
            Where the record cannot be written, or a completed run is there already.
        """
        with tempfile.TemporaryDirectory() as scratch:
            # Everything that can be wrong with the record shows here, before MLflow knows of it.
            folder = Path(scratch) / RECORD_FOLDER
            write_run_folder(folder, self.record)
            contents = {
                file.model: model_contents(self.record, file) for file in self.record.models
            }
            stream = tuple(items(self.record))
            files = {model: model_files(self.record, model) for model in self._children_named()}

            run_id = self._parent()
            self._log_children(run_id, stream, contents, files)
            own = of_model(stream, None)
            self._log_items(run_id, own)
            self._log_folder(run_id, folder)
            self._log_tags(run_id, own, run_note(self.record))
            self._end(run_id)
        return run_id

    def _parent(self) -> str:
        found = self.store.find(self.record.run_id)
        if found is None:
            return self._create_parent()
        if found.data.tags.get("rhcc.status") == RunStatus.COMPLETED:
            raise TrackingError(
                f"{self.store.uri}: run {self.record.run_id} is completed and stays as it is"
            )
        return str(found.info.run_id)

    def _create_parent(self) -> str:
        """Create the parent run; it is `started` until all is there."""
        stream = of_model(tuple(items(self.record)), None)
        tags = {
            **_SOURCE,
            **{tag.key: tag.value for tag in map(run_tag, _tags_of(stream))},
            **{tag.key: tag.value for tag in (*git_tags(stream), note_tag(run_note(self.record)))},
            "rhcc.role": "experiment",
            "rhcc.status": str(RunStatus.STARTED),
        }
        run = self.store.client.create_run(
            self.store.experiment(self.record.name),
            milliseconds(self.record.started),
            tags,
            self.record.run_id,
        )
        return str(run.info.run_id)

    def _children_named(self) -> list[str]:
        return model_names(self.record)[:MODEL_RUNS]

    def _create_children(self, parent: str) -> dict[str, str]:
        """Create a run per model; later starts by a millisecond, so that pages keep their order."""
        client, models = self.store.client, self._children_named()
        left = model_names(self.record)[MODEL_RUNS:]
        if left:
            client.set_tag(parent, "rhcc.models_in_the_table_only", _short(json.dumps(left)))
        experiment = self.store.experiment(self.record.name)
        begin = milliseconds(self.record.started)
        children = {}
        for place, model in enumerate(models):
            tags = {"mlflow.parentRunId": parent, "rhcc.role": "model", **_SOURCE}
            start = None if begin is None else begin + len(models) - place
            run = client.create_run(experiment, start, tags, model)
            children[model] = str(run.info.run_id)
        return children

    def _remove_children(self, parent: str) -> None:
        """Remove what an earlier attempt to complete this run left behind."""
        for child in list(self.store.search(f"tags.`mlflow.parentRunId` = '{parent}'")):
            self.store.client.delete_run(child.info.run_id)

    def _log_children(
        self,
        parent: str,
        stream: Sequence[Item],
        contents: Mapping[str, Mapping[str, bytes]],
        files: Mapping[str, Mapping[str, bytes]],
    ) -> None:
        self._remove_children(parent)
        children = self._create_children(parent)
        identities = {
            item.model: log_model(
                self.store.client,
                item,
                contents=contents[item.model],
                run_ids=[children.get(item.model, parent), parent],
                tags={tag.name: _short(tag.value) for tag in _tags_of(stream, item.model)},
            )
            for item in stream
            if isinstance(item, ModelItem)
        }
        for model, child in children.items():
            own = of_model(stream, model)
            self._log_items(child, own, identities.get(model))
            self._log_files(child, files[model])
            self._log_tags(child, own, model_note(self.record, model))
            self._end(child)

    def _log_items(self, run_id: str, stream: Sequence[Item], model_id: str | None = None) -> None:
        """Log parameters, data sets and metrics in as few calls as MLflow allows."""
        client = self.store.client
        now = int(datetime.now(tz=UTC).timestamp() * 1000)
        parameters = [parameter_value(item) for item in stream if isinstance(item, Parameter)]
        for part in parts(parameters, PARAMETERS_AT_ONCE):
            client.log_batch(run_id, params=part)
        metrics = [
            entities.Metric(name, value, now, step, model_id=model_id, run_id=run_id)
            for name, value, step in points(stream)
        ]
        for part in parts(metrics, METRICS_AT_ONCE):
            client.log_batch(run_id, metrics=part)
        datasets = [dataset_input(item) for item in stream if isinstance(item, Dataset)]
        if datasets:
            client.log_inputs(run_id, datasets)

    def _log_tags(self, run_id: str, stream: Sequence[Item], note: str) -> None:
        tags = [run_tag(item) for item in _tags_of(stream)]
        self.store.client.log_batch(run_id, tags=[*tags, *git_tags(stream), note_tag(note)])

    def _log_folder(self, run_id: str, folder: Path) -> None:
        """Log a run folder, the manifest last, so that what it names is there."""
        client = self.store.client
        for part in sorted(path for path in folder.iterdir() if path.is_dir()):
            client.log_artifacts(run_id, str(part), f"{RECORD_FOLDER}/{part.name}")
        client.log_artifact(run_id, str(folder / MANIFEST), RECORD_FOLDER)

    def _log_files(self, run_id: str, files: Mapping[str, bytes]) -> None:
        """Log a model's own tables, where a person looks for them."""
        if not files:
            return
        with tempfile.TemporaryDirectory() as scratch:
            for name, content in files.items():
                (Path(scratch) / name).write_bytes(content)
            self.store.client.log_artifacts(run_id, scratch)

    def _end(self, run_id: str) -> None:
        end = milliseconds(self.record.finished)
        self.store.client.set_terminated(run_id, _END[self.record.status], end)


def _tags_of(stream: Sequence[Item], model: str | None = None) -> list[Tag]:
    """The tags of a stream; with a model, only its own."""
    tags = [item for item in stream if isinstance(item, Tag)]
    return tags if model is None else [tag for tag in tags if tag.model == model]


def _short(words: str) -> str:
    return words[:TAG_CHARACTERS]
