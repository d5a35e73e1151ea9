"""Verbs that look after tracked runs: list, sync, champion, tidy, relocate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiomics_hcc.cli.options import Tracker
from radiomics_hcc.cli.telling import tell_registered, tell_runs, tell_tidied

verbs = typer.Typer(no_args_is_help=True, help="Look after tracked runs and registered models.")


@verbs.command(name="list")
def list_runs(
    experiment: Annotated[str | None, typer.Option(help="One experiment; all if left out.")] = None,
    tracker: Tracker = None,
) -> None:
    """List the runs, newest first, with what became of those that have no end."""
    from radiomics_hcc.tracking.open import default_tracker_uri
    from radiomics_hcc.tracking.tidy import list_runs as listed

    tell_runs(listed(tracker or default_tracker_uri(), experiment))


@verbs.command()
def sync(
    folders: Annotated[list[Path], typer.Argument(help="Run folders, or folders that hold some.")],
    tracker: Tracker = None,
) -> None:
    """Push run folders into a tracker; what is there already is left alone."""
    from radiomics_hcc.tracking.open import default_tracker_uri
    from radiomics_hcc.tracking.sync import sync as synced

    failed = 0
    for outcome in synced(folders, tracker or default_tracker_uri()):
        failed += outcome.outcome == "not pushed"
        typer.echo(str(outcome), err=outcome.outcome == "not pushed")
    raise typer.Exit(1 if failed else 0)


@verbs.command()
def champion(
    run: Annotated[str, typer.Argument(help="A run's identity, or an experiment.")],
    model: Annotated[str | None, typer.Option(help="The primary model if left out.")] = None,
    alias: Annotated[str, typer.Option(help="The word that points at it.")] = "champion",
    tracker: Tracker = None,
) -> None:
    """Register a run's model under its experiment's name, and let an alias point at it."""
    from radiomics_hcc.tracking.champion import choose_champion
    from radiomics_hcc.tracking.open import default_tracker_uri

    uri = tracker or default_tracker_uri()
    tell_registered(choose_champion(run, uri, model=model, alias=alias), alias)


@verbs.command()
def tidy(
    run: Annotated[str | None, typer.Option(help="Give up this run, wherever it runs.")] = None,
    tracker: Tracker = None,
) -> None:
    """Close runs that began here and whose process is gone; they become failed."""
    from radiomics_hcc.tracking.open import default_tracker_uri
    from radiomics_hcc.tracking.tidy import tidy as tidied

    tell_tidied(tidied(tracker or default_tracker_uri(), run))


@verbs.command()
def relocate(tracker: Tracker = None) -> None:
    """Tell a moved or copied SQLite store where its files lie now."""
    from radiomics_hcc.tracking.moved_store import relocate as relocated
    from radiomics_hcc.tracking.open import default_tracker_uri

    typer.echo(f"{relocated(tracker or default_tracker_uri())} places were changed")
