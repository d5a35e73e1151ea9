"""Runs that were tracked: read one again, list those of an experiment."""

from __future__ import annotations

import pandas as pd

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.tracking.open import default_tracker_uri, find_run, open_tracker

COMPARED = ("auc", "ordinal_c_index", "balanced_accuracy", "brier", "quadratic_kappa")


def load_run(run: str, tracker: str | None = None) -> RunRecord:
    """Read a tracked run.

    Parameters
    ----------
    run
        A run folder, a run's identity, or an experiment's name (its newest completed run).
    tracker
        Address of the tracker; by default `MLFLOW_TRACKING_URI` or `sqlite:///mlflow.db`.

    Raises
    ------
    TrackingError
        Where there is no such run.
    """
    return find_run(run, tracker or default_tracker_uri())


def compare(experiment: str, tracker: str | None = None) -> pd.DataFrame:
    """One row per completed run of an experiment: its primary model's scores, what it rests on.

    Parameters
    ----------
    experiment
        Name of the experiment; variants count as experiments of their own.
    tracker
        Address of the tracker, as in `load_run`.

    Returns
    -------
    DataFrame
        `run_id, started, model, patients`, one column per metric with its limits,
        `config_sha256, data_sha256`, newest first.

    Raises
    ------
    TrackingError
        Where the experiment has no completed run.
    """
    source = open_tracker(tracker or default_tracker_uri())
    runs = source.list(experiment)
    completed = runs[runs["status"] == "completed"]
    if completed.empty:
        raise TrackingError(f"experiment {experiment!r} has no completed run")
    return pd.DataFrame([_row(source.read(run_id)) for run_id in completed["run_id"]])


def _row(record: RunRecord) -> dict[str, object]:
    model = str(record.summary["headline_model"])
    metrics = record.tables["metrics"]
    own = metrics[metrics["model"] == model].set_index("metric")
    scores = {
        f"{metric}{suffix}": own.loc[metric, column]
        for metric in COMPARED
        if metric in own.index
        for suffix, column in (("", "estimate"), ("_low", "low"), ("_high", "high"))
    }
    return {
        "run_id": record.run_id,
        "started": record.started,
        "model": model,
        "patients": int(own["patients"].iloc[0]),
        **scores,
        "config_sha256": record.config_sha256,
        "data_sha256": record.data_sha256,
    }
