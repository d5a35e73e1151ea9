"""The rule by which tissue counts as viable: thresholds and lengths, each with its source."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.imaging.chord import GAP_TOLERANCE_MM
from radiomics_hcc.imaging.parenchyma import SMOOTHING_MM

Fragments = Literal["largest", "sum"]


@dataclass(frozen=True)
class ViableRule:
    """What counts as viable tissue, and how it is measured.

    Limits in HU hold for images in HU alone; an MR image is judged by the liver only.

    Parameters
    ----------
    k
        Viable tissue enhances more than the mean + k SD of the tumour-free liver (qEASL: 2).
    minimum_enhancement_hu
        And at least so much above its own unenhanced attenuation (10-20 HU).
    necrosis_hu
        Without an unenhanced phase: and to more than this, which necrosis (15-40 HU, enhancing by
        less than 10) does not reach.
    lipiodol_hu
        Unenhanced, more than this is lipiodol or calcium (100-130 HU).
    lipiodol_arterial_hu
        Without an unenhanced phase more than this in the arterial one; viable tumour reaches 120.
    lipiodol_dilation_mm
        So far around lipiodol nothing counts as viable (1-2 mm: its streaks and blur).
    smallest_component_mm
        Viable parts, and holes in them, smaller in a slice than a disc of this diameter are noise.
    opening_mm
        Viable parts into which no disc of this radius fits are noise.
    thin_rim_mm
        A viable rim thinner than this along the lesion's edge is expected after treatment and left
        out (2-3 mm); 0 keeps every rim.
    gap_tolerance_mm
        Length of a viable diameter that may lie in necrosis.
    fragments
        The diameter is that of the `largest` of several viable parts, or their `sum`.
    smoothing_mm
        Full width at half maximum of the Gaussian with which images are smoothed (2-3 mm).
    """

    k: float = 2.0
    minimum_enhancement_hu: float = 15.0
    necrosis_hu: float = 50.0
    lipiodol_hu: float = 120.0
    lipiodol_arterial_hu: float = 160.0
    lipiodol_dilation_mm: float = 1.5
    smallest_component_mm: float = 3.0
    opening_mm: float = 1.0
    thin_rim_mm: float = 0.0
    gap_tolerance_mm: float = GAP_TOLERANCE_MM
    fragments: Fragments = "largest"
    smoothing_mm: float = SMOOTHING_MM

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise InputError(problems, "rule for viable tissue")


def _problems(rule: ViableRule) -> Iterator[Problem]:
    names = [name for name in vars(rule) if name.endswith("_mm")]
    for name in ("k", "minimum_enhancement_hu", *names):
        value = getattr(rule, name)
        if not (math.isfinite(value) and value >= 0):
            yield Problem(name, f"is {value:g}", "give 0 or more")
    if rule.fragments not in ("largest", "sum"):
        yield Problem("fragments", f"is {rule.fragments!r}", "give 'largest' or 'sum'")


DEFAULT_RULE: Final = ViableRule()
