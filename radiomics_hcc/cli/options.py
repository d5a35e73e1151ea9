"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def _with_folder(path: Path) -> Path:
    """Make the folder of an output before the work, so that nothing is lost after it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(f"{path.parent}: {error.strerror}") from error
    return path


Jobs = Annotated[int, typer.Option(min=1, help="Worker processes.")]
Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        dir_okay=False,
        callback=_with_folder,
        help="File to write; its folder is made.",
    ),
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="key.path=value, as YAML writes it; repeatable.")
]
AllowOutside = Annotated[
    bool, typer.Option("--allow-outside", help="Image paths may leave the table's folder.")
]
Tracker = Annotated[
    str | None, typer.Option(help="Tracker; MLFLOW_TRACKING_URI or sqlite:///mlflow.db.")
]
