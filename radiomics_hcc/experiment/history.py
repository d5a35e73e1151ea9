"""Runs that were tracked: read one again, compare several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.domain.run_comparison import RunComparison
from radiomics_hcc.experiment.comparing.compare import Asked, compare_runs
from radiomics_hcc.tracking.open import default_tracker_uri, find_run


def load_run(run: str, tracker: str | None = None) -> RunRecord:
    """Read a tracked run.

    Parameters
    ----------
    run
        A run folder, a run's identity, an experiment's name (its newest completed run), or
        `models:/NAME@champion` (the run of a registered model).
    tracker
        Address of the tracker; by default `MLFLOW_TRACKING_URI` or `sqlite:///mlflow.db`.

    Raises
    ------
    TrackingError
        Where there is no such run.
    """
    return find_run(run, tracker or default_tracker_uri())


def compare(
    *runs: str | Path | RunRecord,
    tracker: str | None = None,
    models: str | Sequence[str] = (),
    shared_patients: bool = False,
    resamples: int | None = None,
) -> RunComparison:
    """Compare tracked runs: what differs, whether they compare, differences by patient.

    Parameters
    ----------
    runs
        Experiments (all their completed runs, those of variants too), identities, run folders,
        addresses or records, mixed.
    tracker
        Address of the tracker, as in `load_run`.
    models
        `"headline"` (the model that each run declared first), `"all"`, or names of models. By
        default the headline models, of a single run all its models.
    shared_patients
        Judge runs of other patients on those whom all share with equal labels.
    resamples
        Resamples of the patient bootstrap; by default the largest number of the runs, and between
        runs as many as Holm's correction needs.

    Returns
    -------
    RunComparison
        `.frame()` has one row per compared model; `.tables()` everything.

    Raises
    ------
    InputError
        Where no run is named, or a run or model is unknown; names each.
    TrackingError
        Where no run can be used; says why for each.
    """
    named = [str(run) if isinstance(run, Path) else run for run in runs]
    chosen = (models,) if isinstance(models, str) else tuple(models)
    return compare_runs(named, tracker=tracker, asked=Asked(chosen, shared_patients, resamples))
