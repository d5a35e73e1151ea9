"""`rhcc reproduce`: a tracked run made again from its manifest, and how far it is the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from radiomics_hcc.domain.record import RunRecord
from radiomics_hcc.errors import TrackingError
from radiomics_hcc.experiment.gather import Talk, gather
from radiomics_hcc.experiment.keep import KeptRun
from radiomics_hcc.experiment.load import Experiment
from radiomics_hcc.experiment.record import started
from radiomics_hcc.experiment.reproducing.given_inputs import compare_inputs, refuse_changed
from radiomics_hcc.experiment.reproducing.line import Line
from radiomics_hcc.experiment.reproducing.own_manifest import compare_manifest
from radiomics_hcc.experiment.reproducing.reproduction import Reproduction, check_ending
from radiomics_hcc.experiment.reproducing.same_models import compare_models
from radiomics_hcc.experiment.reproducing.same_tables import compare_tables
from radiomics_hcc.experiment.reproducing.same_words import (
    compare_configuration,
    compare_findings,
    compare_words,
)
from radiomics_hcc.experiment.reproducing.sources import Source, find_source
from radiomics_hcc.experiment.reproducing.surroundings import compare_surroundings
from radiomics_hcc.experiment.run import carry_out
from radiomics_hcc.tracking.open import default_tracker_uri, find_run, open_tracker
from radiomics_hcc.tracking.run_folder import read_run_folder, write_run_folder

OLDER_VERSION = "this version understands the run's configuration so"
OTHER_FILE = "the run's own value was used, not the file's"


@dataclass(frozen=True)
class Repeating:
    """How a run is repeated.

    Parameters
    ----------
    experiment
        The experiment file: its folder, its execution, and its files where the run's are absent.
    data
        Instead of a file: the folder that the run's paths are relative to.
    jobs
        Worker processes; None takes the file's.
    cache
        Folder of the feature cache; None takes the file's.
    measures_anew
        Whether every feature is measured again, whatever the cache holds.
    allow_changed_inputs
        Whether to go on where an input has other bytes than the run's.
    tolerance
        Two numbers a, b count as alike where |a - b| <= tolerance * max(1, |a|, |b|); 0 asks for
        equality to the last bit.
    keep
        Whether the repetition is kept as a run of its own.
    only_check
        Whether to stop before anything is computed: inputs, versions and configuration alone.
    """

    experiment: Path | None = None
    data: Path | None = None
    jobs: int | None = None
    cache: Path | None = None
    measures_anew: bool = False
    allow_changed_inputs: bool = False
    tolerance: float = 0.0
    keep: bool = False
    only_check: bool = False


def reproduce(
    run: str,
    repeating: Repeating | None = None,
    *,
    tracker: str | None = None,
    talk: Talk | None = None,
) -> Reproduction:
    """Carry out a tracked run again and compare it with its record, table by table.

    Parameters
    ----------
    run
        A run folder, a run's identity, or an experiment's name (its newest completed run).
    repeating
        Where the data is, how the work is done, what counts as equal.
    tracker
        Address of the tracker; by default `MLFLOW_TRACKING_URI` or `sqlite:///mlflow.db`.
    talk
        Where to tell how far it is.

    Raises
    ------
    TrackingError
        Where there is no such run, or it was not completed.
    ConfigError
        Where this version cannot read the run's configuration.
    InputError
        Where an input is missing or, unless allowed, changed; before anything is computed.

    Examples
    --------
    >>> reproduce("demo", tracker="sqlite:///mlflow.db").is_equal  # doctest: +SKIP
    True
    """
    how, talk = repeating or Repeating(), talk or Talk()
    uri = tracker or default_tracker_uri()
    record = find_run(run, uri)
    _check_completed(record)
    source = find_source(record, how.experiment, how.data)
    talk.say(f"run {record.run_id} of {record.name}, repeated from {source.name}")
    before = list(_starting_points(record, source))
    if not how.allow_changed_inputs:
        refuse_changed(before)
    done = Reproduction(record.run_id, record.name, source.name, how.tolerance, tuple(before))
    if how.only_check:
        return replace(done, was_run=False)
    with _experiment_of(source, how) as experiment:
        again = _carried_out(source, experiment, how, uri, talk)
        lines = _results(record, again, experiment, how.tolerance)
        return replace(done, lines=(*before, *lines), kept_as=again.run_id if how.keep else "")


def _starting_points(record: RunRecord, source: Source) -> Iterator[Line]:
    """The manifest itself, inputs, versions, code and configuration; nothing is computed."""
    yield from compare_manifest(record)
    yield from compare_inputs(record.inputs, source.experiment)
    folder = source.experiment.file.parent
    yield from compare_surroundings(record.provenance, folder)
    yield from compare_configuration(record.config, source.rebuilt.resolved(), OLDER_VERSION)
    if source.declared is not None:
        yield from compare_configuration(record.config, source.declared, OTHER_FILE)


def _results(
    then: RunRecord, again: RunRecord, experiment: Experiment, tolerance: float
) -> list[Line]:
    """Everything that the repetition found, beside what the run found."""
    now = _read_back(again)
    table = gather(experiment, Talk()).table if then.models else None
    return [
        *compare_tables(then.tables, now.tables, tolerance),
        *compare_findings(then.findings, now.findings),
        *compare_words(then, now),
        *(compare_models(then, now, table, tolerance) if table is not None else ()),
    ]


@contextmanager
def _experiment_of(source: Source, how: Repeating) -> Iterator[Experiment]:
    """The experiment with the execution that is asked for; no report is written."""
    with tempfile.TemporaryDirectory(prefix="rhcc-reproduce-") as fresh:
        config = source.experiment.config
        asked: dict[str, object] = {"report": None}
        if how.jobs is not None:
            asked["jobs"] = how.jobs
        if how.measures_anew or how.cache is not None:
            asked["cache"] = str(Path(fresh) if how.measures_anew else how.cache)
        execution = config.execution.model_copy(update=asked)
        config = config.model_copy(update={"execution": execution})
        yield replace(source.experiment, config=config)


def _carried_out(
    source: Source, experiment: Experiment, how: Repeating, uri: str, talk: Talk
) -> RunRecord:
    """The repetition's record; its configuration is the run's, wherever the files lie."""
    config = source.rebuilt
    begun = replace(started(experiment), config=config.resolved(), config_sha256=config.digest())
    if not how.keep:
        return carry_out(experiment, begun, talk)
    with KeptRun(open_tracker(uri), begun) as kept:
        record = carry_out(experiment, kept.record, talk)
        kept.complete(record)
    return record


def _read_back(record: RunRecord) -> RunRecord:
    """The record as a run folder gives it back, as the run's own was read."""
    with tempfile.TemporaryDirectory(prefix="rhcc-reproduce-") as folder:
        write_run_folder(Path(folder), record)
        return read_run_folder(Path(folder))


def _check_completed(record: RunRecord) -> None:
    if not record.is_completed:
        why = record.summary.get("failure")
        told = f" ({why})" if why else ""
        raise TrackingError(
            f"run {record.run_id} has status '{record.status}'{told}; only a completed run has "
            "results that can be reproduced"
        )


def reproduced_file(
    run: str,
    repeating: Repeating,
    *,
    tracker: str | None = None,
    output: Path | None = None,
    talk: Talk | None = None,
) -> Reproduction:
    """Reproduce a run and, where a file is named, write what came of it.

    Raises
    ------
    RadiomicsHCCError
        As `reproduce` does; and for a file name that cannot be written, before any work.
    """
    if output is not None:
        check_ending(output)
        output.parent.mkdir(parents=True, exist_ok=True)
    reproduction = reproduce(run, repeating, tracker=tracker, talk=talk)
    if output is not None:
        reproduction.write(output)
    return reproduction
