"""Compilation is told once, and only when there is any."""

from __future__ import annotations

import numba
import numpy as np

from radiomics_hcc.imaging.compiled import compiled, telling_compilation


def twice(values):
    return values * 2


def ratio(one, other):
    return one / other


def test_compilation_is_told_once_and_a_compiled_kernel_tells_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    told = []
    kernel = compiled(twice)
    with telling_compilation(lambda: told.append("once")):
        kernel(np.ones(3))
        kernel(np.ones((3, 3)))
    assert told == ["once"]
    with telling_compilation(lambda: told.append("again")):
        kernel(np.ones(5))
    assert told == ["once"]


def test_division_by_zero_is_infinity_as_in_numpy(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    assert compiled(ratio)(1.0, 0.0) == np.inf
