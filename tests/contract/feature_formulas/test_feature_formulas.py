"""The formulas of the feature pages, computed anew by direct sums, give the engine's values.

Each formula stands in the modules beside this as its page writes it, with plain sums that say the
same: who changes the one has to look at the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace as Letters

import formulas_of_matrices as matrices
import formulas_of_outlines as outlines
import numpy as np
import pytest
from formulas_of_distributions import (
    DISTRIBUTIONS,
    VOLUME_HISTOGRAM,
    distribution,
    volume_histogram,
)
from formulas_of_matrices import PAIRS, SIZES, TONES
from formulas_of_outlines import MEASURED_ELSEWHERE, OUTLINES
from small_region import INSIDE, INTENSITIES, LEVEL, PLACES, Formula, engine, formulas

INTENSITY = INTENSITIES[INSIDE]
LEVELS = np.array([float(LEVEL[place]) for place in PLACES])
WITHOUT_VALUE = {  # names that PyRadiomics accepts and gives no value
    "Homogeneity1",
    "Homogeneity2",
    "DependencePercentage",
    "GrayLevelNonUniformityNormalized",
}


@dataclass(frozen=True)
class Page:
    """What the letters of a page are, its formulas, and who has its features."""

    letters: Callable[[], Iterator[Letters]]
    known: dict[str, Formula] = field(repr=False)
    classes: tuple[str, ...]


def shape() -> Iterator[Letters]:
    found = engine()["PyRadiomics"]
    yield outlines.in_space(found["shape MeshVolume"], found["shape SurfaceArea"], less=0)


def morphology() -> Iterator[Letters]:
    found = engine()["IBSI"]
    yield outlines.in_space(found["morphology MeshVolume"], found["morphology SurfaceArea"], less=1)


PAGES = {
    "first_order": Page(
        lambda: iter([distribution(INTENSITY)]), DISTRIBUTIONS, ("PyRadiomics firstorder",)
    ),
    "shape": Page(shape, OUTLINES, ("PyRadiomics shape",)),
    "shape_2d": Page(lambda: iter([outlines.in_a_slice()]), OUTLINES, ("slice shape2D",)),
    "glcm": Page(matrices.pairs, PAIRS, ("PyRadiomics glcm", "IBSI glcm")),
    "glrlm": Page(matrices.runs, SIZES, ("PyRadiomics glrlm", "IBSI glrlm")),
    "glszm": Page(matrices.zone_sizes, SIZES, ("PyRadiomics glszm", "IBSI glszm")),
    "gldm": Page(matrices.dependences, SIZES, ("PyRadiomics gldm",)),
    "ngtdm": Page(matrices.tones, TONES, ("PyRadiomics ngtdm", "IBSI ngtdm")),
    "morphology": Page(morphology, OUTLINES, ("IBSI morphology",)),
    "local_intensity": Page(lambda: iter([Letters()]), OUTLINES, ("IBSI localintensity",)),
    "intensity_statistics": Page(
        lambda: iter([distribution(INTENSITY)]), DISTRIBUTIONS, ("IBSI statistics",)
    ),
    "intensity_histogram": Page(
        lambda: iter([distribution(LEVELS)]), DISTRIBUTIONS, ("IBSI histogram",)
    ),
    "intensity_volume_histogram": Page(
        lambda: iter([volume_histogram()]), VOLUME_HISTOGRAM, ("IBSI volumehistogram",)
    ),
    "gldzm": Page(matrices.zone_distances, SIZES, ("IBSI gldzm",)),
    "ngldm": Page(matrices.dependences, SIZES, ("IBSI ngldm",)),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_formula_of_a_row_gives_the_value_of_its_feature(name: str) -> None:
    page = PAGES[name]
    all_letters = list(page.letters())  # one for each direction, or one
    left_out = set()
    for feature, formula in formulas(name):
        values = [
            engine()[family].get(f"{word} {feature}", math.nan)
            for family, word in (words.split() for words in page.classes)
        ]
        values = [value for value in values if not math.isnan(value)]
        if feature in MEASURED_ELSEWHERE or not values:
            left_out.add(feature)
            continue
        expected = float(np.mean([page.known[formula](letters) for letters in all_letters]))
        assert values == pytest.approx([expected] * len(values), rel=1e-9, abs=1e-10), feature
    assert left_out <= WITHOUT_VALUE | MEASURED_ELSEWHERE


def test_no_formula_is_left_over() -> None:
    used = {formula for name in PAGES for _, formula in formulas(name)}
    computed = {formula for page in PAGES.values() for formula in page.known}
    assert computed - used == set()


def test_the_region_tells_formulas_apart() -> None:
    """Holes, several levels, zones of several sizes, and voxels within as well as at the border."""
    assert len(set(LEVEL.values())) > 6
    assert INSIDE.sum() < 4 * 5 * 6
    assert max(len(zone) for zone in matrices.zones()) > 3
    assert {matrices.to_border(place) for place in PLACES} >= {1, 2}
