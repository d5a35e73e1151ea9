"""Versions, machine and code of a run beside those of here and now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from radiomics_hcc.experiment.reproducing.line import Line, Part, told
from radiomics_hcc.tracking.provenance import collect

MACHINE_KEYS: Final = ("python", "platform", "machine")
GIT_KEYS: Final = ("commit", "dirty", "diff_sha256")
GIT_SECTIONS: Final = ("git", "code")
"""The git state of the experiment's folder, and of this package's own code where it has one."""


def compare_surroundings(then: Mapping[str, object], folder: Path) -> Iterator[Line]:
    """One line per package and property of the machine, then the git state of a folder.

    Parameters
    ----------
    then
        `provenance` of the run.
    folder
        Where the experiment's file lies.
    """
    now = collect(folder, started="", arguments=())
    for key in MACHINE_KEYS:
        yield told(Part.SOFTWARE, key, then.get(key), now.get(key))
    before, after = (_section(each, "packages") for each in (then, now))
    for package in {**before, **after}:
        yield told(Part.SOFTWARE, package, before.get(package), after.get(package))
    for section in GIT_SECTIONS:
        before, after = (_section(each, section) for each in (then, now))
        for key in GIT_KEYS:
            yield told(Part.CODE, f"{section} {key}", before.get(key), after.get(key))


def _section(provenance: Mapping[str, object], name: str) -> dict[str, object]:
    found = provenance.get(name)
    return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}
