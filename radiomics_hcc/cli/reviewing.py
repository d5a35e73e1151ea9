"""Verbs for those who review a run: checklist."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiomics_hcc.cli.options import Tracker


def checklist(
    run: Annotated[str, typer.Argument(help="Run folder, run identity, or experiment.")],
    name: Annotated[
        str | None,
        typer.Argument(
            help="clear, metrics, tripod_ai, claim_2024, probast_ai or ibsi; all when left out."
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="A .csv or .md file, or a folder for all.")
    ] = Path("checklists"),
    tracker: Tracker = None,
) -> None:
    """Answer reporting guidelines from the record of a tracked run."""
    from radiomics_hcc.experiment.history import load_run
    from radiomics_hcc.report.checklists.writing import write_checklists

    for file in write_checklists(load_run(run, tracker), output, name):
        typer.echo(file)
