"""Verbs about experiments and their models: run, report, compare, predict, ui."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiomics_hcc.cli.options import AllowOutside, Jobs, Output, Settings, Tracker
from radiomics_hcc.cli.telling import (
    talk,
    tell_audits,
    tell_comparison,
    tell_predictions,
    tell_run,
)


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
    private: Annotated[
        bool, typer.Option("--private", help="Hide small counts, dates, patients and files.")
    ] = False,
    tracker: Tracker = None,
) -> None:
    """Write the report of a tracked run: HTML in one file, Markdown or JSON, by the suffix."""
    from radiomics_hcc.experiment.history import load_run
    from radiomics_hcc.report.formats import write_as, writer_for

    writer_for(output)  # before the run is read
    typer.echo(write_as(load_run(run, tracker), output, is_private=private))


def compare(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Run folders, run identities, or experiments.")
    ] = None,
    experiment: Annotated[
        list[str] | None, typer.Option(help="All completed runs of an experiment; repeatable.")
    ] = None,
    output: Output = Path("compare.html"),
    csv: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder for every table as CSV.")
    ] = None,
    models: Annotated[
        list[str] | None, typer.Option(help="headline, all, or a model's name; repeatable.")
    ] = None,
    shared_patients: Annotated[
        bool, typer.Option("--shared-patients", help="Judge on the patients whom all runs share.")
    ] = False,
    resamples: Annotated[
        int | None, typer.Option(min=1, help="Of the patient bootstrap; as in the runs.")
    ] = None,
    tracker: Tracker = None,
) -> None:
    """Compare tracked runs: what differs, whether they compare, differences by patient."""
    from radiomics_hcc.experiment.comparing.compare import Asked, compare_runs
    from radiomics_hcc.experiment.comparing.files import write_tables
    from radiomics_hcc.report.compare_page import write_comparison

    asked = Asked(tuple(models or ()), shared_patients, resamples)
    named = [*(runs or []), *(experiment or [])]
    compared = compare_runs(named, tracker=tracker, asked=asked)
    tell_comparison(compared)
    if csv is not None:
        typer.echo(f"tables: {write_tables(compared, csv)[-1].parent}")
    typer.echo(f"page: {write_comparison(compared, output)}")


def predict(
    data: Annotated[Path, typer.Argument(help="cohort.csv or a feature table.")],
    model: Annotated[str, typer.Option(help="Run, experiment, or models:/NAME@champion.")],
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
