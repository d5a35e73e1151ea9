"""Diameters and volumes of a lesion and of its viable part, with their uncertainty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Final

import numpy as np
import scipy  # loads its parts when they are used first

from radiomics_hcc.domain.volume import Mask, Volume
from radiomics_hcc.imaging.chord import (
    AxialDiameter,
    Ends,
    longest_diameter,
    longest_viable_chord,
)
from radiomics_hcc.imaging.parenchyma import ParenchymaLevel
from radiomics_hcc.imaging.region import Box, crop_mask, crop_volume
from radiomics_hcc.imaging.viable import Viability, lesion_box, liver_enhancement, viable_tissue
from radiomics_hcc.imaging.viable_rule import DEFAULT_RULE, ViableRule
from radiomics_hcc.imaging.widths import moved_edge

K_STEP: Final = 0.5  # by which the threshold is moved for its uncertainty
MASK_STEP_PIXELS: Final = 1  # by which the mask's edge is moved
K_VARIANTS: Final = {"k_minus": -K_STEP, "k_plus": K_STEP}
MASK_VARIANTS: Final = {"mask_minus": -MASK_STEP_PIXELS, "mask_plus": MASK_STEP_PIXELS}
TOUCHING_IN_SPACE: Final = np.ones((3, 3, 3), dtype=np.int8)  # 26-connected


@dataclass(frozen=True)
class ViableSizes:
    """Sizes of viable tissue; all 0 where nothing is viable.

    Parameters
    ----------
    viable_mm, viable_perpendicular_mm
        Longest viable diameter and its perpendicular, mm.
    viable_volume_ml
        Volume of all viable tissue, mL.
    """

    viable_mm: float
    viable_perpendicular_mm: float
    viable_volume_ml: float


@dataclass(frozen=True)
class WholeSizes:
    """Sizes of a whole lesion; all 0 for an empty mask.

    Parameters
    ----------
    longest_mm, perpendicular_mm
        Longest axial diameter and its perpendicular, mm.
    volume_ml
        Volume by voxel count, mL.
    """

    longest_mm: float
    perpendicular_mm: float
    volume_ml: float


@dataclass(frozen=True, eq=False)
class LesionViability:
    """A lesion measured: whole, viable, and again with threshold and mask moved.

    Parameters
    ----------
    whole, viable
        Sizes.
    necrotic_fraction
        Of the lesion's volume, 0 to 1: what is not viable, lipiodol included; NaN for an empty
        mask.
    lipiodol_fraction
        Lipiodol or calcium, of the lesion's volume.
    viable_k1_mm, viable_k3_mm
        The viable diameter with k = 1 and k = 3.
    variants
        Sizes by name, for each of `k_minus`, `k_plus` (k - 0.5, k + 0.5: viable sizes),
        `mask_minus` and `mask_plus` (the mask's edge moved by a pixel in every slice: all sizes).
    tissue
        The viable part and its threshold.
    longest_line, viable_lines
        Where the diameters lie, for pictures; several viable lines where fragments are added up.
    flags
        As of `viable_tissue`.
    """

    whole: WholeSizes
    viable: ViableSizes
    necrotic_fraction: float
    lipiodol_fraction: float
    viable_k1_mm: float
    viable_k3_mm: float
    variants: Mapping[str, Mapping[str, float]]
    tissue: Viability = field(repr=False)
    longest_line: AxialDiameter | None = field(repr=False)
    viable_lines: tuple[AxialDiameter, ...] = field(repr=False)
    flags: tuple[str, ...] = ()


def measure_viability(
    arterial: Volume,
    tumour: Mask,
    parenchyma: Mask | ParenchymaLevel,
    *,
    unenhanced: Volume | None = None,
    rule: ViableRule = DEFAULT_RULE,
) -> LesionViability:
    """Measure a lesion and its viable part, and how far both depend on threshold and mask.

    Parameters
    ----------
    arterial, unenhanced
        Phases on one grid, shape (z, y, x); see `viable_tissue`.
    tumour
        The lesion. An empty mask measures 0 and is flagged `empty_mask`.
    parenchyma
        `reference_parenchyma`, or the level from `liver_enhancement`. A mask that is moved outwards
        may take in liver, but the level stays that of the parenchyma given here.
    rule
        Thresholds.

    Raises
    ------
    InputError
        Where grids differ, or too little parenchyma is left.

    Notes
    -----
    Nothing viable measures 0 mm, never an error. A lesion that is more than half lipiodol is
    measured like any other; its flag `lipiodol` says that the reading is not evaluable on CT.
    """
    if isinstance(parenchyma, Mask):
        parenchyma = liver_enhancement(arterial, parenchyma, unenhanced=unenhanced, rule=rule)
    tissue = viable_tissue(arterial, tumour, parenchyma, unenhanced=unenhanced, rule=rule)
    if tumour.is_empty:
        return _empty(tissue)
    box = lesion_box(tumour)
    lesion = _Lesion(
        crop_volume(arterial, box),
        None if unenhanced is None else crop_volume(unenhanced, box),
        crop_mask(tumour, box),
        parenchyma,
        rule,
    )
    whole_line = longest_diameter(lesion.mask)
    lines = viable_lines(crop_mask(tissue.viable, box), rule)
    return LesionViability(
        whole=_whole(whole_line, tumour),
        viable=_viable(lines, tissue.viable),
        necrotic_fraction=1 - int(tissue.viable.array.sum()) / int(tumour.array.sum()),
        lipiodol_fraction=tissue.lipiodol_fraction,
        viable_k1_mm=lesion.viable(k=1.0).viable_mm,
        viable_k3_mm=lesion.viable(k=3.0).viable_mm,
        variants=dict(lesion.variants()),
        tissue=tissue,
        longest_line=None if whole_line is None else _moved(whole_line, box, tumour),
        viable_lines=tuple(_moved(line, box, tumour) for line in lines),
        flags=tissue.flags,
    )


def viable_lines(viable: Mask, rule: ViableRule = DEFAULT_RULE) -> tuple[AxialDiameter, ...]:
    """The viable diameter of a lesion, or those of its fragments, the longest first.

    With fragments `largest` the one longest line in all slices; with `sum` one line for each part
    that is connected in space (26-connected). Nothing viable has no line.
    """
    if rule.fragments == "largest":
        parts = [viable]
    else:
        labels, count = scipy.ndimage.label(viable.array, TOUCHING_IN_SPACE)
        parts = [Mask(labels == number, viable.geometry) for number in range(1, count + 1)]
    found = (longest_viable_chord(part, gap_tolerance_mm=rule.gap_tolerance_mm) for part in parts)
    lines = [line for line in found if line is not None]
    return tuple(sorted(lines, key=lambda line: -line.length_mm))


@dataclass(frozen=True, eq=False)
class _Lesion:
    """A lesion that is measured again and again; images and mask are cut out."""

    arterial: Volume
    unenhanced: Volume | None
    mask: Mask
    parenchyma: ParenchymaLevel
    rule: ViableRule

    def viable(self, *, k: float, mask: Mask | None = None) -> ViableSizes:
        rule = replace(self.rule, k=k)
        found = viable_tissue(
            self.arterial,
            self.mask if mask is None else mask,
            self.parenchyma,
            unenhanced=self.unenhanced,
            rule=rule,
        )
        return _viable(viable_lines(found.viable, rule), found.viable)

    def variants(self) -> Iterator[tuple[str, dict[str, float]]]:
        for name, step in K_VARIANTS.items():
            yield name, asdict(self.viable(k=max(self.rule.k + step, 0.0)))
        for name, pixels in MASK_VARIANTS.items():
            mask = moved_edge(self.mask, pixels)
            whole = _whole(longest_diameter(mask), mask)
            yield name, asdict(whole) | asdict(self.viable(k=self.rule.k, mask=mask))


def _viable(lines: tuple[AxialDiameter, ...], viable: Mask) -> ViableSizes:
    """Sizes of one or several fragments.

    The perpendicular of several is such that the product of both diameters is the sum of the
    fragments' products, which EASL compares.
    """
    length_mm = sum(line.length_mm for line in lines)
    product = sum(line.length_mm * line.perpendicular_mm for line in lines)
    return ViableSizes(length_mm, product / length_mm if lines else 0.0, viable.volume_ml)


def _whole(line: AxialDiameter | None, mask: Mask) -> WholeSizes:
    if line is None:
        return WholeSizes(0.0, 0.0, 0.0)
    return WholeSizes(line.length_mm, line.perpendicular_mm, mask.volume_ml)


def _moved(line: AxialDiameter, box: Box, onto: Mask) -> AxialDiameter:
    """A line of a cut in the slices of the whole image."""
    z, y, x = box
    _, y_mm, x_mm = onto.geometry.spacing_mm
    corner_mm = (y.start * y_mm, x.start * x_mm)

    def moved(ends: Ends) -> Ends:
        first, second = ((at[0] + corner_mm[0], at[1] + corner_mm[1]) for at in ends)
        return first, second

    return replace(
        line,
        slice_index=line.slice_index + z.start,
        ends_yx_mm=moved(line.ends_yx_mm),
        perpendicular_ends_yx_mm=moved(line.perpendicular_ends_yx_mm),
    )


def _empty(tissue: Viability) -> LesionViability:
    nothing = ViableSizes(0.0, 0.0, 0.0)
    whole = WholeSizes(0.0, 0.0, 0.0)
    again = {name: asdict(nothing) for name in K_VARIANTS}
    again |= {name: asdict(whole) | asdict(nothing) for name in MASK_VARIANTS}
    return LesionViability(
        whole, nothing, float("nan"), 0.0, 0.0, 0.0, again, tissue, None, (), tissue.flags
    )
