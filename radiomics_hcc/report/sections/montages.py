"""Slices of patients, and whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from radiomics_hcc.report.blocks import Block
from radiomics_hcc.report.sections.source import Source


def montage_files(source: Source) -> list[str]:
    """Names of the figure files that show slices."""
    return sorted(name for name in source.record.figures if name.startswith("montage"))


def montages_by_patient(source: Source, patients: Sequence[str]) -> dict[str, list[str]]:
    """Files of each of these patients.

    A file is called `montage_<patient>_<lesion>.png`. Where an identity begins like another the
    longer one has the file, among all patients with an error.
    """
    frame = source.frame("errors")
    known = frame["patient_id"].astype(str) if len(frame) else []
    found: dict[str, list[str]] = {}
    for file in montage_files(source):
        name = file.removeprefix("montage_").rsplit(".", maxsplit=1)[0]
        owners = [each for each in known if f"{name}_".startswith(f"{quote(each, safe=' ')}_")]
        owner = max(owners, key=len, default="")
        if owner in patients:
            found.setdefault(owner, []).append(file)
    return found


def montage_block(source: Source, name: str) -> Block:
    """One such figure with its words."""
    case = name.removeprefix("montage").rsplit(".", maxsplit=1)[0].strip("_- ")
    return source.picture(
        name,
        alt=f"Axial slices {case} with the outlines of lesion, viable part and liver, the measured "
        "diameters and a scale bar.",
        caption=f"Slices {case} with contours and the diameters measured in them. The patient's "
        "right is on the left.",
    )
