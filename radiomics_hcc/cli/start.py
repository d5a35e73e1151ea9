"""Verbs that begin and look around: demo, synth, validate, list, schema, doctor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from radiomics_hcc.cli.options import Jobs, Settings
from radiomics_hcc.cli.telling import talk, tell_run


def demo(
    directory: Annotated[
        Path, typer.Argument(file_okay=False, help="Folder for everything made.")
    ] = Path("demo"),
    patients: Annotated[int | None, typer.Option(min=1, help="Synthetic patients.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the cohort.")] = 7,
    signal: Annotated[float, typer.Option(min=0, help="Planted signal; 0 plants none.")] = 1.0,
    jobs: Jobs = 1,
) -> None:
    """Run the whole story on a synthetic cohort: features, response, models, report."""
    from radiomics_hcc.datasets.synthetic import SyntheticSettings
    from radiomics_hcc.experiment.demo import DEMO_PATIENTS
    from radiomics_hcc.experiment.demo import demo as run_demo

    settings = SyntheticSettings(patients or DEMO_PATIENTS, seed, signal)
    record = run_demo(directory, settings, jobs=jobs, talk=talk())
    tell_run(record)


def synth(
    directory: Annotated[Path, typer.Argument(file_okay=False, help="Folder to write.")],
    patients: Annotated[int, typer.Option(min=1, help="How many.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 7,
    signal: Annotated[float, typer.Option(min=0, help="Planted signal; 0 plants none.")] = 1.0,
    phases: Annotated[
        str, typer.Option(help="Also unenhanced, delayed; commas between.")
    ] = "arterial,portal",
    breath_shift_mm: Annotated[
        float, typer.Option(min=0, help="How far other phases may lie from the arterial, mm.")
    ] = 0.0,
    jobs: Jobs = 1,
) -> None:
    """Make a synthetic cohort: CT before and after treatment, readers, and the truth."""
    from radiomics_hcc.datasets.synthetic import SyntheticSettings, synthesise_cohort

    named = tuple(phase.strip() for phase in phases.split(",") if phase.strip())
    settings = SyntheticSettings(
        patients, seed, signal, phases=named, breath_shift_mm=breath_shift_mm
    )
    typer.echo(f"{patients} patients: {synthesise_cohort(directory, settings, jobs=jobs)}")


def validate(
    config: Annotated[Path, typer.Argument(help="Experiment file.")], settings: Settings = None
) -> None:
    """Check an experiment: file, tables, image headers; every problem at once, no pixels."""
    from radiomics_hcc.experiment.validate import validate_experiment

    for sentence in validate_experiment(config, settings or []):
        typer.echo(f"can be run: {sentence}")


def list_kind(
    kind: Annotated[str, typer.Argument(help="criteria, classifiers, checks, metrics, ...")],
) -> None:
    """List what there is of a kind, by the name that files and options use."""
    from radiomics_hcc.experiment.listing import list_kind as listed

    for name, sentence in listed(kind).items():
        typer.echo(f"{name:28} {sentence}")


def schema() -> None:
    """Print the JSON Schema of the experiment file."""
    from radiomics_hcc.experiment.listing import experiment_schema

    typer.echo(json.dumps(experiment_schema(), indent=2))


def doctor() -> None:
    """Check the installation: libraries, the feature engine on a ball, the working folder."""
    from radiomics_hcc.experiment.doctor import examine

    signs = examine()
    for sign in signs:
        typer.echo(f"{'ok  ' if sign.is_well else 'FAIL'} {sign.what}: {sign.found}")
    if not all(sign.is_well for sign in signs):
        raise typer.Exit(1)
