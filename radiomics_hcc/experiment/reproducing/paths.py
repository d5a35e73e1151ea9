"""Where the files that a configuration names are on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath


def located(text: str, folder: Path, others: Sequence[Path] = ()) -> Path:
    """Where a file is that a configuration named on some machine.

    The file at `folder / text`; else the first of `others`; else the longest end of its path that
    exists below the folder (`/home/x/data/hcc/a.csv` is found as `hcc/a.csv`). Whether it is the
    same file is for its digest to say.

    Parameters
    ----------
    text
        As the configuration writes it, relative to its experiment file or absolute.
    folder
        The experiment file's folder, or the one that holds the data.
    others
        Files that another configuration names in the same place.
    """
    plain = (folder / Path(text).expanduser()).resolve()
    parts = [part for part in PurePosixPath(text.replace("\\", "/")).parts if part != ".."]
    ends = [folder.joinpath(*parts[start:]) for start in range(1, len(parts))]
    ends = [folder.joinpath(*parts), *ends] if not Path(text).is_absolute() else ends
    for found in (plain, *others, *ends):
        if found.is_file():
            return found.resolve()
    return plain
