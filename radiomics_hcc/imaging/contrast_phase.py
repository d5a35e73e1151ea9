"""The contrast phase of a CT from the attenuation of aorta, portal vein and liver."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy  # loads its parts when they are used first
from numpy.typing import NDArray

from radiomics_hcc.domain.cohort import Phase, Region
from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.imaging.region import bounding_box, widen

Range = tuple[float, float]  # HU, lowest and highest, both included

# Attenuation at 120 kVp that each phase may show. Published means (liver 50-70, 65-85, 100-120,
# 85-100; aorta 40, 250-350, 150-180, 120-140; portal vein 40, 90-150, 150-180, 120-140) widened
# by what dose, fat, cirrhosis and timing do between patients.
UNENHANCED_BELOW_HU: Final = 80.0
ANY_LOW: Final = -math.inf
ANY_HIGH: Final = math.inf
PHASE_RANGES: Final[Mapping[str, Mapping[str, Range]]] = {
    Region.AORTA: {
        Phase.UNENHANCED: (ANY_LOW, UNENHANCED_BELOW_HU),
        Phase.ARTERIAL: (180.0, ANY_HIGH),
        Phase.PORTAL: (135.0, 220.0),
        Phase.DELAYED: (85.0, 150.0),
    },
    Region.PORTAL_VEIN: {
        Phase.UNENHANCED: (ANY_LOW, UNENHANCED_BELOW_HU),
        Phase.ARTERIAL: (ANY_LOW, 170.0),
        Phase.PORTAL: (135.0, ANY_HIGH),
        Phase.DELAYED: (85.0, 150.0),
    },
    Region.LIVER: {
        Phase.UNENHANCED: (ANY_LOW, 75.0),
        Phase.ARTERIAL: (ANY_LOW, 95.0),
        Phase.PORTAL: (85.0, ANY_HIGH),
        Phase.DELAYED: (70.0, 105.0),
    },
}
ARTERIAL_LEAD_HU: Final = 80.0  # aorta above portal vein: more is arterial, never anything else
EQUAL_WITHIN_HU: Final = 20.0  # aorta and portal vein, once contrast is spread evenly
VEIN_LEAD_HU: Final = 50.0  # portal vein above aorta: more is no phase, the masks are wrong

EROSION_VOXELS: Final = 1  # in plane, against partial volume at a vessel's wall
FEWEST_VOXELS: Final = 30  # left by erosion; with fewer the whole mask is taken
LESION_MARGIN_VOXELS: Final = 2  # of the liver around lesions that is left out


@dataclass(frozen=True)
class PhaseEvidence:
    """What attenuation says of the contrast phase.

    Parameters
    ----------
    phase
        The only phase that every region allows; empty where there is none or several.
    hu
        Median attenuation of each region, HU.
    possible
        Every phase that all regions allow.
    sentence
        The same in words.
    """

    phase: str
    hu: Mapping[str, float]
    possible: tuple[str, ...]
    sentence: str

    def contradicts(self, stated: str) -> bool:
        """Whether other phases are possible and the one that a table states is not."""
        return bool(self.possible) and bool(stated) and stated not in self.possible


def contrast_phase(
    volume: Volume, regions: Mapping[str, Mask], *, lesions: Mask | None = None
) -> PhaseEvidence:
    """Tell the contrast phase of a CT.

    Parameters
    ----------
    volume
        The image, HU, shape (z, y, x).
    regions
        Masks of any of `aorta`, `portal_vein` and `liver` on the image's grid; others are
        ignored, and so are empty ones. Vessels and liver are eroded by one voxel in plane where
        30 voxels are left.
    lesions
        Left out of the liver with a margin of two voxels.
    """
    hu = {
        region: value
        for region in PHASE_RANGES
        if region in regions
        and (value := _median_hu(volume, regions[region], _without(region, lesions))) is not None
    }
    return phase_of(hu)


def phase_of(
    hu: Mapping[str, float], ranges: Mapping[str, Mapping[str, Range]] = PHASE_RANGES
) -> PhaseEvidence:
    """Tell the contrast phase from the attenuation of some regions.

    Each region allows the phases in whose range it lies, and the two vessels together allow fewer:
    an aorta more than 80 HU above the portal vein is arterial and nothing else; more than 20 HU
    is neither unenhanced nor delayed. The phase is what all allow; where that is not exactly one,
    it stays unknown.

    Parameters
    ----------
    hu
        Median attenuation, HU, by region: any of `aorta`, `portal_vein`, `liver`.
    ranges
        Lowest and highest attenuation of each phase, by region.

    Examples
    --------
    >>> phase_of({"aorta": 302.0, "portal_vein": 118.0}).phase
    'arterial'
    >>> phase_of({"liver": 62.0}).possible
    ('unenhanced', 'arterial')
    """
    known = {str(region): hu[region] for region in ranges if region in hu}
    allowed = {
        region: tuple(
            phase for phase, (low, high) in ranges[region].items() if low <= value <= high
        )
        for region, value in known.items()
    }
    said = [
        f"{_words(region)} {value:.0f} HU ({_listed(allowed[region])})"
        for region, value in known.items()
    ]
    sets = list(allowed.values())
    if {Region.AORTA, Region.PORTAL_VEIN} <= known.keys():
        lead = known[Region.AORTA] - known[Region.PORTAL_VEIN]
        sets.append(_allowed_by_lead(lead))
        said.append(f"aorta minus portal vein {lead:+.0f} HU ({_listed(sets[-1])})")
    possible = tuple(str(p) for p in Phase if sets and all(p in each for each in sets))
    phase = possible[0] if len(possible) == 1 else ""
    return PhaseEvidence(phase, known, possible, _sentence(said, possible))


def _allowed_by_lead(lead_hu: float) -> tuple[str, ...]:
    """Phases that allow the aorta to be so far above the portal vein."""
    if lead_hu > ARTERIAL_LEAD_HU:
        return (Phase.ARTERIAL,)
    if lead_hu < -VEIN_LEAD_HU:
        return ()
    if abs(lead_hu) > EQUAL_WITHIN_HU:
        return (Phase.PORTAL,)
    return (Phase.UNENHANCED, Phase.PORTAL, Phase.DELAYED)


def _sentence(said: list[str], possible: tuple[str, ...]) -> str:
    if not said:
        return "unknown: neither aorta nor portal vein nor liver is outlined"
    evidence = ", ".join(said)
    if len(possible) == 1:
        return f"{possible[0]}: {evidence}"
    told = f"{_listed(possible)} cannot be told apart" if possible else "the regions disagree"
    return f"unknown, {told}: {evidence}"


def _listed(phases: tuple[str, ...]) -> str:
    return " or ".join(str(phase) for phase in phases) or "no phase"


def _words(region: str) -> str:
    return str(region).replace("_", " ")


def _without(region: str, lesions: Mask | None) -> Mask | None:
    return lesions if region == Region.LIVER else None


def _median_hu(volume: Volume, mask: Mask, left_out: Mask | None) -> float | None:
    """Median of the eroded region without what is left out; None where nothing is finite."""
    if mask.is_empty:
        return None
    box = widen(bounding_box(mask.array), LESION_MARGIN_VOXELS, mask.geometry.size)
    inside = mask.array[box]
    if left_out is not None:
        wide = scipy.ndimage.binary_dilation(left_out.array[box], iterations=LESION_MARGIN_VOXELS)
        inside = inside & ~wide if (inside & ~wide).any() else inside
    values = volume.array[box][_eroded(inside)].astype(np.float64)
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if finite.size else None


def _eroded(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A region without its rim in plane, or the region where too little would be left."""
    plane = scipy.ndimage.generate_binary_structure(2, 1)[None]
    core: NDArray[np.bool_] = scipy.ndimage.binary_erosion(inside, plane, iterations=EROSION_VOXELS)
    return core if int(core.sum()) >= FEWEST_VOXELS else inside
