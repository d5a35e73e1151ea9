"""`rhcc`: its verbs, and how an error becomes one plain message."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from radiomics_hcc import __version__
from radiomics_hcc.cli import cache, images, models, repeat, response, reviewing, start, tracking
from radiomics_hcc.errors import RadiomicsHCCError

# Libraries make a million objects that stay: looking for garbage among them takes a tenth of the
# time in which a verb starts. Python's own number is 700, from 3.13 on 2,000.
OBJECTS_BEFORE_GARBAGE: Final = 100_000

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Radiomics and treatment response of hepatocellular carcinoma. "
    "Research software, not a medical device.",
)
VERBS: Final[Mapping[str, Callable[..., None]]] = {
    "demo": start.demo,
    "synth": start.synth,
    "validate": start.validate,
    "phases": images.phases,
    "match": images.match,
    "extract": images.extract,
    "merge": repeat.merge,
    "measure": images.measure,
    "robustness": images.robustness,
    "bins": images.bins,
    "maps": images.maps,
    "assess": response.assess,
    "audit": models.audit,
    "run": models.run,
    "report": models.report,
    "checklist": reviewing.checklist,
    "compare": models.compare,
    "reproduce": repeat.reproduce,
    "predict": models.predict,
    "ui": models.ui,
    "list": start.list_kind,
    "schema": start.schema,
    "doctor": start.doctor,
}
"""The verbs, in the order of the help."""


def main() -> None:
    """Run `rhcc`; an error of ours, or of a file, is one plain message and exit code 1."""
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    gc.set_threshold(OBJECTS_BEFORE_GARBAGE)
    try:
        app(args=arguments)
    except (RadiomicsHCCError, OSError) as error:
        if len(arguments) < len(sys.argv) - 1:
            raise
        typer.echo(f"rhcc: {error}", err=True)
        sys.exit(1)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"radiomics_hcc {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks; any place.")] = False,
) -> None:
    """Options of every verb; both are dealt with before a verb runs."""


app.callback()(_options)
for name, verb in VERBS.items():
    app.command(name=name)(verb)
app.add_typer(cache.verbs, name="cache")
app.add_typer(tracking.verbs, name="track")
