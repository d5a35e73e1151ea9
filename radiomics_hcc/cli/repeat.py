"""Verbs that repeat and join what was done before: reproduce, merge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiomics_hcc.cli.options import Output, Tracker
from radiomics_hcc.cli.telling import talk, tell_extraction


def reproduce(
    run: Annotated[str, typer.Argument(help="Run folder, run identity, or experiment.")],
    experiment: Annotated[
        Path | None, typer.Option(help="Its experiment file; found by digest when left out.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder of the run's paths, without a file."),
    ] = None,
    tracker: Tracker = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also a .json, .csv or .md file.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Worker processes.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder of the cache.")] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Measure every feature anew.")
    ] = False,
    changed: Annotated[
        bool, typer.Option("--allow-changed-inputs", help="Go on with other inputs, told.")
    ] = False,
    tolerance: Annotated[
        float, typer.Option(min=0, help="Alike where |a - b| <= this * max(1, |a|, |b|).")
    ] = 0.0,
    keep: Annotated[bool, typer.Option("--keep", help="Track the repetition as a run.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only inputs, versions and configuration.")
    ] = False,
) -> None:
    """Carry out a tracked run again and say what is equal; exit 1 where something differs."""
    from radiomics_hcc.experiment.reproducing.reproduce import Repeating, reproduced_file

    how = Repeating(experiment, data, jobs, cache, no_cache, changed, tolerance, keep, check)
    reproduction = reproduced_file(run, how, tracker=tracker, output=output, talk=talk())
    typer.echo("\n".join(reproduction.sentences()))
    if not reproduction.is_equal:
        raise typer.Exit(1)


def merge(
    shards: Annotated[list[Path], typer.Argument(help="Tables of `rhcc extract --shard i/N`.")],
    output: Output,
) -> None:
    """Join the parts of a sharded extraction; wrong or missing parts are all told at once."""
    from radiomics_hcc.features.merge import merge_files

    tell_extraction(merge_files(shards, output), output)
