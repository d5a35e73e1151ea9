"""The command line `rhcc`: each verb reads its words and calls one function.

Verbs import what they need when they run, so that `rhcc --help` answers at once.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import click
import typer
from typer.core import TyperGroup

from radiomics_hcc import __version__
from radiomics_hcc.errors import RadiomicsHCCError


class Verbs(TyperGroup):
    """Turns the package's own errors into one plain message and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the verb; `--debug` lets the traceback through."""
        try:
            return super().invoke(ctx)
        except RadiomicsHCCError as error:
            if ctx.params.get("debug"):
                raise
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Radiomics and treatment response of hepatocellular carcinoma. Research software, not a "
    "medical device.",
)
cache_verbs = typer.Typer(no_args_is_help=True, help="The feature cache.")
app.add_typer(cache_verbs, name="cache")
