"""Verbs about experiments and their models: run, report, predict, ui."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiomics_hcc.cli.options import AllowOutside, Jobs, Output, Settings, Tracker
from radiomics_hcc.cli.telling import talk, tell_audits, tell_predictions, tell_run


def run(
    config: Annotated[Path, typer.Argument(help="Experiment file.")],
    settings: Settings = None,
    variant: Annotated[str | None, typer.Option(help="One variant; all when left out.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Worker processes.")] = None,
) -> None:
    """Run an experiment, tracked; a file with variants makes one run of each."""
    from radiomics_hcc.experiment.run import run_experiments

    given = [*(settings or []), *([f"execution.jobs={jobs}"] if jobs else [])]
    for record in run_experiments(config, given, variant=variant, talk=talk()):
        tell_run(record)


def audit(
    config: Annotated[Path, typer.Argument(help="Experiment file.")],
    settings: Settings = None,
    variant: Annotated[str | None, typer.Option(help="One variant; all when left out.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", file_okay=False, help="Folder for audit.csv, audit.json."),
    ] = None,
) -> None:
    """Look for leaks in features and labels, without a fit; exit 1 where one is serious."""
    from radiomics_hcc.experiment.model_audit import audit_file, write_audits

    audits = audit_file(config, settings or [], variant=variant, talk=talk())
    tell_audits(audits)
    if output is not None:
        typer.echo(" and ".join(map(str, write_audits(audits, output))))
    if any(each.is_serious for each in audits):
        raise typer.Exit(1)


def report(
    run: Annotated[str, typer.Argument(help="Run folder, run identity, or experiment.")],
    output: Output = Path("report.html"),
    tracker: Tracker = None,
) -> None:
    """Write the report of a tracked run: one self-contained HTML file."""
    from radiomics_hcc.experiment.history import load_run
    from radiomics_hcc.report.html import write_report

    typer.echo(write_report(load_run(run, tracker), output))


def predict(
    data: Annotated[Path, typer.Argument(help="cohort.csv or a feature table.")],
    model: Annotated[str, typer.Option(help="Run folder, run identity, or experiment.")],
    output: Output,
    patients: Annotated[Path | None, typer.Option(help="Table of clinical columns.")] = None,
    tracker: Tracker = None,
    intent: Annotated[
        str | None, typer.Option(help="Intent of the use; that of the model when left out.")
    ] = None,
    conformal: Annotated[
        float | None, typer.Option(min=0.5, max=0.99, help="Level of prediction sets, as 0.9.")
    ] = None,
    by_class: Annotated[
        bool, typer.Option("--by-class", help="Calibrate the sets within each class.")
    ] = False,
    jobs: Jobs = 1,
    outside: AllowOutside = False,
) -> None:
    """Predict the class of every patient, with how far each is from the training data."""
    from radiomics_hcc.experiment.predict import Work, predict_with_notes
    from radiomics_hcc.experiment.predicted import Question

    work = Work(jobs, Path(".cache/features"), talk().extraction, outside)
    question = Question.of(intent, conformal, by_class=by_class)
    predicted = predict_with_notes(
        model, data, patients=patients, tracker=tracker, work=work, question=question
    )
    predicted.write(output)
    tell_predictions(predicted, output)


def ui(
    tracker: Tracker = None,
    port: Annotated[int, typer.Option(help="Port on the loopback; 0 takes a free one.")] = 5000,
    browser: Annotated[bool, typer.Option("--browser", help="Open it in a browser.")] = False,
) -> None:
    """Show the tracked runs with MLflow, on this machine alone, until Ctrl-C."""
    from radiomics_hcc.tracking.open import default_tracker_uri
    from radiomics_hcc.tracking.ui import serve

    serve(
        tracker or default_tracker_uri(),
        port,
        announce=lambda address: typer.echo(f"MLflow: {address} (Ctrl-C ends it)"),
        open_browser=browser,
    )
