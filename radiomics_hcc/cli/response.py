"""The verb that states responses: assess."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiomics_hcc.cli.options import Output, Settings
from radiomics_hcc.cli.telling import tell_notes


def assess(
    measurements: Annotated[Path, typer.Argument(help="measurements.csv.")],
    output: Output,
    criterion: Annotated[str, typer.Option(help="See `rhcc list criteria`.")] = "mrecist",
    beside: Annotated[
        list[str] | None, typer.Option(help="Other criteria, with commas or repeated.")
    ] = None,
    settings: Settings = None,
    patients: Annotated[
        Path | None, typer.Option(help="patients.csv: treatment, treatment_date, death_date.")
    ] = None,
    readers: Annotated[
        str | None, typer.Option(help="Add a consensus: majority, median or unanimous.")
    ] = None,
    best: Annotated[bool, typer.Option("--best", help="Add best response, TTP and PFS.")] = False,
    confirmation_days: Annotated[
        int | None, typer.Option(min=1, help="Best response: confirm CR and PR after so many days.")
    ] = None,
    stable_days: Annotated[
        int, typer.Option(min=0, help="Best response: SD counts from so many days on.")
    ] = 0,
    audit: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder: all criteria, readers, a page.")
    ] = None,
) -> None:
    """State the response of every patient, reader and follow-up, each with its reason."""
    from radiomics_hcc.experiment.assessing.assessment import Asked, AssessmentOptions, assess_file

    options = AssessmentOptions.of(readers, confirmation_days, stable_days)
    asked = Asked(criterion, settings or (), beside or (), patients)
    found = assess_file(measurements, asked, options)
    tell_notes(found.notes)
    found.frame(with_best=best).to_csv(output, index=False)
    typer.echo(f"{found.sentence()}: {output}")
    if audit:
        from radiomics_hcc.experiment.assessing.audit import write_audit

        typer.echo(f"audit: {write_audit(found, audit)}")
