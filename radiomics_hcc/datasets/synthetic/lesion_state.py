"""A lesion at one time point: what is viable, what is necrotic, and the exact sizes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from radiomics_hcc.datasets.synthetic.lesions import Lesion

SMALL_CORE: Final = 0.35  # below it a core does not make a rim of the lesion


class Pattern(StrEnum):
    """How viable and necrotic parts lie."""

    FULL = "full"  # viable, but for a natural core
    RIM = "rim"  # concentric necrosis
    NODULE = "nodule"  # eccentric necrosis, a viable nodule at the edge
    NECROTIC = "necrotic"
    ABSENT = "absent"


@dataclass(frozen=True)
class LesionState:
    """A lesion at one time point.

    Parameters
    ----------
    pattern
        How viable and necrotic parts lie.
    whole_mm, viable_mm
        Longest axial diameters, exact.
    perpendicular_mm, viable_perpendicular_mm
        Extents across them; of a rim, its thickness.
    volume_ml, viable_volume_ml
        Exact volumes.
    core
        Relative size of a central necrosis.
    nodule
        Relative size of a viable nodule, and the direction (z, y, x) in which it lies.
    """

    pattern: Pattern
    whole_mm: float = 0.0
    viable_mm: float = 0.0
    perpendicular_mm: float = 0.0
    viable_perpendicular_mm: float = 0.0
    volume_ml: float = 0.0
    viable_volume_ml: float = 0.0
    core: float = 0.0
    nodule: float = 0.0
    direction: tuple[float, float, float] = (0.0, 0.0, 0.0)


def state_of(
    lesion: Lesion,
    pattern: Pattern,
    whole_mm: float,
    part: float = 0.0,
    direction: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> LesionState:
    """State of a lesion that was given a pattern and a whole diameter.

    Parameters
    ----------
    part
        Relative size of the core, or of the nodule.
    direction
        Where a nodule lies.
    """
    shape = lesion.shape
    scale = whole_mm / shape.longest
    across, volume = scale * shape.perpendicular, scale**3 * shape.volume / 1000
    if pattern is Pattern.NODULE:
        sizes = (whole_mm * part, across * part, volume * part**3)
    elif pattern is Pattern.NECROTIC:
        sizes = (0.0, 0.0, 0.0)
    else:
        thickness = across if part < SMALL_CORE else across * (1 - part) / 2
        sizes = (scale * shape.longest_around_core(part), thickness, volume * (1 - part**3))
    core = part if pattern in (Pattern.FULL, Pattern.RIM) else 0.0
    nodule = part if pattern is Pattern.NODULE else 0.0
    viable, viable_across, viable_ml = sizes
    return LesionState(
        pattern, whole_mm, viable, across, viable_across, volume, viable_ml, core, nodule, direction
    )
