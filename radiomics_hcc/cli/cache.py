"""Verbs that look after the feature cache."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

verbs = typer.Typer(no_args_is_help=True, help="Look after the feature cache.")


@verbs.command()
def verify(folder: Annotated[Path, typer.Argument()] = Path(".cache/features")) -> None:
    """Name damaged files of the cache; they count as missing and are made again."""
    from radiomics_hcc.features.cache import verify_cache

    damaged = verify_cache(folder)
    for path in damaged:
        typer.echo(f"damaged: {path}")
    typer.echo(f"{len(damaged)} damaged")
    raise typer.Exit(1 if damaged else 0)


@verbs.command()
def gc(folder: Annotated[Path, typer.Argument()] = Path(".cache/features")) -> None:
    """Delete damaged files and leavings of interrupted writes."""
    from radiomics_hcc.features.cache import clean_cache

    typer.echo(f"{clean_cache(folder)} files deleted")
