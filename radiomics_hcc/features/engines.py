"""The table of engines, and the only way to one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from radiomics_hcc.errors import InputError, Problem
from radiomics_hcc.features.engine import Engine
from radiomics_hcc.features.native_engine import NativeEngine
from radiomics_hcc.features.pyradiomics_engine import PyRadiomicsEngine

ENGINES: Final[dict[str, Callable[[], Engine]]] = {
    "native": NativeEngine,
    "pyradiomics": PyRadiomicsEngine,
}


def find_engine(name: str) -> Engine:
    """Make the engine of this name.

    Raises
    ------
    InputError
        Where there is no such engine; lists those that there are. Also where the engine's
        library is not installed.
    """
    if name not in ENGINES:
        remedy = f"there is: {', '.join(ENGINES)}"
        raise InputError([Problem("engine", f"no engine is called {name!r}", remedy)])
    return ENGINES[name]()
