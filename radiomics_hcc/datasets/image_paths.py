"""Where the paths of a table lead."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

OUTSIDE_REMEDY = (
    "move it into the folder of the table, or allow it (allow_outside, --allow-outside)"
)


@dataclass(frozen=True)
class PathRule:
    """How the paths of a table are understood.

    Parameters
    ----------
    folder
        Folder of the table; relative paths begin here.
    allow_outside
        Whether a path may leave the folder, by `..` or by being absolute. Links inside the
        folder were laid on purpose and are followed wherever they lead.
    """

    folder: Path
    allow_outside: bool = False

    def resolve(self, text: str) -> Path:
        """Make an absolute path of a cell.

        Raises
        ------
        ValueError
            Where the path leaves the folder and may not.
        """
        folder = _without_dots(self.folder.absolute())
        path = _without_dots(folder / text)
        if not self.allow_outside and not path.is_relative_to(folder):
            raise ValueError(f"path {text!r} leads outside the folder of the table")
        return path


def _without_dots(path: Path) -> Path:
    """Path.resolve would follow links, too."""
    return Path(os.path.normpath(path))
