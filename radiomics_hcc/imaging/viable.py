"""Viable tissue of a lesion: what enhances in the arterial phase more than the liver does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.imaging.grids import check_grids
from radiomics_hcc.imaging.parenchyma import ParenchymaLevel, parenchyma_level
from radiomics_hcc.imaging.region import Box, bounding_box, crop_mask, widen
from radiomics_hcc.imaging.smooth import smooth_within
from radiomics_hcc.imaging.viable_rule import DEFAULT_RULE, ViableRule
from radiomics_hcc.imaging.widths import grown, opened, thin_rim, without_specks

__all__ = ["Viability", "ViableRule", "lesion_box", "liver_enhancement", "viable_tissue"]

MARGIN_PIXELS: Final = 4  # around a lesion, so that nothing of it touches the edge of its cut
LIPIODOL_LIMIT: Final = 0.5  # of the lesion; above it a reading on CT is not evaluable
LIPIODOL_SPECK_MM: Final = 2.0  # smaller bright parts of an arterial phase are noise
HARDLY_VIABLE: Final = 0.1  # of the lesion; below it the rest is asked whether it enhances
HU: Final = "HU"

NO_SUBTRACTION: Final = "no_subtraction"
LIPIODOL: Final = "lipiodol"
HYPOVASCULAR: Final = "hypovascular"
EMPTY_MASK: Final = "empty_mask"

Region = NDArray[np.bool_]
Image = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Viability:
    """The viable part of a lesion.

    Parameters
    ----------
    viable
        Viable tissue, shape (z, y, x).
    lipiodol
        Lipiodol or calcium, without the seam around it that does not count as viable either.
    threshold_hu
        Above which (arterial minus unenhanced, or arterial) tissue is viable.
    parenchyma_mean_hu, parenchyma_sd_hu
        Of the tumour-free liver, in the same image.
    lipiodol_fraction
        Of the lesion's volume, 0 to 1.
    flags
        `no_subtraction`, `lipiodol`, `hypovascular`, `empty_mask`.
    """

    viable: Mask = field(repr=False)
    lipiodol: Mask = field(repr=False)
    threshold_hu: float
    parenchyma_mean_hu: float
    parenchyma_sd_hu: float
    lipiodol_fraction: float = 0.0
    flags: tuple[str, ...] = ()


def viable_tissue(
    arterial: Volume,
    tumour: Mask,
    parenchyma: Mask | ParenchymaLevel,
    *,
    unenhanced: Volume | None = None,
    rule: ViableRule = DEFAULT_RULE,
) -> Viability:
    """Find the viable part of a lesion.

    A voxel is viable where arterial minus unenhanced, smoothed inside the lesion, exceeds
    max(m + k s, minimum enhancement), with m and s the median and 1.4826 x MAD of the tumour-free
    liver. Without an unenhanced phase the arterial phase itself must exceed max(m + k s, 50 HU),
    flagged `no_subtraction`. Lipiodol and a seam around it do not count as viable. Small holes are
    filled, thin bridges and specks left out, all slice by slice.

    Parameters
    ----------
    arterial
        Late arterial phase, shape (z, y, x).
    tumour
        The lesion on the same grid. An empty one has no viable tissue and the flag `empty_mask`.
    parenchyma
        `reference_parenchyma`, or the level that `liver_enhancement` found with the same images.
    unenhanced
        The unenhanced phase, registered to the arterial one and on its grid.
    rule
        Thresholds.

    Returns
    -------
    Viability
        Flagged `lipiodol` where it fills more than half of the lesion, and `hypovascular` where
        less than a tenth is viable although the rest enhances more than necrosis does (by its
        median): the rule looks for tissue brighter than the liver and cannot see such tumours.

    Raises
    ------
    InputError
        Where grids differ, or too little parenchyma is left.

    Notes
    -----
    mRECIST: Lencioni & Llovet 2010, doi:10.1055/s-0030-1247132. Threshold by the liver as in qEASL.
    """
    check_grids("viable tissue", arterial.geometry, [tumour, unenhanced or tumour])
    if isinstance(parenchyma, Mask):
        parenchyma = liver_enhancement(arterial, parenchyma, unenhanced=unenhanced, rule=rule)
    if tumour.is_empty:
        return _nothing(tumour, parenchyma, _threshold(parenchyma, rule, arterial, unenhanced))
    box = lesion_box(tumour)
    cut = _Cut(
        arterial.array[box].astype(np.float32),
        None if unenhanced is None else unenhanced.array[box].astype(np.float32),
        tumour.array[box],
        arterial.geometry.spacing_mm,
        arterial.unit == HU,
        _threshold(parenchyma, rule, arterial, unenhanced),
        rule,
    )
    lipiodol = cut.lipiodol()
    viable = cut.viable(lipiodol)
    return Viability(
        _pasted(viable, tumour, box),
        _pasted(lipiodol, tumour, box),
        cut.threshold_hu,
        parenchyma.mean_hu,
        parenchyma.sd_hu,
        float(lipiodol.sum() / cut.tumour.sum()),
        tuple(cut.flags(lipiodol, viable)),
    )


def liver_enhancement(
    arterial: Volume,
    parenchyma: Mask,
    *,
    unenhanced: Volume | None = None,
    rule: ViableRule = DEFAULT_RULE,
) -> ParenchymaLevel:
    """Level of the tumour-free liver in arterial minus unenhanced, or in the arterial phase.

    Raises
    ------
    InputError
        Where grids differ, or too little parenchyma is left.
    """
    check_grids("liver enhancement", arterial.geometry, [parenchyma, unenhanced or parenchyma])
    if unenhanced is None or parenchyma.is_empty:
        return parenchyma_level(arterial, parenchyma, smoothing_mm=rule.smoothing_mm)
    box = bounding_box(parenchyma.array)
    cut = crop_mask(parenchyma, box)
    enhancement = arterial.array[box].astype(np.float32) - unenhanced.array[box].astype(np.float32)
    image = Volume(enhancement, cut.geometry, arterial.unit)
    return parenchyma_level(image, cut, smoothing_mm=rule.smoothing_mm)


def lesion_box(tumour: Mask) -> Box:
    """The box around a lesion in which it is looked at."""
    return widen(bounding_box(tumour.array), MARGIN_PIXELS, tumour.geometry.size)


@dataclass(frozen=True, eq=False)
class _Cut:
    """A lesion with its images, cut out; arrays (z, y, x)."""

    arterial: Image
    unenhanced: Image | None
    tumour: Region
    spacing_mm: tuple[float, float, float]
    is_hu: bool
    threshold_hu: float
    rule: ViableRule

    @property
    def enhancement(self) -> Image:
        """Arterial minus unenhanced; the arterial phase where there is no unenhanced one."""
        return self.arterial if self.unenhanced is None else self.arterial - self.unenhanced

    def lipiodol(self) -> Region:
        """Lipiodol; single bright pixels of an arterial phase are noise."""
        if not self.is_hu:
            return np.zeros_like(self.tumour)
        if self.unenhanced is not None:
            return self.tumour & (self.unenhanced > self.rule.lipiodol_hu)
        bright = self.tumour & (self.arterial > self.rule.lipiodol_arterial_hu)
        return without_specks(bright, self.spacing_mm, LIPIODOL_SPECK_MM)

    def viable(self, lipiodol: Region) -> Region:
        rule, spacing_mm = self.rule, self.spacing_mm
        tissue = self.tumour & ~grown(lipiodol, spacing_mm, rule.lipiodol_dilation_mm)
        smooth = smooth_within(self.enhancement, tissue, spacing_mm, rule.smoothing_mm)
        viable = tissue & (smooth > self.threshold_hu)
        viable |= tissue & ~without_specks(~viable, spacing_mm, rule.smallest_component_mm)
        viable = opened(viable, spacing_mm, rule.opening_mm)
        if rule.thin_rim_mm > 0:
            viable &= ~thin_rim(viable, self.tumour, spacing_mm, rule.thin_rim_mm)
        return without_specks(viable, spacing_mm, rule.smallest_component_mm)

    def flags(self, lipiodol: Region, viable: Region) -> Iterator[str]:
        if self.unenhanced is None:
            yield NO_SUBTRACTION
        volume = self.tumour.sum()
        is_hardly_viable = viable.sum() < HARDLY_VIABLE * volume
        if lipiodol.sum() > LIPIODOL_LIMIT * volume:
            yield LIPIODOL
        elif is_hardly_viable and self._rest_enhances(self.tumour & ~lipiodol & ~viable):
            yield HYPOVASCULAR

    def _rest_enhances(self, rest: Region) -> bool:
        """Whether what is neither viable nor lipiodol enhances more than necrosis does."""
        if not self.is_hu:
            return False
        limit_hu = self.rule.necrosis_hu
        if self.unenhanced is not None:
            limit_hu = self.rule.minimum_enhancement_hu
        return bool(np.nanmedian(self.enhancement[rest]) > limit_hu)


def _threshold(
    level: ParenchymaLevel, rule: ViableRule, arterial: Volume, unenhanced: Volume | None
) -> float:
    by_liver = level.mean_hu + rule.k * level.sd_hu
    if arterial.unit != HU:
        return by_liver
    return max(by_liver, rule.necrosis_hu if unenhanced is None else rule.minimum_enhancement_hu)


def _nothing(tumour: Mask, level: ParenchymaLevel, threshold_hu: float) -> Viability:
    nothing = Mask(np.zeros_like(tumour.array), tumour.geometry)
    levels = (level.mean_hu, level.sd_hu)
    return Viability(nothing, nothing, threshold_hu, *levels, flags=(EMPTY_MASK,))


def _pasted(region: Region, tumour: Mask, box: Box) -> Mask:
    whole = np.zeros_like(tumour.array)
    whole[box] = region
    return Mask(whole, tumour.geometry)
