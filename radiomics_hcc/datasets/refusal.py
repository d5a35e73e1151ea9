"""The one sentence with which a file is refused."""

from __future__ import annotations

from pathlib import Path

from radiomics_hcc.errors import InputError, Problem


def refused(path: Path, what: str, remedy: str) -> InputError:
    """Make the error that names a file, what is wrong with it and what to do."""
    return InputError([Problem(str(path), what, remedy)])
