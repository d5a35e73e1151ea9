"""What verbs say while they work and when they are done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from radiomics_hcc.domain.record import RunRecord
    from radiomics_hcc.domain.run_comparison import RunComparison
    from radiomics_hcc.domain.table import FeatureTable
    from radiomics_hcc.experiment.gather import Talk
    from radiomics_hcc.experiment.model_audit import Audit
    from radiomics_hcc.experiment.predicted import NewPredictions
    from radiomics_hcc.tracking.registry import RegisteredModel
    from radiomics_hcc.tracking.tidy import Tidied


def talk() -> Talk:
    """Progress on the standard error stream."""
    from radiomics_hcc.experiment.gather import Talk
    from radiomics_hcc.features.progress import ConsoleProgress

    def folds(done: int, total: int) -> None:
        if done == total or done % max(1, total // 10) == 0:
            typer.echo(f"outer folds: {done} of {total}", err=True)

    return Talk(lambda sentence: typer.echo(sentence, err=True), ConsoleProgress(), folds)


def tell_run(record: RunRecord) -> None:
    """Verdict and grave findings of a run."""
    typer.echo(f"run {record.run_id} of {record.name}")
    typer.echo(str(record.summary["verdict"]))
    for finding in record.findings:
        if finding.severity in ("warning", "serious"):
            typer.echo(f"{finding.severity} {finding.code}: {finding.sentence}")
    typer.echo(str(record.summary["software"]))


def tell_comparison(comparison: RunComparison) -> None:
    """One line per compared model, then what must be known to read the numbers."""
    from radiomics_hcc.evaluation.metrics import METRICS

    typer.echo(f"comparison of {comparison.title}")
    width = max(len(label) for label in comparison.labels)
    for row in _headline(comparison).itertuples(index=False):
        told = f"{METRICS[row.metric].title} {row.estimate:.2f} ({row.low:.2f} to {row.high:.2f})"
        place = "" if row.rank != row.rank else f", place {row.rank:g} of {row.among:g}"
        typer.echo(f"  {row.label:{width}}  {told}, {row.patients} patients{place}")
    for finding in comparison.findings:
        typer.echo(f"{finding.severity} {finding.code}: {finding.sentence}")
    typer.echo("Research software, not a medical device.")


def _headline(comparison: RunComparison) -> pd.DataFrame:
    """The first metric of every model (AUC, else what the run lists first) with its place."""
    first = comparison.metrics.drop_duplicates("label")
    places = comparison.ranks[["label", "metric", "rank", "among"]]
    return first.merge(places, how="left", on=["label", "metric"])


def tell_audits(audits: Iterable[Audit]) -> None:
    """One line per finding, under the name of its experiment."""
    for audit in audits:
        typer.echo(f"audit of {audit.experiment}")
        for sentence in audit.sentences():
            typer.echo(sentence)


def tell_predictions(predicted: NewPredictions, output: Path) -> None:
    """How many patients were predicted, and what must be known to read the file."""
    frame = predicted.frame
    warned = int((frame["warnings"] != "").sum())
    far = int((frame["applicability_word"] == "outside").sum())
    typer.echo(
        f"{len(frame)} patients, {warned} with warnings, {far} outside the training data: {output}"
    )
    for note in predicted.notes:
        typer.echo(f"note: {note}", err=True)


def tell_failures(failures: list[str], output: Path) -> None:
    """Name what failed, and where the rest is; a failure makes the exit code 1."""
    for failure in failures:
        typer.echo(f"failed: {failure}", err=True)
    typer.echo(f"{len(failures)} failed: {output}")
    if failures:
        raise typer.Exit(1)


def tell_extraction(table: FeatureTable, output: Path) -> None:
    """Say what became of the cases; a failure makes the exit code 1."""
    from radiomics_hcc.features.assemble import summary_of
    from radiomics_hcc.features.verify import agreement_of

    summary = summary_of(table)
    if agreement := agreement_of(table):
        typer.echo(str(agreement))
    for case, reason in summary.failed:
        typer.echo(f"failed: {case}: {reason}", err=True)
    unclipped = table.metadata.get("rings_without_liver")
    if isinstance(unclipped, list) and unclipped:
        told = f"{len(unclipped)} rings are not clipped: the cohort has no liver in their images"
        typer.echo(told, err=True)
    functional = table.metadata.get("functional")
    if isinstance(functional, dict) and functional["failed"]:
        told = f"{len(functional['failed'])} lesions without functional values, see their reasons"
        typer.echo(told, err=True)
    typer.echo(
        f"{summary.ok} measured, {summary.cached} from the cache, {summary.absent} absent, "
        f"{len(summary.failed)} failed: {output}"
    )
    if summary.failed:
        raise typer.Exit(1)


def tell_notes(notes: Iterable[str]) -> None:
    """Warnings about a table, on the standard error stream."""
    for note in notes:
        typer.echo(f"note: {note}", err=True)


def tell_runs(runs: pd.DataFrame) -> None:
    """One line per run: identity, experiment, state."""
    for run_id, name, state in zip(runs["run_id"], runs["name"], runs["state"], strict=True):
        typer.echo(f"{run_id}  {name}  {state}")
    typer.echo(f"{len(runs)} runs, {int((runs['status'] == 'completed').sum())} completed")


def tell_registered(model: RegisteredModel, alias: str) -> None:
    """Which model the alias points at now, and how it is used."""
    typer.echo(
        f"{model.name} version {model.version} is {alias}: {model.model} of run {model.run_id}"
    )
    typer.echo(f"use: rhcc predict --model models:/{model.name}@{alias}")
    typer.echo("Research software, not a medical device.")


def tell_tidied(runs: Iterable[Tidied]) -> None:
    """What became of every run without an end."""
    closed = []
    for run in runs:
        typer.echo(f"{run.run_id}: {run.outcome}")
        closed.append(run.is_closed)
    typer.echo(f"{sum(closed)} of {len(closed)} runs without an end were closed")
