"""The installation checked: what is there, and whether it measures what it must."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import numpy as np

from radiomics_hcc.domain.volume import Geometry, Mask, Volume
from radiomics_hcc.errors import RadiomicsHCCError
from radiomics_hcc.features.engine import DEFAULT_ENGINE, Engine
from radiomics_hcc.features.engines import ENGINES, find_engine
from radiomics_hcc.features.parameters import make_parameters

LIBRARIES: Final = (
    "numpy",
    "numba",
    "pandas",
    "simpleitk",
    "scikit-learn",
    "mlflow",
    "skops",
    "matplotlib",
)
BALL_RADIUS_MM: Final = 20.0
BALL_TOLERANCE: Final = 0.02


@dataclass(frozen=True)
class Sign:
    """One thing that was looked at."""

    what: str
    is_well: bool
    found: str


def examine() -> list[Sign]:
    """Look at Python, the libraries, the feature engines, and the working folder."""
    return [_python(), *_libraries(), *_engines(), _folder()]


def _python() -> Sign:
    found = ".".join(map(str, sys.version_info[:3]))
    return Sign("Python", (3, 11) <= sys.version_info[:2] < (3, 14), f"{found} (3.11 to 3.13)")


def _libraries() -> Iterator[Sign]:
    for name in LIBRARIES:
        try:
            yield Sign(name, True, version(name))
        except PackageNotFoundError:
            yield Sign(name, False, "not installed; reinstall radiomics-hcc")


def _engines() -> Iterator[Sign]:
    """Measure a ball, whose volume is known, with every engine."""
    for name in ENGINES:
        what = f"engine {name} measures a ball"
        try:
            yield _measured_ball(what, find_engine(name))
        except RadiomicsHCCError as error:
            yield Sign(what, name != DEFAULT_ENGINE, str(error))


def _measured_ball(what: str, engine: Engine) -> Sign:
    truth = 4 / 3 * math.pi * BALL_RADIUS_MM**3
    off = _ball_volume_mm3(engine) / truth - 1
    return Sign(what, abs(off) < BALL_TOLERANCE, f"{engine.version}, volume {100 * off:+.2f} %")


def _folder() -> Sign:
    here = Path.cwd()
    is_open = os.access(here, os.W_OK)
    found = f"{here} can be written to" if is_open else f"{here} cannot be written to"
    return Sign("working folder", is_open, found)


def _ball_volume_mm3(engine: Engine) -> float:
    grid = np.indices((48, 48, 48)) - 23.5
    inside = np.sqrt((grid**2).sum(axis=0)) <= BALL_RADIUS_MM
    geometry = Geometry(inside.shape, (1.0, 1.0, 1.0))
    image = Volume((grid[0] * 2).astype(np.float64), geometry)
    parameters = make_parameters({"featureClass": {"shape": ["MeshVolume"]}})
    measured = engine.extract(image, Mask(inside, geometry), parameters)
    return measured.features[0].value
