"""A small ragged region, what the engine measures in it, and the formulas of the pages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace as Letters

import numpy as np
from numpy.typing import NDArray

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.features.names import FEATURES
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.parameters import make_parameters

FOLDER = Path(__file__).parents[3] / "docs" / "features"
ROW = re.compile(r"^\| `(\w+)` \| \$(.+?)\$ \| ", re.MULTILINE)
SPACING_MM = (2.0, 1.5, 0.8)
WIDTH_HU, ORIGIN_HU, SHIFT_HU = 25, -100, 300
STEPS = [step for step in itertools.product((-1, 0, 1), repeat=3) if step != (0, 0, 0)]
SLICE_Z = 3  # the slice in which shape2D looks
Place = tuple[int, ...]
Formula = Callable[[Letters], float]


def made_up() -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Intensities, and a region: some 85 % of a box, in which voxels touch at corners too."""
    rng = np.random.default_rng(7)
    inside = np.zeros((8, 9, 10), dtype=np.bool_)
    inside[2:6, 2:7, 2:8] = rng.random((4, 5, 6)) < 0.85
    return np.round(rng.normal(20, 45, inside.shape)), inside


INTENSITIES, INSIDE = made_up()
PLACES: list[Place] = [tuple(place) for place in np.argwhere(INSIDE).tolist()]
LEVEL = {place: int(max((INTENSITIES[place] - ORIGIN_HU) // WIDTH_HU + 1, 1)) for place in PLACES}


def moved(place: Place, step: Place, times: int = 1) -> Place:
    return tuple(one + times * other for one, other in zip(place, step, strict=True))


@cache
def engine() -> dict[str, dict[str, float]]:
    """Values by family, or `slice` for shape2D, then by class and feature."""
    wanted = {"firstorder": "first_order", "shape": "shape", "glcm": "glcm"}
    classes = dict.fromkeys(("glrlm", "glszm", "gldm", "ngtdm")) | {
        name: [feature for feature, _ in formulas(page) if feature in FEATURES[name]]
        for name, page in wanted.items()
    }
    setting = {"binWidth": WIDTH_HU, "binOrigin": ORIGIN_HU, "voxelArrayShift": SHIFT_HU}
    bins = {"bin_size": WIDTH_HU, "origin": ORIGIN_HU}
    shape_2d = {"shape2D": [feature for feature, _ in formulas("shape_2d")]}
    one_slice = INSIDE & (np.arange(len(INSIDE)) == SLICE_Z)[:, None, None]
    return {
        "PyRadiomics": extracted({"featureClass": classes, "setting": setting}),
        "IBSI": extracted({"ibsi": {"discretisation": bins, "aggregations": ["3D-average"]}}),
        "slice": extracted({"featureClass": shape_2d, "setting": {"force2D": True}}, one_slice),
    }


def extracted(
    content: Mapping[str, object], inside: NDArray[np.bool_] = INSIDE
) -> dict[str, float]:
    geometry = Geometry(INTENSITIES.shape, SPACING_MM)
    case = Volume(INTENSITIES, geometry), Mask(inside, geometry)
    found = NativeEngine().extract(*case, make_parameters(content)).features
    words = [(*feature.name.split("_")[1:], feature.value) for feature in found]
    return {f"{class_name.partition('-')[0]} {name}": value for class_name, name, value in words}


def formulas(page: str) -> list[tuple[str, str]]:
    """Feature and formula of every row of a page."""
    return ROW.findall((FOLDER / f"{page}.md").read_text("utf-8"))
