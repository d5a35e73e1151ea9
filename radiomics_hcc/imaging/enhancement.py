"""What contrast phases and aligned maps say of a lesion: attenuation, enhancement, washout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.imaging.grids import check_grids
from radiomics_hcc.imaging.region import bounding_box

UNENHANCED: Final = "unenhanced"
ARTERIAL: Final = "arterial"
PORTAL: Final = "portal"
DELAYED: Final = "delayed"
PHASES: Final = (UNENHANCED, ARTERIAL, PORTAL, DELAYED)
LATE_PHASES: Final = (DELAYED, PORTAL)  # washout is read in the last one there is
LOW_PERCENTILE: Final = 10
HIGH_PERCENTILE: Final = 90

Found = tuple[float | None, str]  # a value, or why there is none


@dataclass(frozen=True)
class EnhancementValues:
    """Values of a lesion from its contrast phases.

    Parameters
    ----------
    values
        By name; None where a phase or a region is missing.
    reasons
        Why, for every name whose value is None.
    """

    values: Mapping[str, float | None] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MapStatistics:
    """Distribution of an aligned map in a region.

    Parameters
    ----------
    mean, median, sd, p10, p90
        Of the voxels; `sd` divides by their number, percentiles are interpolated linearly.
    unit
        Of the map.
    voxels
        How many have a finite value.
    """

    mean: float
    median: float
    sd: float
    p10: float
    p90: float
    unit: str
    voxels: int


def enhancement_values(
    phases: Mapping[str, Volume],
    lesion: Mask,
    *,
    viable: Mask | None = None,
    parenchyma: Mask | None = None,
) -> EnhancementValues:
    """Attenuation of a lesion in each phase, and what follows from the differences.

    ========================== =====================================================
    mean_hu_<phase>            mean of the lesion in each of four phases
    arterial_enhancement_hu    lesion, arterial - unenhanced
    wash_in_hu                 viable part, arterial - unenhanced
    wash_out_hu                lesion, arterial - delayed (portal without a delayed one)
    wash_out_relative          the same / arterial_enhancement_hu
    contrast_to_liver_<phase>  lesion - median of the parenchyma, arterial and portal
    ========================== =====================================================

    Parameters
    ----------
    phases
        Images by the names `unenhanced`, `arterial`, `portal`, `delayed`, all on the lesion's grid,
        shape (z, y, x). Others are ignored. For MR the unit is the image's, not HU.
    lesion, viable, parenchyma
        Regions on the same grid. Values of an empty or missing one are None.

    Returns
    -------
    EnhancementValues
        A relative washout without positive arterial enhancement is None.

    Raises
    ------
    InputError
        Where grids differ.
    """
    regions = [region for region in (viable, parenchyma) if region is not None]
    used = [phases[name] for name in PHASES if name in phases]
    check_grids("enhancement", lesion.geometry, [*used, *regions])
    found = dict(_Phases(phases, lesion, viable, parenchyma).found())
    return EnhancementValues(
        {name: value for name, (value, _) in found.items()},
        {name: reason for name, (value, reason) in found.items() if value is None},
    )


def map_statistics(image: Volume, region: Mask) -> MapStatistics | None:
    """Distribution of any aligned image (ADC, perfusion, subtraction) in a region.

    Parameters
    ----------
    image
        Shape (z, y, x); voxels that are not finite do not count.
    region
        On the same grid.

    Returns
    -------
    MapStatistics or None
        None where no voxel with a finite value is inside.

    Raises
    ------
    InputError
        Where grids differ.
    """
    check_grids("map statistics", region.geometry, [image])
    values = _inside(image, region)
    if values.size == 0:
        return None
    p10, median, p90 = np.percentile(values, [LOW_PERCENTILE, 50, HIGH_PERCENTILE]).tolist()
    mean, sd = float(values.mean()), float(values.std())
    return MapStatistics(mean, median, sd, p10, p90, image.unit, int(values.size))


@dataclass(frozen=True, eq=False)
class _Phases:
    """The phases of one lesion."""

    phases: Mapping[str, Volume]
    lesion: Mask
    viable: Mask | None
    parenchyma: Mask | None

    def found(self) -> Iterator[tuple[str, Found]]:
        """Every value by name."""
        means = {phase: self._mean(phase, self.lesion, "lesion") for phase in PHASES}
        for phase, mean in means.items():
            yield f"mean_hu_{phase}", mean
        enhancement = _difference(means[ARTERIAL], means[UNENHANCED])
        yield "arterial_enhancement_hu", enhancement
        yield "wash_in_hu", self._wash_in()
        wash_out = _difference(means[ARTERIAL], means[self._last_phase()])
        yield "wash_out_hu", wash_out
        yield "wash_out_relative", _ratio(wash_out, enhancement)
        for phase in (ARTERIAL, PORTAL):
            yield f"contrast_to_liver_{phase}_hu", _difference(means[phase], self._liver(phase))

    def _wash_in(self) -> Found:
        if self.viable is None:
            return None, "the viable part is not known"
        arterial = self._mean(ARTERIAL, self.viable, "viable part")
        return _difference(arterial, self._mean(UNENHANCED, self.viable, "viable part"))

    def _last_phase(self) -> str:
        return next((phase for phase in LATE_PHASES if phase in self.phases), PORTAL)

    def _liver(self, phase: str) -> Found:
        if self.parenchyma is None:
            return None, "no tumour-free liver is known"
        return self._mean(phase, self.parenchyma, "tumour-free liver", is_median=True)

    def _mean(self, phase: str, region: Mask, name: str, *, is_median: bool = False) -> Found:
        if phase not in self.phases:
            return None, f"no {phase} phase"
        values = _inside(self.phases[phase], region)
        if values.size == 0:
            return None, f"the {name} has no voxel with a value"
        return float(np.median(values) if is_median else values.mean()), ""


def _inside(image: Volume, region: Mask) -> NDArray[np.float64]:
    if region.is_empty:
        return np.empty(0)
    box = bounding_box(region.array)
    values = image.array[box][region.array[box]].astype(np.float64)
    return values[np.isfinite(values)]


def _difference(first: Found, second: Found) -> Found:
    if first[0] is None or second[0] is None:
        return None, "; ".join(dict.fromkeys(reason for _, reason in (first, second) if reason))
    return first[0] - second[0], ""


def _ratio(part: Found, whole: Found) -> Found:
    if part[0] is None or whole[0] is None:
        return None, "; ".join(dict.fromkeys(reason for _, reason in (part, whole) if reason))
    if whole[0] <= 0:
        return None, "the lesion does not enhance in the arterial phase"
    return part[0] / whole[0], ""
