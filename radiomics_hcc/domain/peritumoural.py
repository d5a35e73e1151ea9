"""Peritumoural rings as regions of a cohort: their names, and the masks that they rest on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_RING: Final = re.compile(r"ring_(\d+(?:\.\d+)?)mm")


@dataclass(frozen=True)
class MaskFile:
    """One label of a label map.

    Parameters
    ----------
    path
        The file.
    label
        Integer label, or the name of a segment.
    """

    path: Path
    label: int | str


@dataclass(frozen=True)
class RingRecipe:
    """What a ring rests on, beside the mask of its lesion.

    Parameters
    ----------
    width_mm
        Width of the ring, mm.
    others
        The other lesions of the image.
    liver
        Regions that the ring is clipped to, together; none where the cohort names no liver.
    """

    width_mm: float
    others: tuple[MaskFile, ...] = ()
    liver: tuple[MaskFile, ...] = ()


def ring_region(width_mm: float) -> str:
    """The name of the region of a ring.

    Examples
    --------
    >>> ring_region(10.0)
    'ring_10mm'
    """
    return f"ring_{width_mm:g}mm"


def ring_width_mm(region: str) -> float | None:
    """The width that the name of a region tells, mm; nothing where it names no ring.

    Examples
    --------
    >>> ring_width_mm("ring_2.5mm")
    2.5
    """
    found = _RING.fullmatch(region)
    return float(found.group(1)) if found else None
