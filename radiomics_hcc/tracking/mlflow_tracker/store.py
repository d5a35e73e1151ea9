"""An MLflow store behind its client: its experiments, its runs, and the files of a run."""

from __future__ import annotations

import logging
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import mlflow.entities as entities
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.mlflow_tracker.limits import RECORD_FOLDER
from radiomics_hcc.tracking.moved_store import artifacts_here, require_not_moved
from radiomics_hcc.tracking.note import SOFTWARE
from radiomics_hcc.tracking.run_folder import MANIFEST
from radiomics_hcc.tracking.tracker import plain_name

KIND_TAG: Final = "mlflow.experimentKind"
EXPERIMENT_TAGS: Final = {
    KIND_TAG: "custom_model_development",  # else MLflow shows its pages about language models
    "mlflow.note.content": f"One experiment of radiomics_hcc. {SOFTWARE} Parent runs are whole "
    "experiments, the runs below them one model each.",
}


@dataclass(frozen=True)
class Store:
    """A store and its client.

    Parameters
    ----------
    uri
        `sqlite:///` and the absolute path of a database, or the address of a server.
    artifacts
        Folder of the artifacts of a local store; None where a server decides.
    client
        Open client of `uri`, for runs and for registered models.
    """

    uri: str
    artifacts: Path | None
    client: MlflowClient = field(repr=False, compare=False)

    def experiment(self, name: str) -> str:
        """Give MLflow's identity of an experiment, which is made where there is none.

        Raises
        ------
        TrackingError
            Where the experiment was deleted, or its files lie where the store was before.
        """
        found = self.client.get_experiment_by_name(name) or self._made_experiment(name)
        if found.lifecycle_stage != "active":
            raise TrackingError(
                f"{self.uri}: experiment {name} was deleted; restore it with "
                f"`mlflow experiments restore -x {found.experiment_id}` or choose another name"
            )
        require_not_moved(self.uri, found.artifact_location, self.artifacts)
        if KIND_TAG not in found.tags:
            self.client.set_experiment_tag(found.experiment_id, KIND_TAG, EXPERIMENT_TAGS[KIND_TAG])
        return str(found.experiment_id)

    def _made_experiment(self, name: str) -> entities.Experiment:
        place = None if self.artifacts is None else (self.artifacts / plain_name(name)).as_uri()
        try:
            self.client.create_experiment(name, place, tags=dict(EXPERIMENT_TAGS))
        except MlflowException:  # another process may have been faster
            found = self.client.get_experiment_by_name(name)
            if found is None:
                raise
            return found
        return self.client.get_experiment_by_name(name)

    def find(self, run: str) -> entities.Run | None:
        """Find a parent run by its identity, or any run by its `runs:/` address."""
        if run.startswith("runs:/"):
            return self.client.get_run(run.removeprefix("runs:/"))
        if "'" in run:  # would end the word in the search below; no identity has one
            return None
        return next(
            self.search(f"tags.`rhcc.role` = 'experiment' and tags.`rhcc.run_id` = '{run}'"), None
        )

    def search(self, condition: str) -> Iterator[entities.Run]:
        """Give the runs of all experiments that fulfil a condition in MLflow's words."""
        experiments = pages(self.client.search_experiments)
        identities = [experiment.experiment_id for experiment in experiments]
        yield from pages(self.client.search_runs, identities, condition)

    def fetch_folder(self, run: entities.Run, place: Path) -> Path:
        """Copy the run folder of a parent run to `place`, also where the store was moved."""
        moved = artifacts_here(run.info.artifact_uri, self.artifacts)
        if moved is not None and (moved / RECORD_FOLDER / MANIFEST).is_file():
            return Path(shutil.copytree(moved / RECORD_FOLDER, place / RECORD_FOLDER))
        return Path(self.client.download_artifacts(run.info.run_id, RECORD_FOLDER, str(place)))


def connect(address: str) -> MlflowClient:
    """Open a client; MLflow's first contact warns and reports on creating its tables.

    Raises
    ------
    TrackingError
        Where MLflow cannot open the store.
    """
    chatty = logging.getLogger("mlflow.store.db.utils")
    before = chatty.level
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "The ``noload`` loader strategy is deprecated", DeprecationWarning
        )
        chatty.setLevel(logging.WARNING)
        try:
            with as_tracking_error(address):
                return MlflowClient(tracking_uri=address, registry_uri=address)
        finally:
            chatty.setLevel(before)


@contextmanager
def as_tracking_error(address: str) -> Iterator[None]:
    """Turn what MLflow and the file system raise into a `TrackingError` with the address."""
    try:
        yield
    except MlflowException as error:
        remedy = ""
        if "out-of-date database schema" in str(error):
            remedy = f"; make a copy of it, then run `mlflow db upgrade {address}`"
        raise TrackingError(f"{address}: MLflow says: {error}{remedy}") from error
    except OSError as error:
        raise TrackingError(f"{address}: {error}") from error


def pages(search: Any, *arguments: object) -> Iterator[Any]:
    """Follow MLflow's page tokens."""
    token = None
    while True:
        page = search(*arguments, page_token=token)
        yield from page
        token = page.token
        if not token:
            return
